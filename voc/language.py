"""Text and language work in processes of their own: records in, annotations out, models never shared.

The functions at the top run in a language process; `LanguagePool` is how the worker reaches them.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing.connection import wait
from typing import Any

from voc.annotations import encode
from voc.errors import RetryableError, VocError
from voc.nlp.catalogue import Catalogue
from voc.nlp.engine import Engine
from voc.text.language import language_of
from voc.text.source import raw_text
from voc.text.stage import TextStage
from voc.types import Record


@dataclass(frozen=True, slots=True)
class Task:
    """One record to be read. `taxonomy` is the pack's name or file."""

    record: Record
    taxonomy: str


@dataclass(frozen=True, slots=True)
class Annotated:
    """What came of one record: an annotation body, or why there is none."""

    body: bytes = b""
    signature: str = ""
    content_chars: int = 0
    text_digest: str = ""
    taxonomy: str = ""
    failure: str | None = None  # error code
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds of one batch by stage, measured in the language process."""

    text_s: float
    language_s: float
    encode_s: float


class Reader:
    """Text stage and engines of one process; engines are loaded once for each taxonomy."""

    def __init__(self, profile: str) -> None:
        self._profile = profile
        self._stage = TextStage()
        self._engines: dict[str, Engine] = {}
        self._competitors: dict[str, frozenset[str]] = {}

    def warm(self, taxonomies: Sequence[str]) -> None:
        """Load the models before the first batch."""
        for name in taxonomies:
            self._engine(name)

    def read(self, tasks: Sequence[Task]) -> tuple[list[Annotated], Spent]:
        """Annotate a batch. A record that breaks a stage becomes a failure, the others go on."""
        try:
            return self._read(tasks)
        except VocError as error:
            if len(tasks) == 1:
                return [Annotated(failure=error.code, reason=error.what)], Spent(0, 0, 0)
        except Exception as error:  # recorded: becomes the reason of a dead letter, without the words
            if len(tasks) == 1:
                reason = f"{type(error).__name__} in the text or language stage"
                return [Annotated(failure="VOC-E306", reason=reason)], Spent(0, 0, 0)
        parts = [self.read([task]) for task in tasks]
        spent = Spent(
            sum(p[1].text_s for p in parts),
            sum(p[1].language_s for p in parts),
            sum(p[1].encode_s for p in parts),
        )
        return [p[0][0] for p in parts], spent

    def _read(self, tasks: Sequence[Task]) -> tuple[list[Annotated], Spent]:
        began = time.perf_counter()
        cleans = [self._stage.clean(raw_text(task.record)) for task in tasks]
        cleaned = time.perf_counter()
        analyses: list[Any] = [None] * len(tasks)
        for taxonomy in dict.fromkeys(task.taxonomy for task in tasks):
            rows = [i for i, task in enumerate(tasks) if task.taxonomy == taxonomy]
            found = self._engine(taxonomy).analyse(
                [cleans[i] for i in rows], [tasks[i].record.product for i in rows]
            )
            for i, analysis in zip(rows, found, strict=True):
                analyses[i] = analysis
        analysed = time.perf_counter()
        done = [
            Annotated(
                body=encode(
                    task.record,
                    clean,
                    analysis,
                    mask=self._mask,
                    competitors=self._competitors[task.taxonomy],
                    language=language_of(clean.clean),
                ),
                signature=clean.signature,
                content_chars=sum(map(str.isalnum, clean.clean)),
                text_digest=hashlib.sha256(clean.text.encode()).hexdigest(),
                taxonomy=analysis.taxonomy,
            )
            for task, clean, analysis in zip(tasks, cleans, analyses, strict=True)
        ]
        encoded = time.perf_counter()
        return done, Spent(cleaned - began, analysed - cleaned, encoded - analysed)

    def _mask(self, value: str) -> str:
        # Short words without digits or @ cannot hold an identifier that the basic masker knows.
        if value.isalpha() and "@" not in value:
            return value
        return self._stage.clean(value).text

    def _engine(self, taxonomy: str) -> Engine:
        engine = self._engines.get(taxonomy)
        if engine is None:
            catalogue = Catalogue.for_taxonomy(taxonomy)
            engine = Engine.load(profile=self._profile, taxonomy=taxonomy, catalogue=catalogue)
            self._engines[taxonomy] = engine
            self._competitors[taxonomy] = catalogue.competitors if catalogue else frozenset()
        return engine


_reader: Reader | None = None


def _start(profile: str, taxonomies: tuple[str, ...]) -> None:
    global _reader
    threading.Thread(target=_die_with_parent, daemon=True).start()
    _reader = Reader(profile)
    _reader.warm(taxonomies)


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
        self._local = Reader(profile) if processes == 0 else None

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

    def warm(self) -> float:
        """Start all processes and load their models; seconds it took."""
        began = time.perf_counter()
        if self._local is not None:
            self._local.warm(self._settings[1])
        else:
            for future in [self._executor().submit(_read, ()) for _ in range(self.processes)]:
                self.result(future)
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
