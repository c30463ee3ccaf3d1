"""PostgreSQL goes away, falls silent, or answers unheard: told in time, waited for, nothing lost or twice."""

from __future__ import annotations

import os
import random
import re
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from cut_line import Line, count, line, looking, schema, words
from fault_desk import SOAK, descendants, ends, proven, running, shown, until
from small_disk import events
from sqlalchemy import Engine
from voc_program import Program

pytestmark = pytest.mark.postgres
_MANY = 200
_ENV = {"VOC_LANGUAGE_PROCESSES": "0", "VOC_BATCH_DOCUMENTS": "25", "VOC_LEASE_S": "2"}


@dataclass
class Far:
    """A home whose ledger is at the far end of a line; `near` reaches it past the line."""

    voc: Program
    near: Program
    line: Line
    server: Engine
    sent: dict[str, str] = field(default_factory=dict)

    def count(self, what: str) -> int:
        """Rows that are committed."""
        return count(self.server, what)

    def waiting(self) -> int:
        """Documents that are not searchable yet."""
        return self.count("items WHERE state = 'pending'")

    def proven(self) -> None:
        """All that was acknowledged is there once, in its first revision."""
        proven(self.near, self.sent)
        assert {one.revision for one in shown(self.near).values()} == {1}


@pytest.fixture
def far(tmp_path: Path) -> Iterator[Far]:
    with schema() as url, line(url) as (made, far_url), looking(url) as server:
        voc = Program(tmp_path / "home", {**_ENV, "VOC_DATABASE_URL": words(far_url)})
        near = Program(tmp_path / "home", {**_ENV, "VOC_DATABASE_URL": words(url)})
        yield Far(voc, near, made, server)


class Api:
    """A served API, its log, and pushes to it."""

    def __init__(self, far: Far, process: Any, client: httpx.Client) -> None:
        self._far, self.process, self._client = far, process, client
        self.log: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()  # a pipe that nobody reads would stop the service

    def _read(self) -> None:
        self.log.extend(line.decode() for line in self.process.stderr)

    def push(self, key: str, rows: int) -> httpx.Response:
        """Rows of this key; they belong to what was sent when they are acknowledged."""
        texts = {f"{key}-{n}": f"第{n}台手机电池用了{n % 30 + 2}天就坏了" for n in range(rows)}
        records = [{"native_id": native, "text": text} for native, text in texts.items()]
        answer = self._client.post(
            "/v1/records", json={"source": "shop", "records": records}, headers={"Idempotency-Key": key}
        )
        if answer.status_code == 202:
            assert answer.json()["counts"]["created"] == rows  # of the first time, however often it was sent
            self._far.sent |= texts
        return answer

    def ready(self) -> tuple[int, dict[str, str]]:
        """Status and parts of /readyz."""
        answer = self._client.get("/readyz")
        return answer.status_code, answer.json()["parts"]

    def alive(self) -> bool:
        """Whether /healthz is well."""
        return self._client.get("/healthz").status_code == 200

    def get(self, path: str) -> httpx.Response:
        return self._client.get(path)

    def said(self, event: str) -> list[dict[str, Any]]:
        """Events of the log so far."""
        return [one for one in events("".join(self.log)) if one["event"] == event]


@contextmanager
def _served(far: Far, *args: str, **env: str) -> Iterator[Api]:
    key = far.voc.json("keys", "create", "--name", "k", "--scopes", "ingest,read")["key"]
    with running(Program(far.voc.home, {**far.voc.env, **env}), "serve", "--port", "0", *args) as process:
        assert process.stderr is not None
        address = process.stderr.readline().decode().split()[-1]
        with httpx.Client(base_url=address, timeout=60) as client:
            client.headers["Authorization"] = f"Bearer {key}"
            yield Api(far, process, client)


def _refused(answer: httpx.Response, code: str) -> None:
    assert (answer.status_code, answer.json()["code"]) == (503, code), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert int(answer.headers["retry-after"]) >= 1


def test_away_and_back(far: Far) -> None:
    with _served(far) as api:
        assert api.push("before", _MANY).status_code == 202
        until(api.process, lambda: 0 < far.waiting() < _MANY)
        children = descendants(api.process.pid)
        far.line.cut()
        assert far.waiting(), "all was done before the line was cut"
        for path in ("/v1/documents", "/v1/pain-points", "/v1/imports"):
            _refused(api.get(path), "VOC-E400")
        for _ in range(3):
            _refused(api.push("during", 20), "VOC-E400")
        assert api.alive()
        until(api.process, lambda: len(api.said("worker waits")) >= 2)
        status, parts = until(api.process, lambda: (found := api.ready())[1]["worker"] != "ok" and found)
        assert (status, parts["ledger"], parts["disk"]) == (503, "VOC-E400", "ok")
        assert parts["worker"] == "VOC-E400"
        far.line.mend()
        until(
            api.process,
            lambda: api.ready() == (200, {"ledger": "ok", "index": "ok", "disk": "ok", "worker": "idle"}),
        )
        assert api.push("during", 20).status_code == 202
        until(api.process, lambda: far.waiting() == 0)
        assert descendants(api.process.pid) == children, "somebody died of it"
        waits = api.said("worker waits")
        assert {one["code"] for one in waits} == {"VOC-E400"}
        assert [one["retry_in_s"] for one in waits] == [1.0, 2.0, 4.0, 8.0, 16.0, 30.0][: len(waits)]
        assert api.said("worker ended") == []
        assert api.said("unexpected") == []
        api.process.terminate()
        assert api.process.wait(timeout=60) == 0
    far.proven()


