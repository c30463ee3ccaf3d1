"""A worker beside `voc serve` that ends again and again: said, paused for, over when its cause is gone."""

from __future__ import annotations

import os
import signal
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from fault_desk import proven, reviews, running, told, until
from gremlin import Gremlin
from small_disk import events, service
from voc_program import Program

from voc.cli.serve import Beside
from voc.ops import logging
from voc.ops.backoff import Backoff

_DOCUMENTS = 60


@pytest.fixture
def gremlin(tmp_path: Path) -> Gremlin:
    """Among the processes of a program (`among`)."""
    return Gremlin(tmp_path / "gremlin")


@pytest.fixture
def voc(tmp_path: Path) -> Program:
    """One language process, small batches, and a lease that is longer than any test."""
    return Program(
        tmp_path / "home",
        {"VOC_LANGUAGE_PROCESSES": "1", "VOC_BATCH_DOCUMENTS": "20", "VOC_LEASE_S": "3600"},
    )


@pytest.fixture
def texts(voc: Program, tmp_path: Path) -> dict[str, str]:
    """What waits in the ledger."""
    sent = reviews(tmp_path / "shop.csv", _DOCUMENTS)
    voc.ok("ingest", str(tmp_path / "shop.csv"))
    return sent


def _named(err: bytes, *names: str) -> list[dict[str, Any]]:
    """Events of these names; nothing else was said, and nobody's words."""
    said = err.decode()
    assert "words of a customer" not in said
    return [one for one in events(said) if one["event"] in names]


def test_a_worker_that_is_killed_at_every_start(
    voc: Program, gremlin: Gremlin, texts: dict[str, str]
) -> None:
    gremlin.cause("worker-killed")
    gremlin.cause("language-killed")
    with running(gremlin.among(voc), "serve", "--port", "0") as process:
        assert process.stderr is not None
        address = process.stderr.readline().decode().split()[-1]
        assert told(process, address, "killed")["status"] == "degraded"
        until(process, lambda: len(gremlin.started("worker")) >= 3)
        assert told(process, address, "killed")["status"] == "degraded"
        # The first cause gone, the second shows; then that goes, too.
        gremlin.over("worker-killed")
        assert told(process, address, "VOC-E403")["status"] == "degraded"
        gremlin.over("language-killed")
        assert told(process, address, "idle")["status"] == "ready"
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=60)
        assert process.returncode == 0
    ends = _named(err, "worker ended")
    pauses = [one["retry_in_s"] for one in ends]
    assert pauses == [1, 2, 4, 8, 16][: len(pauses)], "no busy loop"
    assert len(pauses) >= 3
    assert {(one["state"], one["exit_code"]) for one in ends} == {("killed", -signal.SIGKILL)}
    waits = [one["retry_in_s"] for one in _named(err, "worker waits")]
    assert waits == [1, 2, 4, 8, 16][: len(waits)]
    proven(voc, texts)


def test_a_worker_that_fails_says_where_not_what(
    voc: Program, gremlin: Gremlin, texts: dict[str, str]
) -> None:
    gremlin.cause("worker-raises")
    with running(gremlin.among(voc), "serve", "--port", "0") as process:
        assert process.stderr is not None
        address = process.stderr.readline().decode().split()[-1]
        assert told(process, address, "VOC-E503")["status"] == "degraded"
        gremlin.over("worker-raises")
        assert told(process, address, "idle")["status"] == "ready"
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=60)
    failed, *_ = _named(err, "worker failed")
    assert (failed["code"], failed["kind"]) == ("VOC-E503", "ValueError")
    proven(voc, texts)


def _annotated(voc: Program) -> int:
    with closing(sqlite3.connect(voc.home / "ledger.sqlite")) as conn:
        return int(conn.execute("SELECT count(*) FROM annotations").fetchone()[0])


def test_what_a_killed_worker_had_claimed_waits_for_no_lease(
    voc: Program, gremlin: Gremlin, texts: dict[str, str]
) -> None:
    gremlin.cause("language-hangs")
    with running(gremlin.among(voc), "serve", "--port", "0") as process:
        assert process.stderr is not None
        address = process.stderr.readline().decode().split()[-1]
        [hung] = until(process, lambda: gremlin.started("language"))
        gremlin.over("language-hangs")
        try:
            [worker] = gremlin.started("worker")
            os.kill(worker, signal.SIGKILL)
            # Its language process cannot end with it: nobody waits for that, either.
            assert told(process, address, "killed")["status"] == "degraded"
            until(process, lambda: _annotated(voc) == _DOCUMENTS)
            assert told(process, address, "idle")["status"] == "ready"
        finally:
            os.kill(hung, signal.SIGKILL)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
    proven(voc, texts)


def test_a_worker_that_cannot_be_made_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tries: list[str] = []

    def none_left(*_: object, **__: object) -> None:
        tries.append(beside.state())
        if len(tries) == 3:
            beside.ask()
        raise BlockingIOError(11, "words of the system")

    class Impatient(Backoff):
        def next_s(self) -> float:
            return super().next_s() / 1000

    monkeypatch.setattr("voc.cli.serve.subprocess.Popen", none_left)
    monkeypatch.setattr("voc.cli.serve.Backoff", Impatient)
    logging.configure()
    with service(tmp_path / "home") as made:
        beside = Beside(made.opened)
        with beside:
            beside._thread.join(timeout=30)
            assert not beside._thread.is_alive()
    assert tries == ["ok", "VOC-E403", "VOC-E403"]
    said = [one for one in events(capsys.readouterr().err) if one["event"] == "worker cannot be made"]
    assert [one["kind"] for one in said][:2] == ["BlockingIOError"] * 2
