"""A file into the ledger: batches of rows, refused ones to dead letters, the same file again adds nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from pathlib import Path, PurePath
from typing import Any
from zoneinfo import ZoneInfo

from voc.collect.encoding import Source
from voc.collect.files import read_file, read_ids
from voc.collect.identity import Identity, Occurrences
from voc.collect.rows import FileMapping, Row
from voc.config import Settings
from voc.ledger import Ledger
from voc.ledger.types import Reject
from voc.ops.garbage import rarely_collected
from voc.types import Author, Record

BATCH = 1000
"""Records a transaction."""
_BATCH_BYTES = 8 * 1024 * 1024
_HELD_BYTES = 64 * 1024 * 1024
_REFUSED_KEPT = 1000


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that went to dead letters: where, and why, without anybody's words."""

    place: str
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What became of a file's rows.

    `refused` lists the first 1,000 of `refused_total`; `superseded` counts rows whose id comes again further
    down (the later one was kept); `warnings` counts fields left out because nobody can read them.
    """

    rows: int = 0
    created: int = 0
    revised: int = 0
    unchanged: int = 0
    refused: list[Refused] = field(default_factory=list)
    refused_total: int = 0
    superseded: int = 0
    warnings: Mapping[str, int] = field(default_factory=dict)


@rarely_collected()
def ingest_file(
    ledger: Ledger,
    path: Path | Source,
    *,
    workspace: str,
    source: str | None = None,
    kind: str = "review",
    mapping: FileMapping | None = None,
    settings: Settings,
    exported_at: datetime | None = None,
    on_progress: Callable[[int], None] | None = None,
    mask: Callable[[str], str] = str,
) -> IngestReport:
    """Append a file's records to the ledger, a batch a transaction; `source` is the file's stem by default.

    Of rows with the same id the later one counts. `on_progress` gets the rows read so far. `mask` goes over
    what is kept of names (of the file, its entries and sheets) outside the encrypted records.

    Raises:
        UsageError, SkipRecord: the file as a whole cannot be read (see `files.read_file`).
        FatalError, RetryableError: the ledger cannot be written; batches before are kept, and the same file
            again goes on from there.
    """
    known = ledger.workspace(workspace)
    zone = ZoneInfo(known.timezone if known is not None else settings.timezone)
    source = source or mask(PurePath(path.name).stem)
    run = _Run(ledger, workspace, source, kind, path.name, on_progress, mask)
    repeated = _repeated(path, mapping=mapping, zone=zone, settings=settings)
    identity = Identity(source)
    held: dict[str, Row] = {}
    held_bytes = 0
    try:
        for row in read_file(path, mapping=mapping, zone=zone, exported_at=exported_at, settings=settings):
            if row.record is None:
                run.refuse(row)
                continue
            record = identity.identified(row.record, follows=row.follows)
            if record.native_id in repeated:
                held_bytes += len(row.raw) - len(
                    held[record.native_id].raw if record.native_id in held else b""
                )
                run.superseded += record.native_id in held
                held[record.native_id] = Row(row.place, record, None, row.raw, row.warnings)
                if held_bytes > _HELD_BYTES:
                    run.add_all(held)
                    held_bytes = 0
                continue
            run.add(record, row)
    finally:
        # Also when the rest of the file cannot be read: what was good so far stays.
        run.add_all(held)
        run.flush()
    return run.report()


def preview(
    path: Path,
    *,
    mapping: FileMapping | None = None,
    settings: Settings,
    exported_at: datetime | None = None,
    limit: int = 20,
) -> tuple[dict[str, str], list[dict[str, Any]]]:
    """What the headers of a table are taken for, and how the first rows would be read.

    A row is `{"place", "record"}` or `{"place", "error"}`, plus `warnings`.

    Raises:
        UsageError, SkipRecord: as `ingest_file`.
    """
    zone = ZoneInfo(settings.timezone)
    columns: dict[str, str] = {}
    rows = read_file(
        path, mapping=mapping, zone=zone, exported_at=exported_at, settings=settings, tell=columns.update
    )
    shown = []
    for row in islice(rows, limit):
        line: dict[str, Any] = {"place": row.place}
        if row.record is not None:
            line["record"] = _shown(row.record)
        if row.error is not None:
            line["error"] = {"code": row.error.code, "reason": row.error.what}
        if row.warnings:
            line["warnings"] = [unread(name, exported_at) for name in row.warnings]
        shown.append(line)
    return columns, shown


def unread(name: str, exported_at: datetime | None) -> str:
    """What a warning says: the field that was left out, and what would help."""
    if name != "created_at":
        return f"{name}, which cannot be read"
    if exported_at is None:
        return "created_at: no date, or one that counts from the export (3天前, 11-01): give --exported-at"
    return "created_at, which is no date"


class _Run:
    """One file on its way into the ledger."""

    def __init__(
        self,
        ledger: Ledger,
        workspace: str,
        source: str,
        kind: str,
        file_name: str,
        on_progress: Callable[[int], None] | None,
        mask: Callable[[str], str],
    ) -> None:
        self._ledger = ledger
        self._workspace, self._source, self._kind = workspace, source, kind
        self._mask = mask
        self._file_name = mask(file_name)
        self._on_progress = on_progress
        self._records: list[Record] = []
        self._rejects: list[Reject] = []
        self._bytes = 0
        self._rows = 0
        self._results: Counter[str] = Counter()
        self._refused: list[Refused] = []
        self._refused_total = 0
        self._warnings: Counter[str] = Counter()
        self.superseded = 0

    def add(self, record: Record, row: Row) -> None:
        """Take a good row."""
        self._records.append(record)
        self._warnings.update(row.warnings)
        self._count(row)

    def add_all(self, held: dict[str, Row]) -> None:
        """Take the rows that were held back, and forget them."""
        for row in held.values():
            if row.record is not None:
                self.add(row.record, row)
        held.clear()

    def refuse(self, row: Row) -> None:
        """Take a bad row."""
        code, reason = ("VOC-E300", "") if row.error is None else (row.error.code, row.error.what)
        place, reason = self._mask(row.place), self._mask(reason)
        self._rejects.append(Reject(place=place, code=code, reason=reason, raw=row.raw))
        self._refused_total += 1
        if len(self._refused) < _REFUSED_KEPT:
            self._refused.append(Refused(place, code, reason))
        self._count(row)

    def flush(self) -> None:
        """Write what is waiting, in one transaction with the place reached."""
        if not self._records and not self._rejects:
            return
        receipts = self._ledger.append(
            self._workspace,
            self._source,
            self._kind,
            self._records,
            rejects=self._rejects,
            cursor=f"{self._file_name}:{self._rows}",
        )
        self._results.update(receipt.result for receipt in receipts if not receipt.superseded)
        self._records, self._rejects, self._bytes = [], [], 0
        if self._on_progress is not None:
            self._on_progress(self._rows)

    def report(self) -> IngestReport:
        """The counts."""
        return IngestReport(
            rows=self._rows + self.superseded,
            created=self._results["created"],
            revised=self._results["revised"],
            unchanged=self._results["unchanged"],
            refused=self._refused,
            refused_total=self._refused_total,
            superseded=self.superseded,
            warnings=dict(self._warnings),
        )

    def _count(self, row: Row) -> None:
        self._rows += 1
        self._bytes += len(row.raw)
        if len(self._records) + len(self._rejects) >= BATCH or self._bytes >= _BATCH_BYTES:
            self.flush()


def _repeated(
    path: Path | Source, *, mapping: FileMapping | None, zone: ZoneInfo, settings: Settings
) -> frozenset[str]:
    """Native ids that stand on more than one row.

    Appended as they come they would undo each other every time the file is read again.
    """
    seen = Occurrences()
    found: set[str] = set()
    for native_id in read_ids(path, mapping=mapping, zone=zone, settings=settings):
        if seen.count(hash(native_id)):
            found.add(native_id)
    return frozenset(found)


def _shown(record: Record) -> dict[str, Any]:
    """The fields of a record that hold something, as JSON."""
    fields: Iterator[tuple[str, Any]] = ((name, getattr(record, name)) for name in Record.__slots__)
    return {name: _json(value) for name, value in fields if value not in (None, (), {}, "", Author())}


def _json(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_json(item) for item in value]
    if isinstance(value, Mapping):
        return {key: _json(item) for key, item in value.items()}
    slots = getattr(type(value), "__slots__", None)
    if slots and not isinstance(value, str | int | float):
        return {name: _json(getattr(value, name)) for name in slots if getattr(value, name) is not None}
    return value
