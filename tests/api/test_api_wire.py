"""Slow and greedy connections against a real server: cut off, while others are served."""

from __future__ import annotations

import json
import select
import socket
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import closing, contextmanager, suppress
from ipaddress import ip_network
from pathlib import Path

import pytest
import uvicorn
from api_desk import Desk, installation

from voc.api.wire import Network, wire

PATIENCE_S = 1.0  # a busy machine must not look like a slow client
_LONG_S = 20.0


@contextmanager
def _served(
    desk: Desk, *, most: int = 100, in_all: int = 512, proxies: tuple[Network, ...] = ()
) -> Iterator[int]:
    """The application on a port of its own."""
    config = uvicorn.Config(
        desk.client.app,
        port=0,
        lifespan="off",
        log_config=None,
        ws="none",
        timeout_keep_alive=1,
        http=wire(patience_s=PATIENCE_S, most=in_all, most_per_address=most, proxies=proxies),
    )
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(config)
    running: Future[None] = desk.client.start(server.serve, [listening])
    try:
        yield listening.getsockname()[1]
    finally:
        server.should_exit = True
        running.result(_LONG_S)
        listening.close()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with installation(tmp_path / "home", client_timeout_s=PATIENCE_S) as opened:
        yield opened


def _connected(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=_LONG_S)


def _trickle(connection: socket.socket, part: bytes) -> bytes:
    """Send a byte every tenth of a second until the other side ends it; what it said until then."""
    said = b""
    for _ in range(int(_LONG_S * 10)):
        readable, _, _ = select.select([connection], [], [], 0.1)
        try:
            if readable:
                data = connection.recv(65536)
                if not data:
                    return said
                said += data
            else:
                connection.send(part)
        except OSError:
            return said
    raise AssertionError("never cut off")


def _alive(port: int) -> bool:
    with closing(_connected(port)) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        return connection.recv(65536).startswith(b"HTTP/1.1 200")


def test_a_head_that_trickles_is_cut_off(desk: Desk) -> None:
    with _served(desk) as port, closing(_connected(port)) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        assert _trickle(connection, b"a") == b""
        assert _alive(port)


def test_a_second_head_that_trickles_is_cut_off(desk: Desk) -> None:
    with _served(desk) as port, closing(_connected(port)) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        assert connection.recv(65536).startswith(b"HTTP/1.1 200")
        connection.sendall(b"GET /healthz HTTP/1.1\r\nX-Slow: ")
        assert b"HTTP/1.1" not in _trickle(connection, b"a")


def test_a_silent_connection_is_cut_off(desk: Desk) -> None:
    with _served(desk) as port, closing(_connected(port)) as connection:
        with suppress(ConnectionResetError):
            assert connection.recv(1) == b""


def test_a_body_that_trickles_gets_its_answer_and_is_cut_off(desk: Desk) -> None:
    key = desk.key("ingest")
    with _served(desk) as port, closing(_connected(port)) as connection:
        connection.sendall(
            f"POST /v1/records HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n"
            "Content-Length: 100000\r\n\r\n".encode()
        )
        said = _trickle(connection, b" ")
        assert said.startswith(b"HTTP/1.1 408")
        assert b"VOC-E113" in said


def test_a_body_behind_a_refusal_is_not_waited_for(desk: Desk) -> None:
    with _served(desk) as port, closing(_connected(port)) as connection:
        connection.sendall(b"POST /v1/keys HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n")
        assert _trickle(connection, b" ").startswith(b"HTTP/1.1 401")


