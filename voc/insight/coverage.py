"""Which sources ran in a window, so that silence is not read as health (DESIGN 8.1, last rule).

Days are whole numbers (days since 1970-01-01 in the workspace's zone); windows are `[start, stop)`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

Days = npt.NDArray[np.int64]

REGULAR_WEEKS = 8
RAN_SHARE = 0.9
GAPS = 3
_MONDAY = 3  # 1970-01-01 was a Thursday


@dataclass(frozen=True)
class SourceDays:
    """One source: the days that have a record of it, ascending, and the kinds it brings."""

    source: str
    days: Days
    kinds: frozenset[str]

    @cached_property
    def reach(self) -> float:
        """Three median gaps between days with a record; 0 where there is one such day."""
        return float(GAPS * np.median(np.diff(self.days))) if self.days.size > 1 else 0.0

    @cached_property
    def regular(self) -> bool:
        """It came at least weekly for eight weeks (Monday weeks, in a row).

        >>> daily = SourceDays("s", np.arange(0, 70, 5), frozenset({"review"}))
        >>> daily.regular, SourceDays("s", np.arange(0, 70, 14), frozenset({"review"})).regular
        (True, False)
        """
        weeks = np.unique((self.days + _MONDAY) // 7)
        if weeks.size < REGULAR_WEEKS:
            return False
        return bool((weeks[REGULAR_WEEKS - 1 :] - weeks[: 1 - REGULAR_WEEKS] == REGULAR_WEEKS - 1).any())

    def ran_days(self, start: int, stop: int) -> int:
        """Days of the window that have a record or lie within three median gaps of one.

        >>> weekly = SourceDays("s", np.asarray([0, 7, 14, 21]), frozenset({"review"}))
        >>> weekly.ran_days(0, 40), weekly.ran_days(43, 50)
        (40, 0)
        >>> weekly.ran_days(40, 50)
        3
        """
        if self.days.size == 0 or stop <= start:
            return 0
        window = np.arange(start, stop)
        after = np.searchsorted(self.days, window)
        right = np.abs(self.days[np.minimum(after, self.days.size - 1)] - window)
        left = np.abs(self.days[np.maximum(after - 1, 0)] - window)
        return int((np.minimum(left, right) <= self.reach).sum())

    def ran(self, start: int, stop: int) -> bool:
        """It ran on at least 90 % of the window's days."""
        return stop > start and self.ran_days(start, stop) >= RAN_SHARE * (stop - start)

    def records_in(self, start: int, stop: int) -> bool:
        """A record has a day of the window."""
        first, last = np.searchsorted(self.days, [start, stop])
        return bool(last > first)


@dataclass(frozen=True, slots=True)
class Absence:
    """A regular source that did not run in a window: `no_data` at all, or `partial`."""

    source: str
    status: str
    ran_days: int
    days: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """All sources of a workspace."""

    sources: tuple[SourceDays, ...]

    def of(self, *, sources: Iterable[str] = (), kinds: Iterable[str] = ()) -> Coverage:
        """Only these sources and kinds; none named = all."""
        names, wanted = set(sources), set(kinds)
        return Coverage(
            tuple(
                one
                for one in self.sources
                if (not names or one.source in names) and (not wanted or one.kinds & wanted)
            )
        )

    def absent(self, start: int, stop: int) -> tuple[Absence, ...]:
        """Regular sources that did not run in the window, for the head of an answer."""
        found = []
        for one in self.sources:
            if not one.regular or one.ran(start, stop):
                continue
            days = one.ran_days(start, stop)
            status = "partial" if days or one.records_in(start, stop) else "no_data"
            found.append(Absence(one.source, status, days, stop - start))
        return tuple(found)

    def kinds_ran(self, start: int, stop: int) -> frozenset[str]:
        """Kinds of which at least one source ran in the window."""
        return frozenset(kind for one in self.sources if one.ran(start, stop) for kind in one.kinds)

    def status(self, start: int, stop: int) -> str:
        """`ok`, `partial` (a regular source that had begun did not run) or `no_data` (no source ran).

        A source that is not regular (a file given once) ran when it has a record in the window or covers it.
        """
        ran = False
        gap = False
        for one in self.sources:
            if one.ran(start, stop) or (not one.regular and one.records_in(start, stop)):
                ran = True
            elif one.regular and one.days[0] < stop:
                gap = True
                ran = ran or one.records_in(start, stop)
        if not ran:
            return "no_data"
        return "partial" if gap else "ok"


def coverage_of(
    source: npt.NDArray[Any], kind: npt.NDArray[Any], day: npt.NDArray[Any], *, names: Mapping[str, list[str]]
) -> Coverage:
    """From document columns: codes of source and kind, whole days; `names` = {"source": […], "kind": […]}.

    Every record counts here, also quarantined ones and copies: the source did run.
    """
    if day.size == 0:
        return Coverage(())
    kinds = len(names["kind"])
    first = int(day.min())
    width = int(day.max()) - first + 1
    pair = source.astype(np.int64) * kinds + kind
    pairs = np.flatnonzero(np.bincount(pair, minlength=len(names["source"]) * kinds))
    row = np.full(int(pairs[-1]) // kinds + 1, -1, dtype=np.int64)
    codes = np.unique(pairs // kinds)
    row[codes] = np.arange(codes.size)
    key = row[source] * width + (day.astype(np.int64) - first)
    # A bad date may stretch the range to centuries: a bitmap up to 64 M cells, else a sort.
    if codes.size * width <= 64_000_000:
        seen = np.zeros(codes.size * width, dtype=bool)
        seen[key] = True
        present = np.flatnonzero(seen)
    else:
        present = np.unique(key)
    cuts = np.searchsorted(present, np.arange(codes.size + 1) * width)
    found = []
    for index, code in enumerate(codes.tolist()):
        days = present[cuts[index] : cuts[index + 1]] - index * width + first
        brought = frozenset(names["kind"][int(p) % kinds] for p in pairs if int(p) // kinds == code)
        found.append(SourceDays(names["source"][code], days, brought))
    return Coverage(tuple(sorted(found, key=lambda one: one.source)))
