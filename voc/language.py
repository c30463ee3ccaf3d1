"""Text and language work in processes of their own: records in, annotations out, models never shared.

The functions at the top run in a language process; `LanguagePool` is how the worker reaches them.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait
from typing import TYPE_CHECKING

from voc.errors import RetryableError
from voc.task import Annotated, Spent, Task

if TYPE_CHECKING:
    from voc.reader import Reader


_reader: Reader | None = None


def _start(profile: str, taxonomies: tuple[str, ...]) -> None:
    global _reader
    threading.Thread(target=_die_with_parent, daemon=True).start()
    _reader = _made(profile)
    _reader.warm(taxonomies)


def _made(profile: str) -> Reader:
    # Imported here: the models take longer to import than most commands to answer.
    from voc.reader import Reader

    return Reader(profile)


def _die_with_parent() -> None:
    # A worker that is killed must not leave language processes behind.
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def _read(tasks: Sequence[Task]) -> tuple[list[Annotated], Spent]:
    if _reader is None:
        raise RuntimeError("language process was not started")
    return _reader.read(tasks)


class LanguagePool:
    """`processes` language processes; 0 works in this one (tests, tiny jobs)."""

    def __init__(self, *, processes: int, profile: str, taxonomies: Sequence[str] = ()) -> None:
        self._settings = (profile, tuple(taxonomies))
        self.processes = processes
        self._pool: ProcessPoolExecutor | None = None
        self._starting: list[Future[tuple[list[Annotated], Spent]]] = []
        self._local = _made(profile) if processes == 0 else None

    def submit(self, tasks: Sequence[Task]) -> Future[tuple[list[Annotated], Spent]]:
        """Start a batch; the future's result raises RetryableError when a language process died."""
        if self._local is not None:
            ready: Future[tuple[list[Annotated], Spent]] = Future()
            ready.set_result(self._local.read(tasks))
            return ready
        try:
            return self._executor().submit(_read, tasks)
        except BrokenProcessPool as error:
            raise self._broken() from error

    def result(self, future: Future[tuple[list[Annotated], Spent]]) -> tuple[list[Annotated], Spent]:
        """Wait for a batch.

        Raises:
            RetryableError: a language process died; the pool is made anew at the next submit.
        """
        try:
            return future.result()
        except BrokenProcessPool as error:
            raise self._broken() from error

    def start(self) -> None:
        """Let the processes start and load their models while the caller does something else."""
        if self._local is None and not self._starting:
            self._starting = [self._executor().submit(_read, ()) for _ in range(self.processes)]

    def warm(self) -> float:
        """Wait until all processes have loaded their models; seconds it took from here."""
        began = time.perf_counter()
        if self._local is not None:
            self._local.warm(self._settings[1])
        self.start()
        for future in self._starting:
            self.result(future)
        self._starting = []
        return time.perf_counter() - began

    def close(self) -> None:
        """Stop the processes; running batches are abandoned (their claims run out)."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None

    def _executor(self) -> ProcessPoolExecutor:
        if self._pool is None:
            self._pool = ProcessPoolExecutor(
                self.processes,
                mp_context=multiprocessing.get_context("spawn"),
                initializer=_start,
                initargs=self._settings,
            )
        return self._pool

    def _broken(self) -> RetryableError:
        self._pool = None
        return RetryableError(
            "a language process ended unexpectedly", cure="the batch is tried again; see memory limits"
        )
