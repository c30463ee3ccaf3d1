"""How often somebody may ask: token buckets by name, in bounded memory."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

MOST_NAMES = 10_000


class Buckets:
    """A bucket for each name, full at first; a request takes one token, `per_s` tokens come back a second.

    For one thread. The name that has asked least recently is forgotten when there are more than `most`, so
    that a caller with many names (a whole network of addresses) costs no memory: 10,000 are about 2 MB.
    """

    def __init__(
        self, *, per_s: float, burst: int, monotonic: Callable[[], float], most: int = MOST_NAMES
    ) -> None:
        self._per_s, self._burst, self._monotonic, self._most = per_s, float(burst), monotonic, most
        self._held: OrderedDict[str, tuple[float, float]] = OrderedDict()  # tokens, as of when

    def take(self, name: str) -> float:
        """Take a token: 0 when there was one, else the seconds until there is."""
        now = self._monotonic()
        tokens, at = self._held.get(name, (self._burst, now))
        tokens = min(self._burst, tokens + (now - at) * self._per_s)
        wait = 0.0 if tokens >= 1 else (1 - tokens) / self._per_s
        self._held[name] = (tokens if wait else tokens - 1, now)
        self._held.move_to_end(name)
        while len(self._held) > self._most:
            self._held.popitem(last=False)
        return wait

    def give_back(self, name: str) -> None:
        """Put one token back: the request was not one of this name after all."""
        if name in self._held:
            tokens, at = self._held[name]
            self._held[name] = (min(self._burst, tokens + 1), at)

    def __len__(self) -> int:
        return len(self._held)