def test_a_worker_that_starts_while_it_is_away(far: Far) -> None:
    with _served(far) as api:
        assert api.push("before", 20).status_code == 202
        until(api.process, lambda: far.waiting() == 0)
        far.line.cut()
        [worker] = descendants(api.process.pid)
        os.kill(worker, signal.SIGKILL)
        assert ends(worker, within_s=30)
        ended = until(api.process, lambda: len(found := api.said("worker ended")) >= 2 and found)
        assert [one["retry_in_s"] for one in ended[:2]] == [1.0, 2.0]  # no crash loop
        assert api.ready()[1]["worker"] == "VOC-E400"
        far.line.mend()
        assert api.push("after", 20).status_code == 202
        until(api.process, lambda: far.waiting() == 0)
    far.proven()


def test_a_service_does_not_start_without_it(far: Far) -> None:
    far.voc.ok("init")

    def refused(*args: str, **env: str) -> None:
        done = far.voc.tried(*args, **env)
        assert done.returncode == 1
        assert re.fullmatch(rb"error VOC-E400: [^\n]*\n", done.stderr), done.stderr

    far.line.hold()
    refused("doctor", VOC_DATABASE_URL=far.voc.env["VOC_DATABASE_URL"] + "&connect_timeout=2")
    far.line.cut()
    for args in (("serve", "--port", "0"), ("work", "--until-empty"), ("doctor",)):
        refused(*args)


def test_a_silent_server_is_told_in_time(far: Far) -> None:
    with _served(far, "--no-worker", VOC_ANSWER_TIMEOUT_S="3") as api:
        assert api.push("before", 5).status_code == 202
        far.line.hold()
        for _ in range(2):
            _refused(api.push("held", 20), "VOC-E411")
            assert api.alive()
        status, parts = api.ready()
        assert (status, parts["ledger"], parts["disk"]) == (503, "VOC-E411", "ok")
        far.line.go_on()
        until(api.process, lambda: api.ready()[0] == 200)
        assert api.push("held", 20).status_code == 202
        assert api.said("unexpected") == []
    far.near.ok("work", "--until-empty")
    far.proven()


def test_a_push_whose_commit_was_not_heard_of(far: Far) -> None:
    with _served(far, "--no-worker") as api:
        far.line.cut_behind("INSERT INTO revisions")
        _refused(api.push("k", 20), "VOC-E400")
        assert far.line.sprung.is_set()
        assert far.count("revisions") == 20  # it was kept all the same
        assert api.push("k", 20).status_code == 202
        assert api.said("unexpected") == []
    far.near.ok("work", "--until-empty")
    far.proven()


@pytest.mark.parametrize(
    "statement", ["attempts=(work.attempts + ", "INSERT INTO annotations", "UPDATE outbox"]
)
def test_a_worker_whose_commit_was_not_heard_of(statement: str, far: Far) -> None:
    with _served(far, "--no-worker") as api:
        assert api.push("k", 60).status_code == 202
    far.line.cut_behind(statement)
    with running(far.voc, "work") as process:
        until(process, lambda: far.line.sprung.is_set() and far.waiting() == 0)
        process.terminate()
        _, err = process.communicate(timeout=60)
        assert process.returncode == 0, err
    [waits] = [one for one in events(err.decode()) if one["event"] == "worker waits"]
    assert (waits["code"], waits["retry_in_s"]) == ("VOC-E400", 1.0)
    far.proven()


@pytest.mark.parametrize("seed", range(20 if SOAK else 1))
def test_a_line_that_comes_and_goes(seed: int, far: Far) -> None:
    chance = random.Random(seed)
    over = threading.Event()

    def trouble() -> None:
        while not over.wait(chance.uniform(0.05, 1.0)):
            far.line.cut()
            over.wait(chance.uniform(0, 0.5))
            far.line.mend()

    with _served(far) as api:
        assert api.push("before", 20).status_code == 202
        until(api.process, lambda: far.waiting() == 0)
        troubled = threading.Thread(target=trouble)
        troubled.start()
        statuses: list[int] = []
        try:
            for number in range(30):
                while True:
                    answer = api.push(f"k{number}", 5)
                    statuses.append(answer.status_code)
                    if answer.status_code == 202:
                        break
                    _refused(answer, "VOC-E400")
                    assert len(statuses) < 5000
        finally:
            over.set()
            troubled.join()
        assert 503 in statuses, "no trouble"
        until(api.process, lambda: far.waiting() == 0)
        assert api.said("unexpected") == []
        assert api.said("worker ended") == []
    far.proven()
