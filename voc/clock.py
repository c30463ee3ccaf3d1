"""Time, injected: nothing below reads the wall clock by itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """Now, aware, UTC."""
    return datetime.now(UTC)


def fixed_clock(at: datetime) -> Clock:
    """A clock that stands still, for tests."""
    return lambda: at


def calendar(at: datetime, zone: ZoneInfo) -> tuple[str, str, str]:
    """(day `YYYY-MM-DD`, Monday of its week, month `YYYY-MM`) of an aware time in the workspace's zone."""
    return _named(at.astimezone(zone).date())


@lru_cache(maxsize=4096)
def _named(day: date) -> tuple[str, str, str]:
    return day.isoformat(), week_of(day).isoformat(), f"{day.year:04d}-{day.month:02d}"


def week_of(day: date) -> date:
    """The Monday of the day's week."""
    return day - timedelta(days=day.weekday())
