"""kill -9 at random moments of an ingest and of a served push: full lists against what was acknowledged.

Five seeds in the suite, fifty in `make soak`.
"""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import threading
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from fault_desk import SOAK, Shown, descendants, ends, proven, reviews, running, shown, until
from voc_program import Program

_ROWS = 300
_MOMENTS = 50 if SOAK else 5
_VICTIMS = ("main", "main", "language", "worker", "all")


@pytest.fixture
def voc(tmp_path: Path) -> Program:
    return Program(tmp_path / "home", {"VOC_BATCH_DOCUMENTS": "25", "VOC_LEASE_S": "1"})


def _count(voc: Program, what: str) -> int:
    """Rows of a query, as another process sees them: what it counts is on disk."""
    path = voc.home / "ledger.sqlite"
    if not path.exists():
        return 0
    with closing(sqlite3.connect(path)) as conn:
        try:
            return int(conn.execute(f"SELECT count(*) FROM {what}").fetchone()[0])
        except sqlite3.OperationalError:
            return 0  # not made yet, or busy


def _kill(pids: list[int]) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _below(pid: int, word: bytes) -> list[int]:
    """Processes below this one with the word in their command."""
    found = []
    for child in descendants(pid):
        with suppress(FileNotFoundError, ProcessLookupError):
            if word in Path(f"/proc/{child}/cmdline").read_bytes():
                found.append(child)
    return found


@pytest.mark.parametrize("seed", range(0, _MOMENTS, 2))
def test_killed_while_a_file_is_read(seed: int, voc: Program, tmp_path: Path) -> None:
    moment = random.Random(seed)
    path = tmp_path / "shop.csv"
    texts = reviews(path, _ROWS)
    stage = moment.choice(["revisions", "annotations", "outbox WHERE NOT waiting"])
    least = moment.randrange(1, 200)
    processes = moment.choice("012")
    busy = Program(voc.home, {**voc.env, "VOC_LANGUAGE_PROCESSES": processes})
    with running(busy, "ingest", str(path), "--wait") as process:
        until(process, lambda: _count(voc, stage) >= least)
        seen = _count(voc, "revisions")
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=moment.uniform(0, 0.2))
        children = descendants(process.pid)
        if moment.random() < 0.4:
            _kill(children)
            seen = max(seen, _count(voc, "revisions"))
        process.kill()
        assert process.wait(timeout=30) in (-signal.SIGKILL, 0)
        assert all(ends(child, within_s=30) for child in children)

    voc.ok("work", "--until-empty", VOC_LANGUAGE_PROCESSES="0")
    kept = shown(voc)
    # Rows are taken in the order of the file, a batch a transaction.
    assert len(kept) >= seen >= 1
    assert kept == {native: Shown(1, text) for native, text in list(texts.items())[: len(kept)]}
    proven(voc, {native: texts[native] for native in kept})

    edited = reviews(path, _ROWS, edited=True)
    voc.ok("ingest", str(path), "--wait", VOC_LANGUAGE_PROCESSES="0")
    proven(voc, edited)
    assert shown(voc) == {
        native: Shown(2 if native in kept and text != texts[native] else 1, text)
        for native, text in edited.items()
    }


def _after(known: dict[str, Shown], pushed: list[dict[str, Any]]) -> dict[str, Shown]:
    """What must be listed once the push has been kept."""
    found = dict(known)
    for record in pushed:
        before = found.get(record["native_id"])
        if before is None or before.text != record["text"]:
            found[record["native_id"]] = Shown(before.revision + 1 if before else 1, record["text"])
    return found


@pytest.mark.parametrize("seed", range(1, _MOMENTS, 2))
def test_killed_while_records_are_pushed(seed: int, voc: Program) -> None:
    moment = random.Random(seed)
    victim = moment.choice(_VICTIMS)
    key = voc.json("keys", "create", "--name", "k", "--scopes", "ingest")["key"]
    busy = Program(voc.home, {**voc.env, "VOC_LANGUAGE_PROCESSES": "1" if victim == "language" else "0"})
    acknowledged: dict[str, Shown] = {}
    after: dict[str, Shown] = {}
    with running(busy, "serve", "--port", "0") as process:
        assert process.stderr is not None
        address = process.stderr.readline().decode().split()[-1]
        children: list[int] = []

        def first() -> None:
            word = {"language": b"spawn_main", "worker": b"work"}.get(victim)
            _kill(_below(process.pid, word) if word else [])

        def last() -> None:
            children.extend(descendants(process.pid))
            _kill([*children, process.pid] if victim == "all" else [process.pid])

        # The worker needs a second or two to start: it is killed at work as well as before.
        lives_s = moment.uniform(0.1, 4.0)
        timers = [threading.Timer(lives_s * moment.random(), first), threading.Timer(lives_s, last)]
        with httpx.Client(base_url=address, timeout=30) as client:
            client.headers["Authorization"] = f"Bearer {key}"
            for timer in timers:
                timer.start()
            for number in range(10_000):
                natives = moment.sample(range(number + 20), 5)
                pushed = [
                    {"native_id": f"p{n}", "text": f"第{n}台手机电池用了{moment.randrange(2, 5)}天就坏了"}
                    for n in natives
                ]
                after = _after(acknowledged, pushed)
                try:
                    answer = client.post(
                        "/v1/records", json={"source": "shop", "kind": "review", "records": pushed}
                    )
                except httpx.TransportError:
                    break
                assert answer.status_code == 202, answer.text
                told = {item["native_id"]: item["result"] for item in answer.json()["items"]}
                assert told.keys() == {record["native_id"] for record in pushed}
                assert set(told.values()) <= {"created", "revised", "unchanged"}
                acknowledged = after
        for timer in timers:
            timer.join()
        assert process.wait(timeout=30) == -signal.SIGKILL
        # A worker whose parent is gone finishes what is in hand.
        assert all(ends(child, within_s=40) for child in children)

    assert acknowledged
    voc.ok("work", "--until-empty", VOC_LANGUAGE_PROCESSES="0")
    found = shown(voc)
    # A push that was not answered is kept as a whole or not at all.
    assert found in (acknowledged, after)
    proven(voc, {native: one.text for native, one in found.items()})
