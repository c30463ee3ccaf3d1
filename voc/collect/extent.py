"""How large a grid a workbook asks for, counted before a reader makes it: two cells may span a terabyte.

The reader holds each sheet as a full grid between its first and its last cell, and a grid that does not fit
into memory ends the process, not the call. A file of 5 KB with a cell in A1 and one in XFD1048576 does that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO

MOST_CELLS = 8_000_000
"""Largest grid of a sheet, about 256 MiB in the reader; a full sheet within the byte limit has half of it."""

_CHUNK = 256 * 1024
_LONGEST_TAG = 1024 * 1024
_LEAD = rb"(?:[^>\"']|\"[^\"]*\"|'[^']*')*?"
_PLACE = re.compile(
    rb"<(?:[\w.-]+:)?(?:c|row)\s" + _LEAD + rb"\br\s*=\s*[\"']\s*\$?([A-Za-z]{0,8})\$?(\d{0,9})"
)
_ROW = re.compile(rb"<(?:[\w.-]+:)?row[\s/>]")
_CELL = re.compile(rb"<(?:[\w.-]+:)?c[\s/>]")
_TABLE = re.compile(
    rb"<(?:[\w.-]+:)?(table|table-row|(?:covered-)?table-cell)(?=[\s/>])((?:[^>\"']|\"[^\"]*\"|'[^']*')*)>"
)
_TIMES = re.compile(rb"number-(?:rows|columns)-repeated\s*=\s*[\"']\s*(\d{1,9})")
_BIFF_SHEET, _BIFF_ROW, _BIFF_CELLS = 145, 0, range(1, 12)


class TooWide(Exception):
    """A sheet spans more than `MOST_CELLS`."""


class Extent:
    """Fed with the parts of a workbook (XLSX, XLSM, XLSB, ODS) as they are unpacked anyway."""

    def __init__(self, names: list[str]) -> None:
        self._binary = any(name.lower().endswith("workbook.bin") for name in names)
        self._ods = "content.xml" in names

    def check(self, name: str, chunks: Iterator[bytes]) -> None:
        """Read a part to its end.

        Raises:
            TooWide: it holds a sheet whose grid is too large.
        """
        if self._ods:
            if name == "content.xml":
                _Open().read(chunks)
        elif self._binary:
            _binary(b"".join(chunks))
        else:
            _Sheet().read(chunks)
        for _ in chunks:
            pass


def chunks_of(stream: IO[bytes]) -> Iterator[bytes]:
    """The bytes of a stream in pieces."""
    while chunk := stream.read(_CHUNK):
        yield chunk


def _tags(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces that end between two tags; raises TooWide where a tag has no end."""
    rest = b""
    for chunk in chunks:
        whole = rest + chunk
        cut = whole.rfind(b"<")
        rest = whole[cut:] if cut >= 0 else b""
        yield whole[:cut] if cut >= 0 else whole
        if len(rest) > _LONGEST_TAG:
            if b">" not in rest:
                raise TooWide
            yield rest
            rest = b""
    yield rest


class _Sheet:
    """A part of an XLSX; without `sheetData` it is no sheet."""

    def __init__(self) -> None:
        self._begun = False
        self._rows = self._columns = 0
        self._unplaced = 0  # cells that say no place stand one after the other
        self._row_cells = 0

    def read(self, chunks: Iterator[bytes]) -> None:
        for piece in _tags(chunks):
            if not self._begun:
                begin = piece.find(b"sheetData")
                if begin < 0:
                    continue
                self._begun, piece = True, piece[begin:]
            self._read(piece)
            if self._rows * max(self._columns, self._unplaced) > MOST_CELLS:
                raise TooWide

    def _read(self, piece: bytes) -> None:
        places = _PLACE.findall(piece)
        columns, rows = {column for column, _ in places}, {row for _, row in places}
        self._columns = max([self._columns, *map(_column, columns)])
        self._rows = max([self._rows, *(int(row or 0) for row in rows)])
        placed = sum(1 for column, _ in places if column)
        if len(_CELL.findall(piece)) > placed:
            first, *more = _ROW.split(piece)
            self._row_cells += len(_CELL.findall(first))
            self._unplaced = max(self._unplaced, self._row_cells)
            for row in more:
                self._row_cells = len(_CELL.findall(row))
                self._unplaced = max(self._unplaced, self._row_cells)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


class _Open:
    """The content of an ODS: rows and cells may be repeated by a number."""

    def __init__(self) -> None:
        self._above = self._rows = self._columns = 0
        self._times = self._left = self._width = 0

    def read(self, chunks: Iterator[bytes]) -> None:
        for piece in _tags(chunks):
            for tag, more in _TABLE.findall(piece):
                found = _TIMES.search(more)
                times = 1 if found is None else int(found[1])
                if tag == b"table":
                    self._end_row()
                    self._above = self._rows = self._columns = self._times = 0
                elif tag == b"table-row":
                    self._end_row()
                    self._times = times
                else:
                    self._left += times
                    if not more.endswith(b"/") or b"value" in more:
                        self._width = (
                            self._left
                        )  # empty cells behind the last one that says something are none
        self._end_row()

    def _end_row(self) -> None:
        self._above += self._times
        if self._width:
            self._rows, self._columns = self._above, max(self._columns, self._width)
        self._left = self._width = 0
        if self._rows * self._columns > MOST_CELLS:
            raise TooWide


def _binary(part: bytes) -> None:
    """A part of an XLSB: records of a number, a length, and their bytes."""
    at, begun, row, rows, columns = 0, False, 0, 0, 0
    if part.startswith(b"\xd0\xcf\x11\xe0"):
        return  # macros
    while at < len(part):
        number, at = _varying(part, at, 2)
        size, at = _varying(part, at, 4)
        value = int.from_bytes(part[at : at + 4], "little")
        begun = begun or number == _BIFF_SHEET
        if begun and number == _BIFF_ROW:
            row = value + 1
        elif begun and number in _BIFF_CELLS:
            rows, columns = max(rows, row), max(columns, value + 1)
            if rows * columns > MOST_CELLS:
                raise TooWide
        at += size


def _varying(part: bytes, at: int, most: int) -> tuple[int, int]:
    number = 0
    for place in range(most):
        byte = part[at] if at < len(part) else 0
        at += 1
        number |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:
            break
    return number, at
