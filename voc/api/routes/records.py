"""`POST /v1/records`: push feedback in; answered after the ledger's commit."""

from __future__ import annotations

import hashlib
import threading
import zlib
from collections import Counter
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from voc.api import intake
from voc.api.auth import Caller, Ingester, Opened
from voc.api.deps import Params
from voc.api.replies import to_json
from voc.api.schemas import RecordsIn, RecordsOut
from voc.errors import UsageError
from voc.ledger.idempotency import Once
from voc.ledger.types import Receipt
from voc.ops.metrics import Metrics
from voc.runtime import Runtime

router = APIRouter(prefix="/v1", tags=["in"])
_KEY_CHARS = 255
# Two requests at once with one key: the second waits here, of another process in the ledger's transaction.
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
        return known if known is not None else _taken(opened, caller, body, metrics, again=(key, digest))


def _taken(
    opened: Runtime, caller: Caller, body: bytes, metrics: Metrics, *, again: tuple[str, str] | None = None
) -> bytes:
    push = intake.push_from(body, most=opened.settings.max_records_per_request)
    read = intake.read(opened.workspace(caller.workspace), push, settings=opened.settings)
    results: Counter[str] = Counter()  # stays empty when another process had the same key first

    def answer(receipts: list[Receipt]) -> bytes:
        items = read.items(receipts)
        results.update(item["result"] for item in items)
        counts = {name: results[name] for name in ("created", "revised", "unchanged", "rejected")}
        return to_json({"source": push.source, "kind": push.kind, "counts": counts, "items": items})

    if again is None:
        new = read.delivery
        receipts = opened.ledger.append(new.workspace, new.source, new.kind, new.records, rejects=new.rejects)
        kept = answer(receipts)
    else:
        key, digest = again
        once = Once(key, digest, opened.settings.idempotency_ttl_s, answer)
        kept = opened.ledger.append_once(read.delivery, once)
    for result, count in results.items():
        metrics.records(result, count)
    return kept
