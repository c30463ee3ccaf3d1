"""The main path: claim → text and language → annotations and outbox → index → acknowledged.

Reads top to bottom like the picture in docs/architecture.md. Every arrow can be cut by a crash: what was not
acknowledged is claimed or delivered again, and ids and versions make the second time a no-op.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from zoneinfo import ZoneInfo

from voc.composing import compose
from voc.errors import RetryableError
from voc.faults import point
from voc.flights import Flights, Landed
from voc.language import LanguagePool
from voc.ledger import Ledger
from voc.ledger.nearcopies import NearCopies
from voc.ledger.types import Claimed, Done, Failed, Pending
from voc.nlp.taxonomy import Taxonomy
from voc.ops.garbage import rarely_collected
from voc.store.base import Store
from voc.store.codec import Plain
from voc.task import Task
from voc.text.duplicates import Duplicates

_DELIVER = 2000  # outbox rows sent to the index in one commit


@dataclass(slots=True)
class Progress:
    """What a run did, with the seconds each stage took (language stages: CPU of their processes)."""

    documents: int = 0
    mentions: int = 0
    failed: int = 0
    seconds: dict[str, float] = field(default_factory=dict)

    def spend(self, stage: str, seconds: float) -> None:
        """Add to a stage's share."""
        self.seconds[stage] = self.seconds.get(stage, 0.0) + seconds


class Composer:
    """Index rows from what the ledger keeps, by each workspace's zone and taxonomy."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._taxonomy = lru_cache(maxsize=64)(Taxonomy.load)
        self._workspaces: dict[str, tuple[ZoneInfo, str]] = {}

    def taxonomy_of(self, workspace: str) -> str:
        """Name of the pack a workspace uses."""
        return self._of(workspace)[1]

    def taxonomy(self, workspace: str) -> Taxonomy:
        """The workspace's taxonomy."""
        return self._taxonomy(self._of(workspace)[1])

    def zone(self, workspace: str) -> ZoneInfo:
        """The workspace's time zone."""
        return self._of(workspace)[0]

    def rows(self, pending: Pending) -> Plain:
        """The rows of one outbox entry or one rebuilt document."""
        if pending.deleted or pending.body is None:
            return Plain(pending.workspace, pending.version, pending.document_id, None, ())
        zone, taxonomy = self._of(pending.workspace)
        return compose(
            pending.workspace,
            document_id=pending.document_id,
            version=pending.version,
            body=pending.body,
            facts=pending.context,
            taxonomy=self._taxonomy(taxonomy),
            zone=zone,
        )

    def _of(self, workspace: str) -> tuple[ZoneInfo, str]:
        known = self._workspaces.get(workspace)
        if known is None:
            row = self._ledger.workspace(workspace)
            if row is None:
                raise RetryableError("a workspace vanished", value=workspace, cure="try again")
            known = self._workspaces[workspace] = (ZoneInfo(row.timezone), row.taxonomy)
        return known


