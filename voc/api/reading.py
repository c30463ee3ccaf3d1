"""The index as requests read it: opened once a process, looked at anew before a request, with its `as_of`."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated

from fastapi import Depends, Request

from voc.errors import RetryableError
from voc.nlp.taxonomy import Taxonomy
from voc.runtime import Runtime
from voc.store.base import Store

REFRESH_S = 0.2


@dataclass(frozen=True, slots=True)
class Reading:
    """The store and the ledger sequence that it is sure to hold."""

    store: Store
    as_of: int


class Index:
    """Opens the reader when it is first asked for; safe from several threads."""

    def __init__(self, opened: Runtime, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._opened, self._monotonic = opened, monotonic
        self._lock = threading.Lock()
        self._store: Store | None = None
        self._looked = 0.0
        self._as_of: dict[str, int] = {}

    def at(self, workspace: str) -> Reading:
        """The store, at most 200 ms old.

        Raises:
            RetryableError: VOC-E401, the index is being made again: figures from it would be too small.
        """
        with self._lock:
            now = self._monotonic()
            if self._store is None:
                self._store = self._opened.reader()
                self._as_of = {}
            elif now - self._looked >= REFRESH_S:
                self._as_of = {}
            if workspace not in self._as_of:
                # Asked before looking: what is acknowledged by then is what the look will see.
                as_of = self._opened.ledger.as_of(workspace)
                if not self._as_of:
                    self._looked = now
                self._store.refresh()
                self._as_of[workspace] = as_of
            found = Reading(self._store, self._as_of[workspace])
            # Without anything acknowledged an index that is not there yet is simply empty.
            if found.as_of and self._store.needs_rebuild is not None:
                raise RetryableError(
                    "the index is made again from the ledger",
                    code="VOC-E401",
                    cure="ask again when that is done",
                )
            return found

    def close(self) -> None:
        """Give the files back."""
        with self._lock:
            if self._store is not None:
                self._store.close()
                self._store = None


@lru_cache(maxsize=64)
def taxonomy_of(name: str) -> Taxonomy:
    """A taxonomy, read once a process.

    Raises:
        ConfigError: VOC-E203.
    """
    return Taxonomy.load(name)


def index_of(request: Request) -> Index:
    """The process's reader."""
    index: Index = request.app.state.index
    return index


Indexed = Annotated[Index, Depends(index_of)]
