"""Workbooks (XLSX, XLSM, XLSB, XLS, ODS): every sheet with a text column, row by row, within size limits."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO, Any, BinaryIO

import python_calamine as calamine

from voc.collect.delimited import HEADER_LINES, plan_of, rows_of
from voc.collect.encoding import Source
from voc.collect.extent import MOST_CELLS, Extent, TooWide, chunks_of
from voc.collect.fields import Plan
from voc.collect.rows import Reading, Row
from voc.collect.values import plain_number
from voc.errors import SkipRecord, VocError

OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP_MAGIC = b"PK\x03\x04"
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError)


def read_workbook(source: Source, how: Reading) -> Iterator[Row]:
    """Rows of all sheets that have a known text column.

    Raises:
        UsageError: no sheet has one (VOC-E112).
        SkipRecord: damaged, protected, or larger unpacked than the limit (VOC-E309).
    """
    data = _guarded(source, how)
    book = _open(source, data)
    missing: VocError | None = None
    read = 0
    for name in book.sheet_names:
        if how.mapping.sheets and name not in how.mapping.sheets:
            continue
        try:
            for row in _sheet(book, name, source, how):
                read += 1
                yield row
        except VocError as error:
            if error.code != "VOC-E112":
                raise
            missing = missing or error
            continue
        missing = None if read else missing
    if not read and missing is not None:
        raise missing
    if how.mapping.sheets and not set(how.mapping.sheets) & set(book.sheet_names):
        raise _refused(source, "it has none of the sheets the mapping file names")


def _sheet(book: Any, name: str, source: Source, how: Reading) -> Iterator[Row]:
    try:
        sheet = book.get_sheet_by_name(name)
        rows = sheet.iter_rows() if sheet.height else iter(())
        first = sheet.start[0] + 1 if sheet.start else 1
    except VocError:
        raise
    except Exception as error:
        raise _refused(source, f"a sheet cannot be read ({type(error).__name__})") from None
    skip = max(0, (how.mapping.header_row or 1) - 1)
    plan: Plan | None = None
    tried: list[list[str]] = []
    for number, cells in enumerate(rows, start=first):
        if plan is None:
            header = [_heading(cell) for cell in cells]
            if how.mapping.header_row == 0:
                plan = plan_of([str(i) for i in range(1, len(cells) + 1)], source, how)
            elif number - first < skip or not any(header):
                continue
            else:
                tried.append(header)
                plan = Plan(header, how.mapping.columns)
                if not plan.has_text:
                    plan = None
                    if len(tried) >= HEADER_LINES or how.mapping.header_row:
                        break
                elif how.tell is not None:
                    how.tell(plan.columns)
                continue
        raw = "\t".join("" if cell is None else str(cell) for cell in cells).encode("utf-8", "replace")
        yield from rows_of(plan, cells, f"{source.prefix}sheet {name} row {number}", raw, how)
    if plan is None and tried:
        plan_of(max(tried, key=lambda header: sum(map(bool, header))), source, how)


def _heading(cell: Any) -> str:
    if isinstance(cell, float):
        return plain_number(cell)
    return "" if cell is None else str(cell).strip()


def _guarded(source: Source, how: Reading) -> bytes:
    """The workbook's bytes, once it is known that they unpack to no more than the limit."""
    limit = how.max_workbook_bytes
    with source.open() as stream:
        data = stream.read(limit + 1)
    if len(data) > limit:
        raise _too_large(source, limit)
    if data.startswith(ZIP_MAGIC):
        _measure(io.BytesIO(data), source, limit)
    return data


def _measure(stream: BinaryIO, source: Source, limit: int) -> None:
    left = limit

    def counted(inner: IO[bytes]) -> Iterator[bytes]:
        nonlocal left
        for chunk in chunks_of(inner):
            left -= len(chunk)
            if left < 0:
                raise _too_large(source, limit)
            yield chunk

    try:
        with zipfile.ZipFile(stream) as packed:
            entries = packed.infolist()
            if sum(entry.file_size for entry in entries) > limit:
                raise _too_large(source, limit)
            extent = Extent([entry.filename for entry in entries])
            for entry in entries:  # the directory may lie: unpack and count
                with packed.open(entry) as inner:
                    extent.check(entry.filename, counted(inner))
    except TooWide:
        raise SkipRecord(
            f"{source.name} is refused: a cell stands far from the others, a sheet would have more than"
            f" {MOST_CELLS:,} cells",
            code="VOC-E309",
            cure="delete the empty rows and columns, or save it as CSV",
        ) from None
    except _BROKEN as error:
        raise _refused(source, "it is damaged or protected") from error


def _open(source: Source, data: bytes) -> Any:
    try:
        return calamine.load_workbook(io.BytesIO(data))
    except calamine.PasswordError:
        raise _refused(source, "it is protected by a password") from None
    except Exception as error:
        raise _refused(source, f"it is damaged or no workbook ({type(error).__name__})") from None
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # what a panic inside the reader arrives as
            raise
        raise _refused(source, "it is damaged") from None


def _too_large(source: Source, limit: int) -> SkipRecord:
    return SkipRecord(
        f"{source.name} is refused: it is larger than {limit:,} bytes when unpacked",
        code="VOC-E309",
        cure="split it, save it as CSV, or raise max_workbook_bytes",
    )


def _refused(source: Source, why: str) -> SkipRecord:
    return SkipRecord(
        f"{source.name} is refused: {why}", code="VOC-E309", cure="save it again as XLSX or CSV"
    )
