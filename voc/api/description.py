"""The service's OpenAPI description, as generators of clients want it."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from voc.api.schemas import Problem

PROBLEM_TYPE = "application/problem+json"
_REF = {"schema": {"$ref": "#/components/schemas/Problem"}}
_WAIT = {"Retry-After": {"description": "Seconds, with 429 and 503.", "schema": {"type": "integer"}}}
PROBLEMS: dict[str, dict[str, Any]] = {
    "4XX": {"description": "What is wrong.", "content": {PROBLEM_TYPE: _REF}, "headers": _WAIT},
    "5XX": {
        "description": "Try again, or a fault of ours.",
        "content": {PROBLEM_TYPE: _REF},
        "headers": _WAIT,
    },
}


def description(app: FastAPI) -> dict[str, Any]:
    """OpenAPI 3.1; every operation says what its refusals look like.

    Made once. Parameters are told as they stand in an address, where there is no null.
    """
    if app.openapi_schema is None:
        made = app.openapi()
        made["components"]["schemas"]["Problem"] = Problem.model_json_schema()
        for operations in made["paths"].values():
            for operation in operations.values():
                operation["responses"] |= {
                    status: answer
                    for status, answer in PROBLEMS.items()
                    if status not in operation["responses"]
                }
                for parameter in operation.get("parameters", ()):
                    parameter["schema"] = _without_null(parameter["schema"])
    return app.openapi_schema or made


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    several = [one for one in schema.get("anyOf", ()) if one != {"type": "null"}]
    if len(several) != 1:
        return schema
    return {**{name: value for name, value in schema.items() if name != "anyOf"}, **several[0]}
