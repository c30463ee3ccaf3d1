"""Personal data: found through its usual disguises, checked where a checksum exists, replaced by `<TYPE>`.

Mobile and landline numbers, identity cards (GB 11643 checksum), bank cards (Luhn), e-mail, licence plates.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from voc.types import Pii

_SEP = r"[ \-‐‑‒–—―_.·,，、/]{0,3}"
_ONE = r"(?P<s>[ \-–—_.·])"
_EDGE = r"(?<![0-9A-Za-z])"
_NOT_DIGIT = r"(?![0-9])"
# Digits of any width, or an at sign: anything else cannot be an identifier that we know.
_MAYBE = re.compile(r"(?:\d\D{0,3}){2}\d|[@＠]")
_INVISIBLE = re.compile(
    "[\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\u00ad\u180e\ufe00-\ufe0f\ufffd\x00-\x08\x0e-\x1f]"
)
_PLAIN = re.compile(r"[\x20-\x7e\n\u4e00-\u9fff，。！？；：、（）《》“”‘’…]*\Z")
_PROVINCE = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


@dataclass(frozen=True, slots=True)
class _Kind:
    type: str
    pattern: re.Pattern[str]
    valid: Callable[[str], bool]


def mask(text: str) -> tuple[str, tuple[Pii, ...]]:
    """The text with personal data replaced, and where the replacements stand.

    Masking the masked changes nothing. Linear in the text's length.
    """
    spans = list(find(text)) if _MAYBE.search(text) else []
    if not spans:
        return text, ()
    parts: list[str] = []
    marks: list[Pii] = []
    last = length = 0
    for kind, start, end in spans:
        placeholder = f"<{kind.upper()}>"
        parts += [text[last:start], placeholder]
        length += start - last
        marks.append(Pii(kind, length, length + len(placeholder)))
        length += len(placeholder)
        last = end
    parts.append(text[last:])
    return "".join(parts), tuple(marks)


def find(text: str) -> list[tuple[str, int, int]]:
    """(type, start, end) of every identifier, in order, not overlapping; the surer kind wins."""
    seen, places = _seen(text)
    taken: list[tuple[str, int, int]] = []
    for kind in _KINDS:
        for start, end in _matches(kind, seen):
            if all(end <= other[1] or start >= other[2] for other in taken):
                taken.append((kind.type, start, end))
    taken.sort(key=lambda found: found[1])
    return [(kind, places[start], places[end - 1] + 1) for kind, start, end in taken]


def _matches(kind: _Kind, seen: str) -> Iterator[tuple[int, int]]:
    for match in kind.pattern.finditer(seen):
        if kind.valid(match.group()):
            yield match.start(), match.end()


def _seen(text: str) -> tuple[str, list[int] | range]:
    """The text as a reader of numbers sees it: plain width, nothing invisible; and where each stood."""
    if _PLAIN.match(text):
        return text, range(len(text))
    chars: list[str] = []
    places: list[int] = []
    for i, char in enumerate(text):
        code = ord(char)
        if 0xFF01 <= code <= 0xFF5E:
            char = chr(code - 0xFEE0)
        elif code == 0x3000 or code == 0xA0 or char in "\t\r":
            char = " "
        elif _INVISIBLE.match(char):
            continue
        elif code > 0x7F and char.isdigit():
            char = _digit(char)
        chars.append(char)
        places.append(i)
    return "".join(chars), places


def _digit(char: str) -> str:
    """① → 1, 𝟏 → 1, ² → 2; others stay."""
    value = unicodedata.digit(char, None)
    return char if value is None else str(value)


def _digits(found: str) -> str:
    return "".join(char for char in found if char in "0123456789Xx")


def _identity_card(found: str) -> bool:
    digits = _digits(found).upper()
    if len(digits) != 18 or not digits[:17].isdigit():
        return False
    try:
        born = date(int(digits[6:10]), int(digits[10:12]), int(digits[12:14]))
    except ValueError:
        return False
    total = sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=False))
    return 1850 <= born.year <= 2100 and "10X98765432"[total % 11] == digits[17]


def _bank_card(found: str) -> bool:
    digits = _digits(found)
    if not re.match(r"62|60|4|5[1-5]|2[2-7]|3[0-9]|9[0-9]", digits):
        return False
    total = 0
    for i, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + i % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _plate(found: str) -> bool:
    return sum(char.isdigit() for char in found) >= 3


def _always(_: str) -> bool:
    return True


_KINDS: tuple[_Kind, ...] = (
    _Kind(
        "id",
        re.compile(
            rf"(?<![0-9])[1-9]\d{{5}}{_SEP}(?:18|19|20)\d{{2}}{_SEP}\d{{2}}{_SEP}\d{{2}}{_SEP}\d{{3}}{_SEP}[0-9Xx](?![0-9])"
        ),
        _identity_card,
    ),
    _Kind(
        "card",
        re.compile(
            rf"(?<![0-9])\d{{4}}{_SEP}\d{{4}}{_SEP}\d{{4}}{_SEP}(?:\d{{4}}{_SEP}\d{{3}}|\d{{1,4}}){_NOT_DIGIT}|(?<![0-9])3\d{{3}}{_SEP}\d{{6}}{_SEP}\d{{5}}{_NOT_DIGIT}"
        ),
        _bank_card,
    ),
    _Kind(
        "email",
        re.compile(
            r"[A-Za-z0-9][A-Za-z0-9._%+\-]{0,63} ?@ ?"
            r"(?:[A-Za-z0-9\-]{1,63} ?\. ?){1,4}[A-Za-z]{2,24}(?![A-Za-z])"
        ),
        _always,
    ),
    _Kind(
        "mobile",
        re.compile(
            rf"(?<![0-9])(?:(?:\+|00)?86{_SEP}|0)?"
            rf"(?:1[3-9]\d{_SEP}\d{{4}}{_SEP}\d{{4}}|1[3-9]\d{_SEP}\d{{3}}{_SEP}\d{{5}}|1[3-9]\d{{2}}{_SEP}\d{{3}}{_SEP}\d{{4}}"
            rf"|1{_ONE}[3-9](?:(?P=s)\d){{9}}){_NOT_DIGIT}"
        ),
        _always,
    ),
    _Kind(
        "landline",
        re.compile(
            rf"(?<![0-9])(?:\(0\d{{2,3}}\) ?|（0\d{{2,3}}） ?|0[1-9]\d{{1,2}}[ \-–—]?)"
            rf"[2-8]\d{{2,3}}[ \-]?\d{{4}}{_NOT_DIGIT}"
        ),
        _always,
    ),
    _Kind(
        "plate",
        re.compile(
            rf"[{_PROVINCE}] ?[A-HJ-NP-Za-hj-np-z][ ·•.\-]?"
            rf"(?:\d{{5}}[A-HJKa-hjk]|[A-HJKa-hjk][A-HJ-NP-Za-hj-np-z0-9]\d{{4}}"
            rf"|[A-HJ-NP-Za-hj-np-z0-9]{{4}}[A-HJ-NP-Za-hj-np-z0-9挂学警港澳])(?![0-9A-Za-z])"
        ),
        _plate,
    ),
)
