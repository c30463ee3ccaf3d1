"""Pushing records: what becomes of each, what a second time does, what is refused before it is read."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from api_desk import Desk


def _push(desk: Desk, records: list[object], **how: Any) -> httpx.Response:
    body = {"source": "shop", "kind": "review", "records": records}
    return desk.client.post("/v1/records", json=body, **how)


def test_each_record_says_what_became_of_it(desk: Desk) -> None:
    first = _push(desk, [{"native_id": "1", "text": "续航太差"}, {"native_id": "2"}, "not a record"])
    assert first.status_code == 202
    body = first.json()
    assert [(one["index"], one["native_id"], one["result"]) for one in body["items"]] == [
        (0, "1", "created"),
        (1, "2", "rejected"),
        (2, None, "rejected"),
    ]
    assert body["items"][0]["id"].startswith("d_")
    assert body["items"][0]["error"] is None
    assert body["items"][1]["error"]["code"] == "VOC-E301"
    assert body["counts"] == {"created": 1, "revised": 0, "unchanged": 0, "rejected": 2}
    (row,) = desk.runtime.ledger.balance("default")
    assert (row.accepted, row.pending, row.dead) == (3, 1, 2)
    again = _push(desk, [{"native_id": "1", "text": "续航太差"}, {"native_id": "1", "text": "续航变好了"}])
    assert [one["result"] for one in again.json()["items"]] == ["unchanged", "revised"]
    assert again.json()["items"][0]["superseded"] is True


def test_known_fields_are_typed_and_others_go_to_attrs(desk: Desk) -> None:
    record = {
        "text": "好",
        "rating": "5",
        "created_at": "2026年11月1日",
        "author": {"id": "u1"},
        "颜色": "红",
    }
    assert _push(desk, [record]).json()["items"][0]["result"] == "created"
    (claimed,) = desk.runtime.ledger.claim("w", limit=10, lease_s=60)
    assert claimed.record.rating == 5.0
    assert claimed.record.author.id == "u1"
    assert claimed.record.attrs == {"颜色": "红"}
    assert claimed.record.created_at is not None


def test_a_lone_surrogate_and_a_null_do_not_crash(desk: Desk) -> None:
    body = b'{"source": "s", "records": [{"text": "a\\ud800\\u0000b", "native_id": "x"}, {"text": ""}]}'
    answer = desk.client.post("/v1/records", content=body)
    assert answer.status_code == 202
    assert [one["result"] for one in answer.json()["items"]] == ["created", "rejected"]


def test_the_same_key_gets_the_same_answer(desk: Desk) -> None:
    headers = {"Idempotency-Key": "k-1"}
    first = _push(desk, [{"native_id": "1", "text": "好"}], headers=headers)
    second = _push(desk, [{"native_id": "1", "text": "好"}], headers=headers)
    assert second.status_code == 202
    assert second.content == first.content
    assert second.json()["items"][0]["result"] == "created"
    other = _push(desk, [{"native_id": "1", "text": "坏"}], headers=headers)
    assert other.status_code == 422
    assert other.json()["code"] == "VOC-E106"
    assert "坏" not in other.text


def test_a_refused_body_leaves_its_key_free(desk: Desk) -> None:
    headers = {"Idempotency-Key": "k-2"}
    assert desk.client.post("/v1/records", content=b"{", headers=headers).status_code == 422
    assert _push(desk, [{"text": "好"}], headers=headers).status_code == 202


@pytest.mark.parametrize("key", ["", "x" * 256])
def test_a_key_has_a_sensible_length(desk: Desk, key: str) -> None:
    answer = _push(desk, [{"text": "好"}], headers={"Idempotency-Key": key})
    assert answer.status_code == 422
    assert answer.json()["code"] == "VOC-E102"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{not json",
        b"[" * 100_000,
        b'{"records": []}',
        b'{"source": "", "records": []}',
        b'{"source": "a\\nb", "records": []}',
        b'{"source": 5, "records": []}',
        b'{"source": "s", "records": {}}',
        b'{"source": "s", "kind": "memo", "records": []}',
        b'{"source": "s", "kind": [], "records": []}',
        b'{"source": "s", "records": [], "more": 1}',
        b'\xff\xfe{"source"',
    ],
)
def test_a_body_that_is_not_understood_is_refused_whole(desk: Desk, body: bytes) -> None:
    answer = desk.client.post("/v1/records", content=body)
    assert answer.status_code == 422
    assert answer.json()["code"] == "VOC-E105"
    assert desk.runtime.ledger.sources("default") == []


def test_too_many_records_at_once(desk: Desk) -> None:
    answer = _push(desk, [{"text": "好"}] * 1001)
    assert answer.status_code == 413
    assert answer.json()["code"] == "VOC-E107"
    assert len(_push(desk, [{"text": "好"}] * 1000).json()["items"]) == 1000


def test_no_records_are_no_error(desk: Desk) -> None:
    assert _push(desk, []).json()["items"] == []


def test_size_is_refused_before_and_while_reading(desk: Desk) -> None:
    most = desk.runtime.settings.max_body_bytes
    announced = desk.client.post("/v1/records", content=b"{}", headers={"Content-Length": str(most + 1)})
    assert announced.status_code == 413
    assert announced.json()["code"] == "VOC-E107"

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(most // 1_000_000 + 2):
            yield b" " * 1_000_000

    chunked = desk.client.post("/v1/records", content=endless())
    assert chunked.status_code == 413
    assert chunked.json()["code"] == "VOC-E107"


def test_a_deep_record_is_refused_alone(desk: Desk) -> None:
    deep: object = "x"
    for _ in range(200):
        deep = [deep]
    answer = _push(desk, [{"text": "好", "more": deep}, {"text": "坏"}])
    assert answer.status_code == 202
    assert [one["result"] for one in answer.json()["items"]] == ["rejected", "created"]


def test_a_rejected_record_is_told_without_its_words(desk: Desk) -> None:
    answer = _push(desk, [{"text": "好", "rating": "秘密的话"}])
    item = answer.json()["items"][0]
    assert item["result"] == "rejected"
    assert "秘密" not in json.dumps(item["error"], ensure_ascii=False)
    (letter,) = desk.runtime.ledger.dead_letters("default")
    assert letter.place == "record 0"
    assert "秘密" in desk.runtime.ledger.dead_letter_raw("default", letter.id).decode()
