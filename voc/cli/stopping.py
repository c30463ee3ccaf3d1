"""How a long verb ends: the first signal asks it to finish what is in hand, the second ends it at once."""

from __future__ import annotations

import itertools
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from voc.cli import shared

DRAIN_S = 25.0
"""Seconds from the first signal until we end anyway: nothing acknowledged is lost by that."""

STOPPED = "stopped; what was accepted is kept, run the command again to go on"
_ASKED = (signal.SIGTERM, signal.SIGINT)


class Stop:
    """Whether a signal asked for the end."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self.signal: int | None = None

    def __call__(self) -> bool:
        return self._event.is_set()

    def ask(self, number: int | None = None) -> None:
        """Ask for the end, as a signal of this number does; it must come within `DRAIN_S`."""
        if self._event.is_set():
            return
        self.signal = number
        self._event.set()
        late = threading.Timer(DRAIN_S, at_once, [number])
        late.daemon = True
        late.start()

    def wait(self, seconds: float) -> bool:
        """Sleep, shorter when asked to end; whether it was."""
        return self._event.wait(seconds)

    def check(self, *_: object) -> None:
        """Leave what is being done: for steps that may be cut off between two batches.

        Raises:
            SystemExit: with `exit_code`, once the end was asked for.
        """
        if self():
            shared.say(STOPPED)
            raise SystemExit(self.exit_code)

    @property
    def exit_code(self) -> int:
        """128 and the signal, as shells do: what was asked for is not done."""
        return 128 + (self.signal or signal.SIGTERM)


@contextmanager
def stopping(*, ignore: Sequence[signal.Signals] = ()) -> Iterator[Stop]:
    """Answer SIGTERM and SIGINT while the block runs; `ignore` those another process answers for us."""
    stop = Stop()
    # Counted before anything else: a second signal may come while the first one's handler is at work.
    count = itertools.count()

    def asked(number: int, _: object) -> None:
        if next(count):
            at_once(number)
        stop.ask(number)

    before = {number: signal.signal(number, asked) for number in _ASKED}
    for number in ignore:
        signal.signal(number, signal.SIG_IGN)
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def at_once(number: int | None, first: Callable[[], object] = lambda: None) -> None:
    """End this process now, after `first`; like a kill it loses nothing that was acknowledged."""
    try:
        first()
        sys.stderr.flush()
        sys.stdout.flush()
    except (OSError, ValueError, RuntimeError):
        pass  # whoever read them is gone
    os._exit(128 + (number or signal.SIGTERM))
