"""Text and language work in processes of their own: records in, annotations out, models never shared.

The functions at the top run in a language process; `LanguagePool` is how the worker reaches them.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import resource_tracker
from multiprocessing.connection import wait
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from voc.errors import RetryableError, VocError
from voc.ops.garbage import settle
from voc.task import Annotated, Spent, Task

if TYPE_CHECKING:
    from voc.reader import Reader


_reader: Reader | None = None
_unusable: VocError | None = None


def _start(profile: str, taxonomies: tuple[str, ...]) -> None:
    global _reader, _unusable
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_die_with_parent, daemon=True).start()
    try:
        _reader = _made(profile)
        _reader.warm(taxonomies)
        settle()
    except VocError as error:  # told to whoever asks: a process that ends here would only be made again
        _unusable = error


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
    if _unusable is not None:
        raise _unusable
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
        self._made_by: WeakKeyDictionary[Future[tuple[list[Annotated], Spent]], ProcessPoolExecutor] = (
            WeakKeyDictionary()
        )

    def submit(self, tasks: Sequence[Task]) -> Future[tuple[list[Annotated], Spent]]:
        """Start a batch; `result` tells what became of it."""
        if self._local is not None:
            ready: Future[tuple[list[Annotated], Spent]] = Future()
            ready.set_result(self._local.read(tasks))
            return ready
        return self._submit(tasks)

    def result(self, future: Future[tuple[list[Annotated], Spent]]) -> tuple[list[Annotated], Spent]:
        """Wait for a batch.

        Raises:
            RetryableError: a language process died (VOC-E400); new ones are made at the next submit.
            ConfigError: a model or a taxonomy cannot be used (VOC-E202, VOC-E203).
        """
        try:
            return future.result()
        except BrokenProcessPool as error:
            self._drop(self._made_by.get(future))
            raise RetryableError(
                "a language process ended unexpectedly", cure="the batch is tried again; see memory limits"
            ) from error

    def start(self) -> None:
        """Let the processes start and load their models while the caller does something else."""
        if self._local is None and not self._starting:
            self._starting = [self._submit(()) for _ in range(self.processes)]

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

    def _submit(self, tasks: Sequence[Task]) -> Future[tuple[list[Annotated], Spent]]:
        # Processes are made here and inherit the mask: Ctrl-C at a terminal is for us, who end them in order.
        resource_tracker.ensure_running()  # when it starts one it takes SIGINT out of the mask
        held = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            try:
                future = self._executor().submit(_read, tasks)
            except BrokenProcessPool:  # one died since the last batch
                self._drop(self._pool)
                future = self._executor().submit(_read, tasks)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, held)
        if self._pool is not None:
            self._made_by[future] = self._pool
        return future

    def _executor(self) -> ProcessPoolExecutor:
        if self._pool is None:
            self._pool = ProcessPoolExecutor(
                self.processes,
                mp_context=multiprocessing.get_context("spawn"),
                initializer=_start,
                initargs=self._settings,
            )
        return self._pool

    def _drop(self, broken: ProcessPoolExecutor | None) -> None:
        # Batches of a pool that broke fail one after the other: the new pool must outlive the last of them.
        if broken is not None and broken is self._pool:
            self._pool = None
            self._starting = []
            broken.shutdown(wait=False, cancel_futures=True)
