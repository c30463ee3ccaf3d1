"""A full, read-only or damaged disk: one clear line, nothing half taken, and it goes on when it can again."""

from __future__ import annotations

import resource
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fault_desk import proven, reviews
from small_disk import Disk, Service, enough, events, service, small_disk
from voc_program import Program, _nursery

from voc.errors import FatalError
from voc.ledger import Ledger
from voc.ops import backoff
from voc.store import shelf, snapshot

_ROOM = 64 * 1024  # too little for what follows, enough to begin with it


def _refusal(answer: httpx.Response) -> tuple[int, str]:
    """Status and code of a problem that says when to come again."""
    assert answer.headers["content-type"] == "application/problem+json"
    assert int(answer.headers["retry-after"]) >= 10
    return answer.status_code, answer.json()["code"]


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    with small_disk(tmp_path / "disk") as made:
        yield made


@pytest.fixture
def on_disk(disk: Disk, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """A service on the small disk, with something in it."""
    enough(monkeypatch)
    with service(disk.place / "home") as made:
        assert made.push(30).status_code == 202
        assert made.work() == []
        yield made


@pytest.mark.parametrize("leave", [0, _ROOM])
def test_a_push_is_refused_whole_and_taken_when_there_is_room(
    leave: int, on_disk: Service, disk: Disk, capsys: pytest.CaptureFixture[str]
) -> None:
    disk.fill(leave=leave)
    answers = [on_disk.push(400, key="again") for _ in range(2)]
    assert [_refusal(one) for one in answers] == [(503, "VOC-E500")] * 2
    assert on_disk.documents() == on_disk.sent  # reading goes on
    assert on_disk.opened.pending() == 0
    disk.make_room()
    taken = on_disk.push(400, key="again")
    assert taken.json()["counts"]["created"] == 400
    assert on_disk.push(400, key="again", first=30).json() == taken.json()
    assert on_disk.work() == []
    on_disk.proven()
    failed = [one for one in events(capsys.readouterr().err) if one["event"] == "failed"]
    assert [one["code"] for one in failed] == ["VOC-E500"] * 2


def _upload(made: Service, rows: int) -> httpx.Response:
    lines = "\n".join(["评价ID,评论内容", *(f"f{i},电池第{i}天坏了" for i in range(rows))])
    return made.client.post("/v1/imports", files={"file": ("shop.csv", lines.encode())})


def test_a_push_that_is_kept_has_its_answer(on_disk: Service, disk: Disk) -> None:
    """The disk fills up behind any write: the same push again is answered as the first time."""
    kept = 0
    for leave in range(0, 512 * 1024, 32 * 1024):
        key, first = f"k{leave}", len(on_disk.sent)
        disk.fill(leave=leave)
        full = on_disk.push(20, key=key)
        disk.make_room()
        again = on_disk.push(20, key=key, first=first)
        assert again.status_code == 202
        assert again.json()["counts"]["created"] == 20, "kept, and its answer was lost"
        if full.status_code == 202:
            assert full.content == again.content
            kept += 1
        else:
            assert _refusal(full) == (503, "VOC-E500")
    assert 0 < kept < 16, "the room was never, or always, enough"
    assert on_disk.work() == []
    on_disk.proven()


def test_a_read_only_home_is_told_and_comes_back(on_disk: Service, disk: Disk) -> None:
    on_disk.opened.ledger._book.engine.dispose()  # a log that is open for writing keeps the disk writable
    disk.mode("ro")
    pushed, uploaded = on_disk.push(5), _upload(on_disk, 5)
    assert _refusal(uploaded) == (503, "VOC-E206")
    assert _refusal(pushed)[0] == 503
    disk.mode("rw")
    assert on_disk.push(5).status_code == 202
    assert on_disk.work() == []
    on_disk.proven()


def _left(made: Service) -> list[Path]:
    return list((made.opened.settings.home / "uploads").glob("*"))


def _settled(made: Service, job: object) -> dict[str, object]:
    """The job's end; the import's thread is waited for."""
    made.client.app.state.importer._pool.submit(int).result(timeout=60)
    found: dict[str, object] = made.client.get(f"/v1/imports/{job}").json()
    return found


@pytest.mark.parametrize("leave", [0, _ROOM])
def test_an_upload_that_does_not_fit_leaves_nothing(leave: int, on_disk: Service, disk: Disk) -> None:
    disk.fill(leave=leave)
    refused = _upload(on_disk, 20_000)
    assert _refusal(refused) == (503, "VOC-E500")
    assert str(disk.place) not in refused.text
    assert _left(on_disk) == []
    assert on_disk.client.get("/v1/imports").json()["items"] == []
    disk.make_room()
    taken = _upload(on_disk, 20)
    assert taken.status_code == 202
    assert _settled(on_disk, taken.json()["id"])["state"] == "done"
    assert _left(on_disk) == []


def test_an_import_that_runs_out_of_room_fails_and_says_so_when_it_can(
    on_disk: Service, disk: Disk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(backoff, "FIRST_S", 0.01)
    importer = on_disk.client.app.state.importer
    go = threading.Event()
    importer._pool.submit(go.wait)
    taken = _upload(on_disk, 300)
    assert taken.status_code == 202
    disk.fill()
    update, told = Ledger.update_job, []

    def full(*where: Any, **what: Any) -> Any:
        if what.get("state") == "failed" and len(told) < 3:
            told.append(what)
            raise FatalError("the ledger cannot be written")
        return update(*where, **what)

    monkeypatch.setattr(Ledger, "update_job", full)
    go.set()
    ended = _settled(on_disk, taken.json()["id"])
    assert (ended["state"], ended["errors"][0]["code"]) == ("failed", "VOC-E500")  # type: ignore[index]
    assert _left(on_disk) == []
    waited = [one for one in events(capsys.readouterr().err) if one["event"] == "job cannot be marked"]
    assert [one["retry_in_s"] for one in waited] == [0.01, 0.02, 0.04]
    disk.make_room()
    assert _settled(on_disk, _upload(on_disk, 300).json()["id"])["state"] == "done"


# Where the room runs out → how the point is reached, and the codes the worker names.
POINTS = {
    "claim": ("", {"VOC-E500"}),
    "index-commit": ("voc.store.writing.point", {"VOC-E401", "VOC-E500"}),
    "before-ack": ("voc.pipeline.point", {"VOC-E500"}),
}


@pytest.mark.parametrize("leave", [0, _ROOM])
@pytest.mark.parametrize("point", ["claim", "index-commit", "before-ack"])
def test_a_worker_waits_for_room_and_goes_on(
    point: str,
    leave: int,
    on_disk: Service,
    disk: Disk,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert on_disk.push(300).status_code == 202
    where, codes = POINTS[point]
    filled: list[str] = []

    def reached(name: str) -> None:
        if name == point and not filled:
            filled.append(name)
            disk.fill(leave=leave)

    if where:
        monkeypatch.setattr(where, reached)
    else:
        disk.fill(leave=leave)
    capsys.readouterr()

    def nothing() -> None:
        pass

    pauses = on_disk.work(nothing, nothing, disk.make_room)
    assert pauses[:3] == [1.0, 2.0, 4.0]
    assert set(pauses[3:]) <= {on_disk.opened.settings.poll_s}
    waits = [one for one in events(capsys.readouterr().err) if one["event"] == "worker waits"]
    assert [one["retry_in_s"] for one in waits] == [1.0, 2.0, 4.0]
    assert {one["code"] for one in waits} <= codes
    on_disk.proven()


def test_a_snapshot_that_does_not_fit_stops_nobody(
    on_disk: Service, disk: Disk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    save = snapshot.save

    def full(*how: object) -> None:
        disk.fill()
        try:
            save(*how)  # type: ignore[arg-type]
        finally:
            disk.make_room()

    monkeypatch.setattr(shelf, "_SNAPSHOT_LEAST", 10)
    monkeypatch.setattr(shelf.Shelf.save, "__kwdefaults__", {"least": 10, "share": 10})
    monkeypatch.setattr(snapshot, "save", full)
    assert on_disk.push(200).status_code == 202
    assert on_disk.work() == []
    told = {one["event"]: one for one in events(capsys.readouterr().err)}
    assert told["columns not saved"]["code"] == "VOC-E401"
    assert list((disk.place / "home").glob("index/columns-*/*")) == []
    on_disk.proven()


def _said(voc: Program, folder: Path, *args: str) -> tuple[int, str]:
    """Exit code and `error CODE` of the one line it says; a warm start."""
    err = folder / "err"
    code = _nursery().run(args, env=voc._environment(), out=str(folder / "out"), err=str(err))
    [line] = err.read_text("utf-8").splitlines()
    return code, line.partition(":")[0]


def test_verbs_on_a_full_and_on_a_read_only_disk(disk: Disk, tmp_path: Path) -> None:
    voc = Program(disk.place / "home", {"VOC_LANGUAGE_PROCESSES": "0"})
    texts = reviews(tmp_path / "shop.csv", 30)
    disk.fill()
    assert _said(voc, tmp_path, "init") == (1, "error VOC-E500")
    assert list(voc.home.iterdir()) == []  # no half of a key
    disk.make_room()
    voc.ok("ingest", str(tmp_path / "shop.csv"))
    disk.fill()
    assert _said(voc, tmp_path, "work", "--until-empty") == (1, "error VOC-E500")
    disk.make_room()
    voc.ok("work", "--until-empty")
    disk.mode("ro")
    assert _said(voc, tmp_path, "ingest", str(tmp_path / "shop.csv"))[1] == "error VOC-E206"
    assert _said(voc, tmp_path, "doctor") == (2, "error VOC-E206")
    assert _said(voc, tmp_path, "serve", "--port", "0") == (2, "error VOC-E206")
    disk.mode("rw")
    proven(voc, texts)


def test_files_that_may_not_grow(tmp_path: Path) -> None:
    voc = Program(tmp_path / "home", {"VOC_LANGUAGE_PROCESSES": "0"})
    voc.ok("init")
    texts = reviews(tmp_path / "shop.csv", 1500)
    done = subprocess.run(
        [sys.executable, "-m", "voc", "ingest", str(tmp_path / "shop.csv")],
        env=voc._environment(),
        capture_output=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000)),
        timeout=120,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.decode().startswith("error VOC-E500: ")
    assert len(done.stderr.decode().splitlines()) == 1
    voc.ok("ingest", str(tmp_path / "shop.csv"))
    [row] = voc.json("doctor", "--quick")["sources"]
    assert (row["accepted"], row["pending"]) == (len(texts), len(texts))
