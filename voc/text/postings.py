"""Which texts hold a gram: short lists of numbers in one table, so that no look-up grows with the corpus.

A gram is a slot of the table (grams that share one are only looked at in vain). A slot holds `WIDTH` texts
and refuses more: what stands everywhere tells nothing. So each text is put under its least crowded grams.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

WIDTH = 8
_EMPTY = np.uint32(0xFFFFFFFF)

Slots = npt.NDArray[np.int64]
Texts = npt.NDArray[np.int64]


class Postings:
    """`1 << bits` slots, 33 bytes each. Arrays that come in pairs are of one length, a pair a posting."""

    def __init__(self, bits: int) -> None:
        self.bits = bits
        self._table = np.full((1 << bits, WIDTH), _EMPTY, np.uint32)
        self._filled = np.zeros(1 << bits, np.uint8)
        self._held = 0

    @property
    def nbytes(self) -> int:
        """Memory."""
        return self._table.nbytes + self._filled.nbytes

    @property
    def crowded(self) -> float:
        """Texts a slot, on average."""
        return self._held / len(self._filled)

    def crowd(self, slots: Slots) -> npt.NDArray[np.uint8]:
        """How many texts stand in each."""
        return self._filled[slots]

    def add(self, slots: Slots, texts: Texts) -> None:
        """Put texts into slots; a full one takes no more."""
        order = np.argsort(slots, kind="stable")
        slots, texts = slots[order], texts[order]
        place = self._filled[slots] + ranks(slots)
        fits = place < WIDTH
        slots, place = slots[fits], place[fits]
        self._table[slots, place] = texts[fits]
        self._held += len(slots)
        self._filled[slots] = place + 1  # of equal slots the last one counts, which has the highest place

    def remove(self, slots: Slots, texts: Texts) -> None:
        """Take texts out of slots; those that are not in are left alone."""
        touched, inverse = np.unique(slots, return_inverse=True)
        rows = self._table[touched]
        mine = self._table[slots] == texts[:, None]
        row, column = np.nonzero(mine)
        rows[inverse[row], column] = _EMPTY
        rows.sort(axis=1)  # the empty ones are the highest
        self._table[touched] = rows
        self._held -= len(row)
        self._filled[touched] = (rows != _EMPTY).sum(axis=1)

    def find(self, askers: Texts, slots: Slots, *, votes: int) -> tuple[Texts, Texts]:
        """Who shares at least `votes` slots that are not full with whom: (asker, text), most votes first."""
        telling = self._filled[slots] < WIDTH
        askers, slots = askers[telling], slots[telling]
        texts = self._table[slots]
        there = texts != _EMPTY
        pairs = np.repeat(askers, there.sum(axis=1)) << 32 | texts[there].astype(np.int64)
        pairs.sort()
        starts = np.flatnonzero(np.diff(pairs, prepend=-1))
        count = np.diff(starts, append=len(pairs)).astype(np.int64)
        enough = count >= votes
        pairs, count = pairs[starts[enough]], count[enough]
        order = np.lexsort((pairs, -count, pairs >> 32))
        return pairs[order] >> 32, pairs[order] & 0xFFFFFFFF


def ranks(values: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The place of each of sorted values among its equals: 0, 1, 2 …"""
    if not len(values):
        return np.zeros(0, np.int64)
    index = np.arange(len(values))
    first = np.concatenate(([True], values[1:] != values[:-1]))
    return index - np.maximum.accumulate(np.where(first, index, 0))
