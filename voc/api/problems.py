"""Errors as RFC 9457 problem+json, each with its code; an unexpected one says nothing of its insides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from voc.errors import CODES, AccessError, RetryableError, UsageError, VocError
from voc.text.pii import mask

log = structlog.get_logger("voc.api")

STATUS: dict[str, int] = {
    # Full, read-only, gone, another identity key: not the caller's fault, and it passes; nothing was kept.
    "VOC-E201": 503,
    "VOC-E206": 503,
    "VOC-E500": 503,
    "VOC-E103": 410,
    "VOC-E104": 404,
    "VOC-E106": 422,
    "VOC-E107": 413,
    "VOC-E109": 415,
    "VOC-E111": 409,
    "VOC-E113": 408,
    "VOC-E600": 401,
    "VOC-E601": 403,
    "VOC-E602": 403,
    "VOC-E603": 429,
}

_MENDED_S = 30  # who has to free a disk is not done in a second


def status_of(error: VocError) -> int:
    """HTTP status of an error."""
    if error.code in STATUS:
        return STATUS[error.code]
    if isinstance(error, UsageError | AccessError):
        return 422 if error.code in ("VOC-E101", "VOC-E102", "VOC-E105") else 400
    return 503 if isinstance(error, RetryableError) else 500


def problem(status: int, code: str, detail: str, *, retry_after_s: int = 1, **more: Any) -> Response:
    """A problem+json answer; `retry_after_s` is told with 429 and 503."""
    body = {
        "type": f"urn:voc:error:{code}",
        "title": CODES[code],
        "status": status,
        "code": code,
        "detail": detail,
    }
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    if status in (429, 503):
        headers["Retry-After"] = str(retry_after_s)
    return Response(
        orjson.dumps(body | more), status_code=status, media_type="application/problem+json", headers=headers
    )


def failed(error: VocError) -> Response:
    """The answer for one of our errors; faults of ours are logged."""
    status = status_of(error)
    if status >= 500:
        log.error("failed", code=error.code, what=error.what)
    wait_s = 1 if isinstance(error, RetryableError | AccessError) else _MENDED_S
    detail = mask(error.line().partition(": ")[2])[0]
    return problem(status, error.code, detail, retry_after_s=wait_s)


def plain(item: Mapping[str, Any]) -> str:
    """Why a value was refused, in the words of the check that refused it."""
    return str(item["msg"]).removeprefix("Value error, ")


def install(app: FastAPI) -> None:
    """Answer every failure as a problem."""

    @app.exception_handler(VocError)
    async def _known(_: Request, error: VocError) -> Response:
        return failed(error)

    @app.exception_handler(RequestValidationError)
    async def _invalid(_: Request, error: RequestValidationError) -> Response:
        # Where and why, never the value: it may be a customer's words.
        places = [
            {"at": ".".join(mask(str(part))[0][:80] for part in item["loc"]), "why": plain(item)}
            for item in error.errors()[:20]
        ]
        unknown = bool(places) and all("extra" in item["type"] for item in error.errors())
        code = "VOC-E101" if unknown else "VOC-E102"
        if any(item["loc"][:1] == ("body",) for item in error.errors()):
            code = "VOC-E105"
        detail = f"{places[0]['at']}: {places[0]['why']}" if places else CODES[code]
        return problem(422, code, detail, errors=places)

    @app.exception_handler(HTTPException)
    async def _http(_: Request, error: HTTPException) -> Response:
        code = {404: "VOC-E104", 408: "VOC-E113", 413: "VOC-E107"}.get(error.status_code, "VOC-E100")
        answer = problem(error.status_code, code, str(error.detail))
        answer.headers.update(error.headers or {})
        return answer
