"""Two workers on one home by mistake: the second stands by, and takes over when the first is killed."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from cut_line import schema, words
from fault_desk import descendants, ends, proven, reviews, running, shown, told, until
from small_disk import events
from sqlalchemy import Engine, create_engine, text
from voc_program import Program

from voc.runtime import sqlite_url

_DOCUMENTS = 500
_ENV = {"VOC_LANGUAGE_PROCESSES": "0", "VOC_BATCH_DOCUMENTS": "20", "VOC_LEASE_S": "3600"}


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def voc(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Program]:
    """A home whose ledger is of either kind; a lease is longer than any test."""
    if request.param == "sqlite":
        yield Program(tmp_path / "home", dict(_ENV))
        return
    with schema() as url:
        yield Program(tmp_path / "home", {**_ENV, "VOC_DATABASE_URL": words(url)})


@pytest.fixture
def ledger(voc: Program) -> Iterator[Engine]:
    """Its database, as another process sees it."""
    voc.ok("init")
    engine = create_engine(voc.env.get("VOC_DATABASE_URL", sqlite_url(voc.home)))
    yield engine
    engine.dispose()


def _count(ledger: Engine, what: str) -> int:
    with ledger.connect() as conn:
        return int(conn.execute(text(f"SELECT count(*) FROM {what}")).scalar_one())


Process = subprocess.Popen[bytes]


def _heard(process: Process) -> dict[str, Any]:
    """The next event of a process."""
    assert process.stderr is not None
    return dict(json.loads(process.stderr.readline()))


def _first_and_second(one: Process, other: Process) -> tuple[Process, Process]:
    """Which of two holds the lease: the other one says that it stands by."""
    streams = {process.stderr: process for process in (one, other)}
    readable, _, _ = select.select(list(streams), [], [], 60)
    second = streams[readable[0]]
    event = _heard(second)
    assert (event["event"], event["code"]) == ("worker stands by", "VOC-E402")
    assert event["cure"]
    return (other if second is one else one), second


def test_the_second_takes_over(voc: Program, ledger: Engine, tmp_path: Path) -> None:
    texts = reviews(tmp_path / "shop.csv", _DOCUMENTS)
    with running(voc, "work") as one, running(voc, "work") as other:
        first, second = _first_and_second(one, other)
        voc.ok("ingest", str(tmp_path / "shop.csv"))
        until(first, lambda: _count(ledger, "annotations"))
        first.kill()
        assert first.wait(timeout=30) == -signal.SIGKILL
        assert _count(ledger, "work"), "killed at work: something must be left to take over"
        assert _heard(second)["event"] == "worker takes over"
        # No lease of the dead is waited for; a third one stands by in turn.
        with running(voc, "work") as third:
            assert _heard(third)["event"] == "worker stands by"
            until(second, lambda: not _count(ledger, "work") and not _count(ledger, "outbox WHERE waiting"))
            third.terminate()
            assert third.wait(timeout=40) == 0
        second.terminate()
        _, err = second.communicate(timeout=60)
        assert second.returncode == 0
        assert events(err.decode()) == [], "stood by and took over, no more"
    proven(voc, texts)


def test_two_services_on_one_home(voc: Program, ledger: Engine) -> None:
    secret = voc.json("keys", "create", "--name", "k", "--scopes", "ingest,read")["key"]
    sent: dict[str, str] = {}

    def push(address: str, count: int) -> None:
        texts = {
            f"p{n}": f"第{n}台手机电池用了{n % 9 + 2}天就坏了" for n in range(len(sent), len(sent) + count)
        }
        records = [{"native_id": native, "text": words} for native, words in texts.items()]
        answer = httpx.post(
            f"{address}/v1/records",
            json={"source": "shop", "records": records},
            headers={"Authorization": f"Bearer {secret}"},
        )
        assert answer.status_code == 202
        sent.update(texts)

    with running(voc, "serve", "--port", "0") as one, running(voc, "serve", "--port", "0") as other:
        addresses = {process: _listens(process) for process in (one, other)}
        first, second = _first_and_second(one, other)
        for address in addresses.values():
            push(address, 50)
            until(first, lambda: _count(ledger, "annotations") == len(sent))
            # A worker that stands by is no fault: the other one does the work.
            assert told(second, address, "idle")["status"] == "ready"
        push(addresses[second], 50)
        children = descendants(first.pid)
        for pid in (*children, first.pid):
            os.kill(pid, signal.SIGKILL)
        assert all(ends(pid, within_s=30) for pid in children)
        push(addresses[second], 50)
        assert _heard(second)["event"] == "worker takes over"
        until(second, lambda: _count(ledger, "annotations") == len(sent))
        assert told(second, addresses[second], "idle")["status"] == "ready"
        second.terminate()
        assert second.wait(timeout=40) == 0
    assert {native: one.text for native, one in shown(voc).items()} == sent
    proven(voc, sent)


def _listens(process: Process) -> str:
    assert process.stderr is not None
    return process.stderr.readline().decode().split()[-1]
