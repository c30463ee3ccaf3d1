"""`voc serve`: the API, and in embedded mode a worker process beside it."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import threading
from socket import socket
from time import monotonic
from types import FrameType
from typing import Annotated

import structlog
import typer
import uvicorn

from voc.api.app import create_app
from voc.api.wire import HEAD_BYTES, wire
from voc.cli import shared
from voc.cli.listening import address_of, listening
from voc.cli.stopping import DRAIN_S, at_once
from voc.cli.work import PARENT
from voc.ops import logging
from voc.ops.backoff import Backoff
from voc.runtime import Runtime

log = structlog.get_logger("voc.serve")
_LIVED_S = 60.0  # a worker that lived so long did not fail at its start
_CONNECTIONS = 512  # more are told to come again
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on; default 127.0.0.1.")] = None,
    port: Annotated[int | None, typer.Option(help="Port; default 8400.")] = None,
    worker: Annotated[bool, typer.Option("--worker/--no-worker", help="Run a worker beside the API.")] = True,
) -> None:
    """Serve the API. Ctrl-C or SIGTERM finishes what is in hand, a second one stops at once.

    Example: voc serve --port 8400
    """
    run(shared.runtime(host=host, port=port), with_worker=worker)


def run(opened: Runtime, *, with_worker: bool) -> None:
    """Serve until stopped."""
    settings = opened.settings
    opened.workspace()  # a misspelt one is refused before anything listens
    with listening(settings.host, settings.port) as listens:
        _run(opened, listens, with_worker=with_worker)


def _run(opened: Runtime, listens: socket, *, with_worker: bool) -> None:
    settings = opened.settings
    app = create_app(opened)
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        log_config=None,  # its lines go where ours go: `logging.configure`
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=20,
        timeout_keep_alive=5,
        h11_max_incomplete_event_size=HEAD_BYTES,
        forwarded_allow_ips=settings.trusted_proxies,
        http=wire(
            patience_s=settings.client_timeout_s,
            most=_CONNECTIONS,
            most_per_address=settings.address_connections,
            proxies=settings.proxies,
        ),
    )
    beside = Beside(opened) if with_worker else None
    server = _Server(config, beside)
    logging.configure(settings.log_level)
    _leave_in_order(beside)
    if settings.host not in _LOOPBACK:
        shared.say(f"note: listening on {settings.host}: put TLS in front of it")
    shared.say(f"voc listens on {address_of(settings.host, listens)}")
    if beside is None:
        server.run(sockets=[listens])
        return
    app.state.readiness.watch(beside.state)
    with beside:
        server.run(sockets=[listens])


def _leave_in_order(beside: Beside | None) -> None:
    # uvicorn stops gracefully and then raises the signal again: without a handler of ours it would end this
    # process before the worker is stopped.
    count = itertools.count()

    def leave(number: int, _: object) -> None:
        if next(count):
            at_once(number, beside.kill if beside else _nothing)
        if number == signal.SIGINT:
            raise KeyboardInterrupt
        raise SystemExit(0)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, leave)


class _Server(uvicorn.Server):
    """Tells the worker to finish at the same moment as the API, and ends at once when asked again."""

    def __init__(self, config: uvicorn.Config, beside: Beside | None) -> None:
        super().__init__(config)
        self._beside = beside
        # Counted before anything else: a second signal may come while the first one's handler is at work.
        self._signals = itertools.count()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """A signal came (called by uvicorn)."""
        kill = self._beside.kill if self._beside else _nothing
        if next(self._signals):
            at_once(sig, kill)
        late = threading.Timer(DRAIN_S, at_once, [sig, kill])
        late.daemon = True
        late.start()
        if self._beside is not None:
            self._beside.ask()
        super().handle_exit(sig, frame)


def _nothing() -> None:
    pass


class Beside:
    """A worker process, started again (after growing pauses) when it ends unexpectedly, stopped with us."""

    def __init__(self, opened: Runtime) -> None:
        self._opened = opened
        self._stop = threading.Event()
        self._lock = threading.RLock()  # a signal may come while we hold it
        self._process: subprocess.Popen[bytes] | None = None
        self._state = "ok"
        self._thread = threading.Thread(target=self._keep, name="keep-worker", daemon=True)

    def __enter__(self) -> Beside:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ask()
        self._thread.join(timeout=DRAIN_S)
        self.kill()

    def state(self) -> str:
        """What the worker last said: `ok`, `standby`, the code of the fault it waits for or ended of.

        `killed` (by a signal) or `ended` when it did not say why, until the next one has done something.
        """
        return self._state

    def ask(self) -> None:
        """Let it finish what is in hand."""
        self._send(signal.SIGTERM)

    def kill(self) -> None:
        """End it now."""
        self._send(signal.SIGKILL)

    def _send(self, number: int) -> None:
        with self._lock:
            again = self._stop.is_set() and number == signal.SIGTERM  # a second one would end it at once
            self._stop.set()
            if not again and self._process is not None and self._process.poll() is None:
                self._process.send_signal(number)

    def _keep(self) -> None:
        backoff = Backoff()
        while True:
            with self._lock:
                if self._stop.is_set():
                    return
                self._process = process = self._started()
            if process is None:
                self._state = "VOC-E403"
                self._stop.wait(backoff.next_s())
                continue
            began = monotonic()
            assert process.stdout is not None
            said = ""
            for line in process.stdout:
                self._state = said = line.decode("ascii", "replace").strip()
            code = process.wait()
            if self._stop.is_set():
                return
            if not said.startswith("VOC-"):  # else it said why
                self._state = "killed" if code < 0 else "ended"
            if monotonic() - began > _LIVED_S:
                backoff.reset()
            pause = backoff.next_s()
            log.error("worker ended", exit_code=code, state=self._state, retry_in_s=pause)
            self._stop.wait(pause)

    def _started(self) -> subprocess.Popen[bytes] | None:
        try:
            return self._made()
        except OSError as error:  # no memory, no process left
            log.error("worker cannot be made", code="VOC-E403", kind=type(error).__name__)
            return None

    def _made(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "voc", "work"],
            env={
                **os.environ,
                "VOC_HOME": str(self._opened.settings.home.absolute()),
                "VOC_WORKSPACE": self._opened.settings.workspace,
                PARENT: str(os.getpid()),
            },
            stdin=subprocess.PIPE,  # closes with us, however we end: the worker sees it
            stdout=subprocess.PIPE,
            process_group=0,  # Ctrl-C at a terminal is for us
        )
