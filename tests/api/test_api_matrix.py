"""Who may do what: every route times every kind of caller, in one table; a new route fails until listed."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files
from typing import Any

import pytest
from api_desk import Desk

from voc.api.app import ROUTERS, routes
from voc.console.pages import FILES
from voc.console.pages import router as console
from voc.types import Record

# A caller has no key · one of nobody · one scope in `default` · admin in `default` and names `other` · admin
# in `other` and asks for things of `default` · a `*` key that may read · a `*` key that may do all.
TABLE = """
route                               none wrong ingest read write export admin names of_other *read *admin
GET /healthz                         200   200    200  200   200    200   200   200      200   200    200
GET /readyz                          200   200    200  200   200    200   200   200      200   200    200
GET /openapi.json                    200   200    200  200   200    200   200   200      200   200    200
GET /metrics                         401   401    403  200   403    403   200   403      200   200    200
POST /v1/records                     401   401    202  403   403    403   202   403      202   403    202
POST /v1/imports                     401   401    202  403   403    403   202   403      202   403    202
GET /v1/imports                      401   401    200  200   403    403   200   403      200   200    200
GET /v1/imports/{id}                 401   401    200  200   403    403   200   403      404   200    200
GET /v1/documents                    401   401    403  200   403    403   200   403      200   200    200
GET /v1/documents/{id}               401   401    403  200   403    403   200   403      404   200    200
POST /v1/documents/{id}/integrity    401   401    403  403   200    403   200   403      404   403    200
GET /v1/mentions                     401   401    403  200   403    403   200   403      200   200    200
GET /v1/pain-points                  401   401    403  200   403    403   200   403      200   200    200
GET /v1/pain-points/aspect/{id}      401   401    403  200   403    403   200   403      200   200    200
GET /v1/trends                       401   401    403  200   403    403   200   403      200   200    200
GET /v1/exports                      401   401    403  403   403    200   200   403      200   403    200
POST /v1/exports                     401   401    403  403   403    200   200   403      200   403    200
GET /v1/taxonomies                   401   401    403  200   403    403   200   403      200   200    200
GET /v1/taxonomies/{name}            401   401    403  200   403    403   200   403      200   200    200
GET /v1/keys                         401   401    403  403   403    403   200   403      200   403    200
POST /v1/keys                        401   401    403  403   403    403   201   403      201   403    201
DELETE /v1/keys/{id}                 401   401    403  403   403    403   204   403      404   403    204
GET /v1/workspaces                   401   401    200  200   200    200   200   403      200   200    200
POST /v1/workspaces                  401   401    403  403   403    403   403   403      403   403    201
GET /v1/sources                      401   401    403  200   403    403   200   403      200   200    200
"""
CALLERS = TABLE.split("\n")[1].split()[1:]
WANTED = {
    tuple(line.split()[:2]): dict(zip(CALLERS, map(int, line.split()[2:]), strict=True))
    for line in TABLE.strip().split("\n")[1:]
}
OPEN = {route for route, row in WANTED.items() if row["none"] == 200}


def _secret(desk: Desk, caller: str) -> str | None:
    match caller:
        case "none":
            return None
        case "wrong":
            return "voc_" + "x" * 43
        case "names":
            return desk.key("admin")
        case "of_other":
            return desk.key("admin", workspace="other")
        case "*read":
            return desk.key("read", workspace="*")
        case "*admin":
            return desk.key("admin", workspace="*")
    return desk.key(caller)


def _things(desk: Desk) -> dict[str, Callable[[], str]]:
    """Ids of what is there, in `default`; what a call uses up is made for each."""
    ledger = desk.runtime.ledger
    document = desk.say("1", "续航太差", aspects=(("quality", "续航太差", 1),))
    ledger.append("default", "tmall", "review", [Record("续航太差", native_id="1")])
    job = ledger.create_job("default", "import", {"file": "a.csv", "source": "a", "kind": "review"}).id
    return {
        "/v1/documents/{id}": lambda: f"/v1/documents/{document}",
        "/v1/documents/{id}/integrity": lambda: f"/v1/documents/{document}/integrity",
        "/v1/imports/{id}": lambda: f"/v1/imports/{job}",
        "/v1/pain-points/aspect/{id}": lambda: "/v1/pain-points/aspect/quality",
        "/v1/taxonomies/{name}": lambda: "/v1/taxonomies/general",
        "/v1/keys/{id}": lambda: (
            "/v1/keys/" + ledger.create_key(name="n", workspace="default", scopes=["read"]).row.id
        ),
    }


def _body(method: str, path: str) -> dict[str, Any]:
    if method != "POST":
        return {}
    if path == "/v1/imports":
        return {"files": {"file": ("a.csv", "评论内容\n好\n".encode())}}
    bodies: dict[str, Any] = {
        "/v1/records": {"source": "s", "records": [{"text": "好"}]},
        "/v1/exports": {"what": "documents"},
        "/v1/documents/{id}/integrity": {"verdict": "release", "reason": "真话"},
        "/v1/keys": {"name": "n", "scopes": ["read"]},
        "/v1/workspaces": {"name": "brand"},
    }
    return {"json": bodies[path]}


def test_every_route_stands_in_the_table(desk: Desk) -> None:
    assert set(WANTED) == set(routes())
    # Nothing is mounted beside the routers: theirs, the description, the console's two.
    assert len(desk.client.app.routes) == len(ROUTERS) + 2
    assert {getattr(route, "path", None) for route in console.routes} == {"/", "/console/{name}"}


def test_what_is_open_is_what_the_design_opens() -> None:
    assert sorted(OPEN) == [("GET", "/healthz"), ("GET", "/openapi.json"), ("GET", "/readyz")]


@pytest.mark.parametrize(("method", "path"), sorted(WANTED), ids=[*map(" ".join, sorted(WANTED))])
def test_who_may(desk: Desk, method: str, path: str) -> None:
    make = _things(desk).get(path, lambda: path)
    found = {}
    for caller in CALLERS:
        answer = desk.client.request(
            method,
            make(),
            key=_secret(desk, caller),
            params={"workspace": "other"} if caller == "names" and (method, path) not in OPEN else {},
            **_body(method, path),
        )
        found[caller] = answer.status_code
        if answer.status_code >= 400:
            assert answer.headers["content-type"] == "application/problem+json"
            assert "续航" not in answer.text
    assert found == WANTED[method, path]


@pytest.mark.parametrize("path", sorted({path for _, path in WANTED} | {"/v1/nothing", "/v2", "/console"}))
def test_no_other_method_opens_a_closed_path(desk: Desk, path: str) -> None:
    is_open = ("GET", path) in OPEN
    for method in ("HEAD", "OPTIONS", "PUT", "PATCH", "TRACE", "PROPFIND", *(["DELETE"] if is_open else [])):
        answer = desk.client.request(method, path.replace("{", "").replace("}", ""), key=None)
        assert answer.status_code == (405 if is_open else 401), method


def test_the_pages_that_need_no_key_hold_nothing(desk: Desk) -> None:
    desk.say("1", "续航太差了秘密", aspects=(("quality", "续航太差了", 1),))
    for name in ("", *FILES):
        answer = desk.client.get(f"/console/{name}" if name else "/", key=None)
        packed = files("voc.console") / "static" / (name or "index.html")
        assert answer.content == packed.read_bytes()
    assert "秘密" not in desk.client.get("/openapi.json", key=None).text
    ready = desk.client.get("/readyz", key=None).json()
    assert set(ready) == {"status", "parts"}
    assert set(ready["parts"].values()) <= {"ok", "idle", "working", "stalled"}
    for name in ("../pages.py", "..%2Fpages.py", "%2e%2e/__init__.py", "static", "none.js"):
        assert desk.client.get(f"/console/{name}", key=None).status_code in (401, 404)
