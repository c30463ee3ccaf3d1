"""Surnames, and names of which every character stands by itself: 张 小 雨, 孙-德-海, 史*建*业."""

from __future__ import annotations

import re

from voc.text.pii.surnames import COMPOUND, GIVEN, SINGLE
from voc.text.segment import known

HAN = "\u4e00-\u9fff"
IS_HAN = re.compile(f"[{HAN}]")
_SPACED = re.compile(
    rf"[{HAN}](?:[ ·•.\-*_/|】【]{{1,2}}[{HAN}](?![{HAN}])){{1,2}}[ ·•.\-*_/|】【]{{1,2}}[{HAN}]"
    rf"|[{HAN}][ ·•.\-*_/|】【]{{1,2}}[{HAN}](?![{HAN}])"
)
_SPACED_BEFORE = re.compile(rf"(?:[{HAN}][ ·•.\-*_/|】【]{{1,2}}){{1,3}}[{HAN}]\Z")


def surname(seen: str, start: int) -> int:
    """How many characters the surname has that begins here; 0 if none does."""
    for length in (4, 3, 2):
        if seen[start : start + length] in COMPOUND:
            return length
    return 1 if seen[start : start + 1] in SINGLE else 0


def apart(seen: str, start: int) -> int | None:
    """The end of a name of which every character stands by itself: 张 小 雨, 孙-德-海."""
    run = _SPACED.match(seen, start)
    if run is None:
        return None
    ends = [match.end() for match in IS_HAN.finditer(seen, start, run.end())]
    glued = seen[ends[-1] - 1 : ends[-1] + 1]
    if len(ends) > 2 and len(glued) == 2 and known(glued):
        ends.pop()  # 杨 鹏 电话
    while len(ends) > 1:
        chars = "".join(seen[end - 1] for end in ends)
        head = surname(chars, 0)
        if (
            head
            and 1 <= len(chars) - head <= 2
            and not (len(chars) == 2 and known(chars))
            and all(char in GIVEN for char in chars[head:])
        ):
            return ends[-1]
        ends.pop()
    return None


def before_apart(seen: str, end: int) -> int | None:
    """Where a name begins that ends here and of which every character stands by itself."""
    run = _SPACED_BEFORE.search(seen, max(0, end - 10), end)
    start = run.start() if run else end
    while run and start < end:
        if IS_HAN.match(seen, start) and apart(seen[start:end], 0) == end - start:
            return start
        start += 1
    return None
