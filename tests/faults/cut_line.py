"""PostgreSQL at the end of a line that can be cut, held, or cut behind a commit whose answer is then lost."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from uuid import uuid4

from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import URL, make_url

_BYTES = 65536


@contextmanager
def schema() -> Iterator[URL]:
    """A schema of its own on the test server, empty, dropped after."""
    server = make_url(os.environ["VOC_TEST_DATABASE_URL"])
    name = f"voc_test_{uuid4().hex[:12]}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    try:
        with admin.connect() as conn:
            conn.execute(text(f"CREATE SCHEMA {name}"))
        # Without TLS, so that the line can see a commit.
        yield server.update_query_dict({"options": f"-csearch_path={name}", "sslmode": "disable"})
        with admin.connect() as conn:
            conn.execute(text(f"DROP SCHEMA {name} CASCADE"))
    finally:
        admin.dispose()


def words(url: URL) -> str:
    """The URL as a setting."""
    return url.render_as_string(hide_password=False)


class Line:
    """Carries bytes between clients and one server; made by `line`."""

    def __init__(self, host: str, port: int) -> None:
        self._server = (host, port)
        self._ends: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._flows = threading.Event()
        self._flows.set()
        self._trap: bytes | None = None
        self.sprung = threading.Event()
        """A trapped transaction was committed, and its answer was lost."""
        self._listening = _listening(0)
        self.port = int(self._listening.getsockname()[1])
        self._accept(self._listening)

    def cut(self) -> None:
        """Every connection ends, new ones are refused."""
        _close(self._listening)
        self._drop()

    def mend(self) -> None:
        """New connections are taken again."""
        self._listening = _listening(self.port)
        self._accept(self._listening)

    def hold(self) -> None:
        """Nothing passes and nothing ends, as when a host falls silent."""
        self._flows.clear()

    def go_on(self) -> None:
        """What was held passes."""
        self._flows.set()

    def cut_behind(self, statement: str) -> None:
        """The next transaction with this in it is committed; then its connection ends, its answer unheard."""
        self.sprung.clear()
        self._trap = statement.encode()

    def _drop(self) -> None:
        with self._lock:
            for end in self._ends:
                _close(end)
            self._ends.clear()

    def _accept(self, listening: socket.socket) -> None:
        def take() -> None:
            with suppress(OSError):  # it was closed: cut
                while True:
                    self._connect(listening.accept()[0])

        threading.Thread(target=take, daemon=True).start()

    def _connect(self, client: socket.socket) -> None:
        server = socket.create_connection(self._server)
        with self._lock:
            self._ends |= {client, server}
        lost = threading.Event()  # this connection's answers are not carried any more
        for pump in (self._ask, self._answer):
            threading.Thread(target=pump, args=(client, server, lost), daemon=True).start()

    def _ask(self, client: socket.socket, server: socket.socket, lost: threading.Event) -> None:
        seen = b""
        with suppress(OSError):
            while data := client.recv(_BYTES):
                self._flows.wait()
                if self._trap:
                    seen = (seen + data)[-4 * _BYTES :]
                    if self._trap in seen and b"COMMIT\0" in data:
                        self._trap = None
                        lost.set()
                server.sendall(data)
        _close(server)

    def _answer(self, client: socket.socket, server: socket.socket, lost: threading.Event) -> None:
        with suppress(OSError):
            while data := server.recv(_BYTES):
                self._flows.wait()
                if lost.is_set():  # the server has answered: it is committed
                    self.sprung.set()
                    break
                client.sendall(data)
        for end in (client, server):
            _close(end)


@contextmanager
def line(url: URL) -> Iterator[tuple[Line, URL]]:
    """A line to the server, and the URL of the line's near end."""
    made = Line(url.host or "127.0.0.1", url.port or 5432)
    try:
        yield made, url.set(host="127.0.0.1", port=made.port)
    finally:
        made.go_on()
        made.cut()


@contextmanager
def looking(url: URL) -> Iterator[Engine]:
    """An engine past the line, each look a transaction of its own."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    try:
        yield engine
    finally:
        engine.dispose()


def count(engine: Engine, what: str) -> int:
    """Rows of a query: what it counts is committed."""
    with engine.connect() as conn:
        return int(conn.execute(text(f"SELECT count(*) FROM {what}")).scalar_one())


def _listening(port: int) -> socket.socket:
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind(("127.0.0.1", port))
    made.listen(64)
    return made


def _close(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)  # wakes a thread that waits for it
    end.close()