class Worker:
    """Takes records through every layer. One at a time holds the embedded index (its store's lease)."""

    def __init__(
        self,
        ledger: Ledger,
        store: Store,
        pool: LanguagePool,
        *,
        name: str,
        batch: int,
        lease_s: float,
        max_attempts: int,
    ) -> None:
        self.ledger = ledger
        self.store = store
        self.pool = pool
        self.composer = Composer(ledger)
        self.progress = Progress()
        self.name = name  # of its claims
        self._near = NearCopies(Duplicates())
        self._batch = batch
        self._lease_s = lease_s
        self._max_attempts = max_attempts
        self._flights = self._new_flights()

    @rarely_collected()
    def run(self, *, on_progress: Callable[[Progress], None] | None = None, stop: Callable[[], bool]) -> int:
        """Work until nothing is left or `stop()`; batches in flight are finished first. Documents done.

        Raises:
            VocError: what nothing can be done about here; claims stay as they are (`Ledger.release`).
        """
        before = self.progress.documents
        self.deliver()
        while True:
            while not stop() and self._flights.room:
                if not self._claim():
                    break
            if stop() and not self._flights.flying and len(self._flights):
                self.ledger.release(self.name)  # what is to be read again: all that is held
                self._flights = self._new_flights()
            if not len(self._flights):
                return self.progress.documents - before
            landed = self._flights.land()
            if landed is None:
                continue
            self._finish(landed)
            self.deliver()
            if on_progress is not None:
                on_progress(self.progress)

    def deliver(self) -> int:
        """Send the outbox to the index and acknowledge what it has on disk; how many documents."""
        sent = 0
        while True:
            began = time.perf_counter()
            waiting = self.ledger.outbox(limit=_DELIVER)
            if not waiting:
                return sent
            rows = [self.composer.rows(pending) for pending in waiting]
            composed = time.perf_counter()
            self.store.apply(rows)
            self.store.commit()
            point("before-ack")
            indexed = time.perf_counter()
            self.ledger.ack([(row.document_id, row.version) for row in rows])
            self.progress.spend("ledger", time.perf_counter() - indexed)
            self.progress.spend("compose", composed - began)
            self.progress.spend("index", indexed - composed)
            self.progress.mentions += sum(len(row.mentions) for row in rows)
            sent += len(rows)
            if len(waiting) < _DELIVER:
                return sent

    def _claim(self) -> bool:
        began = time.perf_counter()
        claimed = self.ledger.claim(self.name, limit=self._batch, lease_s=self._lease_s)
        self.progress.spend("ledger", time.perf_counter() - began)
        if not claimed:
            return False
        self._flights.send(claimed)
        return True

    def _new_flights(self) -> Flights:
        return Flights(self.pool, batch=self._batch, task_of=self._task)

    def _task(self, one: Claimed) -> Task:
        key = self.ledger.sketch_key(one.workspace)
        return Task(one.record, self.composer.taxonomy_of(one.workspace), key)

    def _finish(self, landed: Landed) -> None:
        claimed, annotated, spent = landed.claimed, landed.annotated, landed.spent
        for stage, seconds in (
            ("text", spent.text_s),
            ("language", spent.language_s),
            ("encode", spent.encode_s),
        ):
            self.progress.spend(stage, seconds)
        began = time.perf_counter()
        done = [
            Done(
                item,
                body=found.body,
                signature=found.signature,
                content_chars=found.content_chars,
                sketch=found.sketch,
                text_digest=found.text_digest,
                taxonomy=found.taxonomy,
            )
            for item, found in zip(claimed, annotated, strict=True)
            if found.failure is None
        ]
        if done:
            self.ledger.finish(self.name, done, near=self._near)
        self._fail(
            [
                Failed(item, found.failure, found.reason)
                for item, found in zip(claimed, annotated, strict=True)
                if found.failure is not None
            ]
        )
        self.progress.documents += len(done)
        self.progress.spend("ledger", time.perf_counter() - began)

    def _fail(self, failures: list[Failed]) -> None:
        if failures:
            self.ledger.fail(self.name, failures, max_attempts=self._max_attempts)
            self.progress.failed += len(failures)


def expected_rows(ledger: Ledger, workspace: str, *, composer: Composer | None = None) -> Iterator[Plain]:
    """Every index row the ledger says there should be: what a rebuild writes and `doctor` compares."""
    composer = composer or Composer(ledger)
    for pending in ledger.all_rows(workspace):
        yield composer.rows(pending)


@rarely_collected()
def rebuild(
    ledger: Ledger,
    store: Store,
    *,
    workspaces: Sequence[str],
    on_progress: Callable[[int], None] | None = None,
) -> int:
    """Make the index again from annotations, without a model; how many documents it holds."""
    composer = Composer(ledger)
    written = 0
    for workspace in workspaces:
        store.clear(workspace)
        batch: list[Plain] = []
        for rows in expected_rows(ledger, workspace, composer=composer):
            batch.append(rows)
            if len(batch) == _DELIVER:
                written += _write(store, batch)
                if on_progress is not None:
                    on_progress(written)
        written += _write(store, batch)
    return written


def _write(store: Store, batch: list[Plain]) -> int:
    size = len(batch)
    store.apply(batch)
    store.commit()
    batch.clear()
    return size
