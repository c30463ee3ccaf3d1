"""Health, figures, description, keys, workspaces, sources: what people who run it ask."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from api_desk import Desk

from voc.api.app import routes
from voc.errors import ConfigError, FatalError
from voc.ops import health


def test_alive_and_ready(desk: Desk) -> None:
    assert desk.client.get("/healthz", key=None).json()["status"] == "ok"
    body = desk.client.get("/readyz", key=None).json()
    assert body == {
        "status": "ready",
        "parts": {"ledger": "ok", "index": "ok", "disk": "ok", "worker": "idle"},
    }


def test_not_ready_without_a_ledger(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise FatalError("disk full at a secret place")

    monkeypatch.setattr(type(desk.runtime.ledger), "workspaces", broken)
    answer = desk.client.get("/readyz", key=None)
    assert answer.status_code == 503
    assert answer.json()["parts"]["ledger"] == "VOC-E500"
    assert "secret" not in answer.text


def test_a_queue_that_does_not_move_is_noticed() -> None:
    now, queue = [0.0], [(0, 0)]
    looked = health.Readiness({}, lambda: queue[0], monotonic=lambda: now[0], stalled_after_s=60)

    def worker(at: float, waiting: int, done: int) -> str:
        now[0], queue[0] = at, (waiting, done)
        return looked.look().parts["worker"]

    assert worker(0, 5, 0) == "working"
    assert worker(59, 5, 0) == "working"
    assert worker(61, 5, 0) == "stalled"
    assert worker(63, 4, 1) == "working"
    assert worker(64, 0, 5) == "idle"
    assert worker(500, 3, 5) == "working"


def test_figures_for_prometheus(desk: Desk) -> None:
    desk.client.post("/v1/records", json={"source": "s", "records": [{"text": "好"}, {}]})
    desk.client.get("/v1/documents/d_somebody")
    text = desk.client.get("/metrics").text
    assert 'voc_records_total{result="created"} 1.0' in text
    assert 'voc_documents{state="pending",workspace="default"} 1.0' in text
    assert 'voc_documents{state="dead",workspace="default"} 1.0' in text
    assert 'route="/v1/documents/{id}"' in text
    assert "d_somebody" not in text
    assert 'workspace="other"' not in text
    every = desk.client.get("/metrics", key=desk.key("admin", workspace="*")).text
    assert 'workspace="other"' in every


def test_the_description_names_every_route(desk: Desk) -> None:
    described = desk.client.get("/openapi.json", key=None).json()
    named = {(method.upper(), path) for path, one in described["paths"].items() for method in one}
    assert named == {route for route in routes() if route[1] != "/openapi.json"}
    names = {one["name"] for one in described["paths"]["/v1/documents"]["get"]["parameters"]}
    assert {"product", "since", "until", "q", "counted", "limit", "cursor", "workspace"} <= names
    for path in ("/docs", "/redoc"):
        assert desk.client.get(path).status_code == 404


def test_keys_are_made_listed_and_revoked(desk: Desk) -> None:
    admin = desk.key("admin")
    made = desk.client.post("/v1/keys", key=admin, json={"name": "n", "scopes": ["read"]})
    assert made.status_code == 201
    assert made.json()["key"].startswith("voc_")
    assert made.json()["workspace"] == "default"
    assert desk.client.get("/v1/documents", key=made.json()["key"]).status_code == 200
    listed = desk.client.get("/v1/keys", key=admin)
    assert made.json()["key"] not in listed.text
    assert made.json()["id"] in [one["id"] for one in listed.json()["items"]]
    path = f"/v1/keys/{made.json()['id']}"
    assert desk.client.delete(path, key=admin).status_code == 204
    assert desk.client.get("/v1/documents", key=made.json()["key"]).status_code == 401
    assert desk.client.delete("/v1/keys/k_none", key=admin).status_code == 404
    actions = [row.action for row in desk.runtime.ledger.audit_rows("default")]
    assert actions == ["key.revoke", "key.create"]


def test_an_admin_of_one_workspace_stays_there(desk: Desk) -> None:
    admin = desk.key("admin")
    theirs = desk.runtime.ledger.create_key(name="n", workspace="other", scopes=["read"]).row.id
    for workspace in ("*", "other"):
        body = {"name": "n", "scopes": ["admin"], "workspace": workspace}
        assert desk.client.post("/v1/keys", key=admin, json=body).status_code == 403
    assert desk.client.delete(f"/v1/keys/{theirs}", key=admin).status_code == 404
    assert theirs not in desk.client.get("/v1/keys", key=admin).text
    assert desk.client.post("/v1/workspaces", key=admin, json={"name": "new"}).status_code == 403


def test_a_key_for_all(desk: Desk) -> None:
    every = desk.key("admin", workspace="*")
    body = {"name": "n", "scopes": ["read"], "workspace": "other"}
    assert desk.client.post("/v1/keys", key=every, json=body).json()["workspace"] == "other"
    assert desk.client.post("/v1/keys", key=every, json={**body, "workspace": "*"}).status_code == 422
    assert desk.client.post("/v1/keys", key=every, json={**body, "workspace": "nobody"}).status_code == 404
    assert (
        desk.client.post("/v1/keys", key=every, json={**body, "scopes": ["all"]}).json()["code"] == "VOC-E105"
    )


def test_workspaces(desk: Desk) -> None:
    every = desk.key("admin", workspace="*")
    made = desk.client.post("/v1/workspaces", key=every, json={"name": "brand", "taxonomy": "phone"})
    assert made.status_code == 201
    assert made.json()["taxonomy"] == "phone"
    names = [one["name"] for one in desk.client.get("/v1/workspaces", key=every).json()["items"]]
    assert names == ["brand", "default", "other"]
    again = desk.client.post("/v1/workspaces", key=every, json={"name": "brand"})
    assert (again.status_code, again.json()["code"]) == (409, "VOC-E111")
    for bad in (
        {"name": "Bad Name"},
        {"name": "x", "timezone": "Mars/One"},
        {"name": "x", "taxonomy": "/etc/x"},
    ):
        assert desk.client.post("/v1/workspaces", key=every, json=bad).json()["code"] == "VOC-E105"


def test_sources_balance(desk: Desk) -> None:
    desk.client.post("/v1/records", json={"source": "s", "kind": "ticket", "records": [{"text": "好"}, {}]})
    (item,) = desk.client.get("/v1/sources").json()["items"]
    assert (item["source"], item["kind"]) == ("s", "ticket")
    assert item["accepted"] == item["indexed"] + item["pending"] + item["dead"] + item["deleted"] == 2


def test_an_unexpected_error_says_nothing_of_its_insides(
    desk: Desk,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise KeyError("张三的电话")

    monkeypatch.setattr(type(desk.runtime.store), "document", broken)
    with caplog.at_level(logging.DEBUG):
        answer = desk.client.get("/v1/documents/d_1?revision=1")
    assert (answer.status_code, answer.json()["code"]) == (500, "VOC-E503")
    logged = capsys.readouterr().err
    assert "张三" not in answer.text + logged + caplog.text
    assert '"kind":"KeyError"' in logged


def test_a_known_failure_has_its_status(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise ConfigError("model missing", code="VOC-E202")

    monkeypatch.setattr(type(desk.runtime.store), "document", broken)
    assert desk.client.get("/v1/documents/d_1").status_code == 500
