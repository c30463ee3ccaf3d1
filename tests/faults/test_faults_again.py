"""One Idempotency-Key at two API processes at the same moment: one write wins, the other hears of it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from cut_line import schema, words
from fault_desk import SOAK, proven, running, shown
from voc_program import Program

_ROUNDS = 100 if SOAK else 8
_AT_ONCE = 4


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def voc(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Program]:
    """A home whose ledger is of either kind."""
    env = {"VOC_LANGUAGE_PROCESSES": "0"}
    if request.param == "sqlite":
        yield Program(tmp_path / "home", env)
        return
    with schema() as url:
        yield Program(tmp_path / "home", {**env, "VOC_DATABASE_URL": words(url)})


def _pushed(clients: list[httpx.Client], key: str, texts: list[str]) -> list[httpx.Response]:
    """The answers of one push a text, all begun at the same moment, in turn at each process."""
    start = threading.Barrier(len(texts))

    def push(number: int) -> httpx.Response:
        records = [{"native_id": f"{key}-{n}", "text": texts[number]} for n in range(5)]
        start.wait(30)
        return clients[number % len(clients)].post(
            "/v1/records", json={"source": "shop", "records": records}, headers={"Idempotency-Key": key}
        )

    with ThreadPoolExecutor(len(texts)) as pool:
        return list(pool.map(push, range(len(texts))))


def test_two_processes_one_key(voc: Program) -> None:
    secret = voc.json("keys", "create", "--name", "k", "--scopes", "ingest")["key"]
    kept: dict[str, str] = {}
    with ExitStack() as stack:
        clients = []
        for _ in range(2):
            process = stack.enter_context(running(voc, "serve", "--no-worker", "--port", "0"))
            assert process.stderr is not None
            client = httpx.Client(base_url=process.stderr.readline().decode().split()[-1], timeout=60)
            client.headers["Authorization"] = f"Bearer {secret}"
            clients.append(stack.enter_context(client))
        for number in range(_ROUNDS):
            key = f"same{number}"
            answers = _pushed(clients, key, ["电池不耐用"] * _AT_ONCE)
            assert [one.status_code for one in answers] == [202] * _AT_ONCE, answers[0].text
            assert len({one.content for one in answers}) == 1
            assert answers[0].json()["counts"]["created"] == 5
            kept |= {f"{key}-{n}": "电池不耐用" for n in range(5)}

            key = f"other{number}"
            texts = ["屏幕很清晰", "屏幕有划痕"] * (_AT_ONCE // 2)
            texts = texts if number % 2 else sorted(texts)  # each process gets one of them, or both
            answers = _pushed(clients, key, texts)
            won = {text for text, one in zip(texts, answers, strict=True) if one.status_code == 202}
            assert len(won) == 1
            for text, one in zip(texts, answers, strict=True):
                assert _said(one) == ((202, 5) if text in won else (422, "VOC-E106"))
            kept |= {f"{key}-{n}": won.copy().pop() for n in range(5)}
    voc.ok("work", "--until-empty")
    proven(voc, kept)
    assert {one.revision for one in shown(voc).values()} == {1}


def _said(answer: httpx.Response) -> tuple[int, Any]:
    body = answer.json()
    return answer.status_code, body["counts"]["created"] if answer.status_code == 202 else body["code"]
