"""Whatever the description allows, and what it does not: no fault of ours, every answer as described.

Requests are made up by schemathesis from /openapi.json and sent to the application in this process. The short
form is the same in every run; VOC_TEST_SOAK multiplies its examples (`make soak`).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
import requests
import schemathesis
from api_desk import Desk, installation
from hypothesis import HealthCheck, Phase, given, reject, settings
from jsonschema import Draft202012Validator
from schemathesis import Case, GenerationMode, Response
from schemathesis.checks import not_a_server_error
from schemathesis.config import GenerationConfig, ProjectConfig, ProjectsConfig, SchemathesisConfig
from schemathesis.specs.openapi.checks import (
    allow_header_conformance,
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from voc.api.app import OPENAPI, routes
from voc.types import Query, Record

SOAK = int(os.environ.get("VOC_TEST_SOAK", "0"))
ROUTES = [route for route in routes() if route[1] != OPENAPI]
ASKED = [route for route in ROUTES if route[1] not in ("/healthz", "/readyz")]  # these take nothing
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    allow_header_conformance,
    negative_data_rejection,
]
UNHURRIED = {
    "key_requests_per_s": 1e6,
    "key_burst": 1_000_000,
    "address_requests_per_s": 1e6,
    "address_burst": 1_000_000,
}
_CONFIG = SchemathesisConfig(
    projects=ProjectsConfig(
        default=ProjectConfig(
            generation=GenerationConfig(allow_extra_parameters=False, with_security_parameters=False)
        )
    )
)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A home with a little of everything, and a key that may do all in all workspaces."""
    with installation(tmp_path_factory.mktemp("fuzz") / "home", **UNHURRIED) as desk:
        for number in range(12):
            desk.say(
                f"r{number}",
                "续航太差了，😀屏幕很好",
                by=f"u{number % 5}",
                days_ago=number * 3,
                aspects=(("quality", "续航太差了", 3), ("appearance", "😀屏幕很好", 0)),
                product="甲" if number % 2 else None,
                rating=1.0 + number % 5,
            )
        records = [Record("续航太差了，😀屏幕很好", native_id=f"r{number}") for number in range(12)]
        desk.runtime.ledger.append("default", "tmall", "review", records)
        desk.client.key = desk.key("admin", workspace="*")
        desk.client.post("/v1/records", json={"source": "s", "records": [{"text": "好"}, {}]})
        desk.runtime.ledger.create_job(
            "default", "import", {"file": "a.csv", "source": "a", "kind": "review"}
        )
        yield desk


def _thing(desk: Desk, path: str) -> str:
    """An id or a name that is there."""
    ledger = desk.runtime.ledger
    kind = path.split("/")[2]
    if kind == "documents":
        return desk.runtime.store.documents(Query("default"), limit=1)[0].document.id
    found = {
        "imports": lambda: ledger.jobs("default")[0].id,
        "keys": lambda: ledger.create_key(name="n", workspace="default", scopes=["read"]).row.id,
        "pain-points": lambda: "quality",
        "taxonomies": lambda: "general",
    }
    return str(found[kind]())


def _schema(desk: Desk) -> Any:
    return schemathesis.openapi.from_dict(desk.client.get(OPENAPI, key=None).json(), config=_CONFIG)


def _sent(desk: Desk, case: Case, *, key: str | None) -> Response:
    """The case's answer; the path as it stands on the wire."""
    how = case.as_transport_kwargs(base_url="http://voc.test")
    request = requests.Request(
        **{
            name: how[name]
            for name in ("method", "url", "params", "headers", "cookies", "data", "json", "files")
            if name in how
        }
    ).prepare()
    assert request.url is not None
    where = urlsplit(request.url)
    body = request.body.encode() if isinstance(request.body, str) else request.body or b""
    try:
        answer = desk.client.request(
            str(request.method),
            where.path + (f"?{where.query}" if where.query else ""),
            key=key,
            headers={
                name: value for name, value in request.headers.items() if name.lower() != "authorization"
            },
            content=body,
        )
    except httpx.InvalidURL as error:
        if str(error) != "URL too long":
            raise
        reject()  # over 65,536 characters: this client cannot put it on the wire
    headers = {name: answer.headers.get_list(name) for name in answer.headers}
    return Response(answer.status_code, headers, answer.content, request, 0.0, verify=False)


