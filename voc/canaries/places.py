"""Where an installation keeps bytes: files, what is packed in them, rows of databases, documents of an index.

Each is fed to a search piece by piece, in flat memory. What cannot be read is told: it is not proven clean.
"""

from __future__ import annotations

import os
import sqlite3
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from sqlalchemy import CursorResult, Engine, inspect, literal_column, select
from sqlalchemy import table as table_of

from voc.canaries.search import Feed, Hit, Search
from voc.db.translate import translated
from voc.errors import VocError
from voc.store import everything

_PIECE = 1 << 20
_SQLITE = b"SQLite format 3\x00"
_ZIP = b"PK\x03\x04"
_GZIP = b"\x1f\x8b"
_ZLIB = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")
_ANY = zlib.MAX_WBITS | 32  # gzip or zlib, as the bytes say
_NAMELESS = "(a name that holds a canary)"


@dataclass
class Places:
    """Feeds places to a search; `unread` holds (place, why) of those that could not be read to their end."""

    search: Search
    unread: list[tuple[str, str]] = field(default_factory=list)
    files: int = 0

    def folder(self, folder: Path, *, told: Callable[[int], object] = lambda _: None) -> None:
        """Every file below a folder (links are not followed), what is packed in it, and its indexes.

        Args:
            told: called with the bytes of files read so far.
        """
        read = 0
        for path in _files(folder):
            place = self._named(path.relative_to(folder) if path != folder else Path(path.name))
            try:
                size = path.stat().st_size
                self._file(path, place)
            except FileNotFoundError:
                continue  # removed meanwhile, as segments of an index are
            except OSError as error:
                self.unread.append((place, error.strerror or type(error).__name__))
                continue
            self.files += 1
            read += size
            told(read)
        for index in everything.indexes(folder):
            self._index(index, self._named(index.relative_to(folder)))

    def database(self, engine: Engine) -> None:
        """Every table of the database, row by row."""
        try:
            with translated(), engine.connect() as conn:
                rows = conn.execution_options(stream_results=True, max_row_buffer=200)
                for table in sorted(inspect(engine).get_table_names()):
                    found: CursorResult[Any] = rows.execute(
                        select(literal_column("*")).select_from(table_of(table))
                    )
                    self._rows(f"database: {table}", list(found.keys()), found)
        except VocError as error:
            self.unread.append(("database", error.what))

    def said(self, place: str, words: bytes) -> None:
        """Bytes that are in no file."""
        feed = self.search.at(place)
        feed.add(words)
        feed.end()

    # ------------------------------------------------------------ files

    def _named(self, path: Path) -> str:
        """The path, without what is looked for: `index/(a name that holds a canary)`."""
        parts = [
            _NAMELESS
            if self.search.found(os.fsencode(part))
            else os.fsencode(part).decode("utf-8", "replace")
            for part in path.parts
        ]
        return "/".join(parts) or "."

    def _file(self, path: Path, place: str) -> None:
        feed = self.search.at(place)
        feed.add(os.fsencode(path.name) + b"\n")
        with path.open("rb") as file:
            head = file.read(len(_SQLITE))
            file.seek(0)
            for piece in _and_then(b"", file):
                feed.add(piece)
            feed.end()
            file.seek(0)
            if head.startswith(_ZIP):
                self._archive(file, place)
            elif head.startswith(_GZIP):
                self._packed(_and_then(b"", file), f"{place}, unpacked")
        if head == _SQLITE:
            self._sqlite(path, place)

    def _archive(self, file: IO[bytes], place: str) -> None:
        try:
            with zipfile.ZipFile(file) as archive:
                for number, entry in enumerate(archive.infolist(), start=1):
                    inside = f"{place}, entry {number}"
                    self.said(f"{inside}, name", entry.filename.encode("utf-8", "surrogatepass"))
                    if not entry.is_dir():
                        self._entry(archive, entry, inside)
        except (zipfile.BadZipFile, ValueError, EOFError) as error:
            self.unread.append((place, f"damaged archive ({type(error).__name__})"))

    def _entry(self, archive: zipfile.ZipFile, entry: zipfile.ZipInfo, place: str) -> None:
        try:
            with archive.open(entry) as file:
                first = file.read(_PIECE)
                if first.startswith(_ZIP):
                    self.unread.append((place, "an archive inside an archive"))
                feed = self.search.at(place)
                for piece in _and_then(first, file):
                    feed.add(piece)
                feed.end()
            if first.startswith(_GZIP):
                with archive.open(entry) as file:
                    self._packed(_and_then(b"", file), f"{place}, unpacked")
        except (RuntimeError, NotImplementedError, zipfile.BadZipFile, zlib.error, EOFError) as error:
            self.unread.append((place, f"cannot be unpacked ({type(error).__name__})"))

    def _packed(self, pieces: Iterable[bytes], place: str) -> None:
        feed = self.search.at(place)
        unpacking = _Unpacking(feed)
        for piece in pieces:
            unpacking.add(piece)
        feed.end()
        if not unpacking.whole:
            self.unread.append((place, "damaged"))

    def _sqlite(self, path: Path, place: str) -> None:
        try:
            # Read-only: else closing it would write the log into the file.
            with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as database:
                database.text_factory = bytes
                names = database.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
                for (raw,) in names.fetchall():
                    name = raw.decode("utf-8", "replace")
                    quoted = name.replace('"', '""')
                    found = database.execute(f'SELECT * FROM "{quoted}"')  # noqa: S608 the file's own name
                    columns = [column[0] for column in found.description]
                    self._rows(f"{place}: {name}", columns, found)
        except sqlite3.Error as error:
            self.unread.append((place, f"tables cannot be read ({type(error).__name__})"))

    # ------------------------------------------------------------ rows and documents

    def _rows(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        feeds = [self.search.at(f"{table}.{column}") for column in columns]
        inside = [self.search.at(f"{table}.{column}, unpacked") for column in columns]
        for row in rows:
            for value, feed, packed in zip(row, feeds, inside, strict=True):
                raw = _bytes(value)
                if raw:
                    feed.add(raw + b"\n")
                    if _is_packed(raw):
                        _Unpacking(packed).add(raw)
                        packed.add(b"\n")
        for feed in (*feeds, *inside):
            feed.end()

    def _index(self, folder: Path, place: str) -> None:
        feed = self.search.at(f"{place}: documents")
        try:
            with everything.opened(folder) as index:
                for blob in index.blobs():
                    feed.add(blob + b"\n")
                for number, word in self.search.words():
                    if index.has_term(word):
                        self.search.hits.add(Hit(f"{place}: words", number, "word"))
        except VocError as error:
            self.unread.append((place, error.what))
        except FileNotFoundError:
            pass  # made again meanwhile, in another folder
        feed.end()


class _Unpacking:
    """Packed bytes in, unpacked ones to a feed, however many they become."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        self._made = zlib.decompressobj(_ANY)
        self._damaged = False

    @property
    def whole(self) -> bool:
        """Whether all of it was there and could be unpacked."""
        return self._made.eof and not self._damaged

    def add(self, piece: bytes) -> None:
        while not self._damaged:
            if self._made.eof:  # gzip: perhaps another member
                if not piece.startswith(_GZIP):
                    return
                self._made = zlib.decompressobj(_ANY)
            try:
                made = self._made.decompress(piece, _PIECE)
            except zlib.error:
                self._damaged = True
                return
            self._feed.add(made)
            piece = self._made.unused_data if self._made.eof else self._made.unconsumed_tail
            if not piece and len(made) < _PIECE:
                return


def _files(folder: Path) -> Iterator[Path]:
    if folder.is_file():
        yield folder
        return
    for place, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            path = Path(place, name)
            if path.is_file() and not path.is_symlink():
                yield path


def _and_then(first: bytes, file: IO[bytes]) -> Iterator[bytes]:
    yield first
    yield from iter(lambda: file.read(_PIECE), b"")


def _is_packed(raw: bytes) -> bool:
    return raw.startswith((_GZIP, *_ZLIB))


def _bytes(value: Any) -> bytes:
    if value is None or isinstance(value, bool):
        return b""
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value)
    return str(value).encode("utf-8", "surrogatepass")
