"""Whether the parts of a text follow one another: signs between clauses, and steps that run backwards."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from voc.text.symbols import BREAK, Symbols

Hashes = npt.NDArray[np.uint32]

SIGNS = 23
"""Signs a boundary."""
_MIX = np.uint64(0x9E3779B97F4A7C15)
_ENDS = re.compile(r"[。！？!?\n]")
_COMMON = 14  # level from which on a shared character says nothing
_FIRST, _LAST = 1, 2

# Words that name a step, by their place in the course of things. Each row is a scale of its own.
_SCALES: tuple[tuple[str, ...], ...] = (
    (
        "首先|先是|一开始|起初|刚开始|最开始",
        "其次|然后|接着|随后|之后|接下来|后来|再后来",
        "最后|最终|末了|终于|总之|总的来说|总体来说|综上",
    ),
    ("早上|清晨|早晨|一早|大清早", "上午", "中午", "下午", "傍晚|晚上|夜里", "半夜|凌晨"),
    ("前年", "去年", "今年", "明年"),
    ("前天", "昨天|昨晚", "今天|今早|今晚", "明天"),
    ("春天", "夏天", "秋天", "冬天"),
)
_STEPS = tuple(re.compile("|".join(f"({words})" for words in scale)) for scale in _SCALES)
_COUNTED = "一二三四五六七八九十"
_NUMBERED = re.compile(
    r"第([一二三四五六七八九十])|(?:^|[。！？；\n\s])([一二三四五六七八九十])[、，]|(?:^|[。！？；\n\s，])(\d{1,2})[、.)）](?!\d)"
)
_MONTHS = re.compile(r"(?<!\d)(\d{1,2}|[一二三四五六七八九十]{1,2})月(?:(\d{1,2})[日号])?")
_DAYS = re.compile(r"(?<![\d月])(\d{1,2})[日号](?!线|楼|店|机)")


def boundaries(
    folded: Symbols, clean: str, levels: npt.NDArray[np.int64]
) -> tuple[Hashes, npt.NDArray[np.bool_]]:
    """Signs of each boundary, (b, SIGNS) hashes, and whether a sentence ends there, (b,).

    The first row is the text's beginning, the last its end; those between stand between two clauses. `levels`
    are those of the single symbols.
    """
    codes = folded.codes.astype(np.uint64)
    cuts = np.flatnonzero(folded.codes == BREAK)
    inner = cuts[1:-1]
    padded = np.concatenate([np.zeros(4, np.uint64), codes, np.zeros(4, np.uint64)])
    at = cuts + 4
    ends = np.ones(len(cuts), np.bool_)
    if len(inner):
        stops = folded.places[inner + 1]
        ends[1:-1] = [
            _ENDS.search(clean, int(a), int(b)) is not None
            for a, b in zip(folded.places[inner], stops, strict=True)
        ]
    sentences = np.maximum.accumulate(np.where(ends, np.arange(len(cuts)), 0))
    before = np.concatenate([[0], np.arange(len(cuts) - 1)])
    opened = np.concatenate([[0], sentences[:-1]])
    a1, a2 = _prefixes(padded, at[before])
    o1, o2 = _prefixes(padded, at[opened])
    p1, p2 = _prefixes(padded, at)
    p3 = _joined(p2, padded[at + 3])
    s1 = padded[at - 1]
    s2 = _joined(s1, padded[at - 2])
    s3 = _joined(s2, padded[at - 3])
    kind = ends.astype(np.uint64)
    edge = np.zeros(len(cuts), np.uint64)
    edge[0], edge[-1] = _FIRST, _LAST
    near, far = _shared(folded.codes, cuts, levels, sentences)
    part = (5 * np.arange(len(cuts)) // max(1, len(cuts))).astype(np.uint64)
    columns = [
        p1, p2, p3, s1, s2, s3,
        _joined(s1, p1), _joined(s1, p2), _joined(s2, p1), _joined(s2, p2),
        _joined(a1, p1), _joined(a2, p2), _joined(a2, p1), _joined(a1, p2),
        _joined(o1, p1), _joined(o2, p2), near, far, _joined(near, p1), _joined(a2, s2),
        _joined(part, p1), _joined(part, p2), _joined(part + np.uint64(8), s2),
    ]  # fmt: skip
    table = np.stack(columns, axis=1)
    place = np.arange(1, SIGNS + 1, dtype=np.uint64)[None, :]
    mixed = (table ^ (place * np.uint64(0xC2B2AE3D27D4EB4F)) ^ (edge * np.uint64(8) + kind)[:, None]) * _MIX
    mixed ^= mixed >> np.uint64(31)
    return (mixed & np.uint64(0xFFFFFFFF)).astype(np.uint32), ends


def backward(clean: str) -> tuple[int, int]:
    """(steps that go back, steps) over scales of order: numbers, dates, parts of the day, first to last."""
    back = steps = 0
    for ranks in _ranks(clean):
        for old, new in pairwise(ranks):
            if old != new:
                steps += 1
                back += new < old
    return back, steps


def _ranks(clean: str) -> list[list[int]]:
    found = [[match.lastindex or 0 for match in scale.finditer(clean)] for scale in _STEPS]
    found.append([_number(next(filter(None, match.groups()))) for match in _NUMBERED.finditer(clean)])
    found.append(
        [40 * _number(m.group(1)) + (int(m.group(2)) if m.group(2) else 0) for m in _MONTHS.finditer(clean)]
    )
    found.append([int(match.group(1)) for match in _DAYS.finditer(clean)])
    return found


def _number(word: str) -> int:
    if word.isdecimal():
        return int(word)
    return (
        10 * (word[0] == "十") + (_COUNTED.index(word[-1]) + 1) % 10
        if len(word) > 1
        else _COUNTED.index(word) + 1
    )


def _prefixes(padded: npt.NDArray[np.uint64], at: npt.NDArray[np.int64]) -> Sequence[npt.NDArray[np.uint64]]:
    first = padded[at + 1]
    return first, _joined(first, padded[at + 2])


def _joined(left: npt.NDArray[np.uint64], right: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    mixed = (left * _MIX) ^ right
    return mixed ^ (mixed >> np.uint64(29))


def _shared(
    codes: npt.NDArray[np.uint32],
    cuts: npt.NDArray[np.int64],
    levels: npt.NDArray[np.int64],
    sentences: npt.NDArray[np.int64],
) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint64]]:
    """(b,) how many rarer characters the parts on both sides share, at most 3: clauses; whole sentences."""
    rare = levels < _COMMON
    clauses = [frozenset(codes[a + 1 : b][rare[a + 1 : b]].tolist()) for a, b in pairwise(cuts)]
    near = np.zeros(len(cuts), np.uint64)
    far = np.zeros(len(cuts), np.uint64)
    so_far: frozenset[int] = frozenset()
    for place in range(1, len(cuts) - 1):
        old, new = clauses[place - 1], clauses[place]
        so_far = old if sentences[place - 1] == place - 1 else so_far | old
        near[place] = min(3, len(old & new))
        far[place] = min(3, len(so_far & new))
    return near, far
