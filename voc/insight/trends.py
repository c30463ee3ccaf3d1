"""Figures over time: people, people in pain, mentions, rating by day, week or month (workspace's zone)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from voc.errors import UsageError
from voc.insight import ask
from voc.insight.answers import Bucket, Limits, Tree, TrendAnswer
from voc.insight.frame import Flags
from voc.insight.question import Asked, asked_of
from voc.insight.view import Source
from voc.types import Query

INTERVALS: tuple[str, ...] = ("day", "week", "month")
MAX_BUCKETS = 4000

Numbers = npt.NDArray[np.int64]


def trends(
    store: Source,
    query: Query,
    *,
    taxonomy: Tree,
    settings: Limits,
    as_of: int,
    interval: str = "week",
) -> TrendAnswer:
    """One bucket for every interval the window touches, also empty ones.

    With a filter on mentions (`aspect theme sentiment harm level`) people are those with such a mention, else
    all with a counted document. `people_negative` have such a mention with harm ≥ 1. `rating` is the mean
    over the same documents. `partial`: the window cuts the interval, or a regular source did not run;
    `no_data`: no source ran, and no figure is shown.

    Raises:
        UsageError: an unknown interval, a window that is none, or too many buckets (VOC-E102).
    """
    if interval not in INTERVALS:
        raise UsageError(
            "unknown interval", code="VOC-E102", value=interval, cure="one of " + " ".join(INTERVALS)
        )
    asked = asked_of(store, query, taxonomy=taxonomy, settings=settings, as_of=as_of)
    view, start, stop = asked.view, asked.windows.since, asked.windows.until
    edges = np.asarray(ask.bucket_starts(start, stop, interval), dtype=np.int64)
    if edges.size - 1 > MAX_BUCKETS:
        raise UsageError(
            "too many intervals", code="VOC-E102", value=interval, cure="ask for a longer interval"
        )
    counted = (asked.bits & 1) > 0
    spoken = counted[view.mention_document] & ~view.competitor
    if asked.selected is not None:
        spoken &= asked.selected
    about = np.zeros(counted.size, dtype=bool)
    about[view.mention_document[spoken]] = True
    hurt = np.zeros(counted.size, dtype=bool)
    hurt[view.mention_document[spoken & (view.harm > 0)]] = True
    if not by_mention(asked.query):
        about = counted
    bucket = np.searchsorted(edges, view.day.astype(np.int64), side="right") - 1
    buckets = edges.size - 1
    mentions = np.bincount(bucket[view.mention_document[spoken]], minlength=buckets)
    people = _people(asked, bucket, about, buckets)
    negative = _people(asked, bucket, hurt, buckets)
    rated = about & ~np.isnan(view.rating)
    stars = np.bincount(bucket[rated], view.rating[rated], minlength=buckets)
    ratings = np.bincount(bucket[rated], minlength=buckets)
    coverage = view.coverage.of(sources=asked.query.source, kinds=asked.query.kind)
    items = []
    for index in range(buckets):
        first, last = int(edges[index]), int(edges[index + 1])
        status = coverage.status(max(first, start), min(last, stop))
        if status == "ok" and (first < start or last > stop):
            status = "partial"
        if status == "no_data" and not people[index]:
            items.append(Bucket(ask.day_name(first), None, None, None, None, status))
            continue
        items.append(
            Bucket(
                start=ask.day_name(first),
                people=int(people[index]),
                people_negative=int(negative[index]),
                mentions=int(mentions[index]),
                rating=float(stars[index] / ratings[index]) if ratings[index] else None,
                status="partial" if status == "no_data" else status,
            )
        )
    total = int(np.unique(view.person[about]).size)
    return TrendAnswer(
        head=asked.head,
        interval=interval,
        items=tuple(items),
        people=total,
        mentions=int(mentions.sum()),
        overlap=int(people.sum()) - total,
        listing=ask.address(ask.MENTIONS if by_mention(asked.query) else ask.DOCUMENTS, asked.query),
    )


def by_mention(query: Query) -> bool:
    """Whether the question is about mentions, not about everything said."""
    return bool(query.aspect or query.theme or query.sentiment or query.harm or query.level)


def bucket_query(query: Query, start: str, stop: str) -> Query:
    """The query of one bucket, for its listing."""
    assert query.since is not None and query.until is not None
    return replace(query, since=max(start, query.since), until=min(stop, query.until))


def _people(asked: Asked, bucket: Numbers, chosen: Flags, buckets: int) -> Numbers:
    """Distinct people by bucket."""
    person = asked.view.person
    width = int(person.max()) + 1 if person.size else 1
    keys = np.unique(bucket[chosen] * width + person[chosen])
    return np.bincount(keys // width, minlength=buckets).astype(np.int64)
