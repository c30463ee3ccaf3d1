"""Distinct people at their worst, counted exactly: n(s) by window, k(node, kind, harm), documents, heat.

A document carries a byte of bits: bit i set when it counts in window i (0 = asked for, 1..6 earlier), bit 7
when it gives heat now (counted, or a collapsed copy). Everything here is sums over these.
Measured, 1 M mentions of 400 k documents on one core of two: see tests/bench; no sort in a ranking.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from voc.insight.frame import Bits, Flags, Pains, People
from voc.insight.harm import EARLIER_WINDOWS, PAIN_LEVELS

Counts = npt.NDArray[np.int64]

NOW = 1
HEAT = 128
_WINDOWS = EARLIER_WINDOWS + 1
_LEVELS = len(PAIN_LEVELS) + 1
# _HAS[b, i]: window i is in the bits b
_HAS: Counts = ((np.arange(128)[:, None] >> np.arange(_WINDOWS)[None, :]) & 1).astype(np.int64)


@dataclass(frozen=True, slots=True)
class Windows:
    """The window asked for and the equally long ones before it that began after the first document."""

    since: int
    until: int
    earlier: int

    @classmethod
    def of(cls, since: int, until: int, *, first: int) -> Windows:
        """`first` is the day of the workspace's first document.

        >>> Windows.of(100, 110, first=85).earlier, Windows.of(100, 110, first=0).earlier
        (1, 6)
        """
        length = max(until - since, 1)
        began = max(0, -(-(since - first) // length) - 1)  # windows whose first day is after `first`
        return cls(since, until, min(EARLIER_WINDOWS, began))

    def span(self, index: int) -> tuple[int, int]:
        """`[start, stop)` of window `index`."""
        length = self.until - self.since
        return self.since - index * length, self.until - index * length

    def bits(self, day: npt.NDArray[Any], *, counted: Flags, heat: Flags) -> Bits:
        """The byte of each document."""
        length = max(self.until - self.since, 1)
        index = (self.until - 1 - day.astype(np.int64)) // length
        inside = (index >= 0) & (index <= self.earlier)
        shift = np.where(inside, index, 0).astype(np.uint8)
        bits = np.where(inside & counted, np.left_shift(np.uint8(1), shift), np.uint8(0)).astype(np.uint8)
        bits[heat & (index == 0)] |= HEAT
        return bits


@dataclass(frozen=True, slots=True)
class Denominators:
    """n: distinct counted people, `by_kind[kind, window]`; `total` of window 0 over kinds."""

    by_kind: Counts
    total: int
    _kind_bits: Bits
    _people: People

    def pooled(self, kinds: Sequence[int]) -> Counts:
        """Distinct people over several kinds together, by window."""
        inside = np.isin(self._people.kind, np.asarray(kinds, dtype=np.int64))
        return _windows(_or(np.where(inside, self._kind_bits, 0), self._people.by_person))


def denominators(people: People, bits: Bits, *, kinds: int) -> Denominators:
    """People behind the counted documents."""
    if people.document.size == 0:
        empty = np.zeros((kinds, _WINDOWS), dtype=np.int64)
        return Denominators(empty, 0, np.zeros(0, dtype=np.uint8), people)
    by_kind = _or(bits[people.document] & 127, people.by_kind)
    table = np.bincount(people.kind * 128 + by_kind, minlength=kinds * 128).reshape(kinds, 128) @ _HAS
    persons = _or(by_kind, people.by_person)
    return Denominators(table, int((persons & NOW).sum()), by_kind, people)


@dataclass(frozen=True, slots=True)
class NodeCounts:
    """Figures of each node of `pains.nodes`."""

    mentions: Counts
    documents: Counts
    heat: Counts
    by_harm: Counts  # (nodes, 5): people at their worst over all kinds
    k: Counts  # (nodes, kinds, windows): people in pain
    worst: Counts  # (nodes, kinds, 5): people of window 0 at their worst within the kind
    people: int  # distinct people in pain over all nodes
    _kind_worst: Bits
    _person_worst: Bits
    _pains: Pains

    def stratum(self, kinds: Sequence[int]) -> Counts:
        """People of window 0 at their worst within several kinds together, (nodes, 5)."""
        if len(kinds) == 1:
            return np.asarray(self.worst[:, kinds[0], :])
        inside = np.isin(self._pains.kind, np.asarray(kinds, dtype=np.int64))
        worst = _max(np.where(inside, self._kind_worst, 0), self._pains.by_person)
        return _levels(self._pains.person_node, worst, len(self._pains.nodes))

    def weighted(self, weight: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Σ weight·harm over people in pain of each node; `weight` by person code."""
        levels = np.asarray((0, *PAIN_LEVELS), dtype=np.float64)
        points = levels[self._person_worst] * weight[self._pains.person]
        sums = np.bincount(self._pains.person_node, points, minlength=len(self._pains.nodes))
        return np.asarray(sums, dtype=np.float64)


