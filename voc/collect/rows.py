"""What a reader gives for each row of a file, and what every reader needs to know."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from voc.config import Settings
from voc.errors import SkipRecord
from voc.types import Record

RAW_KEPT = 64 * 1024
"""Bytes of a refused line that are kept for the dead letter; a longer line is cut there."""


MOST_COLUMNS = 16_384
"""Columns of a row or fields of a record, as many as a workbook has; more is no table."""


class Row(NamedTuple):
    """One row: a record, or the reason why there is none.

    `place` names it for people (`line 17`, `sheet 评价 row 17`, `a.zip/b.csv line 3`); `raw` is what stood
    there (of refused rows at most `RAW_KEPT` bytes). `warnings` name fields that could not be read and were
    left out. `follows` marks a 追评: it answers the record of the row before.
    """

    place: str
    record: Record | None
    error: SkipRecord | None = None
    raw: bytes = b""
    warnings: tuple[str, ...] = ()
    follows: bool = False
    native_id: str | None = None  # of a quick look (`files.read_ids`), where `record` is None


@dataclass(frozen=True, slots=True)
class FileMapping:
    """What a mapping file says (docs/files.md): it overrides what headers are taken for."""

    columns: Mapping[str, str] = field(default_factory=dict)  # normalised header → field, "" leaves it out
    defaults: Mapping[str, str] = field(default_factory=dict)  # field → value where a row has none
    exported_at: datetime | None = None  # aware
    encoding: str | None = None
    delimiter: str | None = None
    header_row: int | None = None  # 1 = first; 0 = there is none, columns are named 1, 2, 3 …
    sheets: tuple[str, ...] = ()  # empty: every sheet with a text column


NO_MAPPING = FileMapping()


@dataclass(frozen=True, slots=True)
class Reading:
    """How values are read: the workspace's zone, the export time, the mapping and the limits."""

    zone: ZoneInfo
    exported_at: datetime | None = None
    mapping: FileMapping = NO_MAPPING
    only_ids: bool = False  # a quick look: rows hold a native id and nothing else
    tell: Callable[[Mapping[str, str]], None] | None = None  # hears what each header was taken for
    max_text_chars: int = 100_000
    max_line_bytes: int = 16 * 1024 * 1024
    max_json_depth: int = 32
    max_archive_entries: int = 1000
    max_unpacked_bytes: int = 500 * 1024 * 1024
    max_archive_ratio: float = 100.0
    max_workbook_bytes: int = 100 * 1024 * 1024


def reading(
    settings: Settings, *, zone: ZoneInfo, exported_at: datetime | None, mapping: FileMapping | None
) -> Reading:
    """The limits of the settings; an export time given here wins over the mapping file's."""
    mapping = mapping or NO_MAPPING
    return Reading(
        zone=zone,
        exported_at=exported_at or mapping.exported_at,
        mapping=mapping,
        max_text_chars=settings.max_text_chars,
        max_line_bytes=settings.max_line_bytes,
        max_json_depth=settings.max_json_depth,
        max_archive_entries=settings.max_archive_entries,
        max_unpacked_bytes=settings.max_unpacked_bytes,
        max_archive_ratio=settings.max_archive_ratio,
        max_workbook_bytes=settings.max_workbook_bytes,
    )
