"""Pauses between two tries of something that failed: they double, so that a fault makes no busy loop."""

from __future__ import annotations

FIRST_S = 1.0
LONGEST_S = 30.0


class Backoff:
    """1, 2, 4 … 30 seconds; from the beginning after `reset`.

    >>> pauses = Backoff()
    >>> [pauses.next_s() for _ in range(7)]
    [1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0]
    """

    def __init__(self) -> None:
        self._next_s = FIRST_S

    def next_s(self) -> float:
        """The pause before the next try."""
        pause = self._next_s
        self._next_s = min(LONGEST_S, 2 * pause)
        return pause

    def reset(self) -> None:
        """It went well."""
        self._next_s = FIRST_S
