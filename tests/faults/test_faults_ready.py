"""`/readyz` in every fault: which part, which code; `/healthz` stays well; logs are events without words."""

from __future__ import annotations

import logging
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from fault_desk import reviews
from small_disk import WORD, Service, events, service
from voc_program import Program

from voc.cli import main
from voc.ops import home
from voc.ops import logging as events_of
from voc.ops.health import Readiness
from voc.store.sidecar import NAME

WELL = {"ledger": "ok", "index": "ok", "disk": "ok", "worker": "idle"}


@pytest.fixture
def voc(tmp_path: Path) -> Iterator[Service]:
    """A service with something in it."""
    with service(tmp_path / "home") as made:
        assert made.push(30).status_code == 202
        assert made.work() == []
        assert made.ready() == (200, "ready", WELL)
        yield made


def _ledger(voc: Service) -> Path:
    return voc.opened.settings.home / "ledger.sqlite"


@pytest.mark.parametrize("instead", ["nothing", "a folder", "another file"])
def test_a_ledger_that_was_moved_takes_nothing(
    instead: str, voc: Service, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = _ledger(voc)
    aside = [(one, tmp_path / one.name) for one in path.parent.glob("ledger.sqlite*")]
    for one, place in aside:
        one.rename(place)
    if instead == "a folder":
        path.mkdir()
    if instead == "another file":
        path.write_bytes(b"")
    for _ in range(2):
        status, word, parts = voc.ready()
        assert (status, word, parts["ledger"], parts["disk"]) == (503, "not ready", "VOC-E400", "ok")
        refused = voc.push(5)
        assert (refused.status_code, refused.json()["code"]) == (503, "VOC-E400")
    assert len(list(path.parent.glob("ledger.sqlite*"))) == (instead != "nothing"), "a ledger was made"
    if path.exists():
        (path.rmdir if path.is_dir() else path.unlink)()
    for one, place in aside:
        place.rename(one)
    assert voc.ready() == (200, "ready", WELL)
    assert voc.push(5).status_code == 202
    assert voc.work() == []
    voc.proven()
    events(capsys.readouterr().err)


def test_a_ledger_that_is_locked_is_told_in_time(voc: Service) -> None:
    readiness: Readiness = voc.client.app.state.readiness
    readiness._patience_s = 0.1
    voc.opened.ledger._book.engine.dispose()
    with closing(sqlite3.connect(_ledger(voc), isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode=EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        for _ in range(3):  # who asks again does not wait behind the first
            status, _, parts = voc.ready()
            assert (status, parts["ledger"], parts["disk"]) == (503, "VOC-E411", "ok")
        other.execute("ROLLBACK")
    readiness._patience_s = 60
    assert voc.ready() == (200, "ready", WELL)


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    for place in range(len(content) // 3, len(content) // 3 + 16):
        content[place] ^= 0x5A
    path.unlink()
    path.write_bytes(content)


def _one(voc: Service, pattern: str) -> Path:
    return max(voc.opened.settings.home.glob(f"index/{pattern}"), key=lambda path: path.stat().st_size)


DAMAGE: dict[str, Callable[[Service], object]] = {
    "words": lambda voc: _flip(_one(voc, "tantivy-*/*.store")),
    "cut off": lambda voc: os.truncate(_one(voc, "tantivy-*/*.term"), 100),
    "file gone": lambda voc: _one(voc, "tantivy-*/*.store").unlink(),
    "meta": lambda voc: _one(voc, "tantivy-*/meta.json").write_bytes(b"{"),
    "folder gone": lambda voc: _one(voc, "tantivy-*").rename(_ledger(voc).parent / "index" / "gone"),
    "sidecar": lambda voc: _one(voc, NAME).write_bytes(os.urandom(64)),
    "sidecar gone": lambda voc: _one(voc, NAME).unlink(),
}


@pytest.mark.parametrize("damage", sorted(DAMAGE))
def test_a_damaged_index_is_told_and_made_again(
    damage: str, voc: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    DAMAGE[damage](voc)
    voc.client.call(voc.client.app.state.index.close)  # a process that starts now
    for path in ("documents", "pain-points"):
        assert voc.client.get(f"/v1/{path}").status_code in (200, 503)
    status, word, parts = voc.ready()
    assert (status, word, parts["index"], parts["ledger"]) == (503, "not ready", "VOC-E401", "ok")
    assert voc.client.get("/v1/documents").json()["code"] == "VOC-E401"
    assert voc.push(5).status_code == 202  # taking in goes on
    assert set(voc.work()) <= {voc.opened.settings.poll_s}
    assert voc.ready() == (200, "ready", WELL)
    voc.proven()
    [rebuilt] = [one for one in events(capsys.readouterr().err) if one["event"] == "index"]
    assert rebuilt["what"].startswith("index is rebuilt from the ledger: ")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no such file", None])
def test_a_damaged_snapshot_of_the_columns_is_not_needed(content: bytes | None, voc: Service) -> None:
    store = voc.opened.writer(note=print)
    store.columns("default")
    store._opened.shelf.save(least=0, share=10**9)  # type: ignore[attr-defined]
    store.close()
    path = _one(voc, "columns-*/*.npz")
    if content is None:
        os.truncate(path, path.stat().st_size // 2)
    else:
        path.write_bytes(content)
    voc.client.call(voc.client.app.state.index.close)
    assert voc.client.get("/v1/pain-points").json()["documents_total"] == 30
    assert voc.ready() == (200, "ready", WELL)
    voc.proven()


def test_a_full_and_a_read_only_disk(voc: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(home, "LEAST_FREE_BYTES", 1 << 62)
    assert voc.ready() == (503, "not ready", WELL | {"disk": "VOC-E500"})
    monkeypatch.undo()
    found = os.statvfs(voc.opened.settings.home)
    shown = {name: getattr(found, name) for name in ("f_bavail", "f_frsize")}
    read_only = type("Disk", (), {**shown, "f_flag": os.ST_RDONLY})
    monkeypatch.setattr(os, "statvfs", lambda _: read_only)
    assert voc.ready() == (503, "not ready", WELL | {"disk": "VOC-E206"})
    monkeypatch.undo()
    assert voc.ready() == (200, "ready", WELL)


def test_a_worker_that_stands_still(voc: Service) -> None:
    assert voc.push(5).status_code == 202
    assert voc.ready() == (200, "ready", WELL | {"worker": "working"})
    voc.desk.ticks.at += 3600
    assert voc.ready() == (200, "ready", WELL | {"worker": "working"})  # nobody looked meanwhile


def test_a_worker_that_waits_or_ends_is_degraded(voc: Service) -> None:
    said = "VOC-E500"
    voc.client.app.state.readiness.watch(lambda: said)
    assert voc.ready() == (200, "degraded", WELL | {"worker": "VOC-E500"})
    said = "ended"
    assert voc.ready() == (200, "degraded", WELL | {"worker": "ended"})
    said = "standby"
    assert voc.ready() == (200, "ready", WELL)


def test_notes_of_a_worker_are_events(tmp_path: Path) -> None:
    voc = Program(tmp_path / "home", {"VOC_LANGUAGE_PROCESSES": "0"})
    reviews(tmp_path / "shop.csv", 10)
    voc.ok("ingest", str(tmp_path / "shop.csv"), "--wait")
    (voc.home / "index" / NAME).unlink()
    done = voc.run("work", "--until-empty")
    assert done.returncode == 0
    [note] = events(done.stderr.decode())
    assert (note["event"], note["level"]) == ("index", "warning")


def test_what_libraries_log_is_an_event_without_words(capsys: pytest.CaptureFixture[str]) -> None:
    events_of.configure()
    events_of.configure()
    try:
        raise ValueError(WORD)
    except ValueError:
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application\n")
    logging.getLogger("sqlalchemy.pool").warning("a row: %s", WORD)
    logging.getLogger("uvicorn.error").info("not told")
    first, second = events(capsys.readouterr().err)
    assert (first["logger"], first["kind"], first["level"]) == ("uvicorn.error", "ValueError", "error")
    assert (second["what"], second["level"]) == ("a row: %s", "warning")


def test_an_unexpected_error_is_one_line_without_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ValueError(WORD)

    monkeypatch.setattr("voc.cli.program", broken)
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    said = capsys.readouterr().err
    assert said.startswith("error VOC-E503: internal error, ValueError at cli/__init__.py:")
    assert len(said.splitlines()) == 1
    assert WORD not in said
