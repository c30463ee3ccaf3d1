"""How much a request may send: refused by its announced size before a byte is read, else while reading."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from voc.api.problems import problem

UPLOAD_ROUTE = "/v1/imports"
_FORM_BYTES = 1024 * 1024  # the parts of a form beside its file


class BodyLimit:
    """ASGI middleware; `upload_bytes` holds for imports, `body_bytes` for everything else."""

    def __init__(self, app: ASGIApp, *, body_bytes: int, upload_bytes: int) -> None:
        self._app = app
        self._body_bytes, self._upload_bytes = body_bytes, upload_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = self._upload_bytes + _FORM_BYTES if scope["path"] == UPLOAD_ROUTE else self._body_bytes
        announced = Headers(scope=scope).get("content-length", "")
        if announced and (not announced.isascii() or not announced.isdigit() or int(announced[:20]) > most):
            refusal = problem(413, "VOC-E107", _too_large(most))
            refusal.headers["Connection"] = "close"
            await refusal(scope, receive, send)
            return
        taken = 0

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            if message["type"] == "http.request":
                taken += len(message.get("body", b""))
                if taken > most:
                    # A starlette exception, since body readers let only those through.
                    raise HTTPException(413, _too_large(most))
            return message

        await self._app(scope, counted, send)


def _too_large(most: int) -> str:
    return f"the body is larger than {most:,} bytes, send less at once"
