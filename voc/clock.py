"""Time, injected: nothing below reads the wall clock by itself."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

Clock = Callable[[], datetime]
_CORRECTED = timedelta(days=1)
_NOTHING = timedelta(0)
_SLACK = timedelta(seconds=1)


def system_clock() -> datetime:
    """Now, aware, UTC."""
    return datetime.now(UTC)


def fixed_clock(at: datetime) -> Clock:
    """A clock that stands still, for tests."""
    return lambda: at


class Onward:
    """A clock that is not set back: while the given one is, this one goes on by a monotonic one.

    For what must not come to life again, such as a key that has expired. A clock that is set back by more
    than a day is taken to have been wrong before, and believed. Knows nothing of before its process started.

    Args:
        ticks: seconds, monotonic.
    """

    def __init__(self, clock: Clock, *, ticks: Callable[[], float]) -> None:
        self._clock, self._ticks = clock, ticks
        self._lock = threading.Lock()
        self._at, self._tick = clock(), ticks()
        self._behind = _NOTHING
        self._jumped = False

    def __call__(self) -> datetime:
        """Now, aware."""
        with self._lock:
            return self._now()

    def set_back(self) -> bool:
        """Whether the given clock was set back since this was last asked."""
        with self._lock:
            self._now()
            jumped, self._jumped = self._jumped, False
            return jumped

    def _now(self) -> datetime:
        given, tick = self._clock(), self._ticks()
        onward = self._at + timedelta(seconds=tick - self._tick)
        behind = max(_NOTHING, onward - given)
        self._jumped = self._jumped or behind > self._behind + _SLACK
        if _NOTHING < behind <= _CORRECTED:
            self._behind = behind
            return onward
        self._at, self._tick, self._behind = given, tick, _NOTHING
        return given


def calendar(at: datetime, zone: ZoneInfo) -> tuple[str, str, str]:
    """(day `YYYY-MM-DD`, Monday of its week, month `YYYY-MM`) of an aware time in the workspace's zone."""
    return _named(at.astimezone(zone).date())


@lru_cache(maxsize=4096)
def _named(day: date) -> tuple[str, str, str]:
    return day.isoformat(), week_of(day).isoformat(), f"{day.year:04d}-{day.month:02d}"


def week_of(day: date) -> date:
    """The Monday of the day's week."""
    return day - timedelta(days=day.weekday())
