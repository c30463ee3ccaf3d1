"""Blanks that nobody means: between all characters (很 好 用) and before Chinese marks."""

from __future__ import annotations

import re

_HAN = "\u3400-\u4dbf\u4e00-\u9fff"
_MARKS = "，。！？；：、…）】》」』"
_OPENING = "（【《「『“‘"
# The blank first, then what stands before it: so a text is looked through for blanks only.
BEFORE_MARK = re.compile(f" (?<=[^ \n] ) *(?=[{_MARKS}])| (?<=[{_HAN}{_MARKS}!?,;] ) *(?=[!?,;])")
# Single characters (with their marks) set apart by blanks.
_ONE = f"[{_OPENING}]?[{_HAN}][{_MARKS}]{{0,3}}"
_SPELLED = re.compile(f"(?<![^ \n{_MARKS}{_OPENING}]){_ONE}(?: +{_ONE}){{2,}}(?![^ \n{_OPENING}])")
MAYBE = re.compile(f"[{_HAN}] +[{_HAN}](?:[ {_MARKS}]|$)", re.MULTILINE)
_MANY = 4  # single characters in a row that are no list of sizes
_SHARE = 0.7  # of a text's characters stand alone: then three in a row are enough


def blanks(text: str) -> list[tuple[int, int]]:
    """(start, end) of the blanks inside runs of characters that were set apart one by one, in order. Linear.

    >>> blanks("很 好 用"), blanks("很好 很用心"), blanks("尺码有 大 中 小 三种")
    ([(1, 2), (3, 4)], [], [])
    """
    runs = list(_SPELLED.finditer(text))
    if not runs:
        return []
    alone = sum(len(_ALONE.findall(run.group())) for run in runs)
    everywhere = alone >= _SHARE * len(_ALONE.findall(text))
    return [
        (run.start() + gap.start(), run.start() + gap.end())
        for run in runs
        if everywhere or len(_ALONE.findall(run.group())) >= _MANY
        for gap in _GAP.finditer(run.group())
    ]


_ALONE = re.compile(f"[{_HAN}]")
_GAP = re.compile(" +")
