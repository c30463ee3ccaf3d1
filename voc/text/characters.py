"""Which characters are the same to a reader: invisible ones, widths, digits in rings, dashes.

Shared by repair and masking, so that what one of them drops cannot hide a number from the other.
"""

from __future__ import annotations

import re
import unicodedata

# Nobody sees these. Line ends, tabs and the blanks that `WIDTH` folds are not among them.
_UNSEEN = (
    "\\x00-\\x08\\x0e-\\x1f\\x7f-\\x84\\x86-\\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ue000-\uf8ff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffd"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff\U000f0000-\U0010ffff"
)
# Selectors and joiners belong to the emoji around them: ❤️, 👨‍👩‍👧.
_EMOJI = (
    "©®‼⁉™ℹ\u2190-\u21ff\u2300-\u23ff\u25a0-\u27bf\u2900-\u297f\u2b00-\u2bff〰〽㊗㊙\U0001f000-\U0001faff"
)
INVISIBLE = re.compile(
    f"[{_UNSEEN}\ud800-\udfff](?<![{_EMOJI}]\ufe0f)(?:(?<![{_EMOJI}\ufe0f]\u200d)|(?![{_EMOJI}]))"
)
# A number under accents or in key caps is still that number.
HIDING = re.compile(f"[{_UNSEEN}\ud800-\udfff\u0300-\u036f\u20d0-\u20ff]")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_CHINESE_MARKS = "，：；！？（）～"  # stay what they are


class _Widths(dict[int, int]):
    """Code point → code point of its plain form; asked once for each character that is met."""

    def __missing__(self, code: int) -> int:
        self[code] = plain = _plain(chr(code))
        return plain


def _plain(char: str) -> int:
    code = ord(char)
    if code < 0x80 or 0x4E00 <= code <= 0x9FFF or 0x3001 <= code <= 0x30FF or char in _CHINESE_MARKS:
        return code
    kind = unicodedata.category(char)
    if kind[0] in "LN" or 0xFF01 <= code <= 0xFF65 or 0xFE50 <= code <= 0xFE6F:
        folded = unicodedata.normalize("NFKC", char)
        return ord(folded) if len(folded) == 1 else code
    return ord(" ") if kind == "Zs" else code


# One character to one: ＡＢ１ → AB1, ① → 1, ﹐ → ',', ideographic and other blanks → ' '. ㎏ stays.
WIDTH = _Widths({0x09: 0x20, 0x0B: 0x0A, 0x0C: 0x0A, 0x85: 0x0A, 0x2028: 0x0A, 0x2029: 0x0A})


class _Readings(dict[int, int]):
    """`WIDTH`, and further what only matters to someone who looks for a number."""

    def __missing__(self, code: int) -> int:
        char = chr(WIDTH[code])
        value = unicodedata.digit(char, None)
        if value is not None:
            char = str(value)
        elif char in "（）":
            char = "()"["（）".index(char)]
        elif char != "\n" and (unicodedata.category(char) == "Pd" or char in "−ー"):
            char = "-"
        self[code] = ord(char)
        return self[code]


_READINGS = _Readings()


def as_read(text: str) -> tuple[str, range | list[int]]:
    """The text as someone reads it who looks for numbers, and where each character stood.

    >>> as_read("１3\u200b８—")
    ('138-', [0, 1, 3, 4])
    """
    if HIDING.search(text) is None:
        return text.translate(_READINGS), range(len(text))
    kept = [i for i, char in enumerate(text) if not HIDING.match(char)]
    return "".join([text[i] for i in kept]).translate(_READINGS), kept
