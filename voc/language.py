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
from voc.ops.logging import where
from voc.task import Annotated, Spent, Task
from voc.types import Record

if TYPE_CHECKING:
    from voc.reader import Reader


_CURE = "often too little memory: lower VOC_LANGUAGE_PROCESSES, or free some"
_HARMLESS = Record(text="好")

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
    # Told to whoever asks: a process that ends here would only be made again.
    except VocError as error:
        _unusable = error
    except Exception as error:  # no memory, no file descriptor left; its message may name paths
        what = f"a language process cannot start ({type(error).__name__} at {where(error)})"
        _unusable = RetryableError(what, code="VOC-E403", cure=_CURE)


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


class ProcessEnded(RetryableError):
    """A language process ended while it started or read: whose fault that is, is not known yet."""

    default_code = "VOC-E403"


class LanguagePool:
    """`processes` language processes; 0 works in this one (tests, tiny jobs)."""

    def __init__(self, *, processes: int, profile: str, taxonomies: Sequence[str] = ()) -> None:
        self._settings = (profile, tuple(taxonomies))
        self.processes = processes
        self._pool: ProcessPoolExecutor | None = None
        self._starting: list[Future[tuple[list[Annotated], Spent]]] = []
        self._local: Reader | None = None
        self._made_by: WeakKeyDictionary[Future[tuple[list[Annotated], Spent]], ProcessPoolExecutor] = (
            WeakKeyDictionary()
        )

    def submit(self, tasks: Sequence[Task]) -> Future[tuple[list[Annotated], Spent]]:
        """Start a batch; `result` tells what became of it.

        Raises:
            RetryableError: no process can be made (VOC-E403).
            ConfigError: as `result`, where the work is done in this process.
        """
        if self.processes == 0:
            ready: Future[tuple[list[Annotated], Spent]] = Future()
            ready.set_result(self._here().read(tasks))
            return ready
        return self._submit(tasks)

    def result(self, future: Future[tuple[list[Annotated], Spent]]) -> tuple[list[Annotated], Spent]:
        """Wait for a batch.

        Raises:
            ProcessEnded: a language process died (VOC-E403).
            RetryableError: it cannot start (VOC-E403).
            ConfigError: a model or a taxonomy cannot be used (VOC-E202, VOC-E203).

        After each of them the next submit makes new processes.
        """
        try:
            return future.result()
        except BrokenProcessPool as error:
            self._drop(self._made_by.get(future))
            raise ProcessEnded("a language process ended unexpectedly", cure=_CURE) from error
        except VocError:  # it would say so for ever
            self._drop(self._made_by.get(future))
            raise

    def show(self) -> None:
        """See a process start and read words that harm nobody.

        Raises:
            RetryableError: it ends before it has (VOC-E403): no document is at fault.
            ConfigError: as `result`.
        """
        try:
            self.result(self.submit([Task(_HARMLESS, name) for name in self._settings[1]]))
        except ProcessEnded as error:
            what = "language processes end before they have read anything"
            raise RetryableError(what, code=error.code, cure=_CURE) from error

    def start(self) -> None:
        """Let the processes start and load their models while the caller does something else."""
        if self.processes and not self._starting:
            self._starting = [self._submit(()) for _ in range(self.processes)]

    def warm(self) -> float:
        """Wait until all processes have loaded their models; seconds it took from here."""
        began = time.perf_counter()
        if self.processes == 0:
            self._here().warm(self._settings[1])
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

    def _here(self) -> Reader:
        if self._local is None:
            self._local = _made(self._settings[0])
        return self._local

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
        except OSError as error:  # no memory, no process left
            self._drop(self._pool)
            name = type(error).__name__
            what = f"a language process cannot be made ({name})"
            raise RetryableError(what, code="VOC-E403", cure=_CURE) from error
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
