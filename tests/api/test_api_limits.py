"""Nobody takes more than their share: rates, places, time; and what a refusal says."""

from __future__ import annotations

import json
import threading
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from api_desk import Desk, installation

from voc.store.memory import MemoryStore


def _refused(answer: httpx.Response, status: int, code: str) -> None:
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert int(answer.headers["retry-after"]) >= 1


class Held:
    """A document that is looked up for as long as the test wants."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.begun, self.release = threading.Semaphore(0), threading.Event()
        original = MemoryStore.document

        def slow(store: MemoryStore, *how: Any) -> Any:
            self.begun.release()
            assert self.release.wait(30)
            return original(store, *how)

        monkeypatch.setattr(MemoryStore, "document", slow)

    def ask(self, pool: ThreadPoolExecutor, desk: Desk, **how: Any) -> Future[httpx.Response]:
        asked = pool.submit(desk.client.get, "/v1/documents/d_1", **how)
        assert self.begun.acquire(timeout=30)
        return asked


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Held:
    return Held(monkeypatch)


def test_a_key_has_a_rate_of_its_own(tmp_path: Path) -> None:
    with installation(tmp_path / "home", key_requests_per_s=0.5, key_burst=3) as desk:
        mine, other = desk.key("read"), desk.key("read")
        assert [desk.client.get("/v1/sources", key=mine).status_code for _ in range(3)] == [200] * 3
        refused = desk.client.get("/v1/sources", key=mine)
        _refused(refused, 429, "VOC-E603")
        assert refused.headers["retry-after"] == "2"
        assert desk.client.get("/v1/sources", key=other).status_code == 200
        desk.ticks.at += 2
        assert desk.client.get("/v1/sources", key=mine).status_code == 200


def test_an_address_without_a_key_has_a_rate(tmp_path: Path) -> None:
    with installation(tmp_path / "home", address_requests_per_s=1, address_burst=4) as desk:
        known = desk.key("read")
        assert desk.client.get("/v1/sources", key=known).status_code == 200
        paths = ["/healthz", "/", "/v1/documents", "/v1/nothing"]
        assert [desk.client.get(path, key=None).status_code for path in paths] == [200, 200, 401, 401]
        for key in (None, "voc_wrong", desk.key("read")):  # one not seen yet is not looked up any more
            _refused(desk.client.get("/v1/sources", key=key), 429, "VOC-E603")
        for _ in range(10):
            assert desk.client.get("/v1/sources", key=known).status_code == 200  # who has one is not held up
        desk.ticks.at += 1
        assert desk.client.get("/v1/sources", key="voc_wrong").status_code == 401


def test_a_revoked_key_is_an_unknown_one_to_the_address_too(tmp_path: Path) -> None:
    with installation(tmp_path / "home", address_requests_per_s=1, address_burst=2) as desk:
        made = desk.runtime.ledger.create_key(name="n", workspace="default", scopes=["read"])
        assert desk.client.get("/v1/sources", key=made.secret).status_code == 200
        desk.runtime.ledger.revoke_key(made.row.id)
        found = [desk.client.get("/v1/sources", key=made.secret).status_code for _ in range(3)]
        assert found == [401, 401, 429]


def test_a_key_has_so_many_places(tmp_path: Path, held: Held) -> None:
    with installation(tmp_path / "home", key_running=2) as desk, ThreadPoolExecutor() as pool:
        mine, other = desk.key("read"), desk.key("read")
        running = [held.ask(pool, desk, key=mine) for _ in range(2)]
        _refused(desk.client.get("/v1/sources", key=mine), 429, "VOC-E603")
        assert desk.client.get("/v1/sources", key=other).status_code == 200
        held.release.set()
        assert [one.result(30).status_code for one in running] == [404, 404]
        assert desk.client.get("/v1/sources", key=mine).status_code == 200


def test_all_callers_together_have_so_many_places(tmp_path: Path, held: Held) -> None:
    with installation(tmp_path / "home", running_requests=2) as desk, ThreadPoolExecutor() as pool:
        running = [held.ask(pool, desk, key=desk.key("read")) for _ in range(2)]
        _refused(desk.client.get("/v1/sources", key=desk.key("read")), 503, "VOC-E410")
        _refused(desk.client.get("/readyz", key=None), 503, "VOC-E410")
        assert desk.client.get("/healthz", key=None).status_code == 200  # busy is not dead
        held.release.set()
        assert [one.result(30).status_code for one in running] == [404, 404]
        assert desk.client.get("/v1/sources", key=desk.key("read")).status_code == 200


def test_a_slow_question_is_answered_and_holds_its_place_until_it_ends(tmp_path: Path, held: Held) -> None:
    with installation(tmp_path / "home", answer_timeout_s=1.0, key_running=1) as desk:
        mine = desk.key("read")
        late = desk.client.get("/v1/documents/d_1", key=mine)
        _refused(late, 503, "VOC-E411")
        assert late.headers["x-request-id"]
        # Its thread is still at work: asking again and again must not pile up more of them.
        for _ in range(3):
            _refused(desk.client.get("/v1/documents/d_1", key=mine), 429, "VOC-E603")
        held.release.set()
        _until(lambda: desk.client.get("/v1/sources", key=mine).status_code == 200)


def _until(true: Callable[[], bool]) -> None:
    waited = threading.Event()
    for _ in range(200):
        if true():
            return
        waited.wait(0.05)
    raise AssertionError("not within ten seconds")


def test_a_body_that_trickles_is_cut_off(tmp_path: Path) -> None:
    with installation(tmp_path / "home", client_timeout_s=1.5, answer_timeout_s=1.0) as desk:

        async def trickling() -> AsyncIterator[bytes]:
            yield b'{"source": "s",'
            await anyio.sleep_forever()

        for path, kind in (("/v1/records", "application/json"), ("/v1/imports", "multipart/form-data")):
            answer = _while_sending(desk, path, trickling(), f"{kind}; boundary=x")
            assert (answer["status"], answer["code"]) == (408, "VOC-E113"), answer
            assert answer["connection"] == "close"
        assert not list((tmp_path / "home" / "uploads").iterdir())


def test_a_long_body_at_a_good_pace_may_take_its_time(tmp_path: Path) -> None:
    with installation(
        tmp_path / "home", client_timeout_s=1.0, client_bytes_per_s=20_000, answer_timeout_s=1.5
    ) as desk:

        async def steady() -> AsyncIterator[bytes]:
            yield b'{"source": "s", "records": []'
            for _ in range(9):  # 1.8 s, longer than either limit by itself
                with anyio.move_on_after(0.2):
                    await anyio.sleep_forever()
                yield b" " * 20_000
            yield b"}"

        answer = _while_sending(desk, "/v1/records", steady(), "application/json")
        assert answer["status"] == 202


def _while_sending(desk: Desk, path: str, body: AsyncIterator[bytes], content_type: str) -> dict[str, Any]:
    """A request as a server passes it on, part by part; httpx would read the whole body first."""
    found: dict[str, Any] = {"body": b""}
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": [
            (b"authorization", b"Bearer " + desk.key("ingest").encode()),
            (b"transfer-encoding", b"chunked"),
            (b"content-type", content_type.encode()),
        ],
        "client": ("192.0.2.1", 5),
        "server": ("voc.test", 80),
    }

    async def receive() -> dict[str, Any]:
        part = await anext(body, None)
        return {"type": "http.request", "body": part or b"", "more_body": part is not None}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            found["status"] = message["status"]
            headers = {name.decode(): value.decode() for name, value in message["headers"]}
            found["connection"] = headers.get("connection")
        else:
            found["body"] += message.get("body", b"")

    desk.client.call(desk.client.app, scope, receive, send)
    return {**json.loads(found["body"]), **found}


@pytest.mark.parametrize("path", ["/v1/keys", "/v1/workspaces", "/v1/exports", "/v1/records", "/v1/imports"])
def test_without_a_key_no_byte_of_a_body_is_read(desk: Desk, path: str) -> None:
    asked = []

    async def body() -> AsyncIterator[bytes]:
        asked.append(path)
        yield b"{"

    sent = body()
    desk.client.key = None
    answer = desk.client.request(
        "POST", path, content=b"{not json", headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 401
    original, desk.key = desk.key, lambda *_: "voc_wrong"  # type: ignore[method-assign]
    try:
        answered = _while_sending(desk, path, sent, "application/json")
    finally:
        desk.key = original  # type: ignore[method-assign]
    assert (answered["status"], answered["connection"], asked) == (401, "close", [])


def test_every_worthless_key_gets_the_same_answer(desk: Desk) -> None:
    ledger = desk.runtime.ledger
    past = datetime.now(UTC) - timedelta(days=1)
    expired = ledger.create_key(name="n", workspace="default", scopes=["admin"], expires_at=past).secret
    revoked = ledger.create_key(name="n", workspace="default", scopes=["admin"])
    ledger.revoke_key(revoked.row.id)
    good = desk.key("read")
    worthless = (None, expired, revoked.secret, good[:-1], good + "x", "x" + good, "voc_", "voc_" + "é" * 9)
    answers = [desk.client.request("GET", "/v1/sources", headers=_bearer(key), key=None) for key in worthless]
    assert {one.status_code for one in answers} == {401}
    assert len({one.content for one in answers}) == 1
    assert len({tuple(name for name in one.headers if name != "x-request-id") for one in answers}) == 1
    basic = desk.client.get("/v1/sources", key=None, headers={"Authorization": f"Basic {good}"})
    assert basic.content == answers[0].content


def _bearer(key: str | None) -> dict[str, bytes]:
    return {} if key is None else {"Authorization": f"Bearer {key}".encode("latin-1")}


def test_reading_writes_nothing(desk: Desk) -> None:
    before = _written(desk)
    for _ in range(5):
        assert desk.client.get("/v1/sources").status_code == 200
        assert desk.client.get("/v1/sources", key="voc_wrong").status_code == 401
    assert _written(desk) == before


def _written(desk: Desk) -> bytes:
    home = desk.runtime.settings.home
    return b"".join(
        path.read_bytes() for path in sorted(home.glob("ledger.sqlite*")) if "-shm" not in path.name
    )
