"""JSON answers: one place that makes bytes of them."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import orjson
from fastapi import Response


def to_json(value: Any) -> bytes:
    """UTF-8 JSON; lone surrogates, which no UTF-8 holds, come out as escapes."""
    try:
        return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS)
    except TypeError:
        return json.dumps(value, default=_other).encode("ascii")


def answer(value: Any, *, status: int = 200) -> Response:
    """A JSON answer."""
    return Response(to_json(value), status_code=status, media_type="application/json")


def listing(items: list[Any], *, next_cursor: str | None = None, **more: Any) -> Response:
    """`{"items": […], "next_cursor": …}`."""
    return answer({"items": items, "next_cursor": next_cursor, **more})


def _other(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"not JSON: {type(value).__name__}")
