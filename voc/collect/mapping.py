"""Mapping files: YAML or JSON that says which column is which field, where the headers do not."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from voc.collect.dates import parse_when
from voc.collect.headers import FIELDS, field_of, normalise
from voc.collect.rows import FileMapping
from voc.errors import UsageError

_KEYS = frozenset(
    {"columns", "ignore", "defaults", "exported_at", "encoding", "delimiter", "header_row", "sheet", "sheets"}
)
_DELIMITERS = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}
_DEFAULTS = frozenset(
    {
        "brand",
        "product",
        "version",
        "touchpoint",
        "region",
        "store",
        "segment",
        "stage",
        "status",
        "author.role",
    }
)
_MAX_BYTES = 1024 * 1024


def load_mapping(path: Path, *, zone: ZoneInfo | None = None) -> FileMapping:
    """Read a mapping file (docs/files.md); `zone` is that of an `exported_at` without one.

    Raises:
        UsageError: no such file (VOC-E108), or not understood (VOC-E110), naming what.
    """
    if not path.is_file():
        raise UsageError("no such mapping file", code="VOC-E108", value=path.name, cure="check the path")
    try:
        raw = path.read_bytes()
        if len(raw) > _MAX_BYTES:
            raise _wrong("it is larger than 1 MiB")
        text = raw.decode("utf-8-sig")
        given = json.loads(text) if path.suffix.lower() == ".json" else yaml.safe_load(text)
    except (UnicodeDecodeError, ValueError, yaml.YAMLError, RecursionError) as error:
        raise _wrong("it is neither YAML nor JSON in UTF-8") from error
    return mapping_from(given, zone=zone)


def mapping_from(given: Any, *, zone: ZoneInfo | None = None) -> FileMapping:
    """A mapping from its parsed form: the keys of `FileMapping`, or nothing but `header: field` pairs.

    Raises:
        UsageError: not understood (VOC-E110), naming what.
    """
    if not isinstance(given, Mapping) or not given:
        raise _wrong("it is not a table of settings")
    if not set(map(str, given)) & _KEYS:
        given = {"columns": given}
    unknown = [str(key) for key in given if str(key) not in _KEYS]
    if unknown:
        raise _wrong("unknown key", value=unknown[0], cure="one of " + ", ".join(sorted(_KEYS)))
    columns = _columns(_given(given, "columns"))
    for header in _words(given.get("ignore"), "ignore"):
        columns[normalise(header)] = ""
    exported_at = None
    if given.get("exported_at") is not None:
        exported_at, _ = parse_when(given["exported_at"], zone=zone or ZoneInfo("Asia/Shanghai"))
        if exported_at is None:
            raise _wrong("exported_at is not a time", cure="write it as 2026-11-22T09:00:00+08:00")
    header_row = given.get("header_row")
    if header_row is not None and (
        isinstance(header_row, bool) or not isinstance(header_row, int) or header_row < 0
    ):
        raise _wrong("header_row is not a number", cure="1 is the first row, 0 says that there is none")
    encoding = given.get("encoding")
    if encoding is not None and not isinstance(encoding, str):
        raise _wrong("encoding is not a name", cure="utf-8, gb18030, big5 or utf-16")
    return FileMapping(
        columns=columns,
        defaults=_defaults(_given(given, "defaults")),
        exported_at=exported_at,
        encoding=encoding,
        delimiter=_delimiter(given.get("delimiter")),
        header_row=header_row,
        sheets=tuple(_words(given.get("sheets", given.get("sheet")), "sheets")),
    )


def _given(given: Mapping[Any, Any], name: str) -> Any:
    value = given.get(name)
    return {} if value is None else value


def _columns(given: Any) -> dict[str, str]:
    """`header: field`, or `field: header` or `field: [headers]`; a header mapped to nothing is left out."""
    if not isinstance(given, Mapping):
        raise _wrong("columns is not a table", cure="write `header: field`, one a line")
    found: dict[str, str] = {}
    for key, value in given.items():
        key = str(key)
        if value is None or value in ("", "-", "ignore"):
            found[normalise(key)] = ""
        elif isinstance(value, str | int) and (name := _field(str(value))) is not None:
            found[normalise(key)] = name
        elif (name := _field(key)) is not None:
            for header in _words(value, key):
                found[normalise(header)] = name
        else:
            raise _wrong(
                "no such field",
                value=str(value)[:40],
                cure="fields are " + ", ".join(sorted(FIELDS - {"turns"})),
            )
    return found


def _field(name: str) -> str | None:
    if name in FIELDS:
        return name
    known = field_of(name)
    return known[0] if known and name.isascii() else None


def _defaults(given: Any) -> dict[str, str]:
    if not isinstance(given, Mapping):
        raise _wrong("defaults is not a table", cure="write `field: value`, one a line")
    for name in given:
        if name not in _DEFAULTS:
            raise _wrong(
                "no default can be set", value=str(name)[:40], cure="for " + ", ".join(sorted(_DEFAULTS))
            )
    return {str(name): str(value) for name, value in given.items() if value is not None}


def _delimiter(given: Any) -> str | None:
    if given is None:
        return None
    found = _DELIMITERS.get(str(given).lower(), str(given))
    if len(found) != 1 or found in '"\r\n':
        raise _wrong("delimiter is not one character", cure="such as , ; | or tab")
    return found


def _words(given: Any, name: str) -> list[str]:
    if given is None:
        return []
    if isinstance(given, str | int):
        return [str(given)]
    if isinstance(given, list) and all(isinstance(item, str | int) for item in given):
        return [str(item) for item in given]
    raise _wrong(f"{name} is not a list of names")


def _wrong(what: str, *, value: str | None = None, cure: str = "see docs/files.md") -> UsageError:
    return UsageError(f"mapping file: {what}", code="VOC-E110", value=value, cure=cure)
