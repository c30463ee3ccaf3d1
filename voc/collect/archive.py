"""ZIP archives of feedback files: limits first, then every entry in order, nothing unpacked to disk."""

from __future__ import annotations

import contextlib
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
from typing import BinaryIO, cast

from voc.collect.encoding import Source
from voc.collect.rows import Reading, Row
from voc.errors import SkipRecord, VocError, one_line

_RATIO_FROM = 64 * 1024  # bytes; a smaller entry harms nobody however well it packs
_DIRECTORY_BYTES = 1024  # of an entry: name, extra field, comment; nobody's is longer on average
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
    if source.prefix:  # whatever it is called
        raise SkipRecord("an archive inside an archive is not read", code="VOC-E308")
    with source.open() as stream:
        if crowded(stream, how.max_archive_entries):
            raise _refused(source, f"it has more than {how.max_archive_entries:,} entries")
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
        yield from read_entry(Source(where, opened, f"{where} "), how)
    except VocError as error:
        skipped = error if isinstance(error, SkipRecord) else SkipRecord(error.what, code=error.code)
        yield Row(where, None, skipped, where.encode("utf-8", "replace"))
    except _BROKEN:
        yield Row(where, None, SkipRecord("the entry is damaged", code="VOC-E308"), where.encode())


def crowded(stream: BinaryIO, entries: int) -> bool:
    """Whether the archive's directory is longer than that of so many entries: opening it reads all of it."""
    return _directory_bytes(stream) > entries * _DIRECTORY_BYTES


def _directory_bytes(stream: BinaryIO) -> int:
    size = stream.seek(0, io.SEEK_END)
    stream.seek(max(0, size - 65_557))  # the end's record, a comment behind it
    tail = stream.read()
    stream.seek(0)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) < at + 22:
        return 0  # damaged: said by whoever opens it
    stated = int.from_bytes(tail[at + 12 : at + 16], "little")
    wide = tail.rfind(b"PK\x06\x06", 0, at)
    if stated != 0xFFFFFFFF or wide < 0:
        return stated
    return int.from_bytes(tail[wide + 40 : wide + 48], "little")  # ZIP64


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
    name = entry.filename
    if not (entry.flag_bits & _UNICODE_NAME or name.isascii()):
        with contextlib.suppress(UnicodeError):
            name = name.encode("cp437").decode("gb18030")
    return one_line(name)


def _hidden(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return any(
        (part.startswith(".") and part != "..") or part == "__MACOSX" for part in parts
    ) or name.endswith("Thumbs.db")


def _refused(source: Source, why: str) -> SkipRecord:
    return SkipRecord(
        f"{source.name} is refused: {why}", code="VOC-E308", cure="pack it again, or unpack it first"
    )
