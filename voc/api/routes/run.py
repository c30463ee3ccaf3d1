"""What runs the service: is it alive, is it ready, its figures, its description."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from voc import __version__
from voc.api.auth import Opened, Reader
from voc.api.deps import Params
from voc.api.replies import answer
from voc.api.run_schemas import AliveOut, ReadyOut
from voc.ops import metrics as figures
from voc.ops.health import MOVES, Readiness
from voc.ops.metrics import Metrics

router = APIRouter(tags=["run"])


@router.get("/healthz", response_model=AliveOut)
async def alive() -> Response:
    """The process answers."""
    return answer({"status": "ok", "version": __version__})


@router.get(
    "/readyz", response_model=ReadyOut, responses={503: {"model": ReadyOut, "description": "Not ready."}}
)
def ready(request: Request) -> Response:
    """200 when ledger, index and disk can be used, else 503; `worker` says whether waiting documents move on,
    or what it waits for (`status: degraded`)."""
    readiness: Readiness = request.app.state.readiness
    health = readiness.look()
    status = "ready" if health.ready else "not ready"
    if health.ready and health.parts.get("worker") not in MOVES:
        status = "degraded"
    return answer({"status": status, "parts": dict(health.parts)}, status=200 if health.ready else 503)


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
def metrics(request: Request, caller: Reader, opened: Opened, params: Annotated[Params, Query()]) -> Response:
    """Prometheus figures; documents of the key's workspace, with a `*` key of all."""
    kept: Metrics = request.app.state.metrics
    names = [caller.workspace]
    if caller.every and params.workspace is None:
        names = [row.name for row in opened.ledger.workspaces()]
    documents = {}
    for name in names:
        rows = opened.ledger.balance(name)
        documents[name] = {state: sum(getattr(row, state) for row in rows) for state in figures.STATES}
    return Response(kept.exposition(documents), media_type=figures.CONTENT_TYPE)
