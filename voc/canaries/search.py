"""Thousands of byte strings looked for at once in streams of any length: 6 bytes of each tell where to look.

A table of hashed 4-byte beginnings filters every place of a block in numpy, then 6 bytes are compared; only
what is left is looked at one by one. So the cost hardly depends on how many canaries there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from voc.canaries.forms import LEAST_BYTES, forms, squeezed, squeezed_form

_BLOCK = 1 << 20
_BITS = 18  # the table fits a cache
_ODD = np.uint32(0x9E3779B1)
_FILLED = 4  # squeezed words stood in at most so many times their bytes
SQUEEZED = "pulled apart"
"""The form of words that stand with separators, or in full-width digits."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A canary (its place in the list) in one place, and how it stands there. Never its words."""

    place: str
    canary: int
    form: str


class _Needles:
    """Byte strings of at least `LEAST_BYTES`, each with what it stands for."""

    def __init__(self, needles: Iterable[tuple[bytes, int, str]]) -> None:
        self._by_head: dict[bytes, list[tuple[bytes, int, str]]] = {}
        for needle in needles:
            self._by_head.setdefault(needle[0][:LEAST_BYTES], []).append(needle)
        self.longest = max((len(n[0]) for some in self._by_head.values() for n in some), default=0)
        heads = list(self._by_head)
        self._table = np.zeros(1 << _BITS, dtype=bool)
        words = np.asarray([int.from_bytes(head[:4], "little") for head in heads], dtype=np.uint32)
        self._table[_hashed(words)] = True
        self._heads = np.sort(np.asarray([int.from_bytes(h, "little") for h in heads], dtype=np.uint64))

    def found(self, block: bytes) -> set[tuple[int, str]]:
        """(canary, form) of all that stand in the block."""
        if len(block) < LEAST_BYTES or not self._by_head:
            return set()
        found: set[tuple[int, str]] = set()
        for place in self._places(block):
            for raw, canary, form in self._by_head[block[place : place + LEAST_BYTES]]:
                if block.startswith(raw, place):
                    found.add((canary, form))
        return found

    def _places(self, block: bytes) -> list[int]:
        data = np.frombuffer(block, dtype=np.uint8)
        places: list[npt.NDArray[np.int64]] = []
        for shift in range(4):
            words = np.frombuffer(block, dtype="<u4", count=(len(block) - shift) // 4, offset=shift)
            places.append(np.flatnonzero(self._table[_hashed(words)]) * 4 + shift)
        where = np.concatenate(places)
        where = where[where <= len(block) - LEAST_BYTES]
        heads = np.zeros(where.size, dtype=np.uint64)
        for place in range(LEAST_BYTES):
            heads |= data[where + place].astype(np.uint64) << np.uint64(8 * place)
        at = np.searchsorted(self._heads, heads)
        same = self._heads[np.minimum(at, self._heads.size - 1)] == heads
        return [int(one) for one in where[same]]


class Search:
    """Looks for canaries in whatever is fed to it; what it has found is in `hits`."""

    def __init__(self, canaries: Sequence[str]) -> None:
        self._plain = _Needles(
            (raw, number, form) for number, words in enumerate(canaries) for raw, form in forms(words).items()
        )
        apart = ((squeezed_form(words), number) for number, words in enumerate(canaries))
        self._squeezed = _Needles((raw, number, SQUEEZED) for raw, number in apart if raw is not None)
        self._canaries = tuple(canaries)
        self.hits: set[Hit] = set()
        self.bytes = 0

    @property
    def overlap(self) -> int:
        """Bytes of a block that the next one begins with, so that nothing falls between two."""
        return max(self._plain.longest, _FILLED * self._squeezed.longest)

    def words(self) -> Iterator[tuple[int, str]]:
        """(canary, word) as a dictionary of words could hold it: lower case, with separators and without."""
        for number, words in enumerate(self._canaries):
            for written in {words.lower(), squeezed(words.lower().encode("utf-8", "surrogatepass")).decode()}:
                yield number, written

    def found(self, block: bytes) -> set[tuple[int, str]]:
        """(canary, form) of all that stand in some bytes; the plain form goes before the pulled-apart one."""
        found = self._plain.found(block)
        named = {canary for canary, _ in found}
        return found | {hit for hit in self._squeezed.found(squeezed(block)) if hit[0] not in named}

    def at(self, place: str) -> Feed:
        """Where the bytes of one place go."""
        return Feed(self, place)


class Feed:
    """The bytes of one place, in order, in pieces of any length; `end` when that was all."""

    def __init__(self, search: Search, place: str) -> None:
        self._search, self._place = search, place
        self._pieces: list[bytes] = []
        self._size = 0

    def add(self, piece: bytes) -> None:
        """More of the place."""
        self._search.bytes += len(piece)
        for start in range(0, len(piece), _BLOCK):
            part = piece[start : start + _BLOCK]
            self._pieces.append(part)
            self._size += len(part)
            if self._size >= _BLOCK:
                self._look()

    def end(self) -> None:
        """The place ends here."""
        self._look()
        self._pieces, self._size = [], 0

    def _look(self) -> None:
        block = b"".join(self._pieces)
        for canary, form in self._search.found(block):
            self._search.hits.add(Hit(self._place, canary, form))
        tail = block[max(0, len(block) - self._search.overlap) :]
        self._pieces, self._size = [tail], 0


def _hashed(words: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
    return np.asarray((words * _ODD) >> np.uint32(32 - _BITS))
