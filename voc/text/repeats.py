"""A paragraph, or a whole text, that was pasted more than once: only the first one is somebody's words."""

from __future__ import annotations

import re
from itertools import accumulate

_OTHER = re.compile(r"[\W_]+")
_LEAST = 15  # letters and digits of what follows what it repeats and is a paste
_ALONE = 24  # of a paragraph that comes again anywhere: no refrain is so long
_LONGEST = 64  # lines of one pasted piece


def pasted(text: str) -> list[tuple[int, int]]:
    """(start, end) of the later copies, in order, with the white space before them. Linear.

    A copy follows what it repeats at once, line by line or inside the line, or is a long paragraph; shorter
    lines that come again after others (a refrain) stay, and so does what is short.

    >>> text = "屏幕清楚，电池也耐用，客服回答得快。" * 2
    >>> pasted(text), pasted("好吃！好吃！")
    ([(18, 36)], [])
    """
    if len(text) < 2 * _LEAST:
        return []
    lines = text.split("\n")
    keys = [_OTHER.sub("", line).lower() for line in lines]
    starts = [0, *accumulate(len(line) + 1 for line in lines)]
    gone = _lines(keys) if len(lines) > 1 else set()
    found: list[tuple[int, int]] = []
    for i, line in enumerate(lines):
        if i in gone:
            found.append((starts[i] - 1, starts[i] + len(line)))
        elif (half := _halves(line, keys[i])) is not None:
            found.append((starts[i] + half, starts[i] + len(line)))
    return found


def _lines(keys: list[str]) -> set[int]:
    """Numbers of the lines that repeat the lines just before them, singly or several together."""
    full = [i for i, key in enumerate(keys) if key]
    last: dict[str, int] = {}
    gone: set[int] = set()
    at = 0
    while at < len(full):
        key = keys[full[at]]
        before = last.get(key)
        length = at - before if before is not None else 0
        if before is not None and length <= _LONGEST and at + length <= len(full):
            first = [keys[i] for i in full[before:at]]
            again = [keys[i] for i in full[at : at + length]]
            if first == again and sum(map(len, first)) >= _LEAST:
                gone.update(full[at : at + length])
                for step in range(length):
                    last[keys[full[at + step]]] = at + step
                at += length
                continue
        if before is not None and len(key) >= _ALONE:
            gone.add(full[at])
        last[key] = at
        at += 1
    return gone


def _halves(line: str, key: str) -> int | None:
    """Where the copies begin in a line that is one piece several times, else None."""
    if len(key) < 2 * _LEAST or key[:_LEAST] not in key[_LEAST:]:
        return None
    period = (key + key).find(key, 1)  # the shortest piece that makes the line; its length if none does
    if period < _LEAST or period * 2 > len(key):
        return None
    letters = 0
    for place, char in enumerate(line):
        if letters == period and (char.isalnum()):
            return place
        letters += len(_OTHER.sub("", char).lower())
    return None
