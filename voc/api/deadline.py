"""How long a request may take: to arrive, and to be answered.

A body must come at a pace; else 408. An answer must begin within a limit, counted from the last byte that
came; else 503. The thread that works on such a question cannot be stopped: it goes on to its end, its
answer is dropped, and until then it holds its places (`gate`), so that asking again piles nothing up.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from voc.api.problems import problem

log = structlog.get_logger("voc.api")


class Deadline:
    """ASGI middleware; `client_s` and `bytes_per_s` are what a body may take: client_s + its bytes / rate."""

    def __init__(self, app: ASGIApp, *, answer_s: float, client_s: float, bytes_per_s: int) -> None:
        self._app = app
        self._answer_s, self._client_s, self._bytes_per_s = answer_s, client_s, bytes_per_s
        self._late: set[asyncio.Task[None]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        clock = asyncio.timeout(self._answer_s)
        visit = _Visit(
            scope,
            receive,
            send,
            clock,
            self._answer_s,
            client_s=self._client_s,
            bytes_per_s=self._bytes_per_s,
        )
        work = asyncio.ensure_future(self._app(scope, visit.receive, visit.send))
        try:
            async with clock:
                await asyncio.shield(work)
        except TimeoutError:
            if not clock.expired():
                raise
            self._late.add(work)
            work.add_done_callback(self._ended)
            late = problem(
                503,
                "VOC-E411",
                f"no answer within {self._answer_s:g} s, narrow the question or ask later",
            )
            await late(scope, receive, visit.closing)
        except asyncio.CancelledError:
            work.cancel()
            await asyncio.wait({work})
            raise

    def _ended(self, work: asyncio.Task[None]) -> None:
        self._late.discard(work)
        kind = None if work.cancelled() or work.exception() is None else type(work.exception()).__name__
        log.warning("late work ended", kind=kind)


class _Dropped(Exception):
    """An answer that nobody waits for any more."""


class _Visit:
    """One request: its pace in, and the start of its answer."""

    def __init__(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        clock: asyncio.Timeout,
        answer_s: float,
        *,
        client_s: float,
        bytes_per_s: int,
    ) -> None:
        self._receive, self._send, self._clock, self._answer_s = receive, send, clock, answer_s
        self._due = asyncio.get_running_loop().time() + client_s
        self._bytes_per_s = bytes_per_s
        headers = Headers(scope=scope)
        self._whole = "transfer-encoding" not in headers and headers.get("content-length", "0") == "0"
        self._answered = False

    async def receive(self) -> Message:
        """The next part of the body; while it is awaited the answer's clock stands still."""
        if self._clock.expired():
            return {"type": "http.disconnect"}
        if self._whole or self._answered:
            return await self._receive()
        self._set(None)
        try:
            async with asyncio.timeout_at(self._due):
                message = await self._receive()
        except TimeoutError:
            # A starlette exception, since body readers let only those through.
            raise HTTPException(408, "the body comes too slowly, send it faster or in parts") from None
        finally:
            if not self._answered:
                self._set(asyncio.get_running_loop().time() + self._answer_s)
        self._due += len(message.get("body", b"")) / self._bytes_per_s
        self._whole = not message.get("more_body", False)
        return message

    def _set(self, when: float | None) -> None:
        with suppress(RuntimeError):  # the server ends and has cancelled the visit: no clock runs any more
            self._clock.reschedule(when)

    async def send(self, message: Message) -> None:
        """A part of the answer; its start stops the clock."""
        if self._clock.expired():
            raise _Dropped
        if message["type"] == "http.response.start":
            self._answered = True
            self._set(None)
        await self.closing(message)

    async def closing(self, message: Message) -> None:
        """Send; without a whole request there is no next one: the rest of the body is not waited for."""
        if message["type"] == "http.response.start" and not self._whole:
            MutableHeaders(scope=message)["Connection"] = "close"
        await self._send(message)
