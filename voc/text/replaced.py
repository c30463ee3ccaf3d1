"""Words that look put in place of others: would the other word of a known pair fit its neighbours better?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from voc.text.neighbours import Floats, Neighbours, row_bits
from voc.text.reference import Codes, Reference
from voc.text.symbols import keys

KINDS = ("synonyms", "opposites", "sounds", "measures", "intensifiers")
LONGEST = 4
"""Symbols of the longest word of a pair."""
_AROUND = 3
_DOUBTED = -5.0  # mean bits of a place and what follows it from which on another word is tried
_BETTER = 2  # levels
_COUNTED = 2.0


@dataclass(frozen=True, slots=True)
class Replacement:
    """In place of the symbols `start` to `end`, `likely` gains `gain` bits; `kind` is a place in `KINDS`.

    `pair` tells the same words again.
    """

    start: int
    end: int
    likely: str
    gain: float
    kind: int
    pair: int


class Pairs:
    """Known pairs (found word → likely word), by the key of the found one.

    Arrays: `pair_keys` (p,) sorted keys, `pair_lengths` (p,) of the found word, `pair_words` (p, 4) codes of
    the likely word, 0 behind its end, `pair_kinds` (p,), `pair_odds` (p,) bits by which the likely word is
    commoner anyway, for found words that are common themselves: so much is no gain.
    """

    def __init__(self, arrays: Mapping[str, npt.NDArray[np.generic]]) -> None:
        self._keys = np.asarray(arrays["pair_keys"], np.uint64)
        self._words = np.asarray(arrays["pair_words"], np.uint32)
        self._sizes = (self._words > 0).sum(axis=1)
        self._kinds = np.asarray(arrays["pair_kinds"], np.int64)
        self._odds = np.asarray(arrays["pair_odds"], np.float64)
        self._longest = int(np.asarray(arrays["pair_lengths"]).max(initial=0))

    def replacements(self, around: Neighbours, bits: Floats, reference: Reference) -> list[Replacement]:
        """Those that gain at least 2 bits, the best of those that overlap, in order of place."""
        codes = around.codes
        n = len(codes)
        sums = np.concatenate([[0.0], np.cumsum(bits)])
        starts, lengths, pairs = [], [], []
        for length in range(1, min(self._longest, n - 2) + 1):
            places = np.arange(1, n - length)
            ends = np.minimum(places + length + _AROUND, n)
            places = places[(sums[ends] - sums[places]) / (ends - places) < _DOUBTED]
            found = keys(codes, length)[places]
            left = np.searchsorted(self._keys, found, side="left")
            many = np.searchsorted(self._keys, found, side="right") - left
            starts.append(np.repeat(places, many))
            lengths.append(np.full(int(many.sum()), length))
            pairs.append(_ranges(left, many))
        if not starts:
            return []
        start, size, pair = np.concatenate(starts), np.concatenate(lengths), np.concatenate(pairs)
        if not len(start):
            return []
        hopeful = self._hopeful(around, start, size, pair, reference)
        start, size, pair = start[hopeful], size[hopeful], pair[hopeful]
        if not len(start):
            return []
        gains = self._gains(codes, start, size, pair, sums, reference)
        return self._best(start, size, pair, gains)

    def _hopeful(
        self,
        around: Neighbours,
        start: npt.NDArray[np.int64],
        length: npt.NDArray[np.int64],
        pair: npt.NDArray[np.int64],
        reference: Reference,
    ) -> npt.NDArray[np.bool_]:
        """(c,) whether the likely word's edges are met here more often than those of the found one.

        Two lookups instead of twenty: without it a text of 200 characters takes 2.8 ms, with it 0.9.
        """
        codes = around.codes
        last = np.minimum(start + length, len(codes) - 1)
        words = self._words[pair]
        ends = words[np.arange(len(words)), self._sizes[pair] - 1]
        edges = np.stack([codes[start - 1], words[:, 0], ends, codes[last]], axis=1).reshape(-1)
        likely = reference.of(keys(edges, 2)[::2]).reshape(-1, 2).sum(axis=1)
        found = around.two[start - 1] + around.two[np.minimum(last - 1, len(around.two) - 1)]
        better: npt.NDArray[np.bool_] = likely >= found + _BETTER
        return better

    def _gains(
        self,
        codes: Codes,
        start: npt.NDArray[np.int64],
        length: npt.NDArray[np.int64],
        pair: npt.NDArray[np.int64],
        sums: Floats,
        reference: Reference,
    ) -> Floats:
        """(c,) bits the likely word gains: it and three symbols after it, less those of the found one."""
        n = len(codes)
        width = _AROUND + LONGEST + _AROUND
        padded = np.concatenate([np.zeros(_AROUND, np.uint32), codes, np.zeros(width, np.uint32)])
        column = np.arange(width)[None, :]
        size = self._sizes[pair][:, None]
        behind = column >= _AROUND + size
        source = np.where(behind, start[:, None] + length[:, None] + column - size, start[:, None] + column)
        rows = padded[np.minimum(source, len(padded) - 1)]
        inside = (column >= _AROUND) & ~behind
        words = np.zeros_like(rows)
        words[:, _AROUND : _AROUND + LONGEST] = self._words[pair]
        rows = np.where(inside, words, rows)
        ends = np.minimum(start + length + _AROUND, n)
        rest = ends - start - length
        wanted = (column >= _AROUND) & (column < _AROUND + size + rest[:, None])
        odds = row_bits(rows, reference)
        gains: Floats = np.where(wanted, odds, 0.0).sum(axis=1) - (sums[ends] - sums[start])
        gains -= self._odds[pair]
        return gains

    def _best(
        self,
        start: npt.NDArray[np.int64],
        length: npt.NDArray[np.int64],
        pair: npt.NDArray[np.int64],
        gains: Floats,
    ) -> list[Replacement]:
        taken: list[Replacement] = []
        covered: set[int] = set()
        good = np.flatnonzero(gains >= _COUNTED)
        for i in good[np.argsort(-gains[good], kind="stable")]:
            places = range(int(start[i]), int(start[i] + length[i]))
            if not covered.isdisjoint(places):
                continue
            covered.update(places)
            likely = "".join(chr(code) for code in self._words[pair[i]] if code)
            taken.append(
                Replacement(
                    *(places.start, places.stop, likely),
                    gain=float(gains[i]),
                    kind=int(self._kinds[pair[i]]),
                    pair=int(pair[i]),
                )
            )
        return sorted(taken, key=lambda one: one.start)


def counts(found: Sequence[Replacement], steps: Sequence[float]) -> npt.NDArray[np.int64]:
    """(kinds, steps) how many replacements gain at least so many bits; the same one counts once.

    A writer who likes a rare word writes it again; a spinner seldom chooses the same one twice.
    """
    best: dict[int, Replacement] = {}
    for one in found:
        if one.pair not in best or one.gain > best[one.pair].gain:
            best[one.pair] = one
    table = np.zeros((len(KINDS), len(steps)), np.int64)
    for one in best.values():
        for place, least in enumerate(steps):
            table[one.kind, place] += one.gain >= least
    return table


def _ranges(starts: npt.NDArray[np.int64], many: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """starts[0] … starts[0] + many[0] − 1, starts[1] …: joined."""
    if not len(many):
        return np.zeros(0, np.int64)
    ends = np.cumsum(many)
    return np.arange(int(ends[-1])) - np.repeat(ends - many, many) + np.repeat(starts, many)
