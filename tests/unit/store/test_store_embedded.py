"""The embedded engine on disk: readers, the lease, what a crash leaves, a damaged folder."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from voc.errors import ConfigError, RetryableError
from voc.store.embedded import EmbeddedStore
from voc.store.masks import select
from voc.types import Document, IndexRows, Query

AT = datetime(2026, 3, 1, tzinfo=UTC)


def rows(number: int, *, version: int, workspace: str = "w", text: str = "电池不耐用") -> IndexRows:
    """One document without mentions."""
    identity = f"d_{number}"
    document = Document(
        id=identity,
        workspace=workspace,
        source="s",
        native_id=str(number),
        kind="review",
        revision=1,
        text_revision=1,
        seq=number,
        text=text,
        clean_text=text,
        created_at=AT,
        created_at_precision="second",
        received_at=AT,
        day="2026-03-01",
        week="2026-02-23",
        month="2026-03",
        author_key=None,
        person=f"p_{number}",
        known_person=False,
    )
    return IndexRows(workspace, identity, version, document)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the index lies."""
    return tmp_path / "index"


@pytest.fixture
def writer(folder: Path) -> Iterator[EmbeddedStore]:
    """A whole index with one document."""
    store = EmbeddedStore.open(folder, writer=True)
    store.apply([rows(1, version=1)])
    store.commit()
    store.mark_rebuilt()
    yield store
    store.close()


def ids_of(store: EmbeddedStore) -> list[str]:
    """Ids listed in workspace w."""
    return [hit.document.id for hit in store.documents(Query("w"), limit=100)]


def test_a_new_index_must_be_filled_from_the_ledger_first(folder: Path) -> None:
    store = EmbeddedStore.open(folder, writer=True)
    assert store.needs_rebuild == "there is no index yet"
    store.apply([rows(1, version=1)])
    store.commit()
    reader = EmbeddedStore.open(folder, writer=False)
    assert reader.needs_rebuild
    assert ids_of(reader) == []
    store.mark_rebuilt()
    reader.refresh()
    assert reader.needs_rebuild is None
    assert ids_of(reader) == ["d_1"]
    store.close()


def test_a_reader_of_nothing_answers_nothing(folder: Path) -> None:
    reader = EmbeddedStore.open(folder, writer=False)
    assert reader.needs_rebuild == "there is no index yet"
    assert reader.documents(Query("w", q="电池", counted=True), limit=3) == []
    assert reader.mentions(Query("w", aspect=("battery",)), limit=3) == []
    assert reader.count_mentions(Query("w")) == reader.version("w") == 0
    assert reader.document("w", "d_1") is None
    assert list(reader.scan("w")) == []
    assert not folder.exists()


def test_a_reader_sees_commits_when_it_refreshes(writer: EmbeddedStore, folder: Path) -> None:
    reader = EmbeddedStore.open(folder, writer=False)
    before = reader.columns("w")
    writer.apply([rows(2, version=2), rows(1, version=3, text="屏幕漂亮")])
    writer.commit()
    assert reader.columns("w") is before
    assert ids_of(reader) == ["d_1"]
    reader.refresh()
    assert ids_of(reader) == ["d_1", "d_2"]
    assert reader.count_documents(Query("w", q="屏幕")) == 1
    assert reader.version("w") == 3
    same = reader.columns("w")
    reader.refresh()
    assert reader.columns("w") is same
    writer.clear("w")
    writer.commit()
    reader.refresh()
    assert ids_of(reader) == []
    assert reader.needs_rebuild


def test_a_listing_and_the_columns_of_one_state_agree_after_a_commit(writer: EmbeddedStore) -> None:
    columns = writer.columns("w")
    writer.apply([rows(1, version=2, text="屏幕漂亮"), rows(2, version=3)])
    writer.commit()
    assert select(columns, Query("w", q="电池")).documents.tolist() == [True]
    assert select(writer.columns("w"), Query("w", q="电池")).documents.tolist() == [False, True]


def test_only_one_writer(writer: EmbeddedStore, folder: Path) -> None:
    with pytest.raises(RetryableError) as caught:
        EmbeddedStore.open(folder, writer=True)
    assert caught.value.code == "VOC-E402"
    other = _child(folder, "EmbeddedStore.open(folder, writer=True)")
    assert other.returncode == 1
    assert "VOC-E402" in other.stderr
    writer.close()
    EmbeddedStore.open(folder, writer=True).close()


def test_a_reader_does_not_write(writer: EmbeddedStore, folder: Path) -> None:
    reader = EmbeddedStore.open(folder, writer=False)
    for attempt in (lambda: reader.apply([]), reader.commit, lambda: reader.clear("w"), reader.mark_rebuilt):
        with pytest.raises(RuntimeError):
            attempt()


@pytest.mark.parametrize(("fault", "kept"), [("index-commit", 1), ("index-committed", 3)])
def test_a_crash_loses_only_what_was_not_committed(
    writer: EmbeddedStore, folder: Path, fault: str, kept: int
) -> None:
    writer.close()
    code = """
store = EmbeddedStore.open(folder, writer=True)
store.apply([rows(2, version=2), rows(3, version=3)])
store.commit()
"""
    child = _child(folder, code, VOC_FAULT=fault)
    assert child.returncode == -signal.SIGKILL
    store = EmbeddedStore.open(folder, writer=True)
    assert store.needs_rebuild is None
    assert store.columns("w").documents.size == kept
    store.apply([rows(number, version=number) for number in (2, 3)])
    store.commit()
    assert ids_of(store) == ["d_1", "d_2", "d_3"]
    assert store.count_documents(Query("w", q="电池")) == 3
    store.close()


