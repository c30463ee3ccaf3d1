"""Personal numbers in a text of plain digits: mobile, landline, identity card, bank card.

A number may be written in groups with blanks, dashes or dots between them; a group is never taken apart, so
that a longer number is not mistaken for a shorter one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from itertools import pairwise

_SEP = r"[ \-_.·•()]{1,3}"
_CHAIN = re.compile(rf"[0-9](?:(?:{_SEP})?[0-9]){{10,}}")
_GROUP = re.compile(r"[0-9]+")
_TAIL = re.compile(r"[ \-_.·]{0,3}[Xx](?![A-Za-z])")
# A list of prices or sizes, not a number in groups.
_UNIT = re.compile(r" ?(?:元(?!旦)|块钱?|万|毫安|[mM][aA][hH]|[GMTKW][Bb]?(?![A-Za-z])|寸|%|℃|°)")
_AREA = r"(?:10|2\d|[3-9]\d\d)"
_LANDLINE = re.compile(r"0(?:(?:10|2\d)[2-8]\d{7}|[3-9]\d\d[2-8]\d{6,7})\Z")
_ABROAD = re.compile(rf"(?:00)?86{_AREA}[2-8]\d{{6,7}}\Z")
_MOBILE = re.compile(r"(?:(?:00)?86|0)?1[3-9]\d{9}\Z")
_CARD = re.compile(r"[345689]|2[2-7]")  # a first digit 1 is a time stamp's, 20 a date's
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_PHONE_SHAPES = ((3, 4, 4), (3, 3, 5), (4, 3, 4), (4, 4, 3), (3, 8))
_CARD_GROUPS = ((4, 4, 4), (4, 6, 5), (6,), (6, 4, 4), (6, 6))  # how the groups of a written card begin
_SHORTEST, _LONGEST = 11, 19  # digits


def find_numbers(text: str) -> Iterator[tuple[str, int, int]]:
    """(type, start, end) of every personal number, in order, not overlapping. Linear."""
    for chain in _CHAIN.finditer(text):
        yield from _in_chain(text, chain.start(), chain.end())


def _in_chain(text: str, start: int, end: int) -> Iterator[tuple[str, int, int]]:
    spans = [group.span() for group in _GROUP.finditer(text, start, end)]
    groups = [text[a:b] for a, b in spans]
    tail = _TAIL.match(text, end)
    first = 0
    while first < len(groups):
        found = _from_group(text, groups, spans, first, tail)
        if found is None:
            first += 1
            continue
        kind, last, stop = found
        yield kind, _with_prefix(text, spans[first][0], stop), stop
        first = last + 1


def _from_group(
    text: str,
    groups: list[str],
    spans: list[tuple[int, int]],
    first: int,
    tail: re.Match[str] | None,
) -> tuple[str, int, int] | None:
    """What begins with this group: (type, last group, end); the surest and longest."""
    best: tuple[str, int, int] | None = None
    best_key = (-1, 0)
    digits = ""
    for last in range(first, len(groups)):
        digits += groups[last]
        if len(digits) > _LONGEST:
            break
        if len(digits) < _SHORTEST:
            continue
        stop = spans[last][1]
        if tail and last == len(groups) - 1 and len(digits) == 17 and identity_card(digits + "X"):
            return "id", last, tail.end()
        kind = _kind(text, digits, groups[first : last + 1], spans[first][0], stop)
        if kind and (_SURE[kind], len(digits)) > best_key:
            best, best_key = (kind, last, stop), (_SURE[kind], len(digits))
    return best


_SURE = {"landline": 0, "mobile": 1, "card": 2, "id": 3}


def _kind(text: str, digits: str, groups: list[str], start: int, stop: int) -> str | None:
    length = len(digits)
    if length == 18 and identity_card(digits):
        return "id"
    if length <= 15 and _MOBILE.match(digits) and _grouped_phone(text, groups, start, stop):
        return "mobile"
    if length >= 13 and bank_card(digits) and _grouped_card(text, groups, start, stop):
        return "card"
    if length <= 14 and _landline(text, digits, start) and _grouped_phone(text, groups, start, stop):
        return "landline"
    return None


def identity_card(digits: str) -> bool:
    """18 characters with a date of birth and the checksum of GB 11643."""
    if not digits[:17].isdigit() or digits[0] == "0":
        return False
    try:
        born = date(int(digits[6:10]), int(digits[10:12]), int(digits[12:14]))
    except ValueError:
        return False
    total = sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=False))
    return 1850 <= born.year <= 2100 and "10X98765432"[total % 11] == digits[17]


def bank_card(digits: str) -> bool:
    """An issuer's first digits and the checksum of Luhn."""
    if not _CARD.match(digits):
        return False
    total = 0
    for i, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + i % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _landline(text: str, digits: str, start: int) -> bool:
    if _LANDLINE.match(digits):
        return True
    return bool(_ABROAD.match(digits)) and (digits[0] == "0" or text[start - 1 : start] == "+")


def _grouped_phone(text: str, groups: list[str], start: int, stop: int) -> bool:
    """False for numbers that only stand beside one another: prices, versions, addresses of machines."""
    if len(groups) == 1:
        return True
    shape = tuple(map(len, groups))
    usual = shape in _PHONE_SHAPES or shape[1:] in _PHONE_SHAPES or set(shape) == {1}
    if "." in text[start:stop] and not usual:
        return False
    return not _UNIT.match(text, stop) and not _counting(groups) and not _dated(groups)


def _grouped_card(text: str, groups: list[str], start: int, stop: int) -> bool:
    if len(groups) == 1:
        return True
    if _UNIT.match(text, stop) or _counting(groups) or _dated(groups):
        return False
    shape = tuple(map(len, groups))
    if set(shape) == {1}:
        return True
    if all(group.endswith("00") for group in groups):
        return False
    if any(shape[: len(begin)] == begin for begin in _CARD_GROUPS):
        return True
    return sum(shape) in (16, 19) and "." not in text[start:stop]


def _counting(groups: list[str]) -> bool:
    """13 14 15 16: steps of one size."""
    if len(groups) < 4 or max(map(len, groups)) > 3:
        return False
    steps = {int(b) - int(a) for a, b in pairwise(groups)}
    return len(steps) == 1 and 0 not in steps


def _dated(groups: list[str]) -> bool:
    """2026 11 01 among the groups."""
    return any(
        len(a) == 4
        and a[:2] in ("19", "20")
        and len(b) == len(c) == 2
        and "01" <= b <= "12"
        and "01" <= c <= "31"
        for a, b, c in zip(groups, groups[1:], groups[2:], strict=False)
    )


def _with_prefix(text: str, start: int, stop: int) -> int:
    """The start with a plus sign, and with the bracket that opens before an area code: (0755)…, (+86)…"""
    closed = ")" in text[start:stop]
    for before in "(+(":
        if start and text[start - 1] == before and (closed or before == "+"):
            start -= 1
    return start
