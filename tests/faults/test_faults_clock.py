"""The clock jumps back an hour while a service runs: pages, answers, keys, claims and order stay right."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from small_disk import Service, service

from api_desk import Ticking  # isort: skip  (`small_disk` says where it is)

_HOUR = 3600.0
_PAGE = 7


@pytest.fixture
def clock() -> Ticking:
    """Of API and ledger."""
    return Ticking()


@pytest.fixture
def voc(tmp_path: Path, clock: Ticking) -> Iterator[Service]:
    """A service with something in it, after an hour of running."""
    with service(tmp_path / "home", clock=clock) as made:
        assert made.push(30).status_code == 202
        assert made.work() == []
        clock.forward(_HOUR)
        yield made


def _page(voc: Service, cursor: str | None) -> dict[str, Any]:
    params = {"limit": _PAGE} | ({"cursor": cursor} if cursor else {})
    answer = voc.client.get("/v1/documents", params=params)
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.json()
    return page


def _rest(voc: Service, page: dict[str, Any]) -> list[str]:
    """Native ids of this page and of all that follow."""
    found = [one["native_id"] for one in page["items"]]
    while page["next_cursor"]:
        page = _page(voc, page["next_cursor"])
        found += [one["native_id"] for one in page["items"]]
    return found


def test_pages_go_on(voc: Service, clock: Ticking) -> None:
    known = set(voc.sent)
    begun = _page(voc, None)
    clock.forward(-_HOUR)
    assert voc.push(20).status_code == 202
    assert voc.work() == []
    voc._look_anew()
    # Begun before the jump: what was there then, once, and nothing that came since.
    assert sorted(_rest(voc, begun)) == sorted(known)
    # Begun after it: everything, once; it goes on when the clock has caught up.
    begun = _page(voc, None)
    clock.forward(2 * _HOUR)
    assert sorted(_rest(voc, begun)) == sorted(voc.sent)
    voc.proven()


def test_a_cursor_lives_a_day_whatever_the_clock_did(voc: Service, clock: Ticking) -> None:
    clock.forward(-_HOUR)
    cursor = _page(voc, None)["next_cursor"]
    clock.forward(86_399)
    assert _page(voc, cursor)["items"]
    clock.forward(1)
    assert voc.client.get("/v1/documents", params={"limit": _PAGE, "cursor": cursor}).status_code == 410


def test_an_idempotency_key_is_honoured(voc: Service, clock: Ticking) -> None:
    first = voc.push(10, key="before")
    clock.forward(-_HOUR)
    again = voc.push(10, key="before", first=30)
    assert (again.status_code, again.json()) == (202, first.json())
    assert voc.push(11, key="before", first=30).json()["code"] == "VOC-E106"
    new = voc.push(5, key="after")
    clock.forward(_HOUR)
    again = voc.push(5, key="after", first=40)
    assert (again.status_code, again.json()) == (202, new.json())
    # Kept for a day at least.
    clock.forward(86_400 - 2 * _HOUR)
    assert voc.push(5, key="after", first=40).json() == new.json()
    assert voc.work() == []
    voc.proven()


def test_a_key_of_the_api_does_not_come_to_life_again(voc: Service, clock: Ticking) -> None:
    ledger = voc.opened.ledger
    soon = clock.at + timedelta(seconds=60)
    made = ledger.create_key(name="k", workspace="default", scopes=["read"], expires_at=soon)

    def status() -> int:
        return int(voc.client.get("/v1/documents", key=made.secret).status_code)

    assert status() == 200
    clock.forward(60)
    assert status() == 401
    clock.forward(-_HOUR)
    assert status() == 401
    assert voc.client.get("/v1/documents").status_code == 200


def test_a_worker_goes_on_and_what_came_last_counts(voc: Service, clock: Ticking) -> None:
    ledger = voc.opened.ledger
    assert voc.push(20).status_code == 202
    assert len(ledger.claim("another, alive", limit=5, lease_s=60)) == 5
    store = voc.opened.writer(note=lambda _: None)
    try:
        worker = voc.opened.worker(store, voc.opened.pool())
        clock.forward(-_HOUR)
        # All but what the other one holds; nobody takes that before its time is over, nor waits for an hour.
        for passed, pending in ((0, 5), (59, 5), (1, 0)):
            clock.forward(passed)
            worker.run(stop=lambda: False)
            assert voc.opened.pending() == pending
    finally:
        store.close()
    # A newer wording that is received "earlier".
    body = {"source": "shop", "records": [{"native_id": "r0", "text": "后来的说法，电池很好"}]}
    answer = voc.client.post("/v1/records", json=body)
    assert [one["result"] for one in answer.json()["items"]] == ["revised"]
    voc.sent["r0"] = "后来的说法，电池很好"
    assert voc.work() == []
    assert voc.ready()[:2] == (200, "ready")
    voc.proven()
