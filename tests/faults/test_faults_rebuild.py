"""`voc rebuild` beside a worker: asked for through the ledger, waited for, done whoever dies meanwhile."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from fault_desk import descendants, proven, reviews, running, until
from small_disk import Service, service
from voc_program import Program

from voc import pipeline
from voc.errors import FatalError
from voc.ledger.types import JobError
from voc.rebuilding import EVERY, KIND, rebuilt

_ENV = {"VOC_LANGUAGE_PROCESSES": "0", "VOC_BATCH_DOCUMENTS": "25", "VOC_LEASE_S": "1", "VOC_POLL_S": "0.1"}
_WAITS = "a worker runs and makes the index again; waiting for it"
_MANY = 40


@pytest.fixture
def voc(tmp_path: Path) -> Program:
    return Program(tmp_path / "home", dict(_ENV))


@pytest.fixture
def texts(voc: Program, tmp_path: Path) -> dict[str, str]:
    """What the index of `voc` holds."""
    found = reviews(tmp_path / "shop.csv", _MANY)
    voc.ok("ingest", str(tmp_path / "shop.csv"), "--wait")
    return found


def _orders(voc: Program) -> list[str]:
    """States of the orders, oldest first."""
    with closing(sqlite3.connect(voc.home / "ledger.sqlite")) as conn:
        query = "SELECT state FROM jobs WHERE workspace = '*' ORDER BY created_at"
        return [state for (state,) in conn.execute(query)]


def _pending(voc: Program) -> int:
    with closing(sqlite3.connect(voc.home / "ledger.sqlite")) as conn:
        return int(conn.execute("SELECT count(*) FROM items WHERE state = 'pending'").fetchone()[0])


def _holds(voc: Program, worker: subprocess.Popen[bytes]) -> None:
    """Wait until the worker has the lease: another one cannot take it."""
    lease = voc.home / "index" / "lease"
    until(worker, lambda: f" {lease.stat().st_ino} " in _locks(worker.pid))


def _locks(pid: int) -> str:
    lines = Path("/proc/locks").read_text().splitlines()
    return "".join(f" {line.split()[5].rpartition(':')[2]} " for line in lines if line.split()[4] == str(pid))


@contextmanager
def _stopped_worker(voc: Program) -> Iterator[subprocess.Popen[bytes]]:
    """A worker that holds the lease and does not move, and is not in the middle of a write to the ledger."""

    def stopped() -> bool:
        os.kill(worker.pid, signal.SIGSTOP)
        os.waitid(os.P_PID, worker.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
        with closing(sqlite3.connect(voc.home / "ledger.sqlite", timeout=0, isolation_level=None)) as conn:
            try:
                conn.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                os.kill(worker.pid, signal.SIGCONT)
                return False
            conn.execute("ROLLBACK")
        return True

    with running(voc, "work") as worker:
        _holds(voc, worker)
        until(worker, stopped)
        yield worker


def _ended(process: subprocess.Popen[bytes]) -> tuple[int, Any, str]:
    out, err = process.communicate(timeout=120)
    return process.returncode, json.loads(out) if out else None, err.decode()


def test_beside_a_service_its_worker_does_it(voc: Program, texts: dict[str, str], tmp_path: Path) -> None:
    alone = voc.json("rebuild")
    assert alone["documents"] == _MANY
    with running(voc, "serve", "--port", "0") as served:
        [worker] = until(served, lambda: descendants(served.pid))
        until(served, lambda: Path(f"/proc/{worker}").exists() and f" {_inode(voc)} " in _locks(worker))
        done = voc.tried("rebuild", "--json")
        assert done.returncode == 0, done.stderr
        assert done.stderr.decode().splitlines() == [_WAITS]
        assert json.loads(done.stdout) == alone
        assert _orders(voc) == ["done", "done"]
        # While documents come, the order is done before the rest of them.
        more = reviews(tmp_path / "more.csv", 200, first=1000)
        voc.ok("ingest", str(tmp_path / "more.csv"), "--source", "shop")
        assert voc.json("rebuild")["documents"] >= _MANY
        until(served, lambda: _pending(voc) == 0)
        assert descendants(served.pid) == [worker]
    proven(voc, texts | more)


def _inode(voc: Program) -> int:
    return (voc.home / "index" / "lease").stat().st_ino


def test_when_the_worker_dies_who_asked_does_it(voc: Program, texts: dict[str, str]) -> None:
    with _stopped_worker(voc) as worker, running(voc, "rebuild", "--json") as asking:
        until(asking, lambda: _orders(voc) == ["queued"])
        worker.kill()
        code, answer, err = _ended(asking)
    assert (code, answer["documents"]) == (0, _MANY), err
    assert _orders(voc) == ["done"]
    proven(voc, texts)


def test_when_the_worker_dies_half_way_it_is_done_again(voc: Program, texts: dict[str, str]) -> None:
    doomed = Program(voc.home, {**voc.env, "VOC_FAULT": "index-commit"})
    with running(doomed, "work") as worker:
        _holds(voc, worker)
        code, answer, err = _ended_of(voc, "rebuild", "--json")
        assert worker.wait(timeout=60) == -signal.SIGKILL
    assert (code, answer["documents"]) == (0, _MANY), err
    assert _orders(voc) == ["done"]
    proven(voc, texts)


def _ended_of(voc: Program, *args: str) -> tuple[int, Any, str]:
    with running(voc, *args) as process:
        return _ended(process)


def test_who_asked_may_go_and_the_order_stands(voc: Program, texts: dict[str, str]) -> None:
    with _stopped_worker(voc) as worker:
        with running(voc, "rebuild") as asking:
            until(asking, lambda: _orders(voc) == ["queued"])
            asking.kill()
            assert asking.wait(timeout=60) == -signal.SIGKILL
        assert _orders(voc) == ["queued"]
        os.kill(worker.pid, signal.SIGCONT)
        until(worker, lambda: _orders(voc) == ["done"])
        worker.terminate()
        assert worker.wait(timeout=60) == 0
    proven(voc, texts)


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Service]:
    """A service with something in its index."""
    with service(tmp_path / "home") as found:
        assert found.push(30).status_code == 202
        assert found.work() == []
        yield found


def test_an_order_that_fails_is_not_tried_for_ever(made: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = made.opened.ledger
    order = ledger.create_job(EVERY, KIND, {"workspaces": ["default"]})
    monkeypatch.setattr(pipeline, "rebuild", lambda *_, **__: 1 // 0)
    assert made.push(1).status_code == 202
    with pytest.raises(ZeroDivisionError):
        made.work()
    ended = ledger.job(EVERY, order.id)
    assert ended is not None
    assert (ended.state, ended.errors[0].code) == ("failed", "VOC-E503")
    monkeypatch.undo()
    assert made.work() == []
    made.proven()


def test_who_asked_is_told_of_the_failure(made: Service) -> None:
    ledger, told, shown = made.opened.ledger, [], []

    def fails(_: float) -> None:
        [order] = ledger.open_jobs(EVERY, KIND)
        if not shown[1:]:
            ledger.update_job(EVERY, order.id, state="running", counts={"documents": 7, "of": 30})
        else:
            ledger.update_job(
                EVERY, order.id, state="failed", errors=[JobError("index", "VOC-E503", "internal error")]
            )

    store = made.opened.writer(note=told.append)
    try:
        with pytest.raises(FatalError) as caught:
            rebuilt(
                made.opened,
                ["default"],
                note=told.append,
                on_progress=lambda *far: shown.append(far),
                sleep=fails,
            )
    finally:
        store.close()
    assert caught.value.code == "VOC-E503"
    assert told == [_WAITS]
    assert shown == [(0, None), (7, 30)]
