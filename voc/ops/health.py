"""Whether the service can do its work: each part is tried, and a queue that does not move is noticed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from dataclasses import dataclass
from typing import Any

from voc.errors import VocError

Monotonic = Callable[[], float]
SLOW = "VOC-E411"
"""Said of a part that has not answered in time: a database that is locked, a disk that hangs."""
UNEXPECTED = "VOC-E503"
"""Said of a part that failed in a way nobody thought of."""
MOVES = ("idle", "working")
"""What is said of the worker when nothing is wrong with it."""


@dataclass(frozen=True, slots=True)
class Health:
    """`ready` when every needed part answered; `parts` name → `ok` or a code, of the worker a word."""

    ready: bool
    parts: Mapping[str, str]


class Readiness:
    """Tries the parts at most every `every_s` seconds, each in a thread of its own: none holds up the answer.

    Args:
        needed: name → a call that raises when the part cannot be used.
        queue: (documents waiting, a figure that rises whenever one is done).
        stalled_after_s: waiting documents of which none is done for so long: no worker is alive.
        every_s: an answer younger than this is given again.
        patience_s: how long all parts together may take.
    """

    def __init__(
        self,
        needed: Mapping[str, Callable[[], object]],
        queue: Callable[[], tuple[int, int]],
        *,
        monotonic: Monotonic,
        stalled_after_s: float,
        every_s: float = 1.0,
        patience_s: float = 2.0,
    ) -> None:
        self._monotonic = monotonic
        self._stalled_after_s, self._every_s, self._patience_s = stalled_after_s, every_s, patience_s
        self._parts = {name: _Part(name, call) for name, call in needed.items()}
        self._queue = _Part("worker", queue)
        self._lock = threading.Lock()
        self._last: tuple[float, Health] | None = None
        self._moved: tuple[float, int] | None = None
        self._said: Callable[[], str] = lambda: "ok"

    def watch(self, said: Callable[[], str]) -> None:
        """Show what the worker beside the API says of itself, unless that is `ok` or `standby`."""
        self._said = said

    def look(self) -> Health:
        """The state now, or that of less than `every_s` ago."""
        with self._lock:
            now = self._monotonic()
            if self._last is None or now - self._last[0] >= self._every_s:
                self._last = (now, self._tried(now))
            return self._last[1]

    def close(self) -> None:
        """No more is tried."""
        for part in (*self._parts.values(), self._queue):
            part.close()

    def _tried(self, now: float) -> Health:
        running = [part.ask() for part in (*self._parts.values(), self._queue)]
        wait_for(running, timeout=self._patience_s)
        parts = {name: part.state() for name, part in self._parts.items()}
        ready = all(state == "ok" for state in parts.values())
        parts["worker"] = self._worker(now)
        return Health(ready, parts)

    def _worker(self, now: float) -> str:
        said = self._said()
        if said not in ("ok", "standby"):
            return said  # the code of the fault it waits for
        if self._queue.state() != "ok":
            return "unknown"  # told by the ledger's own part
        waiting, done = self._queue.answer
        if not waiting:
            self._moved = None  # what comes later has its own time
            return "idle"
        if self._moved is None or self._moved[1] != done:
            self._moved = (now, done)
        return "stalled" if now - self._moved[0] >= self._stalled_after_s else "working"


class _Part:
    """One call, tried by one thread: while it hangs it is not tried again."""

    def __init__(self, name: str, call: Callable[[], Any]) -> None:
        self._call = call
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"ready-{name}")
        self._asked: Future[Any] | None = None

    def ask(self) -> Future[Any]:
        if self._asked is None or self._asked.done():
            self._asked = self._thread.submit(self._call)
        return self._asked

    def state(self) -> str:
        """`ok`, the code of what it raised, or `SLOW` while it has not answered."""
        if self._asked is None or not self._asked.done():
            return SLOW
        error = self._asked.exception()
        if error is None:
            return "ok"
        return error.code if isinstance(error, VocError) else UNEXPECTED

    @property
    def answer(self) -> Any:
        assert self._asked is not None
        return self._asked.result()

    def close(self) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)
