"""Figures over time: a plain reading beside them, silence told from health, JSON."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from insight_corpus import FIRST, TREE, WORKSPACE, a_document, a_mention, made_corpus, rows_of
from insight_rows import Limits, store_of

from voc.errors import UsageError
from voc.insight.answers import TrendAnswer
from voc.insight.present import trend_answer_json
from voc.insight.trends import trends
from voc.types import IndexRows, Query

WIDE = Query(WORKSPACE, since="2026-01-05", until="2026-05-04")


def ask(rows: list[IndexRows], query: Query = WIDE, interval: str = "week") -> TrendAnswer:
    return trends(store_of(rows), query, taxonomy=TREE, settings=Limits(), as_of=3, interval=interval)


def start_of(day: str, interval: str) -> str:
    if interval == "day":
        return day
    if interval == "month":
        return day[:8] + "01"
    at = date.fromisoformat(day)
    return (at - timedelta(days=at.weekday())).isoformat()


@given(
    seed=st.integers(0, 500),
    interval=st.sampled_from(["day", "week", "month"]),
    more=st.sampled_from(
        [
            {},
            {"aspect": ("battery",)},
            {"sentiment": ("negative",)},
            {"intent": ("wish",)},
            {"product": ("A1",)},
        ]
    ),
    start=st.integers(-3, 60),
    length=st.integers(1, 80),
)
@settings(max_examples=60, deadline=None)
def test_buckets_are_the_plain_ones(seed: int, interval: str, more: dict, start: int, length: int) -> None:
    rows = made_corpus(seed, documents=120, people=40, days=80)
    since = FIRST + timedelta(days=start)
    query = Query(
        WORKSPACE, since=since.isoformat(), until=(since + timedelta(days=length)).isoformat(), **more
    )
    got = ask(rows, query, interval)
    people, hurt, mentions, stars = defaultdict(set), defaultdict(set), defaultdict(int), defaultdict(list)
    for row in rows:
        document = row.document
        assert document is not None and query.since is not None and query.until is not None
        if document.excluded or not query.since <= document.day < query.until:
            continue
        if query.product and document.product not in query.product:
            continue
        if query.intent and not document.intents:
            continue
        said = [
            mention
            for mention in row.mentions
            if not mention.competitor
            and (not query.aspect or query.aspect[0] in mention.aspect_path)
            and (not query.sentiment or mention.sentiment in query.sentiment)
            and (not query.product or mention.product in (None, *query.product))
        ]
        at = start_of(document.day, interval)
        if said or not (query.aspect or query.sentiment):
            people[at].add(document.person)
            stars[at] += [document.rating] if document.rating is not None else []
        mentions[at] += len(said)
        if any(mention.harm for mention in said):
            hurt[at].add(document.person)
    assert {bucket.start for bucket in got.items} >= set(people)
    for bucket in got.items:
        if bucket.people is None:
            assert bucket.status == "no_data" and not people[bucket.start]
            continue
        assert (bucket.people, bucket.people_negative, bucket.mentions) == (
            len(people[bucket.start]),
            len(hurt[bucket.start]),
            mentions[bucket.start],
        )
        known = stars[bucket.start]
        assert bucket.rating == (pytest.approx(sum(known) / len(known)) if known else None)
    assert got.people == len(set().union(*people.values()))
    assert got.mentions == sum(mentions.values())
    assert got.overlap == sum(len(one) for one in people.values()) - got.people
    assert orjson.dumps(trend_answer_json(got))


def daily(days: list[int], source: str = "shop") -> list[IndexRows]:
    made = []
    for number in days:
        document = a_document(
            number + (10_000 if source != "shop" else 0), day=FIRST + timedelta(days=number), source=source
        )
        made.append(rows_of(document, a_mention(document, 0, aspect="screen", harm=1)))
    return made


def test_silence_is_no_data_and_a_cut_week_is_partial() -> None:
    rows = daily([*range(70), *range(91, 112)])  # ten weeks, three of silence, three more
    query = replace(WIDE, until=(FIRST + timedelta(days=110)).isoformat())
    found = ask(rows, query)
    silence = ["no_data"] * 3
    assert [bucket.status for bucket in found.items] == ["ok"] * 10 + silence + ["ok"] * 2 + ["partial"]
    silent = next(bucket for bucket in found.items if bucket.status == "no_data")
    assert (silent.people, silent.mentions, silent.rating) == (None, None, None)
    assert found.head.sources[0].source == "shop"


def test_one_silent_source_of_two_makes_a_week_partial() -> None:
    rows = daily(list(range(112))) + daily(list(range(70)), source="forum")
    found = ask(rows, replace(WIDE, until=(FIRST + timedelta(days=112)).isoformat()))
    assert {bucket.status for bucket in found.items[:10]} == {"ok"}
    assert {bucket.status for bucket in found.items[11:]} == {"partial"}
    assert [absence.source for absence in found.head.sources] == ["forum"]


def test_wrong_questions_are_refused() -> None:
    with pytest.raises(UsageError):
        ask(daily([1]), interval="hour")
    with pytest.raises(UsageError):
        ask(daily([1]), Query(WORKSPACE, since="1900-01-01", until="2026-01-01"), "day")


def test_an_empty_workspace_has_no_data() -> None:
    assert {bucket.status for bucket in ask([], WIDE).items} == {"no_data"}
