"""Which language a text is in, by its letters: what sets apart what the Chinese models cannot read."""

from __future__ import annotations

import re

_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff]")
_KANA = re.compile(r"[\u3041-\u3096\u30a1-\u30fa\uff66-\uff9d]")
_HANGUL = re.compile(r"[\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3]+")
_FOREIGN = re.compile(r"[\u0370-\u1fff\ua000-\uabff]{2,}")  # Cyrillic, Arabic, Thai and others
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]+")
# Words of a sentence; names of products (iPhone, Pro, OLED, 5G) are no sign of another language.
_PLAIN = re.compile(
    r"(?<![A-Za-z\u00c0-\u024f<&])[A-Z]?[a-z\u00df-\u00ff]+(?:['’][a-z]+)?(?![A-Za-z\u00c0-\u024f>;])"
)
_MIXED_WORDS = 4  # words of another language from which on a Chinese text is mixed
_MIXED_HAN = 4
_WORD_HAN = 2  # Chinese characters a word
_MIXED_SHARE = 4  # one word in four


def language_of(clean: str) -> str:
    """`zh`, `mixed` (Chinese and another language), `en` (Latin words only) or `other`.

    A text without letters counts as `zh`, as does Chinese with names of products. Linear.

    >>> language_of("电池不行"), language_of("battery is bad"), language_of("バッテリー"), language_of("666")
    ('zh', 'en', 'other', 'zh')
    >>> language_of("电池不行，the battery is dead by noon"), language_of("iPhone 15 Pro Max 的电池不行")
    ('mixed', 'zh')
    """
    if japanese(clean):
        return "other"
    han = len(_HAN.findall(clean))
    words = len(_LATIN.findall(clean))
    foreign = len(_HANGUL.findall(clean)) + len(_FOREIGN.findall(clean))
    if not han:
        if foreign > words:
            return "other"
        if words:
            return "en"
        return "other" if any(char.isalpha() for char in clean) else "zh"
    if foreign * _WORD_HAN >= han:
        return "other" if foreign > han else "mixed"
    plain = len(_PLAIN.findall(clean)) + foreign
    if han * 4 < words:
        return "en"
    if han >= _MIXED_HAN and plain >= _MIXED_WORDS and plain * _MIXED_SHARE * _WORD_HAN > han:
        return "mixed"
    return "zh"


def japanese(text: str) -> bool:
    """Whether the text has so many kana that its Chinese characters are Japanese; の alone is fashion.

    >>> japanese("電池の持ちが悪い"), japanese("優の良品，很好吃")
    (True, False)
    """
    kana = len(_KANA.findall(text))
    return kana > 0 and kana > len(_HAN.findall(text)) // 2
