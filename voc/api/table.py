"""Rows as CSV that a spreadsheet cannot be tricked with, and as JSON lines."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from voc.api.replies import to_json

BOM = b"\xef\xbb\xbf"
"""Without it spreadsheets take UTF-8 for the local encoding."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

DOCUMENT_COLUMNS: tuple[str, ...] = (
    *("id", "native_id", "source", "kind", "revision", "created_at", "created_at_precision", "day"),
    *("text", "brand", "product", "version", "rating", "nps", "likes", "url", "status", "stage"),
    *("touchpoint", "region", "store", "segment", "author_key", "person", "role", "language"),
    *("sentiment", "sentiment_score", "emotion", "integrity", "integrity_by"),
    *("verdict", "duplicate_of", "counted", "excluded"),
)
MENTION_COLUMNS: tuple[str, ...] = (
    *("id", "document_id", "native_id", "revision", "source", "kind", "created_at", "day", "author_key"),
    *("person", "aspect", "aspect_path", "theme", "clause", "target", "opinion", "sentiment", "score"),
    *("harm", "confidence", "implicit", "product", "document_product", "rating", "url", "counted"),
    *("excluded", "model", "taxonomy"),
)


def neutral(cell: str) -> str:
    """A cell that no spreadsheet runs: an apostrophe before what could begin a formula.

    >>> neutral("=1+1"), neutral("好用")
    ("'=1+1", '好用')
    """
    return "'" + cell if cell.lstrip(" \u3000\ufeff").startswith(_FORMULA) else cell


def csv_lines(rows: Iterable[Mapping[str, Any]], columns: tuple[str, ...]) -> Iterator[bytes]:
    """CSV, a header first; spans are their words, lists are joined by ` › `."""
    yield BOM + _line(columns)
    for row in rows:
        yield _line([_cell(row.get(name)) for name in columns])


def json_lines(rows: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    """One JSON object a line."""
    for row in rows:
        yield to_json(row) + b"\n"


def _line(cells: Iterable[str]) -> bytes:
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow(list(cells))
    return line.getvalue().encode("utf-8", "replace")


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)  # a number of ours: a minus in front is no formula
    if isinstance(value, Mapping):
        return neutral(str(value.get("text", "")))
    if isinstance(value, list | tuple):
        return neutral(" › ".join(map(str, value)))
    return neutral(str(value))
