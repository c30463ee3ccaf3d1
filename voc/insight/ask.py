"""A question made exact: its window, days as whole numbers, the address of the listing behind a figure."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date, timedelta
from urllib.parse import urlencode

from voc.errors import UsageError
from voc.insight.harm import PAIN_LEVELS
from voc.types import Query

EPOCH = date(1970, 1, 1).toordinal()
MENTIONS = "/v1/mentions"
DOCUMENTS = "/v1/documents"
NUMERATOR: tuple[str, ...] = ("aspect", "theme", "sentiment", "intent", "harm", "level", "q")


def day_number(day: str) -> int:
    """Days since 1970-01-01.

    >>> day_number("1970-01-11")
    10

    Raises:
        UsageError: not a date (VOC-E102).
    """
    try:
        return date.fromisoformat(day).toordinal() - EPOCH
    except ValueError:
        raise UsageError("not a date", code="VOC-E102", value=day, cure="write YYYY-MM-DD") from None


def day_name(number: int) -> str:
    """The other way."""
    return date.fromordinal(number + EPOCH).isoformat()


def in_window(query: Query, *, newest: str | None, days: int) -> Query:
    """The query with `since` and `until` filled in: by default `days` up to and with the newest document.

    Raises:
        UsageError: `since` is not before `until`, or no date (VOC-E102).
    """
    if query.until is not None:
        stop = day_number(query.until)
    elif newest is not None:
        stop = day_number(newest) + 1
        if query.since is not None:
            stop = max(stop, day_number(query.since) + 1)
    else:
        stop = day_number(query.since) + days if query.since is not None else days
    start = day_number(query.since) if query.since is not None else stop - days
    if start >= stop:
        raise UsageError("since is not before until", code="VOC-E102", value=f"{query.since}..{query.until}")
    return replace(query, since=day_name(start), until=day_name(stop), counted=True)


def denominator(query: Query) -> Query:
    """Without the filters that choose the numerator only."""
    return replace(query, aspect=(), theme=(), sentiment=(), intent=(), harm=(), level=None, q=None)


def pains(query: Query) -> Query:
    """Only mentions that are pains: harm ≥ 1 of the levels asked for."""
    wanted = tuple(level for level in PAIN_LEVELS if not query.harm or level in query.harm)
    return replace(query, harm=wanted or query.harm)


def address(route: str, query: Query) -> str:
    """Path and parameters that list what the query selects; several values repeat the name.

    >>> address(MENTIONS, Query("w", aspect=("battery",), harm=(1, 3), counted=True, since="2026-01-01"))
    '/v1/mentions?aspect=battery&harm=1&harm=3&counted=true&since=2026-01-01'
    """
    parts: list[tuple[str, str]] = []
    for field in fields(Query):
        value = getattr(query, field.name)
        if field.name == "workspace" or value is None:
            continue
        for one in value if isinstance(value, tuple) else (value,):
            parts.append((field.name, str(one).lower() if isinstance(one, bool) else str(one)))
    return f"{route}?{urlencode(parts)}" if parts else route


def week_start(day: int) -> int:
    """Monday of a day's week."""
    return day - (day + 3) % 7


def bucket_starts(start: int, stop: int, interval: str) -> list[int]:
    """First days of the days, Monday weeks or months that `[start, stop)` touches, and the end of the last.

    >>> [day_name(day) for day in bucket_starts(day_number("2026-01-07"), day_number("2026-01-13"), "week")]
    ['2026-01-05', '2026-01-12', '2026-01-19']
    """
    if interval == "day":
        return list(range(start, stop + 1))
    if interval == "week":
        edges = list(range(week_start(start), stop, 7))
        return [*edges, edges[-1] + 7]
    edges = []
    month = date.fromordinal(start + EPOCH).replace(day=1)
    while month.toordinal() - EPOCH < stop:
        edges.append(month.toordinal() - EPOCH)
        month = (month + timedelta(days=31)).replace(day=1)
    return [*edges, month.toordinal() - EPOCH]
