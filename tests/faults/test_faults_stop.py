"""SIGTERM and Ctrl-C: what is in hand is finished, a second signal ends it at once, nothing stays behind."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest
import uvicorn
from fault_desk import SOAK, descendants, ends, proven, reviews, running, until
from voc_program import Program

from voc.cli import serve

_DRAIN_S = 30
_MANY = 1500 if SOAK else 500  # takes well longer than a signal: what is asserted below needs some left
_FIRST = 50
_ENV = {
    "VOC_LANGUAGE_PROCESSES": "2" if SOAK else "1",
    "VOC_BATCH_DOCUMENTS": str(_FIRST),
    "VOC_LEASE_S": "1",
}


@pytest.fixture
def voc(tmp_path: Path) -> Program:
    return Program(tmp_path / "home", dict(_ENV))


def _annotated(voc: Program, *, least: int) -> bool:
    path = voc.home / "ledger.sqlite"
    if not path.exists():
        return False
    with closing(sqlite3.connect(path)) as conn:
        try:
            return bool(conn.execute("SELECT count(*) >= ? FROM annotations", [least]).fetchone()[0])
        except sqlite3.OperationalError:
            return False  # not made yet, or busy


def _stopped(process: subprocess.Popen[bytes], *, code: int, children: list[int]) -> str:
    process.wait(timeout=_DRAIN_S)
    _, err = process.communicate()
    assert process.returncode == code, err[-2000:]
    assert b"Traceback" not in err, err[-2000:]
    assert all(ends(child, within_s=10) for child in children)
    return err.decode()


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_ingest_that_is_stopped_goes_on_when_run_again(
    voc: Program, tmp_path: Path, number: signal.Signals, code: int
) -> None:
    texts = reviews(tmp_path / "shop.csv", _MANY)
    with running(voc, "ingest", str(tmp_path / "shop.csv"), "--wait") as process:
        until(process, lambda: _annotated(voc, least=_FIRST))
        children = descendants(process.pid)
        assert children
        # Ctrl-C goes to everything in the foreground, language processes too.
        (os.killpg if number == signal.SIGINT else os.kill)(process.pid, number)
        err = _stopped(process, code=code, children=children)
    assert err.strip() == "stopped; what was accepted is kept, run the command again to go on"
    assert not _annotated(voc, least=_MANY)
    voc.ok("work", "--until-empty", VOC_LANGUAGE_PROCESSES="0")
    proven(voc, texts)


def test_a_second_signal_ends_an_ingest_at_once(voc: Program, tmp_path: Path) -> None:
    texts = reviews(tmp_path / "shop.csv", _MANY)
    with running(voc, "ingest", str(tmp_path / "shop.csv"), "--wait") as process:
        until(process, lambda: _annotated(voc, least=_FIRST))
        children = descendants(process.pid)
        os.killpg(process.pid, signal.SIGINT)
        os.killpg(process.pid, signal.SIGTERM)
        # Whichever Python takes first is the first.
        process.wait(timeout=5)
        assert process.returncode in (130, 143)
        assert b"Traceback" not in process.communicate()[1]
        assert all(ends(child, within_s=10) for child in children)
    voc.ok("work", "--until-empty", VOC_LANGUAGE_PROCESSES="0")
    proven(voc, texts)


def test_a_worker_finishes_what_is_in_hand(voc: Program, tmp_path: Path) -> None:
    texts = reviews(tmp_path / "shop.csv", _MANY)
    voc.ok("ingest", str(tmp_path / "shop.csv"))
    with running(voc, "work") as process:
        until(process, lambda: _annotated(voc, least=_FIRST))
        children = descendants(process.pid)
        process.terminate()
        _stopped(process, code=0, children=children)
    with closing(sqlite3.connect(voc.home / "ledger.sqlite")) as conn:
        assert conn.execute("SELECT count(*) FROM work WHERE token <> 0").fetchone() == (0,)
        assert conn.execute("SELECT count(*) FROM outbox WHERE waiting").fetchone() == (0,)
    voc.ok("work", "--until-empty", VOC_LANGUAGE_PROCESSES="0")
    proven(voc, texts)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT] if SOAK else [signal.SIGTERM])
def test_serve_ends_at_once_when_asked_twice(voc: Program, tmp_path: Path, number: signal.Signals) -> None:
    reviews(tmp_path / "shop.csv", _MANY)
    voc.ok("ingest", str(tmp_path / "shop.csv"))
    with running(voc, "serve", "--port", "0") as process:
        until(process, lambda: _annotated(voc, least=_FIRST))
        children = descendants(process.pid)
        assert len(children) >= 2  # the worker and its language process
        os.kill(children[0], signal.SIGSTOP)  # the worker: it cannot finish between the two signals
        process.send_signal(number)
        # The other one: two of the same that wait at once are one signal.
        process.send_signal(signal.SIGTERM if number == signal.SIGINT else signal.SIGINT)
        process.wait(timeout=5)
        assert process.returncode in (130, 143)
        assert all(ends(child, within_s=10) for child in children)
        assert b"Traceback" not in process.communicate()[1]


def test_a_killed_language_process_is_made_again(voc: Program, tmp_path: Path) -> None:
    texts = reviews(tmp_path / "shop.csv", _MANY)
    with running(voc, "ingest", str(tmp_path / "shop.csv"), "--wait") as process:
        until(process, lambda: _annotated(voc, least=_FIRST))
        for child in descendants(process.pid):
            command = Path(f"/proc/{child}/cmdline").read_bytes()
            if b"spawn_main" in command:
                os.kill(child, signal.SIGKILL)
        _, err = process.communicate(timeout=120)
        assert process.returncode == 0, err[-2000:]
        assert b"Traceback" not in err
    proven(voc, texts)


def test_a_second_signal_while_the_first_is_answered_is_a_second_one(monkeypatch: pytest.MonkeyPatch) -> None:
    server = serve._Server(uvicorn.Config(app=_no_app, log_config=None), None)
    ended: list[int] = []

    class Late:
        """The timer of the first signal, during whose start the second one comes."""

        daemon = False

        def __init__(self, *_: object) -> None:
            pass

        def start(self) -> None:
            if not ended:
                server.handle_exit(signal.SIGINT, None)

    monkeypatch.setattr("voc.cli.serve.threading.Timer", Late)
    monkeypatch.setattr(serve, "at_once", lambda number, _: ended.append(number))
    server.handle_exit(signal.SIGTERM, None)
    assert ended == [signal.SIGINT]


async def _no_app(*_: object) -> None:
    raise AssertionError("nothing is asked of it")