def count_nodes(pains: Pains, bits: Bits, *, kinds: int, selected: Flags | None = None) -> NodeCounts:
    """All counts of all nodes.

    Args:
        bits: by document (`Windows.bits`).
        selected: by mention, the pains the question is about; None = all.
    """
    nodes = len(pains.nodes)
    of_pain = bits[pains.document]
    if selected is not None:
        of_pain = np.where(selected[pains.mention], of_pain, np.uint8(0))
    now = of_pain & NOW
    document_bits = _or(of_pain, pains.by_document)
    kind_bits = _or(of_pain & 127, pains.by_kind)
    kind_worst = _max(pains.harm * now, pains.by_kind)
    person_worst = _max(kind_worst, pains.by_person)
    cell = pains.kind_node * kinds + pains.kind
    table = np.bincount(cell * 128 + kind_bits, minlength=nodes * kinds * 128)
    return NodeCounts(
        mentions=np.bincount(pains.node, now, minlength=nodes).astype(np.int64),
        documents=np.bincount(pains.document_node, document_bits & NOW, minlength=nodes).astype(np.int64),
        heat=np.bincount(pains.document_node, document_bits >> 7, minlength=nodes).astype(np.int64),
        by_harm=_levels(pains.person_node, person_worst, nodes),
        k=table.reshape(nodes, kinds, 128) @ _HAS,
        worst=_levels(cell, kind_worst, nodes * kinds).reshape(nodes, kinds, len(PAIN_LEVELS)),
        people=_distinct(pains.person[person_worst > 0]),
        _kind_worst=kind_worst,
        _person_worst=person_worst,
        _pains=pains,
    )


def ratings_without(
    pains: Pains, bits: Bits, rating: npt.NDArray[np.float64], *, selected: Flags | None = None
) -> tuple[npt.NDArray[np.float64], Counts]:
    """(sum, number) of ratings of window 0's counted documents that have a pain on each node; NaN = none."""
    of_pain = bits[pains.document] & NOW
    if selected is not None:
        of_pain = np.where(selected[pains.mention], of_pain, np.uint8(0))
    stars = rating[pains.document_of]
    rated = (_or(of_pain, pains.by_document) > 0) & ~np.isnan(stars)
    nodes = len(pains.nodes)
    sums = np.asarray(
        np.bincount(pains.document_node[rated], stars[rated], minlength=nodes), dtype=np.float64
    )
    return sums, np.bincount(pains.document_node[rated], minlength=nodes).astype(np.int64)


def _or(bits: npt.NDArray[Any], starts: npt.NDArray[np.int64]) -> Bits:
    if bits.size == 0:
        return np.zeros(0, dtype=np.uint8)
    return np.bitwise_or.reduceat(bits.astype(np.uint8, copy=False), starts)


def _max(values: npt.NDArray[Any], starts: npt.NDArray[np.int64]) -> Bits:
    if values.size == 0:
        return np.zeros(0, dtype=np.uint8)
    return np.maximum.reduceat(values.astype(np.uint8, copy=False), starts)


def _distinct(codes: Counts) -> int:
    """How many different codes; by a mark each, which is six times as fast as `np.unique`."""
    marks = np.zeros(int(codes.max(initial=-1)) + 1, dtype=bool)
    marks[codes] = True
    return int(np.count_nonzero(marks))


def _windows(bits: Bits) -> Counts:
    return np.asarray(np.bincount(bits, minlength=128) @ _HAS)


def _levels(group: npt.NDArray[np.int64], worst: Bits, groups: int) -> Counts:
    return np.bincount(group * _LEVELS + worst, minlength=groups * _LEVELS).reshape(groups, _LEVELS)[:, 1:]
