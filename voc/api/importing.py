"""Imports in the background: one file at a time into the ledger, its job says how far it is.

A file lies sealed in `uploads/` of the home under its job's name and is locked while its import runs. What a
stopped process left there is found unlocked at the next start: the file goes, the job is failed. While the
ledger cannot be written, the end of a job waits to be told.
"""

from __future__ import annotations

import fcntl
import re
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog

from voc.api.uploads import Upload
from voc.collect.encoding import Source
from voc.collect.ingest import IngestReport, ingest_file
from voc.collect.rows import FileMapping
from voc.errors import UsageError, VocError, one_line
from voc.ledger.types import Job, JobError
from voc.ops.backoff import Backoff
from voc.ops.home import unusable
from voc.ops.logging import where
from voc.runtime import Runtime
from voc.text.pii import mask

log = structlog.get_logger("voc.api")
FOLDER = "uploads"
_LINES = frozenset({".csv", ".tsv", ".txt", ".tab", ".jsonl", ".ndjson"})
_LEFT = re.compile(r"(?P<workspace>[a-z0-9][a-z0-9_-]{0,62})~(?P<job>j_[0-9a-f]+)\.[a-z0-9]+\Z")
_NEARLY = 0.99  # the last batch is not committed while it is reported


@dataclass(frozen=True, slots=True)
class Order:
    """A received file and how it is to be read."""

    workspace: str
    source: str
    kind: str
    file_name: str
    received: Upload
    suffix: str
    mapping: FileMapping | None
    exported_at: datetime | None


class _Stopping(Exception):
    """The process is asked to end."""


class Importer:
    """Takes orders; they run one after the other, beside the requests."""

    def __init__(self, opened: Runtime) -> None:
        self._opened = opened
        self._stop = threading.Event()
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="import")

    @property
    def folder(self) -> Path:
        """Where uploads lie."""
        return self._opened.settings.home / FOLDER

    def submit(self, order: Order) -> Job:
        """Queue it; the received file is the importer's from here on."""
        job = self._opened.ledger.create_job(
            order.workspace,
            "import",
            {
                "file": masked(order.file_name),
                "source": order.source,
                "kind": order.kind,
                "bytes": order.received.size,
            },
        )
        path = self.folder / f"{order.workspace}~{job.id}{order.suffix}"
        try:
            order.received.path.rename(path)
        except OSError as error:
            failure = unusable(None, error)
            self._mark(order.workspace, job.id, _failed(failure.code, failure.what), tries=1)
            raise failure from error
        received = Source(order.file_name, lambda: order.received.seal.open(path))

        def work() -> None:
            with order.received.file as held:  # its lock tells other processes that somebody is at work
                end = self._end_of(order, job.id, received)
                held.truncate(0)  # its room may be what is missing; its name is for `recover`
                if self._mark(order.workspace, job.id, end):
                    path.unlink(missing_ok=True)

        self._pool.submit(work)
        return job

    def recover(self) -> None:
        """Clear what an earlier process left: its files go, its jobs are failed."""
        if not self.folder.is_dir():
            return
        for path in sorted(self.folder.iterdir()):
            left = _LEFT.match(path.name)
            stopped = _failed("VOC-E503", _STOPPED)
            with suppress(OSError), path.open("rb") as held:  # else another process receives or reads it
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if left is None or self._mark(left["workspace"], left["job"], stopped, tries=1):
                    path.unlink(missing_ok=True)

    def close(self) -> None:
        """Stop after the batch at hand; what is kept stays kept."""
        self._stop.set()
        self._pool.shutdown(wait=True)

    def _end_of(self, order: Order, job: str, received: Source) -> dict[str, Any]:
        """Read the file; what is to be told of its job."""
        ledger = self._opened.ledger
        try:
            if self._stop.is_set():
                raise _Stopping
            ledger.update_job(order.workspace, job, state="running", progress=0.0)
            report = ingest_file(
                ledger,
                received,
                workspace=order.workspace,
                source=order.source,
                kind=order.kind,
                mapping=order.mapping,
                settings=self._opened.settings,
                exported_at=order.exported_at,
                on_progress=self._teller(order, job, received),
                mask=masked,
            )
        except _Stopping:
            return _failed("VOC-E503", _STOPPED)
        except VocError as error:
            return _failed(error.code, masked(error.what))
        except Exception as error:
            log.error("import failed", job=job, kind=type(error).__name__, at=where(error))
            return _failed("VOC-E503", "internal error, the log names its place")
        return {
            "state": "done",
            "counts": counts_of(report),
            "errors": [JobError(one.place, one.code, one.reason) for one in report.refused],
            "progress": 1.0,
        }

    def _teller(self, order: Order, job: str, received: Source) -> Callable[[int], None]:
        total = _lines_of(received) if order.suffix in _LINES else 0

        def tell(rows: int) -> None:
            progress = min(_NEARLY, rows / total) if total else None
            self._opened.ledger.update_job(order.workspace, job, counts={"rows": rows}, progress=progress)
            if self._stop.is_set():
                raise _Stopping

        return tell

    def _mark(self, workspace: str, job: str, end: dict[str, Any], *, tries: int | None = None) -> bool:
        """Tell the end of a job, again and again while the ledger cannot be written; whether it was told."""
        backoff = Backoff()
        while True:
            try:
                known = self._opened.ledger.job(workspace, job)
                if known is not None and known.state in ("queued", "running"):
                    self._opened.ledger.update_job(workspace, job, **end)
                return True
            except VocError as error:
                pause = backoff.next_s()
                log.error("job cannot be marked", job=job, code=error.code, retry_in_s=pause)
            tries = None if tries is None else tries - 1
            if tries == 0 or self._stop.wait(pause):
                return False


def _failed(code: str, reason: str) -> dict[str, Any]:
    return {"state": "failed", "errors": [JobError("file", code, reason)]}


_STOPPED = "the service stopped; rows so far are kept, send the same file again and it goes on"


def masked(name: str) -> str:
    """A file's name, or a place in it, without personal data: people name files after customers."""
    return mask(one_line(name))[0]


def counts_of(report: IngestReport) -> dict[str, int]:
    """What became of a file's rows."""
    return {
        "rows": report.rows,
        "created": report.created,
        "revised": report.revised,
        "unchanged": report.unchanged,
        "rejected": report.refused_total,
        "superseded": report.superseded,
        "warnings": sum(report.warnings.values()),
    }


def suffix_of(name: str, supported: frozenset[str]) -> str:
    """The file's type by its name.

    Raises:
        UsageError: VOC-E109.
    """
    suffix = Path(name).suffix.lower()
    if suffix not in supported:
        raise UsageError(
            "file type not supported", code="VOC-E109", cure="one of " + " ".join(sorted(supported))
        )
    return suffix


def _lines_of(received: Source) -> int:
    lines = 0
    with received.open() as file:
        while block := file.read(1 << 20):
            lines += block.count(b"\n")
    return lines
