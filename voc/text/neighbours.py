"""How well the symbols of a text stand together by the reference: levels, odds, counts of odd places."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from voc.text.reference import Codes, Levels, Reference, gap_keys
from voc.text.symbols import PICTURE, keys

Floats = npt.NDArray[np.float64]

STEP = 1.3
"""Bits that a guess from a shorter run costs."""
_BOXES = (13 * 7, 12 * 6, 11 * 5, 12 * 5, 16)
BOXES = sum(_BOXES)
"""Length of `Neighbours.boxes`."""


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Levels of a text's runs: `one[i]` of symbol i, `two[i]` of i and i + 1, …; `gap[i]` of i and i + 2."""

    codes: Codes
    one: Levels
    two: Levels
    three: Levels
    four: Levels
    gap: Levels

    def bits(self, total: int) -> Floats:
        """(n,) log2 of the odds of each symbol after those before it; the first is 0.

        From the longest run that was counted; a shorter one costs `STEP` bits (stupid backoff, Brants 2007).
        """
        n = len(self.codes)
        found: Floats = self.one.astype(np.float64) - total - 3 * STEP
        found[0] = 0.0
        for width, (run, before) in enumerate(
            ((self.two, self.one), (self.three, self.two), (self.four, self.three)), start=1
        ):
            known = run > 0
            guess = run - np.maximum(before[: len(run)], run) - (3 - width) * STEP
            found[width:] = np.where(known, guess, found[width:n])
        return found

    def boxes(self) -> Floats:
        """(BOXES,) shares of places by expected level and level: of runs of 2, 3, 4, of gaps, of symbols.

        The expected level of a run is what its parts say; a run that should be common and was never seen
        is what replaced and reordered words leave behind.
        """
        letters = self.codes > PICTURE
        parts = []
        pairs = letters[:-1] & letters[1:]
        expected = np.clip(self.one[:-1] + self.one[1:] - 24, -4, 8)
        parts.append(_shares(expected + 4, np.clip(self.two, 0, 6), pairs, 13, 7))
        solid = letters.astype(np.int64)
        near = solid[:-2] + solid[1:-1] + solid[2:] >= 2
        expected = np.clip(self.two[:-1] + self.two[1:] - self.one[1:-1], -2, 9)
        parts.append(_shares(expected + 2, np.clip(self.three, 0, 5), near, 12, 6))
        wide = solid[:-3] + solid[1:-2] + solid[2:-1] + solid[3:] >= 3
        expected = np.clip(self.three[:-1] + self.three[1:] - self.two[1:-1], -2, 8)
        parts.append(_shares(expected + 2, np.clip(self.four, 0, 4), wide, 11, 5))
        parts.append(_shares(np.clip(self.gap, 0, 11), np.clip(self.three, 0, 4), letters[1:-1], 12, 5))
        parts.append(_shares(np.minimum(self.one, 15), np.zeros_like(self.one), letters, 16, 1))
        return np.concatenate(parts)


def neighbours(codes: Codes, reference: Reference) -> Neighbours:
    """Ask the reference once for all runs of a folded text of at least four symbols."""
    asked = [keys(codes, 2), keys(codes, 3), keys(codes, 4), gap_keys(codes)]
    ends = np.cumsum([len(part) for part in asked])
    two, three, four, gap = np.split(reference.of(np.concatenate(asked)), ends[:-1])
    return Neighbours(codes, reference.single(codes), two, three, four, gap)


def row_bits(rows: Codes, reference: Reference) -> Floats:
    """(c, w) what `Neighbours.bits` gives, for many short rows at once; the first three columns are 0."""
    count = len(rows)
    asked = [_row_keys(rows, order) for order in (2, 3, 4)]
    flat = reference.of(np.concatenate([part.reshape(-1) for part in asked]))
    ends = np.cumsum([part.size for part in asked])
    two, three, four = (part.reshape(count, -1) for part in np.split(flat, ends[:-1]))
    one = reference.single(rows)
    found: Floats = one.astype(np.float64) - reference.total - 3 * STEP
    for step, (run, before) in enumerate(((two, one), (three, two), (four, three)), start=1):
        guess = run - np.maximum(before[:, : run.shape[1]], run) - (3 - step) * STEP
        found[:, step:] = np.where(run > 0, guess, found[:, step:])
    return found


def _row_keys(rows: Codes, order: int) -> npt.NDArray[np.uint64]:
    """(c, w − order + 1) the keys of `symbols.keys` for each row."""
    usable = rows.shape[1] - order + 1
    rolling = np.full((rows.shape[0], usable), np.uint64(order))
    for step in range(order):
        rolling = (rolling ^ rows[:, step : step + usable].astype(np.uint64)) * np.uint64(0x9E3779B97F4A7C15)
        rolling ^= rolling >> np.uint64(29)
    return rolling


def _shares(rows: Levels, columns: Levels, where: npt.NDArray[np.bool_], height: int, width: int) -> Floats:
    counted = np.bincount((rows * width + columns)[where], minlength=height * width)
    shares: Floats = counted / max(1, int(where.sum()))
    return shares
