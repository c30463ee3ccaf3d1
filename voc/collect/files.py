"""Reading a file of feedback, whatever its format: the one door to the readers."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path, PurePosixPath
from zoneinfo import ZoneInfo

from voc.collect.archive import crowded, read_archive
from voc.collect.delimited import read_delimited
from voc.collect.encoding import Source
from voc.collect.jsonl import read_json
from voc.collect.rows import FileMapping, Reading, Row, reading
from voc.collect.workbook import OLE_MAGIC, ZIP_MAGIC, read_workbook
from voc.config import Settings
from voc.errors import SkipRecord, UsageError

DELIMITED = frozenset({".csv", ".tsv", ".txt", ".tab"})
JSON = frozenset({".jsonl", ".ndjson", ".json"})
WORKBOOKS = frozenset({".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"})
ARCHIVES = frozenset({".zip"})
SUPPORTED = DELIMITED | JSON | WORKBOOKS | ARCHIVES
_BUFFER = 256 * 1024


def read_file(
    path: Path | Source,
    *,
    mapping: FileMapping | None,
    zone: ZoneInfo,
    exported_at: datetime | None,
    settings: Settings,
    tell: Callable[[Mapping[str, str]], None] | None = None,
) -> Iterator[Row]:
    """Rows of a file in order; text formats in flat memory, workbooks and archives within their limits.

    `zone` is that of times without one; relative times are resolved against `exported_at` (aware), else
    against the mapping file's. `tell` hears what each header of a table was taken for.

    Raises (on the first step):
        UsageError: missing, a folder (VOC-E108), unknown type (E109), no column for the text (E112).
        SkipRecord: empty, damaged, unknown encoding (E307), archive (E308) or workbook (E309) refused.
    """
    how = reading(settings, zone=zone, exported_at=exported_at, mapping=mapping)
    yield from _dispatch(_source(path), replace(how, tell=tell))


def read_ids(
    path: Path | Source, *, mapping: FileMapping | None, zone: ZoneInfo, settings: Settings
) -> Iterator[str]:
    """The native ids of the rows that have one: a quick look, several times as fast as `read_file`."""
    how = reading(settings, zone=zone, exported_at=None, mapping=mapping)
    for row in _dispatch(_source(path), replace(how, only_ids=True)):
        if row.native_id is not None:
            yield row.native_id


def expand(paths: Sequence[Path]) -> list[Path]:
    """The files themselves, and of each folder the files in it that can be read, by name.

    Raises:
        UsageError: a folder without such a file (VOC-E108).
    """
    found: list[Path] = []
    for path in paths:
        if not _is(path.is_dir):
            found.append(path)
            continue
        try:
            inside = sorted(
                child
                for child in path.iterdir()
                if child.is_file()
                and child.suffix.lower() in SUPPORTED
                and not child.name.startswith((".", "~$"))
            )
        except OSError as error:
            raise _closed("folder", path, error) from error
        if not inside:
            raise UsageError(
                "the folder holds no file that can be read", code="VOC-E108", value=path.name, cure=_types()
            )
        found.extend(inside)
    return found


def _source(path: Path | Source) -> Source:
    if isinstance(path, Source):
        return path
    if _is(path.is_dir):
        raise UsageError(
            "this is a folder, not a file", code="VOC-E108", value=path.name, cure="name its files"
        )
    if not _is(path.is_file):
        raise UsageError("no such file", code="VOC-E108", value=path.name, cure="check the path")
    try:
        with path.open("rb"):
            pass
    except OSError as error:
        raise _closed("file", path, error) from error
    return Source(path.name, lambda: path.open("rb", buffering=_BUFFER))


def _is(asked: Callable[[], bool]) -> bool:
    try:
        return asked()
    except OSError:  # a name longer than the system takes
        return False


def _closed(what: str, path: Path, error: OSError) -> UsageError:
    return UsageError(
        f"the {what} cannot be opened: {error.strerror or type(error).__name__}",
        code="VOC-E108",
        value=path.name,
        cure="check its permissions",
    )


def _dispatch(source: Source, how: Reading) -> Iterator[Row]:
    suffix = PurePosixPath(source.name).suffix.lower()
    if suffix not in SUPPORTED:
        raise UsageError(
            "file type not supported", code="VOC-E109", value=suffix or source.name, cure=_types()
        )
    with source.open() as stream:
        head = stream.read(4096)
    if not head.strip(b"\xef\xbb\xbf\xff\xfe \t\r\n\x00"):
        raise SkipRecord(f"{source.name} is empty", code="VOC-E307", cure="export it again")
    if head.startswith(ZIP_MAGIC):  # what is inside counts, not what it is called
        return (
            read_workbook(source, how) if _is_workbook(source, how) else read_archive(source, how, _dispatch)
        )
    if suffix in ARCHIVES:
        return read_archive(source, how, _dispatch)  # refused there: damaged
    if head.startswith(OLE_MAGIC):
        return read_workbook(source, how)
    if suffix in WORKBOOKS:
        return _misnamed(source, head, how)
    bare = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if suffix in JSON or (suffix == ".txt" and bare.startswith((b"{", b"[{"))):
        return read_json(source, how)
    return read_delimited(source, how)


def _misnamed(source: Source, head: bytes, how: Reading) -> Iterator[Row]:
    """Shops export text or web pages under the name .xls."""
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        raise SkipRecord(
            f"{source.name} is a web page under the name of a workbook",
            code="VOC-E309",
            cure="open it and save it as XLSX or CSV",
        )
    if PurePosixPath(source.name).suffix.lower() != ".xls":
        raise SkipRecord(
            f"{source.name} is refused: it is damaged or no workbook", code="VOC-E309", cure="save it again"
        )
    return read_delimited(source, how)


def _is_workbook(source: Source, how: Reading) -> bool:
    try:
        with source.open() as stream:
            if crowded(stream, how.max_archive_entries):
                return False  # refused as an archive
            with zipfile.ZipFile(stream) as packed:
                names = set(packed.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return PurePosixPath(source.name).suffix.lower() in WORKBOOKS
    return "[Content_Types].xml" in names or "content.xml" in names


def _types() -> str:
    return "CSV, TSV, JSONL, JSON, XLSX, XLS and ZIP are read"
