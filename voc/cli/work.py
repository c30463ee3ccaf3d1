"""`voc work`: a worker, for as long as it is wanted or until nothing is left."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Annotated

import structlog
import typer

from voc.cli import shared
from voc.cli.stopping import Stop, stopping
from voc.errors import RetryableError, VocError, exit_code_of
from voc.ops import logging
from voc.ops.backoff import Backoff
from voc.ops.health import UNEXPECTED
from voc.rebuilding import Orders
from voc.runtime import Runtime

PARENT = "VOC_PARENT"
"""Set by the process that starts a worker and holds its standard input and output."""

Tell = Callable[[str], object]
log = structlog.get_logger("voc.worker")
_NICE = 10  # an ingest alone runs as fast as ever; beside readers it gets what they leave


def work(
    until_empty: Annotated[bool, typer.Option("--until-empty", help="Stop when nothing is left.")] = False,
) -> None:
    """Annotate and index what the ledger holds. SIGTERM or Ctrl-C finishes what is in hand, a second one
    stops at once.

    Example: voc work --until-empty
    """
    if os.environ.get(PARENT):
        _work_beside(_told())
        return
    with stopping() as stop:
        opened = shared.runtime()
        if not until_empty:
            work_forever(opened, stop)
            return
        with shared.bar("reading and labelling") as bar:
            waiting = opened.pending()
            opened.work_until_empty(
                note=_note,
                stop=stop,
                sleep=stop.wait,
                on_progress=lambda p: bar.to(p.documents, total=waiting),
            )
        stop.check()


def _told() -> Tell:
    """A way to tell what we do on what was standard output: `serve` shows it in /readyz.

    A pipe works when no disk does. No process of ours inherits it: it ends when we do, whoever hangs.
    """
    pipe = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())

    def tell(state: str) -> None:
        with suppress(OSError):  # it ended: standard input tells us as well
            os.write(pipe, f"{state}\n".encode())

    return tell


def _work_beside(tell: Tell) -> None:
    """Work for the API that started us; why we end is an event and stands in its /readyz."""
    try:
        with stopping(ignore=[signal.SIGINT]) as stop:
            opened = shared.runtime()
            threading.Thread(target=_until_alone, args=(stop,), daemon=True).start()
            _yield_to_readers()
            work_forever(opened, stop, tell=tell)
    except VocError as error:
        logging.configure()
        log.error("worker cannot work", code=error.code, what=error.what, cure=error.cure)
        tell(error.code)
        raise SystemExit(exit_code_of(error)) from None
    except Exception as error:  # its message may quote a customer
        log.error("worker failed", code=UNEXPECTED, kind=type(error).__name__, at=logging.where(error))
        tell(UNEXPECTED)
        raise SystemExit(1) from None


def _until_alone(stop: Stop) -> None:
    """Standard input ends when the process that started us does."""
    while os.read(sys.stdin.fileno(), 4096):  # `sys.stdin` read by a thread makes an exit abort
        pass
    stop.ask()


def _nobody(_: str) -> None:
    pass


def work_forever(opened: Runtime, stop: Stop, *, tell: Tell = _nobody) -> None:
    """Hold the lease and work as records come; stand by while another process holds it.

    A fault (disk full, index that cannot be written, ledger away) is named and tried again, after pauses that
    grow to half a minute: when its cause is gone the work goes on by itself.

    Args:
        tell: hears `ok`, `standby`, or the code of the fault that is waited for.
    """
    backoff = Backoff()
    standby = False
    pool = opened.pool()
    orders = Orders(opened)

    def interrupted() -> bool:
        return stop() or orders.waiting()

    def went_well(*_: object) -> None:
        backoff.reset()
        tell("ok")

    try:
        while not stop():
            try:
                store = opened.writer(note=_note, check=stop.check)
            except RetryableError as error:
                if error.code == "VOC-E402":
                    if not standby:
                        standby = True
                        log.warning("worker stands by", code=error.code, what=error.what, cure=error.cure)
                    tell("standby")
                    stop.wait(opened.settings.poll_s)
                    continue
                _wait(error, backoff, stop, tell)
                continue
            except VocError as error:
                _wait(error, backoff, stop, tell)
                continue
            if standby:
                standby = False
                log.warning("worker takes over")
            worker = opened.worker(store, pool)
            opened.take_over(worker)
            try:
                while not stop() and store.needs_rebuild is None:
                    orders.obey(store, on_progress=stop.check)
                    done = worker.run(stop=interrupted, on_progress=went_well)
                    went_well()
                    if not done:
                        stop.wait(opened.settings.poll_s)
            except VocError as error:
                opened.give_back(worker)
                _wait(error, backoff, stop, tell)
            finally:
                store.close()
    finally:
        pool.close()


def _wait(error: VocError, backoff: Backoff, stop: Stop, tell: Tell) -> None:
    pause = backoff.next_s()
    log.error("worker waits", code=error.code, what=error.what, cure=error.cure, retry_in_s=pause)
    tell(error.code)
    stop.wait(pause)


def _yield_to_readers() -> None:
    """Let the API beside us go first where both want the processor; language processes inherit it."""
    if hasattr(os, "nice"):
        os.nice(_NICE)


def _note(line: str) -> None:
    """An event for whoever collects logs, at a terminal a line for people."""
    if sys.stderr.isatty():
        shared.say(line)
    else:
        log.warning("index", what=line)
