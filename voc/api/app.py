"""The HTTP API of DESIGN 6 as one ASGI application over an opened home."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from time import monotonic
from typing import Any

from anyio import to_thread
from fastapi import APIRouter, FastAPI, Response
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool

from voc import __version__
from voc.api import problems
from voc.api.answers import Answers
from voc.api.cursors import Cursors
from voc.api.deadline import Deadline
from voc.api.description import description
from voc.api.edge import Edge
from voc.api.gate import Gate
from voc.api.importing import Importer
from voc.api.limits import BodyLimit
from voc.api.reading import Index
from voc.api.replies import to_json
from voc.api.routes import (
    documents,
    exports,
    imports,
    keys,
    mentions,
    painpoints,
    records,
    run,
    sources,
    taxonomies,
    trends,
    workspaces,
)
from voc.clock import Clock, system_clock
from voc.console import pages as console
from voc.ops import home, logging
from voc.ops.health import Readiness
from voc.ops.metrics import Metrics
from voc.runtime import Runtime

ROUTERS: tuple[APIRouter, ...] = (
    records.router,
    imports.router,
    documents.router,
    mentions.router,
    painpoints.router,
    trends.router,
    exports.router,
    taxonomies.router,
    keys.router,
    workspaces.router,
    sources.router,
    run.router,
)
OPENAPI = "/openapi.json"
_THREADS = 24  # each needs a connection at times, and the ledger's pool has 25
_UNLISTED: dict[int | str, dict[str, Any]] = {"4XX": {}}  # else 422 is described as another framework's


def create_app(
    runtime: Runtime, *, clock: Clock = system_clock, ticks: Callable[[], float] = monotonic
) -> FastAPI:
    """The application; it opens the index when first asked, and gives everything back at its end."""
    settings = runtime.settings
    app = FastAPI(
        title="voc",
        version=__version__,
        description="Voice of customer for Chinese feedback: ranked pains with their evidence.",
        # The built-in pages load scripts from elsewhere; the description is served below, without a key.
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=_lifespan,
        responses=_UNLISTED,
    )
    metrics, index = Metrics(), Index(runtime)
    app.state.runtime = runtime
    app.state.metrics = metrics
    app.state.index = index
    app.state.answers = Answers(
        index, max_age_s=settings.answer_max_age_s, max_bytes=settings.answer_cache_bytes
    )
    app.state.importer = Importer(runtime)
    app.state.cursors = Cursors(runtime.keys.id_key, clock=clock, ttl_s=settings.cursor_ttl_s)
    app.state.readiness = _readiness(runtime, index)
    problems.install(app)
    for router in ROUTERS:
        app.include_router(router)
    app.include_router(console.router)
    app.add_api_route(OPENAPI, _description(app), methods=["GET"], include_in_schema=False)
    app.add_middleware(BodyLimit, body_bytes=settings.max_body_bytes, upload_bytes=settings.max_upload_bytes)
    app.add_middleware(Gate, find=runtime.ledger.find_key, settings=settings, monotonic=ticks)
    app.add_middleware(
        Deadline,
        answer_s=settings.answer_timeout_s,
        client_s=settings.client_timeout_s,
        bytes_per_s=settings.client_bytes_per_s,
    )
    app.add_middleware(Edge, metrics=metrics)
    return app


def routes() -> list[tuple[str, str]]:
    """Every (method, path) of the API, sorted by path."""
    found = [
        (method, route.path)
        for router in ROUTERS
        for route in router.routes
        if isinstance(route, APIRoute)
        for method in route.methods or ()
    ]
    return sorted([*found, ("GET", OPENAPI)], key=lambda one: (one[1], one[0]))


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    runtime: Runtime = app.state.runtime
    logging.configure(runtime.settings.log_level)
    to_thread.current_default_thread_limiter().total_tokens = _THREADS
    await run_in_threadpool(app.state.importer.recover)
    try:
        yield
    finally:
        app.state.readiness.close()
        await run_in_threadpool(app.state.importer.close)
        await run_in_threadpool(app.state.index.close)


def _description(app: FastAPI) -> Callable[[], Awaitable[Response]]:
    async def described() -> Response:
        return Response(to_json(description(app)), media_type="application/json")

    return described


def _readiness(runtime: Runtime, index: Index) -> Readiness:
    def names() -> list[str]:
        return [row.name for row in runtime.ledger.workspaces()]

    def queue() -> tuple[int, int]:
        rows = [row for name in names() for row in runtime.ledger.balance(name)]
        return sum(row.pending for row in rows), sum(row.indexed + row.dead + row.deleted for row in rows)

    return Readiness(
        {
            "ledger": names,
            "index": lambda: index.at(runtime.settings.workspace),
            "disk": lambda: home.room(runtime.settings.home),
        },
        queue,
        monotonic=monotonic,
        stalled_after_s=max(60.0, 2 * runtime.settings.lease_s),
    )
