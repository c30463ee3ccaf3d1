"""Counts neighbours in clean Chinese text and packs the counts into the table that the text layer asks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from voc.text.reference import GAP, Codes, Keys, gap_keys, prints, slots
from voc.text.symbols import keys, symbols

LEAST = {2: 1, 3: 2, 4: 3, GAP: 2}
"""How often a run of an order must have been seen to be kept: rarer ones would not fit."""
SIZE = 1 << 22
_HIGHEST = 15
_SEED = 20261125
_ROUNDS = 4000


def learn(
    texts: Sequence[str], *, size: int = SIZE, least: dict[int, int] | None = None
) -> dict[str, npt.NDArray[np.generic]]:
    """Arrays of a `text.reference.Reference`.

    Raises:
        ValueError: more runs than the table holds.
    """
    return pack([symbols(text).codes for text in texts], size=size, least=least or LEAST)


def pack(folded: Sequence[Codes], *, size: int, least: dict[int, int]) -> dict[str, npt.NDArray[np.generic]]:
    """The same of texts that are folded already."""
    single = np.zeros(0x10000, np.int64)
    total = 0
    for codes in folded:
        np.add.at(single, codes, 1)
        total += len(codes)
    every: list[Keys] = []
    levels: list[npt.NDArray[np.uint16]] = []
    for order, fewest in least.items():
        found = np.concatenate([gap_keys(codes) if order == GAP else keys(codes, order) for codes in folded])
        distinct, counts = np.unique(found, return_counts=True)
        kept = counts >= fewest
        every.append(distinct[kept])
        levels.append(_levels(counts[kept]).astype(np.uint16))
    return {
        "table": _placed(np.concatenate(every), np.concatenate(levels), size),
        "single": np.where(single > 0, _levels(np.maximum(single, 1)), 0).astype(np.uint8),
        "total": np.array([round(float(np.log2(max(1, total))))], np.int32),
    }


def _levels(counts: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    found: npt.NDArray[np.int64] = np.minimum(_HIGHEST, np.floor(np.log2(counts)).astype(np.int64) + 1)
    return found


def _placed(every: Keys, levels: npt.NDArray[np.uint16], size: int) -> npt.NDArray[np.uint16]:
    """Cuckoo hashing with three places a key, all homeless keys moved at once; seeded, so it is the same."""
    if len(every) > 0.9 * size:
        raise ValueError(f"{len(every)} runs do not fit into {size} places")
    random = np.random.default_rng(_SEED)
    places = slots(every, size)
    owner = np.full(size, -1, np.int64)
    homeless = np.arange(len(every))
    for _ in range(_ROUNDS):
        if not len(homeless):
            break
        options = places[:, homeless]
        free = owner[options] < 0
        chosen = np.where(free.any(axis=0), free.argmax(axis=0), random.integers(0, 3, len(homeless)))
        wanted = options[chosen, np.arange(len(homeless))]
        driven = owner[wanted]
        owner[wanted] = homeless  # of several that want one place the last has it
        losers = homeless[owner[wanted] != homeless]
        homeless = np.unique(np.concatenate([losers, driven[driven >= 0]]))
    if len(homeless):
        raise ValueError(f"{len(homeless)} runs found no place")
    held = prints(every) | levels
    table = np.zeros(size, np.uint16)
    taken = owner >= 0
    table[taken] = held[owner[taken]]
    return table
