"""The text as a reader takes it in who looks for personal data: one character for one, with its places.

Full-width forms, rings and key caps become plain digits, traditional characters simplified ones, pictures
`•`, dashes `-`; what nobody sees is gone. `digits` goes further: Han digits, and letters that pass for
digits, where they stand among digits.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache

from opencc import OpenCC

from voc.text.characters import HIDING, WIDTH

# In the place of what is found already; `HIDING` holds them, so no reading has one of its own.
TAKEN, WEAK = "\x00", "\x01"
_WEAK = frozenset(("name", "order", "ip"))  # what need not stand beside a name
_PLACEHOLDER = re.compile(r"<(MOBILE|LANDLINE|ID|CARD|PLATE|VIN|EMAIL|IM|ADDRESS|NAME|PASSPORT|IP|ORDER)>")
GAP = r" \-_.·•()"  # what may stand inside a number, for a class of a regular expression
_HAN_DIGITS = "〇零一二三四五六七八九"
_VALUES = {
    **dict(zip(_HAN_DIGITS, "00123456789", strict=True)),
    **dict(zip("壹贰叁肆伍陆柒捌玖", "123456789", strict=True)),
    **dict.fromkeys("Oo", "0"),
    **dict.fromkeys("Il|", "1"),
    "幺": "1",
    "两": "2",
}
HAN_DIGIT = "".join(char for char in _VALUES if ord(char) > 0x3000)
_AS_DIGITS = {ord(char): ord(value) for char, value in _VALUES.items()}
_AMONG = rf"[0-9OoIl|{HAN_DIGIT}]"
# At least five in a row; shorter ones are counts (三五个), and no identifier is that short.
_RUN = re.compile(rf"{_AMONG}(?:[{GAP},，、]{{0,3}}{_AMONG}){{4,}}")
_FEW = re.compile(rf"[0-9{HAN_DIGIT}]")


@cache
def _simplifier() -> OpenCC:
    return OpenCC("t2s")


class _Readings(dict[int, int]):
    """Code point → code point as read; asked once for each character that is met."""

    def __missing__(self, code: int) -> int:
        self[code] = read = ord(_read(chr(WIDTH[code])))
        return read


def _read(char: str) -> str:
    if char < "\x80":
        return char
    value = unicodedata.digit(char, None)
    if value is not None:
        return str(value)
    if "\u3220" <= char <= "\u3228" or "\u3280" <= char <= "\u3288":  # ㈠ ㊀
        return str(round(unicodedata.numeric(char)))
    if char in "（）":
        return "()"["（）".index(char)]
    if char in "・‧∙⋅･●◦．":
        return "·"
    if char == "🐧":
        return "鹅"
    kind = unicodedata.category(char)
    if kind == "Pd" or char in "−ー":
        return "-"
    if char in "➕﹢⁺":
        return "+"
    if char in "❤♥♡💓💕💖💗🧡💛💚💙💜🖤🤍❣💘💝":
        return "❤"
    code = ord(char)
    for first in _BOXED:
        if first <= code < first + 26:
            return chr(ord("A") + code - first)
    if 0x24D0 <= code <= 0x24E9:  # ⓐ
        return chr(ord("a") + code - 0x24D0)
    if kind in ("So", "Sk"):
        return "•"
    if "\u3400" <= char <= "\u9fff":
        plain: str = _simplifier().convert(char)
        return plain if len(plain) == 1 else char
    return char


_BOXED = (0x24B6, 0x1F130, 0x1F150, 0x1F170, 0x1F1E6)  # Ⓐ 🄰 🅐 🅰 🇦
_READINGS = _Readings()


def as_read(text: str) -> tuple[str, Sequence[int]]:
    """The reading, and where each of its characters stood.

    >>> as_read("１3\u200b８—")
    ('138-', [0, 1, 3, 4])
    """
    if HIDING.search(text) is None:
        return text.translate(_READINGS), range(len(text))
    parts: list[str] = []
    kept: list[int] = []
    last = 0
    for hidden in HIDING.finditer(text):
        parts.append(text[last : hidden.start()])
        kept += range(last, hidden.start())
        last = hidden.end()
    kept += range(last, len(text))
    return "".join([*parts, text[last:]]).translate(_READINGS), kept


def digits(seen: str) -> str:
    """The reading with Han digits and look-alike letters as digits where five or more stand together.

    >>> digits("幺三八OO一三八零零零的")
    '13800138000的'
    """
    return _RUN.sub(_as_digits, seen)


def _as_digits(run: re.Match[str]) -> str:
    found = run.group()
    figures = len(_FEW.findall(found))
    if figures < 4 and not (figures and len(found) >= 10):  # words like lol, ool
        return found
    return found.translate(_AS_DIGITS)


class Reading:
    """A reading in which what is found shrinks to one mark, so that nothing is found across it.

    A placeholder that stands in the text already is such a mark as well: masking the masked finds nothing.
    """

    __slots__ = ("_begins", "_ends", "_text", "seen")

    def __init__(self, text: str) -> None:
        self._text = text
        self.seen, self._begins = as_read(text)
        self._ends: Sequence[int] = self._begins  # of the last character, not after it
        if "<" in self.seen:
            standing = [(match[1].lower(), *match.span()) for match in _PLACEHOLDER.finditer(self.seen)]
            self.take(standing)

    def take(self, found: Sequence[tuple[str, int, int]]) -> list[tuple[str, int, int]]:
        """Shrink what is found (type, start, end; in order, apart); the same with places in the text."""
        if not found:
            return []
        parts: list[str] = []
        begins: list[int] = []
        ends: list[int] = []
        shown: list[tuple[str, int, int]] = []
        last = 0
        for kind, start, end in found:
            parts += [self.seen[last:start], WEAK if kind in _WEAK else TAKEN]
            begins += self._begins[last : start + 1]
            ends += [*self._ends[last:start], self._ends[end - 1]]
            shown.append((kind, self._begins[start], self._end(self._ends[end - 1] + 1)))
            last = end
        self.seen = "".join([*parts, self.seen[last:]])
        self._begins = [*begins, *self._begins[last:]]
        self._ends = [*ends, *self._ends[last:]]
        return shown

    def _end(self, end: int) -> int:
        """With the key cap that the last digit stands under."""
        while self._text[end : end + 1] in ("\ufe0f", "\u20e3"):
            end += 1
        return end
