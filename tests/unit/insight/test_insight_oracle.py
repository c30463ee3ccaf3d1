"""The counting against the plain reading of 8.1, over made corpora and filters."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from insight_corpus import FIRST, TREE, WORKSPACE, made_corpus
from insight_oracle import answer
from insight_rows import Limits, store_of

from voc.insight.answers import PainAnswer
from voc.insight.painpoints import pain_points
from voc.store.memory import MemoryStore
from voc.types import Query

SIZES = st.sampled_from([(1, 1, 3), (12, 4, 30), (90, 20, 90), (400, 150, 120), (900, 400, 60)])
FILTERS = st.sampled_from(
    [
        {},
        {"product": ("A1",)},
        {"product": ("A1", "A2"), "kind": ("review", "ticket")},
        {"aspect": ("battery",)},
        {"aspect": ("battery.heat", "service")},
        {"sentiment": ("negative",), "brand": ("A",)},
        {"intent": ("wish",), "segment": ("new",)},
        {"source": ("forum",), "rating_max": 3.0},
        {"harm": (10, 30, 100), "role": ("customer",)},
        {"version": ("2.0",), "rating_min": 2.0},
    ]
)


def ask(store: MemoryStore, query: Query, *, level: int | None = None, sort: str = "harm") -> PainAnswer:
    return pain_points(
        store, query, taxonomy=TREE, settings=Limits(), as_of=7, level=level, sort=sort, evidence=1
    )


@given(
    seed=st.integers(0, 10_000),
    size=SIZES,
    start=st.integers(-5, 110),
    length=st.integers(1, 90),
    more=FILTERS,
    level=st.sampled_from([None, 1, 2, 3]),
)
@settings(max_examples=120, deadline=None)
def test_figures_are_the_plain_ones(seed, size, start, length, more, level) -> None:
    documents, people, days = size
    rows = made_corpus(seed, documents=documents, people=people, days=days)
    since = FIRST + timedelta(days=start)
    query = Query(
        WORKSPACE, since=since.isoformat(), until=(since + timedelta(days=length)).isoformat(), **more
    )
    got = ask(store_of(rows), query, level=level)
    wanted = answer(rows, query, level=level)

    assert got.head.people_total == wanted.people_total
    assert got.head.documents_total == wanted.documents_total
    assert got.head.excluded == wanted.excluded
    assert {"+".join(sorted(k.split("+"))): v for k, v in got.weights.items()} == pytest.approx(
        wanted.weights
    )
    assert set(got.strata_left_out) == wanted.strata_left_out
    assert got.people == wanted.people
    assert got.unmapped == wanted.unmapped
    assert {item.point.id for item in got.items} == set(wanted.items)
    for item in got.items:
        point, plain = item.point, wanted.items[item.point.id]
        assert (point.people, point.mentions, point.documents, point.heat) == (
            plain.people,
            plain.mentions,
            plain.documents,
            plain.heat,
        )
        assert dict(point.by_harm) == plain.by_harm
        assert point.harm == pytest.approx(plain.harm)
        assert point.harm_ci.low == pytest.approx(plain.low, abs=1e-9)
        assert point.harm_ci.high == pytest.approx(max(plain.high, plain.harm))
        assert point.share == pytest.approx(plain.share)
        assert point.value_weighted == pytest.approx(plain.value_weighted)
        assert point.impact_on_rating == pytest.approx(plain.impact_on_rating)
        assert (point.trend is None) == (plain.ratio is None)
        if point.trend:
            assert point.trend.ratio == pytest.approx(plain.ratio)
    check_invariants(got)


def check_invariants(got: PainAnswer) -> None:
    points = [item.point for item in got.items]
    for point in points:
        assert sum(point.by_harm.values()) == point.people <= got.head.people_total
        assert point.documents <= point.mentions
        assert point.documents <= point.heat
        assert point.people <= point.documents
        assert point.harm_ci.low <= point.harm <= point.harm_ci.high <= 10_000
        assert point.share_ci.low <= point.share <= point.share_ci.high
        assert (point.rank is None) == (point.status == "insufficient_data")
        assert (point.status == "insufficient_data") == (point.people < 3 and point.lane is None)
        assert (point.lane == "critical") == (point.by_harm[100] > 0)
    assert got.mentions == sum(point.mentions for point in points)
    people = [point.people for point in points]
    assert max(people, default=0) <= got.people <= sum(people)
    assert got.overlap == sum(people) - got.people
    assert got.people <= got.head.people_total
    places = [0 if p.lane else 1 if p.status == "ok" else 2 for p in points]
    assert places == sorted(places)
    ranks = [point.rank for point in points if point.rank is not None]
    assert ranks == list(range(1, len(ranks) + 1))
    for place in (0, 1, 2):
        keys = [
            (-p.harm_ci.low, -p.harm, -p.people, p.id)
            for p, where in zip(points, places, strict=True)
            if where == place
        ]
        if got.sort == "harm":
            assert keys == sorted(keys)


@given(seed=st.integers(0, 1000))
@settings(max_examples=15, deadline=None)
def test_parents_take_each_person_once_and_mentions_add_up(seed: int) -> None:
    store = store_of(made_corpus(seed, documents=200, people=40, days=60))
    query = Query(WORKSPACE, since="2026-01-01", until="2026-04-01")
    leaves, parents = ask(store, query), ask(store, query, level=1)
    assert leaves.mentions == parents.mentions
    assert leaves.people == parents.people
    for item in parents.items:
        below = [i.point for i in leaves.items if TREE.path(i.point.id)[0] == item.point.id]
        assert sum(point.mentions for point in below) == item.point.mentions
        assert max(p.people for p in below) <= item.point.people <= sum(p.people for p in below)
