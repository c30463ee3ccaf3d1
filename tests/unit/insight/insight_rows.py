"""A store that holds given rows, and the settings insight asks for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from voc.store.memory import MemoryStore
from voc.types import IndexRows


@dataclass(frozen=True)
class Limits:
    min_people: int = 3
    window_days: int = 90


def store_of(rows: Sequence[IndexRows]) -> MemoryStore:
    store = MemoryStore()
    store.apply(rows)
    store.commit()
    return store
