"""How often neighbours stood together in clean Chinese: a compact table, asked for whole texts at once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from voc.registry import Registry
from voc.text.symbols import keys

Codes = npt.NDArray[np.uint32]
Keys = npt.NDArray[np.uint64]
Levels = npt.NDArray[np.int64]

MODELS = ("reference", "integrity")
"""The counts, and the weights learned over them."""
GAP = 5
"""The order of a pair with one symbol between, beside orders 2 to 4."""
_PLACES = 3
_FACTOR = 0xD6E8FEB86659FD93
_SECOND = np.uint64(_FACTOR)
_LEVEL_BITS = 4
_WORD = 2**64 - 1


def slots(found: Keys, size: int) -> npt.NDArray[np.int64]:
    """(3, n) the places of a table of `size` (a power of two) at which a key may stand."""
    mixed = (found ^ (found >> np.uint64(32))) * _SECOND
    mask = np.uint64(size - 1)
    return np.stack([found & mask, (found >> np.uint64(24)) & mask, mixed & mask]).astype(np.int64)


def prints(found: Keys) -> npt.NDArray[np.uint16]:
    """(n,) twelve bits of a key, never 0, shifted past the level's four."""
    mixed = ((found ^ (found >> np.uint64(29))) * _SECOND) >> np.uint64(49)
    return ((mixed % np.uint64(4095)) + np.uint64(1)).astype(np.uint16) << np.uint16(_LEVEL_BITS)


def gap_keys(codes: Codes) -> Keys:
    """(n − 2,) keys of pairs with one symbol between."""
    if len(codes) < 3:
        return np.zeros(0, np.uint64)
    pair = np.stack([codes[:-2], codes[2:]], axis=1).reshape(-1)
    return keys(pair, 2)[::2] ^ np.uint64(0x5BF0_3635)


class Reference:
    """Counts as levels: 0 never (or too seldom to be kept), else 1 + ⌊log2 count⌋, at most 15.

    A key that was never counted passes for a counted one in about 3 of 4,096 × load cases.
    """

    def __init__(self, arrays: Mapping[str, npt.NDArray[np.generic]]) -> None:
        self._table = np.asarray(arrays["table"], np.uint16)
        self._single = np.asarray(arrays["single"], np.uint8)
        self._slots = self._table.data
        self.total = int(np.asarray(arrays["total"])[0])
        """Level of all symbols together."""

    def single(self, codes: Codes) -> Levels:
        """(n,) levels of the symbols themselves."""
        levels: Levels = self._single[np.minimum(codes, len(self._single) - 1)].astype(np.int64)
        return levels

    def levels(self, codes: Codes, order: int) -> Levels:
        """(n − order + 1,) levels of runs of 2, 3 or 4 symbols; (n − 2,) for `GAP`."""
        return self.of(gap_keys(codes) if order == GAP else keys(codes, order))

    def of(self, found: Keys) -> Levels:
        """(n,) levels of keys."""
        if not len(found):
            return np.zeros(0, np.int64)
        held = self._table[slots(found, len(self._table))]
        same = (held & np.uint16(0xFFF0)) == prints(found)
        levels: Levels = np.where(same, held & np.uint16(0xF), 0).max(axis=0).astype(np.int64)
        return levels

    def level(self, found: int) -> int:
        """What `of` gives for one key: for a dozen of them a fifth of its time."""
        mask = len(self._slots) - 1
        mixed = ((found ^ (found >> 32)) * _FACTOR) & mask
        mark = (((((found ^ (found >> 29)) * _FACTOR) & _WORD) >> 49) % 4095 + 1) << _LEVEL_BITS
        level = 0
        for slot in (found & mask, (found >> 24) & mask, mixed):
            held: int = self._slots[slot]
            if held & 0xFFF0 == mark and held & 0xF > level:
                level = held & 0xF
        return level

    def level_of_one(self, code: int) -> int:
        """What `single` gives for one symbol."""
        return int(self._single[min(code, len(self._single) - 1)])


@lru_cache(maxsize=1)
def model() -> Mapping[str, npt.NDArray[np.generic]]:
    """The arrays of both models that travel with the program, read once a process."""
    registry = Registry()
    return {key: array for name in MODELS for key, array in registry.load(name).items()}
