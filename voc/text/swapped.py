"""Neighbouring words that would stand better the other way round: what shuffled words leave behind."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import rjieba

from voc.text.neighbours import Floats, Neighbours, row_bits
from voc.text.reference import Reference
from voc.text.symbols import Symbols

_AROUND = 3
_LONGEST = 4
_DOUBTED = -5.0
_COUNTED = 2.0
_LETTERS = ("\u3400", "\ua000")


@dataclass(frozen=True, slots=True)
class Swap:
    """The symbols `start` to `middle` and `middle` to `end` gain `gain` bits by changing places."""

    start: int
    middle: int
    end: int
    gain: float


def swaps(folded: Symbols, clean: str, around: Neighbours, bits: Floats, reference: Reference) -> list[Swap]:
    """Pairs of words that gain at least 2 bits by changing places, the best of those that overlap."""
    pairs = _pairs(folded, clean)
    if not len(pairs):
        return []
    start, middle, end = pairs.T
    n = len(around.codes)
    sums = np.concatenate([[0.0], np.cumsum(bits)])
    last = np.minimum(end + _AROUND, n)
    doubted = (sums[last] - sums[start]) / (last - start) < _DOUBTED
    start, middle, end, last = start[doubted], middle[doubted], end[doubted], last[doubted]
    if not len(start):
        return []
    width = _AROUND + 2 * _LONGEST + _AROUND
    padded = np.concatenate([np.zeros(_AROUND, np.uint32), around.codes, np.zeros(width, np.uint32)])
    column = np.arange(width)[None, :] - _AROUND
    one, two = (middle - start)[:, None], (end - middle)[:, None]
    moved = np.where(column < two, middle[:, None] + column, start[:, None] + column - two)
    source = np.where((column < 0) | (column >= one + two), start[:, None] + column, moved)
    rows = padded[np.minimum(source + _AROUND, len(padded) - 1)]
    wanted = (column >= 0) & (column < (last - start)[:, None])
    gains = np.where(wanted, row_bits(rows, reference), 0.0).sum(axis=1) - (sums[last] - sums[start])
    taken: list[Swap] = []
    covered: set[int] = set()
    good = np.flatnonzero(gains >= _COUNTED)
    for i in good[np.argsort(-gains[good], kind="stable")]:
        places = range(int(start[i]), int(end[i]))
        if covered.isdisjoint(places):
            covered.update(places)
            taken.append(Swap(places.start, int(middle[i]), places.stop, float(gains[i])))
    return sorted(taken, key=lambda swap: swap.start)


def _pairs(folded: Symbols, clean: str) -> npt.NDArray[np.int64]:
    """(pairs, 3) symbols where two neighbouring words of Chinese letters begin, meet and end."""
    found = []
    before = -1
    for word, start, end in rjieba.tokenize(clean):
        if not (_LETTERS[0] <= word[0] < _LETTERS[1]) or end - start > _LONGEST:
            before = -1
            continue
        if before >= 0:
            found.append((before, start, end))
        before = start
    if not found:
        return np.zeros((0, 3), np.int64)
    placed: npt.NDArray[np.int64] = np.searchsorted(folded.places[1:], np.array(found, np.int64)) + 1
    return placed
