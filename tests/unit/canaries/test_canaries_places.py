"""Files and their names, what is packed in them, rows, removed documents; what cannot be read is told."""

from __future__ import annotations

import gzip
import io
import os
import sqlite3
import zipfile
import zlib
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import create_engine, text

from voc.canaries.places import Places
from voc.canaries.search import Search
from voc.store.embedded import EmbeddedStore
from voc.types import Document, IndexRows

MOBILE = "13912345678"
PLAIN = MOBILE.encode()


def _scan(folder: Path, words: str = MOBILE) -> tuple[list[str], list[tuple[str, str]]]:
    places = Places(Search([words]))
    places.folder(folder)
    return sorted({hit.place for hit in places.search.hits}), places.unread


def _zip(raw: bytes, *, method: int = zipfile.ZIP_DEFLATED, name: str = "a.txt") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        archive.writestr("first.txt", "nothing")
        archive.writestr(name, raw)
    return out.getvalue()


def _npz(raw: bytes) -> bytes:
    out = io.BytesIO()
    np.savez_compressed(out, words=np.frombuffer(raw, dtype=np.uint8))
    return out.getvalue()


PACKED: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "plain": (lambda raw: raw, "deep/file"),
    "zip": (_zip, "deep/file, entry 2"),
    "stored in a zip": (lambda raw: _zip(raw, method=zipfile.ZIP_STORED), "deep/file, entry 2"),
    "name in a zip": (lambda raw: _zip(b"", name=raw.decode() + ".txt"), "deep/file, entry 2, name"),
    "gzip": (gzip.compress, "deep/file, unpacked"),
    "second part of a gzip": (lambda raw: gzip.compress(b"x") + gzip.compress(raw), "deep/file, unpacked"),
    "gzip in a zip": (lambda raw: _zip(gzip.compress(raw)), "deep/file, entry 2, unpacked"),
    "numpy": (_npz, "deep/file, entry 1"),
}


@pytest.mark.parametrize("kind", sorted(PACKED))
def test_packed_or_not(tmp_path: Path, kind: str) -> None:
    pack, place = PACKED[kind]
    (tmp_path / "deep").mkdir()
    long = b"x" * 3_000_000 if kind != "name in a zip" else b""
    (tmp_path / "deep" / "file").write_bytes(pack(long + PLAIN + long))
    found, unread = _scan(tmp_path)
    assert place in found and unread == []
    (tmp_path / "deep" / "file").write_bytes(pack(long + PLAIN[:-1]))
    assert _scan(tmp_path) == ([], [])


def test_a_name_is_a_place_and_is_not_told(tmp_path: Path) -> None:
    (tmp_path / f"客户{MOBILE}").mkdir()
    (tmp_path / f"客户{MOBILE}" / f"{MOBILE}.csv").write_bytes(PLAIN)
    found, _ = _scan(tmp_path)
    assert found == ["(a name that holds a canary)/(a name that holds a canary)"]


def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "inner.zip").write_bytes(_zip(_zip(PLAIN)))
    (tmp_path / "cut.gz").write_bytes(gzip.compress(os.urandom(100_000))[:-50_000])
    (tmp_path / "cut.zip").write_bytes(_zip(os.urandom(10_000))[:5000])
    (tmp_path / "broken.sqlite").write_bytes(b"SQLite format 3\x00" + bytes(3000))
    found, unread = _scan(tmp_path)
    assert found == []
    assert sorted(place for place, _ in unread) == [
        "broken.sqlite",
        "cut.gz, unpacked",
        "cut.zip",
        "inner.zip, entry 2",
    ]


def test_links_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "outside").write_bytes(PLAIN)
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "link").symlink_to(tmp_path / "outside")
    assert _scan(tmp_path / "home") == ([], [])
    assert _scan(tmp_path / "outside")[0] == ["outside"]


def test_rows_of_tables(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "l.sqlite")) as database, database:
        database.execute(
            'CREATE TABLE "a ""b" (said TEXT, body BLOB, number INTEGER, packed BLOB, none TEXT)'
        )
        far = "x" * 20_000  # on other pages than the beginning: cut in the file
        packed = zlib.compress((far + MOBILE).encode())
        database.execute('INSERT INTO "a ""b" VALUES (?, ?, ?, ?, NULL)', (far + MOBILE, b"", 1, packed))
        database.execute('INSERT INTO "a ""b" VALUES (?, ?, ?, ?, NULL)', ("x^2", PLAIN, int(MOBILE), b""))
        database.execute("CREATE TABLE clean (said TEXT)")
        database.execute("INSERT INTO clean VALUES ('1391234'), ('5678')")
    found, unread = _scan(tmp_path)
    columns = {place.partition(": ")[2] for place in found} - {""}
    assert columns == {'a "b.said', 'a "b.body', 'a "b.number', 'a "b.packed, unpacked'}
    assert unread == []


def test_pages_that_were_freed(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "l.sqlite", isolation_level=None)) as database:
        database.execute("PRAGMA secure_delete=OFF")
        database.execute("CREATE TABLE t (said TEXT)")
        database.execute("INSERT INTO t VALUES (?)", (MOBILE,))
        database.execute("DELETE FROM t")
    assert _scan(tmp_path) == (["l.sqlite"], [])


def test_a_database_on_a_server_is_read_like_one(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'elsewhere'}")
    with engine.begin() as conn:
        conn.execute(text('CREATE TABLE "odd name" (said TEXT, body BLOB)'))
        conn.execute(text('INSERT INTO "odd name" VALUES (:said, :body)'), {"said": MOBILE, "body": b"x"})
    places = Places(Search([MOBILE]))
    places.database(engine)
    engine.dispose()
    assert {hit.place for hit in places.search.hits} == {"database: odd name.said"}


def _document(document: Document, native_id: str, words: str, version: int) -> IndexRows:
    made = replace(document, id=f"d_{native_id}", native_id=native_id, text=words, clean_text=words)
    return IndexRows("w", made.id, version, made)


def test_documents_of_an_index_removed_ones_too(tmp_path: Path, document: Document) -> None:
    store = EmbeddedStore.open(tmp_path / "index", writer=True)
    store.mark_rebuilt()
    store.apply([_document(document, str(number), "续航很好" * 50, number + 1) for number in range(50)])
    store.apply([_document(document, "gone", f"电话{MOBILE}。", 60)])
    store.commit()
    found, unread = _scan(tmp_path)
    assert {place.partition(": ")[2] for place in found} - {""} == {"documents", "words"}
    assert unread == []
    store.apply([IndexRows("w", "d_gone", 61, None)])
    store.commit()
    assert store.document("w", "d_gone") is None
    found, _ = _scan(tmp_path)
    assert [place for place in found if place.endswith(": documents")]
    store.clear("w")
    store.apply([_document(document, "1", "续航很好", 70)])
    store.commit()
    store.close()
    assert _scan(tmp_path) == ([], [])
    assert not [path for path in tmp_path.rglob("*") if path.is_symlink()]  # nothing was laid beside it
