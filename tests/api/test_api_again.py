"""The same push again: at once, after a late answer, with another body; one of them counts."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from api_desk import Desk, installation

from voc.ledger import Ledger

_AGAIN = {"Idempotency-Key": "k-1"}


class Held:
    """The ledger keeps records when the test lets it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.begun, self.release, self.calls = threading.Semaphore(0), threading.Event(), 0
        original = Ledger.append_once

        def slow(ledger: Ledger, *args: Any, **how: Any) -> Any:
            self.calls += 1
            self.begun.release()
            assert self.release.wait(30)
            return original(ledger, *args, **how)

        monkeypatch.setattr(Ledger, "append_once", slow)


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Held:
    return Held(monkeypatch)


def _push(desk: Desk, text: str) -> httpx.Response:
    body = {"source": "shop", "records": [{"native_id": "1", "text": text}]}
    return desk.client.post("/v1/records", json=body, headers=_AGAIN)


def test_at_once_the_second_gets_the_first_ones_answer(desk: Desk, held: Held) -> None:
    with ThreadPoolExecutor() as pool:
        first = pool.submit(_push, desk, "好")
        assert held.begun.acquire(timeout=30)
        others = [pool.submit(_push, desk, "好") for _ in range(3)]
        held.release.set()
        answers = [one.result(30) for one in (first, *others)]
    assert {one.status_code for one in answers} == {202}
    assert len({one.content for one in answers}) == 1
    assert answers[0].json()["counts"]["created"] == 1
    assert held.calls == 1


def test_at_once_with_another_body_the_second_is_refused(desk: Desk, held: Held) -> None:
    with ThreadPoolExecutor() as pool:
        first = pool.submit(_push, desk, "好")
        assert held.begun.acquire(timeout=30)
        second = pool.submit(_push, desk, "坏")
        held.release.set()
        assert first.result(30).status_code == 202
        assert (second.result(30).status_code, second.result().json()["code"]) == (422, "VOC-E106")
    assert held.calls == 1


def test_after_a_late_answer_the_push_is_kept_once(tmp_path: Path, held: Held) -> None:
    with installation(tmp_path / "home", answer_timeout_s=1.0) as desk:
        desk.client.key = desk.key("ingest")
        late = _push(desk, "好")
        assert (late.status_code, late.json()["code"]) == (503, "VOC-E411")
        assert int(late.headers["retry-after"]) >= 1
        held.release.set()
        again = next(one for one in (_push(desk, "好") for _ in range(20)) if one.status_code != 503)
        assert again.status_code == 202
        assert again.json()["items"][0]["result"] == "created"  # what the first one would have said
        assert held.calls == 1
        (row,) = desk.runtime.ledger.balance("default")
        assert row.accepted == 1


def test_the_key_is_a_workspaces_own(desk: Desk, held: Held) -> None:
    held.release.set()
    assert _push(desk, "好").status_code == 202
    desk.client.key = desk.key("ingest", workspace="other")
    theirs = _push(desk, "坏")
    assert (theirs.status_code, theirs.json()["items"][0]["result"]) == (202, "created")
