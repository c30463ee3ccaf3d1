"""`voc serve`: the API, and in embedded mode a worker process beside it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
import uvicorn

from voc.api.app import create_app
from voc.cli import shared
from voc.cli.work import PARENT
from voc.errors import ConfigError
from voc.runtime import Runtime

_LOOPBACK = ("127.0.0.1", "::1", "localhost")


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on; default 127.0.0.1.")] = None,
    port: Annotated[int | None, typer.Option(help="Port; default 8400.")] = None,
    worker: Annotated[bool, typer.Option("--worker/--no-worker", help="Run a worker beside the API.")] = True,
) -> None:
    """Serve the API. Stops cleanly on Ctrl-C or SIGTERM.

    Example: voc serve --port 8400
    """
    run(shared.runtime(host=host, port=port), with_worker=worker)


def run(opened: Runtime, *, with_worker: bool) -> None:
    """Serve until stopped."""
    settings = opened.settings
    opened.workspace()  # a misspelt one is refused before anything listens
    if settings.host not in _LOOPBACK:
        shared.say(f"note: listening on {settings.host}: put TLS in front of it")
    config = uvicorn.Config(
        create_app(opened),
        host=settings.host,
        port=settings.port,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=20,
        limit_concurrency=512,
    )
    server = uvicorn.Server(config)
    try:
        listening = config.bind_socket()
    except SystemExit:
        raise ConfigError(
            "the port is taken", value=str(settings.port), cure="choose another with --port"
        ) from None
    # uvicorn stops gracefully and then raises the signal again: without a handler of ours it would end this
    # process before the worker is stopped.
    signal.signal(signal.SIGTERM, _leave)
    listening.listen(2048)  # who reads the address below may connect at once
    address = listening.getsockname()
    shared.say(f"voc listens on http://{settings.host}:{address[1]}")
    with _beside(opened) if with_worker else _nothing():
        server.run(sockets=[listening])


def _leave(*_: object) -> None:
    raise SystemExit(0)


@contextmanager
def _nothing() -> Iterator[None]:
    yield


@contextmanager
def _beside(opened: Runtime) -> Iterator[None]:
    """A worker process, started again when it ends unexpectedly, stopped with us."""
    stop = threading.Event()
    state: dict[str, subprocess.Popen[bytes]] = {}

    def keep() -> None:
        while not stop.is_set():
            state["worker"] = process = subprocess.Popen(
                [sys.executable, "-m", "voc", "work"],
                env={
                    **os.environ,
                    "VOC_HOME": str(opened.settings.home.absolute()),
                    "VOC_WORKSPACE": opened.settings.workspace,
                    PARENT: str(os.getpid()),
                },
                stdin=subprocess.PIPE,  # closes with us, however we end: the worker sees it
            )
            process.wait()
            stop.wait(1.0)

    thread = threading.Thread(target=keep, name="keep-worker", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        process = state.get("worker")
        if process is not None and process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(timeout=25)
            except subprocess.TimeoutExpired:
                process.kill()
        thread.join(timeout=5)
