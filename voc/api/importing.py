"""Imports in the background: one file at a time into the ledger, its job says how far it is.

A file lies sealed in `uploads/` of the home under its job's name and is locked while its import runs. What a
stopped process left there is found unlocked at the next start: the file goes, the job is failed.
"""

from __future__ import annotations

import fcntl
import re
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog

from voc.api.uploads import Upload
from voc.collect.encoding import Source
from voc.collect.ingest import IngestReport, ingest_file
from voc.collect.rows import FileMapping
from voc.errors import UsageError, VocError, one_line
from voc.ledger.types import Job, JobError
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
        order.received.path.rename(path)
        received = Source(order.file_name, lambda: order.received.seal.open(path))

        def work() -> None:
            with order.received.file:  # its lock tells other processes that somebody is at work
                try:
                    self._run(order, job.id, received)
                finally:
                    path.unlink(missing_ok=True)

        self._pool.submit(work)
        return job

    def recover(self) -> None:
        """Clear what an earlier process left: its files go, its jobs are failed."""
        if not self.folder.is_dir():
            return
        for path in sorted(self.folder.iterdir()):
            try:
                with path.open("rb") as held:
                    fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    path.unlink(missing_ok=True)
            except OSError:
                continue  # another process receives or reads it
            left = _LEFT.match(path.name)
            if left is not None:
                self._fail(left["workspace"], left["job"], "VOC-E503", _STOPPED)

    def close(self) -> None:
        """Stop after the batch at hand; what is kept stays kept."""
        self._stop.set()
        self._pool.shutdown(wait=True)

    def _run(self, order: Order, job: str, received: Source) -> None:
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
            self._fail(order.workspace, job, "VOC-E503", _STOPPED)
        except VocError as error:
            self._fail(order.workspace, job, error.code, masked(error.what))
        except Exception as error:
            log.error("import failed", job=job, kind=type(error).__name__, at=where(error))
            self._fail(order.workspace, job, "VOC-E503", "internal error, the log names its place")
        else:
            ledger.update_job(
                order.workspace,
                job,
                state="done",
                counts=counts_of(report),
                errors=[JobError(one.place, one.code, one.reason) for one in report.refused],
                progress=1.0,
            )

    def _teller(self, order: Order, job: str, received: Source) -> Callable[[int], None]:
        total = _lines_of(received) if order.suffix in _LINES else 0

        def tell(rows: int) -> None:
            progress = min(_NEARLY, rows / total) if total else None
            self._opened.ledger.update_job(order.workspace, job, counts={"rows": rows}, progress=progress)
            if self._stop.is_set():
                raise _Stopping

        return tell

    def _fail(self, workspace: str, job: str, code: str, reason: str) -> None:
        try:
            known = self._opened.ledger.job(workspace, job)
            if known is not None and known.state in ("queued", "running"):
                self._opened.ledger.update_job(
                    workspace, job, state="failed", errors=[JobError("file", code, reason)]
                )
        except VocError as error:
            log.error("job cannot be marked", job=job, code=error.code)


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
