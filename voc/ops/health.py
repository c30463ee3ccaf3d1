"""Whether the service can do its work: each part is tried, and a queue that does not move is noticed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass

Monotonic = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Health:
    """`ready` when every needed part answered; `parts` name → `ok` or one word for what is wrong."""

    ready: bool
    parts: Mapping[str, str]


class Readiness:
    """Tries the parts at most every `every_s` seconds.

    Args:
        needed: name → a call that raises when the part cannot be used.
        queue: (documents waiting, a figure that rises whenever one is done).
        stalled_after_s: waiting documents of which none is done for so long: no worker is alive.
        every_s: an answer younger than this is given again.
    """

    def __init__(
        self,
        needed: Mapping[str, Callable[[], object]],
        queue: Callable[[], tuple[int, int]],
        *,
        monotonic: Monotonic,
        stalled_after_s: float,
        every_s: float = 1.0,
    ) -> None:
        self._needed, self._queue, self._monotonic = needed, queue, monotonic
        self._stalled_after_s, self._every_s = stalled_after_s, every_s
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

    def _tried(self, now: float) -> Health:
        parts = {}
        for name, attempt in self._needed.items():
            try:
                attempt()
                parts[name] = "ok"
            except Exception as error:  # whatever it is, the part cannot be used
                parts[name] = getattr(error, "code", type(error).__name__)
        ready = all(state == "ok" for state in parts.values())
        parts["worker"] = self._worker(now)
        return Health(ready, parts)

    def _worker(self, now: float) -> str:
        said = self._said()
        if said not in ("ok", "standby"):
            return said  # the code of the fault it waits for
        try:
            waiting, done = self._queue()
        except Exception:  # told by the ledger's own part
            return "unknown"
        if not waiting:
            self._moved = None  # what comes later has its own time
            return "idle"
        if self._moved is None or self._moved[1] != done:
            self._moved = (now, done)
        return "stalled" if now - self._moved[0] >= self._stalled_after_s else "working"
