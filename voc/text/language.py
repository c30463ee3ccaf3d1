"""Which language a text is in, by its letters: enough to set apart what the Chinese models cannot read."""

from __future__ import annotations

import re

_HAN = re.compile(r"[\u3400-\u9fff]")
_KANA = re.compile(r"[\u3040-\u30ff]")
_LATIN = re.compile(r"[A-Za-z]+")


def language_of(clean: str) -> str:
    """`zh`, `en` (Latin words only) or `other`; a text without letters counts as `zh`.

    >>> language_of("电池不行"), language_of("battery is bad"), language_of("バッテリー"), language_of("666")
    ('zh', 'en', 'other', 'zh')
    """
    han = len(_HAN.findall(clean))
    if _KANA.search(clean) and len(_KANA.findall(clean)) > han // 2:
        return "other"
    if han:
        words = len(_LATIN.findall(clean))
        return "zh" if han * 4 >= words else "en"
    if _LATIN.search(clean):
        return "en"
    return "other" if any(char.isalpha() for char in clean) else "zh"