def _legal(parameters: list[dict[str, Any]], url: str) -> bool:
    """Whether what arrives is described: `region=false`, meant as a boolean, is a text like any other."""
    given: dict[str, list[str]] = {}
    for name, value in parse_qsl(urlsplit(url).query, keep_blank_values=True):
        given.setdefault(name, []).append(value)
    described = {one["name"]: one for one in parameters if one["in"] == "query"}
    missing = {name for name, one in described.items() if one.get("required")} - set(given)
    return not missing and all(
        name in described and _fits(described[name]["schema"], values) for name, values in given.items()
    )


def _fits(schema: dict[str, Any], values: list[str]) -> bool:
    readings: list[Any] = [values]
    if len(values) == 1:
        readings.append(values[0])
        for kind in (int, float):
            with suppress(ValueError):
                readings.append(kind(values[0]))
        readings += [{"true": True, "false": False}[word] for word in values if word in ("true", "false")]
    return any(Draft202012Validator(schema).is_valid(reading) for reading in readings)


def _examples(number: int) -> Any:
    return settings(
        max_examples=number * max(1, SOAK),
        derandomize=not SOAK,
        database=None,
        deadline=None,
        phases=[Phase.explicit, Phase.generate]
        if not SOAK
        else [Phase.explicit, Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )


def _check(
    desk: Desk, method: str, path: str, mode: GenerationMode, *, number: int, key: str | None
) -> set[int]:
    """The statuses that came."""
    operation = _schema(desk)[path][method]
    statuses: list[int] = []
    described = mode is GenerationMode.POSITIVE
    parameters = (
        desk.client.get(OPENAPI, key=None).json()["paths"][path][method.lower()].get("parameters", [])
    )

    @_examples(number)
    @given(case=operation.as_strategy(generation_mode=mode))
    def check(case: Case) -> None:
        if described and case.query.get("workspace"):
            case.query["workspace"] = "default"  # else nearly every request would end at an unknown one
        if described and case.path_parameters and len(statuses) % 2:
            case.path_parameters = dict.fromkeys(case.path_parameters, _thing(desk, path))
        answer = _sent(desk, case, key=key)
        statuses.append(answer.status_code)
        refused = answer.status_code >= 400  # 413 too, which schemathesis does not expect
        meant_otherwise = method == "GET" and _legal(parameters, str(answer.request.url))
        checks = [one for one in CHECKS if one is not negative_data_rejection]
        case.validate_response(answer, checks=checks if refused or meant_otherwise else CHECKS)

    check()
    return set(statuses)


_each = pytest.mark.parametrize(("method", "path"), ROUTES, ids=[*map(" ".join, ROUTES)])


@_each
def test_what_is_described_is_answered_as_described(filled: Desk, method: str, path: str) -> None:
    found = _check(filled, method, path, GenerationMode.POSITIVE, number=20, key="")
    assert path == "/v1/imports" or min(found) < 300, found


@pytest.mark.parametrize(("method", "path"), ASKED, ids=[*map(" ".join, ASKED)])
def test_what_is_not_described_is_refused_as_described(filled: Desk, method: str, path: str) -> None:
    found = _check(filled, method, path, GenerationMode.NEGATIVE, number=12, key="")
    assert max(found) >= 400


@_each
def test_without_a_key_the_answer_is_as_described(filled: Desk, method: str, path: str) -> None:
    found = _check(filled, method, path, GenerationMode.POSITIVE, number=3, key=None)
    assert found == ({200} if (method, path) not in ASKED else {401})


@_each
def test_a_parameter_that_is_not_described_is_refused(filled: Desk, method: str, path: str) -> None:
    if (method, path) not in ASKED:
        pytest.skip("takes none and looks at none: a probe must not fail by its address")
    body: dict[str, Any] = {
        "/v1/keys": {"name": "n", "scopes": ["read"]},
        "/v1/workspaces": {"name": "new"},
        "/v1/documents/{id}/integrity": {"verdict": "none", "reason": "x"},
    }
    more = {"json": body.get(path, {})} if method == "POST" else {}
    for name in ("prodcut", "Limit", "", "q\u200b", "workspace[]"):
        answer = filled.client.request(method, path, params={name: "x"}, **more)
        assert (answer.status_code, answer.json()["code"]) == (422, "VOC-E101"), name
