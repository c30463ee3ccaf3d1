"""ZIP archives of feedback files: limits first, then every entry in order, nothing unpacked to disk."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
from typing import BinaryIO, cast

from voc.collect.encoding import Source
from voc.collect.rows import Reading, Row
from voc.errors import SkipRecord, VocError

_RATIO_FROM = 64 * 1024  # bytes; a smaller entry harms nobody however well it packs
_UNICODE_NAME = 0x800
_ENCRYPTED = 0x1
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError, ValueError)


def read_archive(
    source: Source, how: Reading, read_entry: Callable[[Source, Reading], Iterator[Row]]
) -> Iterator[Row]:
    """Rows of every entry; an entry that cannot be read is one bad row.

    Places read `a.zip/b.csv line 3`. `read_entry` reads a file by its name and content.

    Raises:
        SkipRecord: damaged, encrypted, or over a limit (VOC-E308); nothing was read then.
    """
    with source.open() as stream:
        try:
            packed = zipfile.ZipFile(stream)
        except _BROKEN as error:
            raise _refused(source, "it is damaged") from error
        with packed:
            entries = _admitted(packed, source, how)
            for entry, name in entries:
                yield from _entry(packed, entry, name, source, how, read_entry)


def _entry(
    packed: zipfile.ZipFile,
    entry: zipfile.ZipInfo,
    name: str,
    source: Source,
    how: Reading,
    read_entry: Callable[[Source, Reading], Iterator[Row]],
) -> Iterator[Row]:
    where = f"{source.name}/{name}"

    def opened() -> BinaryIO:
        return cast(BinaryIO, io.BufferedReader(cast(io.RawIOBase, packed.open(entry)), 256 * 1024))

    try:
        with opened() as stream:
            nested = stream.read(4) == b"PK\x03\x04" and name.lower().endswith(".zip")
        if nested:
            raise SkipRecord("an archive inside an archive is not read", code="VOC-E308")
        yield from read_entry(Source(where, opened, f"{where} "), how)
    except VocError as error:
        skipped = error if isinstance(error, SkipRecord) else SkipRecord(error.what, code=error.code)
        yield Row(where, None, skipped, where.encode("utf-8", "replace"))
    except _BROKEN:
        yield Row(where, None, SkipRecord("the entry is damaged", code="VOC-E308"), where.encode())


def _admitted(packed: zipfile.ZipFile, source: Source, how: Reading) -> list[tuple[zipfile.ZipInfo, str]]:
    """The entries to read with their names, after every limit held for all of them."""
    entries = packed.infolist()
    if len(entries) > how.max_archive_entries:
        raise _refused(source, f"it has more than {how.max_archive_entries:,} entries")
    if sum(entry.file_size for entry in entries) > how.max_unpacked_bytes:
        raise _refused(source, f"it unpacks to more than {how.max_unpacked_bytes:,} bytes")
    found = []
    for entry in entries:
        if entry.flag_bits & _ENCRYPTED:
            raise _refused(source, "it is encrypted")
        if entry.file_size > max(_RATIO_FROM, how.max_archive_ratio * max(1, entry.compress_size)):
            raise _refused(source, f"an entry unpacks to more than {how.max_archive_ratio:g} times its size")
        name = _name(entry)
        if not entry.is_dir() and not _hidden(name):
            found.append((entry, name))
    if not found:
        raise _refused(source, "it holds no files")
    return found


def _name(entry: zipfile.ZipInfo) -> str:
    """The entry's name; programs on Chinese Windows write GBK without saying so."""
    if entry.flag_bits & _UNICODE_NAME or entry.filename.isascii():
        return entry.filename
    try:
        return entry.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return entry.filename


def _hidden(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return any(part.startswith(".") or part == "__MACOSX" for part in parts) or name.endswith("Thumbs.db")


def _refused(source: Source, why: str) -> SkipRecord:
    return SkipRecord(
        f"{source.name} is refused: {why}", code="VOC-E308", cure="pack it again, or unpack it first"
    )
