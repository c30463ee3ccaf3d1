"""A service in this process whose disk can be filled, and a worker whose pauses are counted, not slept."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "api"))

from api_desk import Desk, installation

from voc.cli.work import work_forever
from voc.diagnosis import diagnose
from voc.language import LanguagePool
from voc.ops import home
from voc.runtime import Runtime

_SIZE = "24m"
WORD = "屏幕倒是清晰"


class Disk:
    """A file system of its own that can be filled up and made read-only."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self._ballast = place / "ballast"

    def fill(self, *, leave: int = 0) -> None:
        """Take all room but `leave` bytes."""
        with self._ballast.open("ab", buffering=0) as out:
            for size in (1 << 16, 1 << 12, 1):
                try:
                    while True:
                        out.write(b"\0" * size)
                except OSError:
                    continue
            out.truncate(max(0, out.tell() - leave))

    def make_room(self) -> None:
        """Give it back."""
        self._ballast.unlink(missing_ok=True)

    def mode(self, mode: str) -> None:
        """`ro` or `rw`."""
        subprocess.run(["mount", "-o", f"remount,{mode}", str(self.place)], check=True)


@contextmanager
def small_disk(place: Path) -> Iterator[Disk]:
    """Mount it, or skip the test."""
    place.mkdir()
    how = ["mount", "-t", "tmpfs", "-o", f"size={_SIZE},mode=0700", "voc-test", str(place)]
    try:
        done = subprocess.run(how, capture_output=True, check=False)
    except FileNotFoundError:
        pytest.skip("there is no mount program")
    if done.returncode:
        pytest.skip("this user cannot mount a small disk")
    try:
        yield Disk(place)
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


class Script:
    """Stands for `Stop`: what a worker waits for happens between its pauses; it ends when all is done."""

    def __init__(self, opened: Runtime, *steps: Callable[[], Any]) -> None:
        self._opened, self._steps = opened, list(steps)
        self.pauses: list[float] = []

    def __call__(self) -> bool:
        return not self._steps and self._opened.pending() == 0

    def wait(self, seconds: float) -> bool:
        """A pause: one step is done."""
        self.pauses.append(seconds)
        if self._steps:
            self._steps.pop(0)()
        assert len(self.pauses) < 50, "it does not go on"
        return False

    def check(self, *_: object) -> None:
        """Nobody asks for the end."""


class Service:
    """An API over an embedded index, with what it was sent."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.client, self.opened = desk, desk.client, desk.runtime
        self.client.key = desk.key("read", "ingest", "admin")
        self.sent: dict[str, str] = {}

    def push(self, count: int, *, key: str | None = None, first: int | None = None) -> httpx.Response:
        """The next `count` records; they belong to what was sent when they are acknowledged."""
        start = len(self.sent) if first is None else first
        texts = {
            f"r{i}": f"第{i}台手机电池用了{i % 30 + 2}天就坏了，{WORD}" for i in range(start, start + count)
        }
        body = {"source": "shop", "records": [{"native_id": n, "text": text} for n, text in texts.items()]}
        headers = {} if key is None else {"Idempotency-Key": key}
        answer = self.client.post("/v1/records", json=body, headers=headers)
        if answer.status_code == 202:
            self.sent |= texts
        return answer

    def work(self, *steps: Callable[[], Any]) -> list[float]:
        """Run a worker; `steps` are done in its pauses one by one. The pauses, in seconds."""
        script = Script(self.opened, *steps)
        work_forever(self.opened, script)  # type: ignore[arg-type]
        return script.pauses

    def ready(self) -> tuple[int, str, dict[str, str]]:
        """Status, word and parts of /readyz, asked anew; /healthz is well in any case."""
        self.desk.ticks.at += 60
        self.client.app.state.readiness._last = None
        self._look_anew()
        assert self.client.get("/healthz", key=None).status_code == 200
        answer = self.client.get("/readyz")  # with a key, which no ledger is asked for
        return answer.status_code, answer.json()["status"], answer.json()["parts"]

    def _look_anew(self) -> None:
        self.client.app.state.index._looked = float("-inf")

    def documents(self) -> dict[str, str]:
        """Native id → text of all that is listed, each once."""
        self._look_anew()
        found: list[tuple[str, str]] = []
        cursor = None
        while True:
            params = {"limit": 500} | ({"cursor": cursor} if cursor else {})
            answer = self.client.get("/v1/documents", params=params)
            assert answer.status_code == 200, answer.text
            found += [(one["native_id"], one["text"]) for one in answer.json()["items"]]
            cursor = answer.json()["next_cursor"]
            if cursor is None:
                assert len(found) == len(dict(found)), "counted twice"
                return dict(found)

    def proven(self) -> None:
        """Everything acknowledged is listed once, and index and books agree."""
        diagnosis = diagnose(self.opened, ["default"], compare=True)
        assert diagnosis.ok, diagnosis.problems
        [row] = diagnosis.sources
        assert (row["accepted"], row["indexed"]) == (len(self.sent), len(self.sent))
        assert self.documents() == self.sent


@cache
def _pool() -> LanguagePool:
    return LanguagePool(processes=0, profile="fast")


class Warm(Runtime):
    """Its models are loaded once for all tests."""

    def pool(self) -> LanguagePool:
        return _pool()


@contextmanager
def service(place: Path, **settings: Any) -> Iterator[Service]:
    """A service whose models run in this process."""
    with installation(place, runtime=Warm, batch_documents=50, **settings) as desk:
        yield Service(desk)


def events(lines: str) -> list[dict[str, Any]]:
    """What was logged: every line is an event, and none holds a customer's word."""
    assert WORD not in lines
    assert "手机电池" not in lines
    found = [json.loads(line) for line in lines.splitlines()]
    assert all({"event", "level", "timestamp"} <= one.keys() for one in found)
    return found


def enough(monkeypatch: pytest.MonkeyPatch, least: int = os.sysconf("SC_PAGESIZE")) -> None:
    """A small disk counts as nearly full under `least` bytes."""
    monkeypatch.setattr(home, "LEAST_FREE_BYTES", least)