def test_a_reader_that_does_not_read_is_cut_off(desk: Desk) -> None:
    text = "好" * 30_000
    for number in range(150):
        desk.say(str(number), text)
    key = desk.key("export")
    with _served(desk) as port, closing(socket.socket()) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(_LONG_S)
        connection.connect(("127.0.0.1", port))
        connection.sendall(
            f"GET /v1/exports?what=documents HTTP/1.0\r\nAuthorization: Bearer {key}\r\n\r\n".encode()
        )
        # Nothing is read until the server ends it: then poll tells of the reset.
        waiting = select.poll()
        waiting.register(connection, 0)
        assert waiting.poll(_LONG_S * 1000), "never cut off"
        assert _alive(port)
        # Its place is free again, too.
        with closing(_connected(port)) as other:
            other.sendall(
                f"GET /v1/sources HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n\r\n".encode()
            )
            assert other.recv(65536).startswith(b"HTTP/1.1 403")


def test_a_reader_that_reads_gets_everything(desk: Desk) -> None:
    text = "好" * 30_000
    for number in range(40):
        desk.say(str(number), text)
    key = desk.key("export")
    with _served(desk) as port, closing(_connected(port)) as connection:
        connection.sendall(
            f"GET /v1/exports?what=documents HTTP/1.0\r\nAuthorization: Bearer {key}\r\n\r\n".encode()
        )
        said = bytearray()
        while data := connection.recv(65536):
            said += data
        lines = said.partition(b"\r\n\r\n")[2].splitlines()
        assert len(lines) == 40
        assert all(text.encode() in line for line in lines)


def test_one_address_has_so_many_connections(desk: Desk) -> None:
    with _served(desk, most=3) as port:
        held = [_connected(port) for _ in range(3)]
        try:
            with closing(_connected(port)) as fourth:
                with suppress(ConnectionResetError):
                    assert fourth.recv(1) == b""
        finally:
            for connection in held:
                connection.close()
        for _ in range(20):  # the server sees a closed one in its own time
            try:
                if _alive(port):
                    return
            except OSError:
                pass
        raise AssertionError("places are not given back")


def test_a_proxy_may_have_any_number(desk: Desk) -> None:
    with _served(desk, most=1, proxies=(ip_network("127.0.0.0/8"),)) as port:
        held = [_connected(port) for _ in range(3)]
        try:
            assert _alive(port)
        finally:
            for connection in held:
                connection.close()


def _said(connection: socket.socket) -> tuple[bytes, dict[str, str], dict[str, object]]:
    """First line, headers and body of an answer after which the connection ends."""
    whole = b""
    while data := connection.recv(65536):
        whole += data
    head, _, body = whole.partition(b"\r\n\r\n")
    first, *lines = head.split(b"\r\n")
    headers = dict(line.decode().lower().split(": ", 1) for line in lines)
    assert headers["content-type"] == "application/problem+json"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["connection"] == "close"
    return first, headers, json.loads(body)


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",  # TLS to a port without
        b"GET /healthz\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\n\r\n",  # no Host
        b"GET /healthz HTTP/1.1\r\nHost: x\r\nbroken header\r\n\r\n",
        b"POST /v1/records HTTP/1.1\r\nHost: x\r\nContent-Length: many\r\n\r\n",
    ],
)
def test_what_is_no_http_is_a_problem(desk: Desk, sent: bytes) -> None:
    with _served(desk) as port, closing(_connected(port)) as connection:
        connection.sendall(sent)
        first, _, body = _said(connection)
        assert first == b"HTTP/1.1 400 Bad Request"
        assert (body["status"], body["code"]) == (400, "VOC-E100")
        assert _alive(port)


def test_one_connection_too_many_is_told_to_come_again(desk: Desk) -> None:
    with _served(desk, in_all=2) as port, closing(_connected(port)) as first:
        ask = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
        first.sendall(ask)
        assert first.recv(65536).startswith(b"HTTP/1.1 200")
        with closing(_connected(port)), closing(_connected(port)) as third:
            third.sendall(ask)
            line, headers, body = _said(third)
        assert line.startswith(b"HTTP/1.1 503")
        assert int(headers["retry-after"]) >= 1
        assert body["code"] == "VOC-E410"
        assert any(_alive(port) for _ in range(20))  # as soon as the others are gone
