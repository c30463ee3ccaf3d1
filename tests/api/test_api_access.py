"""Keys come before all else, and what is refused says why; who may do what is in test_api_matrix.py."""

from __future__ import annotations

import httpx
import pytest
from api_desk import Desk

from voc.api.app import routes

OPEN = {("GET", "/healthz"), ("GET", "/readyz"), ("GET", "/openapi.json")}
CLOSED = [route for route in routes() if route not in OPEN]


def _path(path: str) -> str:
    return path.replace("{id}", "none").replace("{name}", "none")


def _is_problem(answer: httpx.Response, status: int, code: str) -> None:
    body = answer.json()
    assert answer.status_code == status, body
    assert answer.headers["content-type"] == "application/problem+json"
    assert body["code"] == code
    assert body["status"] == status
    assert body["type"] == f"urn:voc:error:{code}"
    assert body["title"] and body["detail"]


def test_every_route_of_the_design_is_there() -> None:
    assert {path for _, path in routes()} >= {
        "/v1/records",
        "/v1/imports",
        "/v1/documents",
        "/v1/documents/{id}",
        "/v1/mentions",
        "/v1/pain-points",
        "/v1/pain-points/aspect/{id}",
        "/v1/trends",
        "/v1/exports",
        "/v1/keys",
        "/v1/workspaces",
        "/v1/sources",
        "/v1/taxonomies",
        "/healthz",
        "/readyz",
        "/metrics",
        "/openapi.json",
    }


@pytest.mark.parametrize(("method", "path"), CLOSED)
def test_without_a_key_nothing_answers(desk: Desk, method: str, path: str) -> None:
    for key in (None, "voc_wrong", "", "voc_" + "x" * 5000):
        answer = desk.client.request(
            method, _path(path) + "?unknown=1", key=key or None, content=b"{not json"
        )
        _is_problem(answer, 401, "VOC-E600")
        assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(("method", "path"), CLOSED)
def test_a_key_for_all_names_one_that_exists(desk: Desk, method: str, path: str) -> None:
    everywhere = desk.key("admin", workspace="*")
    answer = desk.client.request(
        method, _path(path), key=everywhere, params={"workspace": "nobody"}, content=b""
    )
    _is_problem(answer, 404, "VOC-E104")


@pytest.mark.parametrize(("method", "path"), CLOSED)
def test_an_unknown_parameter_is_an_error(desk: Desk, method: str, path: str) -> None:
    bodies: dict[str, dict[str, object]] = {
        "/v1/exports": {},
        "/v1/keys": {"name": "n", "scopes": ["read"]},
        "/v1/workspaces": {"name": "n"},
        "/v1/documents/{id}/integrity": {"verdict": "none", "reason": "x"},
    }
    more = {"json": bodies[path]} if method == "POST" and path in bodies else {}
    answer = desk.client.request(method, _path(path), key=desk.key("admin"), params={"prodcut": "x"}, **more)
    _is_problem(answer, 422, "VOC-E101")


def test_an_expired_or_revoked_key_is_none(desk: Desk) -> None:
    ledger = desk.runtime.ledger
    made = ledger.create_key(name="n", workspace="default", scopes=["read"])
    assert desk.client.get("/v1/documents", key=made.secret).status_code == 200
    ledger.revoke_key(made.row.id)
    _is_problem(desk.client.get("/v1/documents", key=made.secret), 401, "VOC-E600")


def test_nothing_crosses_workspaces(desk: Desk) -> None:
    mine = desk.say("1", "续航太差", aspects=(("quality", "续航太差", 1),))
    theirs = desk.say("2", "屏幕很好", workspace="other", aspects=(("quality", "屏幕很好", 0),))
    assert [one["id"] for one in desk.client.get("/v1/documents").json()["items"]] == [mine]
    _is_problem(desk.client.get(f"/v1/documents/{theirs}"), 404, "VOC-E104")
    everywhere = desk.key("read", workspace="*")
    found = desk.client.get("/v1/documents", key=everywhere, params={"workspace": "other"}).json()
    assert [one["id"] for one in found["items"]] == [theirs]
    names = [one["name"] for one in desk.client.get("/v1/workspaces").json()["items"]]
    assert names == ["default"]


def test_what_is_not_there_is_a_problem(desk: Desk) -> None:
    _is_problem(desk.client.get("/v1/nothing"), 404, "VOC-E104")
    _is_problem(desk.client.request("PUT", "/v1/records"), 405, "VOC-E100")


def test_every_answer_carries_safe_headers(desk: Desk) -> None:
    for path in ("/v1/documents", "/healthz", "/", "/v1/nothing", "/console/app.js"):
        headers = desk.client.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "no-referrer"
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert "server" not in headers
    assert desk.client.get("/v1/documents").headers["cache-control"] == "no-store"