def test_a_rebuild_that_was_cut_short_is_done_again(writer: EmbeddedStore, folder: Path) -> None:
    writer.clear("w")
    writer.commit()
    writer.close()
    store = EmbeddedStore.open(folder, writer=True)
    assert store.needs_rebuild == "a rebuild was begun and not finished"
    store.mark_rebuilt()
    store.close()
    store = EmbeddedStore.open(folder, writer=True)
    assert store.needs_rebuild is None
    store.close()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("{", "damaged"),
        ("[]", "damaged"),
        ('{"format": 99}', "format 99"),
        ('{"format": 1, "schema": "other"}', "other fields"),
        ('{"format": 1, "schema": "%s", "index": "../..", "unfinished": null}', "damaged"),
    ],
)
def test_a_description_that_does_not_fit_is_made_anew(
    writer: EmbeddedStore, folder: Path, content: str, reason: str
) -> None:
    from voc.store.tantivy_schema import schema_hash

    writer.close()
    (folder / "index.json").write_text(content.replace("%s", schema_hash()))
    reader = EmbeddedStore.open(folder, writer=False)
    assert reason in (reader.needs_rebuild or "")
    assert ids_of(reader) == []
    store = EmbeddedStore.open(folder, writer=True)
    assert reason in (store.needs_rebuild or "")
    assert ids_of(store) == []
    store.close()


@pytest.mark.parametrize("suffix", [".idx", ".term", ".fast", ".store", ".json"])
@pytest.mark.parametrize("part", [0, 2, None])
def test_damaged_files_are_noticed_and_replaced(
    writer: EmbeddedStore, folder: Path, suffix: str, part: int | None
) -> None:
    writer.close()
    [index] = folder.glob("tantivy-*")
    [path] = [path for path in index.glob(f"*{suffix}") if not path.name.startswith(".")]
    whole = path.read_bytes()
    path.unlink()  # a new file: the old one may still be mapped
    if part is not None:
        path.write_bytes(whole[: len(whole) // part] if part else b"")
    reader = EmbeddedStore.open(folder, writer=False)
    assert "damaged" in (reader.needs_rebuild or "")
    assert ids_of(reader) == []
    store = EmbeddedStore.open(folder, writer=True)
    assert "damaged" in (store.needs_rebuild or "")
    store.apply([rows(2, version=2)])
    store.commit()
    store.mark_rebuilt()
    assert ids_of(store) == ["d_2"]
    assert not index.exists()
    reader.refresh()
    assert ids_of(reader) == ["d_2"]
    store.close()


def test_a_reader_keeps_its_answers_while_the_index_cannot_be_read(
    writer: EmbeddedStore, folder: Path
) -> None:
    reader = EmbeddedStore.open(folder, writer=False)
    writer.close()
    [meta] = folder.glob("tantivy-*/meta.json")
    meta.write_text("{ ")
    with pytest.raises(RetryableError) as caught:
        reader.refresh()
    assert caught.value.code == "VOC-E401"
    assert ids_of(reader) == ["d_1"]


def test_snapshots_are_used_only_where_they_belong(writer: EmbeddedStore, folder: Path) -> None:
    writer.apply([rows(number, version=number) for number in range(2, 3000)])
    writer.apply([rows(5, version=5000, text="屏幕漂亮")])
    writer.commit()
    writer.close()
    [kept] = folder.glob("columns-*/*.npz")
    whole = kept.read_bytes()
    store = EmbeddedStore.open(folder, writer=True)
    store.apply([rows(1, version=6000), rows(7, version=1)])
    store.commit()
    digest = store.digest("w")
    store.close()  # too little for a new snapshot
    assert kept.read_bytes() == whole
    for content in (whole, whole[: len(whole) // 2], b"", whole[:5000] + b"\0" * 100 + whole[5100:]):
        kept.write_bytes(content)
        reader = EmbeddedStore.open(folder, writer=False)
        assert reader.version("w") == 6000
        assert reader.count_documents(Query("w")) == 2999
        assert reader.count_documents(Query("w", q="屏幕")) == 1
        assert reader.digest("w") == digest
    kept.write_bytes(whole)
    store = EmbeddedStore.open(folder, writer=True)
    store.clear("w")
    store.apply([rows(1, version=1)])
    store.commit()
    store.close()
    kept.write_bytes(whole)  # of an earlier generation
    reader = EmbeddedStore.open(folder, writer=False)
    assert ids_of(reader) == ["d_1"]


def test_a_folder_that_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError) as caught:
        EmbeddedStore.open(tmp_path / "file" / "index", writer=True)
    assert caught.value.code == "VOC-E206"


def _child(folder: Path, code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    program = f"""
import sys
from pathlib import Path
sys.path.insert(0, {str(Path(__file__).parent)!r})
from test_store_embedded import EmbeddedStore, rows
folder = Path({str(folder)!r})
{code}
"""
    return subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
