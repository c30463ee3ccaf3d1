"""`POST /v1/records`: push feedback in; answered after the ledger's commit."""

from __future__ import annotations

import hashlib
import threading
import zlib
from collections import Counter
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from voc.api import intake
from voc.api.auth import Caller, Ingester, Opened
from voc.api.deps import Params
from voc.api.replies import to_json
from voc.api.schemas import RecordsIn, RecordsOut
from voc.errors import UsageError
from voc.ops.metrics import Metrics
from voc.runtime import Runtime

router = APIRouter(prefix="/v1", tags=["in"])
_KEY_CHARS = 255
# Two requests at once with one key: the second waits and gets the first one's answer.
_locks = tuple(threading.Lock() for _ in range(64))


def _key(
    key: Annotated[
        str | None, Header(alias="Idempotency-Key", description="The same request again: the same answer.")
    ] = None,
) -> str | None:
    if key is not None and not (0 < len(key) <= _KEY_CHARS and key.isascii() and key.isprintable()):
        raise UsageError("Idempotency-Key is not 1 to 255 printable ASCII characters", code="VOC-E102")
    return key


@router.post(
    "/records",
    status_code=202,
    response_model=RecordsOut,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": RecordsIn.model_json_schema()}},
        }
    },
)
async def push(
    request: Request,
    caller: Ingester,
    opened: Opened,
    key: Annotated[str | None, Depends(_key)],
    params: Annotated[Params, Query()],
) -> Response:
    """Take in up to 1,000 records of one source. On disk when answered; each item says what became of it."""
    body = await request.body()
    metrics: Metrics = request.app.state.metrics
    answer = await run_in_threadpool(_once, opened, caller, key, body, metrics)
    return Response(answer, status_code=202, media_type="application/json")


def _once(opened: Runtime, caller: Caller, key: str | None, body: bytes, metrics: Metrics) -> bytes:
    if key is None:
        return _taken(opened, caller, body, metrics)
    digest = hashlib.sha256(body).hexdigest()
    with _locks[zlib.crc32(f"{caller.workspace}/{key}".encode()) % len(_locks)]:
        known = opened.ledger.idempotent(caller.workspace, key, digest)
        if known is not None:
            return known
        answer = _taken(opened, caller, body, metrics)
        opened.ledger.keep_response(
            caller.workspace, key, digest, answer, ttl_s=opened.settings.idempotency_ttl_s
        )
        # Another process may have kept its answer first.
        return opened.ledger.idempotent(caller.workspace, key, digest) or answer


def _taken(opened: Runtime, caller: Caller, body: bytes, metrics: Metrics) -> bytes:
    push = intake.push_from(body, most=opened.settings.max_records_per_request)
    workspace = opened.workspace(caller.workspace)
    items = intake.take(opened.ledger, workspace, push, settings=opened.settings)
    results = Counter(item["result"] for item in items)
    for result, count in results.items():
        metrics.records(result, count)
    counts = {name: results[name] for name in ("created", "revised", "unchanged", "rejected")}
    answer: dict[str, Any] = {"source": push.source, "kind": push.kind, "counts": counts, "items": items}
    return to_json(answer)
