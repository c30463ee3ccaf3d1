"""The outermost layer of the API: safe headers on every answer, figures and a log event, no traceback."""

from __future__ import annotations

import secrets
import time

import structlog
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from voc.api.problems import problem
from voc.ops.logging import where
from voc.ops.metrics import Metrics

log = structlog.get_logger("voc.api")

CONTENT_SECURITY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS: dict[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Content-Security-Policy": CONTENT_SECURITY,
}
_SLOW_S = 2.0


class Edge:
    """ASGI middleware around everything else."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics) -> None:
        self._app, self._metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        request_id = secrets.token_hex(8)
        status = 0

        async def dressed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
                headers.setdefault("Cache-Control", "no-store")
                headers["X-Request-Id"] = request_id
            await send(message)

        try:
            await self._app(scope, receive, dressed)
        except Exception as error:  # its message may quote a customer: the place is enough
            log.error("unexpected", kind=type(error).__name__, at=where(error), request=request_id)
            if status:
                raise ConnectionAbortedError("the answer broke off") from None
            await problem(500, "VOC-E503", "internal error, the log names its place", request=request_id)(
                scope, receive, dressed
            )
        finally:
            seconds = time.perf_counter() - began
            method = scope["method"] if scope["method"] in _METHODS else "OTHER"
            route = route_of(scope)
            self._metrics.request(method=method, route=route, status=status or 499, seconds=seconds)
            note = log.info if status >= 400 or seconds > _SLOW_S else log.debug
            note(
                "request",
                method=method,
                route=route,
                status=status or 499,
                ms=round(seconds * 1000, 1),
                request=request_id,
            )


_METHODS = frozenset({"GET", "POST", "DELETE", "HEAD", "OPTIONS", "PUT", "PATCH"})


def route_of(scope: Scope) -> str:
    """The template of the route that answered, `none` where there is none: never the path itself."""
    template: str = getattr(scope.get("route"), "path", "none")
    return template
