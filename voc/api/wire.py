"""What one connection may hold up: a head that trickles, a reader that does not read, too many.

Applications see a request only when its head is whole, and never learn that an answer is not being read; so
this sits below them, in the server's protocol. What it refuses is a problem, as everywhere.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import struct
from collections import Counter

import h11
from fastapi import Response
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from voc.api.edge import HEADERS
from voc.api.problems import problem

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
HEAD_BYTES = 64 * 1024


class Wire(H11Protocol):
    """uvicorn's protocol with time limits; make one's own with `wire`."""

    patience_s = 30.0
    most = 512
    most_per_address = 100
    proxies: tuple[Network, ...] = ()
    open_by_address: Counter[str]

    _head_due: asyncio.TimerHandle | None = None
    _read_due: asyncio.TimerHandle | None = None
    _counted: str | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A connection; one too many of an address is closed before it says a word."""
        super().connection_made(transport)  # type: ignore[arg-type]
        address = self.client[0] if self.client else ""
        if address and not _inside(address, self.proxies):
            if self.open_by_address[address] >= self.most_per_address:
                self.transport.abort()
                return
            self.open_by_address[address] += 1
            self._counted = address
        if len(self.connections) > self.most:
            self.app = _crowded
        self._head_due = self._within()

    def send_400_response(self, msg: str) -> None:
        """What came is no HTTP (called by uvicorn)."""
        answer = _closing(problem(400, "VOC-E100", "the request is no valid HTTP"))
        head = h11.Response(status_code=400, headers=answer.raw_headers, reason=b"Bad Request")
        for event in (head, h11.Data(data=bytes(answer.body)), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """It is over."""
        self._head_due = _stop(self._head_due)
        self._read_due = _stop(self._read_due)
        if self._counted is not None:
            self.open_by_address[self._counted] -= 1
            if not self.open_by_address[self._counted]:
                del self.open_by_address[self._counted]
            self._counted = None
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Bytes; a head has `patience_s` from its first to its last."""
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:
            self._head_due = _stop(self._head_due)
        elif self._head_due is None and not self.transport.is_closing():
            self._head_due = self._within()

    def pause_writing(self) -> None:
        """More of the answer waits than may: its reader has `patience_s` to take it."""
        super().pause_writing()
        _stop(self._read_due)
        self._read_due = self._within()

    def resume_writing(self) -> None:
        """The reader took it."""
        super().resume_writing()
        self._read_due = _stop(self._read_due)

    def timeout_keep_alive_handler(self) -> None:
        """Nothing came for a while; who also left its answer lying is not waited for."""
        super().timeout_keep_alive_handler()
        if self.transport.get_write_buffer_size():
            self._cut()

    def _within(self) -> asyncio.TimerHandle:
        return self.loop.call_later(self.patience_s, self._cut)

    def _cut(self) -> None:
        """End it with a reset: else the kernel would keep what was not read, for minutes."""
        open_socket = self.transport.get_extra_info("socket")
        if open_socket is not None:
            open_socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort()


def _stop(due: asyncio.TimerHandle | None) -> asyncio.TimerHandle | None:
    if due is not None:
        due.cancel()
    return None


def _inside(address: str, networks: tuple[Network, ...]) -> bool:
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(known in network for network in networks)


async def _crowded(scope: Scope, receive: Receive, send: Send) -> None:
    """Stands for the application on a connection that is one too many."""
    answer = _closing(problem(503, "VOC-E410", "too many connections, ask again in a moment"))
    await answer(scope, receive, send)


def _closing(answer: Response) -> Response:
    answer.headers.update({**HEADERS, "Cache-Control": "no-store", "Connection": "close"})
    return answer


def wire(*, patience_s: float, most: int, most_per_address: int, proxies: tuple[Network, ...]) -> type[Wire]:
    """A protocol class with these limits; of connections there are `most`, a proxy may have all of them."""
    limits = {
        "patience_s": patience_s,
        "most": most,
        "most_per_address": most_per_address,
        "proxies": proxies,
        "open_by_address": Counter(),
    }
    return type("LimitedWire", (Wire,), limits)
