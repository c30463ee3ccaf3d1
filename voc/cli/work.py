"""`voc work`: a worker, for as long as it is wanted or until nothing is left."""

from __future__ import annotations

import os
import signal
import sys
import threading
from typing import Annotated

import typer

from voc.cli import shared
from voc.errors import RetryableError
from voc.runtime import Runtime

PARENT = "VOC_PARENT"
"""Set by the process that starts a worker and holds its standard input."""


def work(
    until_empty: Annotated[bool, typer.Option("--until-empty", help="Stop when nothing is left.")] = False,
) -> None:
    """Annotate and index what the ledger holds. Stops cleanly on Ctrl-C or SIGTERM.

    Example: voc work --until-empty
    """
    opened = shared.runtime()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    if os.environ.get(PARENT):
        threading.Thread(target=_until_alone, args=(stop,), daemon=True).start()
    if until_empty:
        with shared.bar("reading and labelling") as bar:
            waiting = opened.pending()
            opened.work_until_empty(
                note=shared.say, stop=stop.is_set, on_progress=lambda p: bar.to(p.documents, total=waiting)
            )
        return
    work_forever(opened, stop)


def _until_alone(stop: threading.Event) -> None:
    """Standard input ends when the process that started us does."""
    sys.stdin.buffer.read()
    stop.set()


def work_forever(opened: Runtime, stop: threading.Event) -> None:
    """Hold the lease and work as records come; stand by while another process holds it."""
    while not stop.is_set():
        try:
            store = opened.writer(note=shared.say)
        except RetryableError:
            stop.wait(opened.settings.poll_s)
            continue
        pool = opened.pool()
        try:
            worker = opened.worker(store, pool)
            while not stop.is_set():
                try:
                    done = worker.run(stop=stop.is_set)
                except RetryableError as error:
                    shared.say(error.line())
                    done = 0
                if not done:
                    stop.wait(opened.settings.poll_s)
        finally:
            pool.close()
            store.close()
