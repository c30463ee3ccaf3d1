"""What a reader of pain points may rely on: rules of section 8, evidence, receipts, JSON, a golden answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from urllib.parse import parse_qs, urlsplit

import orjson
import pytest
from insight_corpus import FIRST, TREE, WORKSPACE, a_document, a_mention, made_corpus, rows_of
from insight_rows import Limits, store_of

from voc.errors import UsageError
from voc.insight.painpoints import SORTS, pain_point, pain_points
from voc.insight.present import pain_answer_json, pain_detail_json
from voc.types import IndexRows, Query

DAY = date(2026, 3, 2)
WIDE = Query(WORKSPACE, since="2026-01-01", until="2026-06-01")


def ask(rows: list[IndexRows], query: Query = WIDE, **more):
    return pain_points(store_of(rows), query, taxonomy=TREE, settings=Limits(), as_of=7, **more)


def people_say(
    aspect: str, harm: int, count: int, *, start: int = 0, day: date = DAY, **more
) -> list[IndexRows]:
    found = []
    for number in range(start, start + count):
        document = a_document(number, day=day, person=str(number), **more)
        found.append(rows_of(document, a_mention(document, 0, aspect=aspect, harm=harm)))
    return found


def from_address(address: str) -> tuple[str, Query]:
    parts = urlsplit(address)
    values = parse_qs(parts.query)
    single = {"since", "until", "q"}
    asked: dict[str, object] = {}
    for name, given in values.items():
        if name == "counted":
            asked[name] = given == ["true"]
        elif name == "level":
            asked[name] = int(given[0])
        elif name in ("rating_min", "rating_max"):
            asked[name] = float(given[0])
        elif name == "harm":
            asked[name] = tuple(int(value) for value in given)
        else:
            asked[name] = given[0] if name in single else tuple(given)
    return parts.path, Query(WORKSPACE, **asked)  # type: ignore[arg-type]


def test_one_fire_stands_on_top_and_is_thin() -> None:
    rows = people_say("battery.life", 30, 40) + people_say("battery.heat", 100, 1, start=40)
    first, second = ask(rows).items
    assert (first.point.id, first.point.lane, first.point.status, first.point.rank) == (
        "battery.heat",
        "critical",
        "ok",
        1,
    )
    assert first.point.thin
    assert (second.point.lane, second.point.thin, second.point.rank) == (None, False, 2)


def test_two_people_are_not_enough_for_a_rank() -> None:
    rows = people_say("battery.life", 1, 5) + people_say("screen", 30, 2, start=5)
    last = ask(rows).items[-1].point
    assert (last.id, last.status, last.rank, last.people) == ("screen", "insufficient_data", None, 2)


def test_the_default_window_reaches_to_the_newest_document_and_is_echoed() -> None:
    answer = ask(people_say("screen", 1, 4), Query(WORKSPACE))
    assert (answer.head.since, answer.head.until) == ("2025-12-03", "2026-03-03")
    assert answer.head.query.since == "2025-12-03"
    assert answer.head.as_of == 7


def test_an_empty_workspace_answers() -> None:
    answer = ask([], Query(WORKSPACE))
    assert (answer.items, answer.people, answer.head.people_total) == ((), 0, 0)
    assert orjson.dumps(pain_answer_json(answer))


def test_wrong_questions_are_refused() -> None:
    rows = people_say("screen", 1, 4)
    for wrong in ({"sort": "loudest"}, {"level": 4}):
        with pytest.raises(UsageError) as caught:
            ask(rows, **wrong)
        assert caught.value.code == "VOC-E102"
    with pytest.raises(UsageError):
        ask(rows, replace(WIDE, since="2026-06-02"))
    with pytest.raises(UsageError) as caught:
        pain_point(store_of(rows), WIDE, "nothing", taxonomy=TREE, settings=Limits(), as_of=1)
    assert caught.value.code == "VOC-E104"


def test_a_competitors_pain_is_not_ours() -> None:
    document = a_document(1, day=DAY, person="x")
    rows = [
        rows_of(document, a_mention(document, 0, aspect="screen", harm=30, product="B9", competitor=True))
    ]
    assert ask(rows).items == ()


def test_copies_raise_heat_never_reach() -> None:
    rows = people_say("screen", 1, 4) + people_say("screen", 1, 6, start=4, duplicate_of="d_000000")
    point = ask(rows).items[0].point
    assert (point.people, point.documents, point.heat) == (4, 4, 10)


@pytest.mark.parametrize("sort", SORTS)
def test_every_order_keeps_all_nodes_and_the_lanes(sort: str) -> None:
    answer = ask(made_corpus(3, documents=400, people=150), sort=sort)
    points = [item.point for item in answer.items]
    assert {point.id for point in points} == {
        item.point.id for item in ask(made_corpus(3, documents=400, people=150)).items
    }
    places = [0 if p.lane else 1 if p.status == "ok" else 2 for p in points]
    assert places == sorted(places)
    fair = [point for point in points if not point.lane]
    if sort == "people":
        assert [p.people for p in fair] == sorted((p.people for p in fair), reverse=True)


@pytest.mark.parametrize("level", [None, 1, 2])
def test_quotes_are_literal_and_first_the_gravest(level: int | None) -> None:
    store = store_of(made_corpus(5, documents=300, people=60))
    answer = pain_points(store, WIDE, taxonomy=TREE, settings=Limits(), as_of=7, level=level)
    assert answer.items
    for item in answer.items:
        assert 1 <= len(item.quotes) <= 3
        assert item.point.evidence == tuple(quote.evidence for quote in item.quotes)
        worst = max(level for level, people in item.point.by_harm.items() if people)
        assert item.point.evidence[0].harm == worst
        for quote in item.quotes:
            found = quote.evidence
            document = store.document(WORKSPACE, found.document_id)
            assert document is not None and document.excluded is None
            assert document.text[found.start : found.end] == found.quote != ""
            units = document.text.encode("utf-16-le")
            assert units[2 * quote.start_utf16 : 2 * quote.end_utf16].decode("utf-16-le") == found.quote


@pytest.mark.parametrize(
    ("more", "level"),
    [
        ({}, None),
        ({}, 1),
        ({}, 2),
        ({"product": ("A1", "A2")}, None),
        ({"aspect": ("battery",)}, 3),
        ({"kind": ("review",), "harm": (3, 10)}, None),
    ],
)
def test_the_listing_behind_a_figure_has_exactly_that_many(more: dict, level: int | None) -> None:
    store = store_of(made_corpus(8, documents=300, people=80))
    answer = pain_points(store, replace(WIDE, **more), taxonomy=TREE, settings=Limits(), as_of=7, level=level)
    for item in answer.items:
        path, query = from_address(item.listing)
        assert path == "/v1/mentions"
        hits = store.mentions(query, limit=10_000)
        assert len(hits) == item.point.mentions == store.count_mentions(query)
        assert len({hit.document.id for hit in hits}) == item.point.documents
        assert len({hit.document.person for hit in hits}) == item.point.people
    path, query = from_address(answer.head.listing)
    assert path == "/v1/documents"
    documents = [hit.document for hit in store.documents(query, limit=10_000)]
    assert len(documents) == answer.head.documents_total
    assert len({document.person for document in documents}) == answer.head.people_total


def test_a_detail_is_its_row_with_children_by_week() -> None:
    store = store_of(made_corpus(4, documents=300, people=90))
    detail = pain_point(store, WIDE, "battery", taxonomy=TREE, settings=Limits(), as_of=7)
    row = next(
        item.point
        for item in pain_points(store, WIDE, taxonomy=TREE, settings=Limits(), as_of=7, level=1).items
        if item.point.id == "battery"
    )
    point = detail.item.point
    assert (point.people, point.mentions, point.by_harm, point.harm) == (
        row.people,
        row.mentions,
        row.by_harm,
        row.harm,
    )
    assert {node.id for node in detail.subnodes} == {"battery.life", "battery.heat"}
    assert max(detail.weeks.values()) <= point.people <= sum(detail.weeks.values())
    for node in detail.subnodes:
        assert max(node.weeks.values()) <= node.people <= sum(node.weeks.values())
    assert 3 < len(detail.item.quotes) <= 20
    assert len({(q.evidence.document_id, q.evidence.start) for q in detail.item.quotes}) == len(
        detail.item.quotes
    )
    assert orjson.dumps(pain_detail_json(detail))


def test_a_node_nobody_complains_of_has_a_detail() -> None:
    store = store_of(people_say("screen", 1, 40))
    point = pain_point(store, WIDE, "service", taxonomy=TREE, settings=Limits(), as_of=7).item.point
    assert (point.people, point.status, point.harm) == (0, "insufficient_data", 0)


def test_a_rise_is_seen_and_a_first_window_has_no_trend() -> None:
    rows: list[IndexRows] = []
    for number in range(600):
        day = FIRST + timedelta(days=number // 5)
        document = a_document(number, day=day, person=str(number))
        hurt = number % 10 == 0 or (day >= FIRST + timedelta(days=90) and number % 2 == 0)
        rows.append(rows_of(document, *([a_mention(document, 0, aspect="screen", harm=3)] if hurt else [])))
    since = FIRST + timedelta(days=90)
    query = Query(WORKSPACE, since=since.isoformat(), until=(since + timedelta(days=30)).isoformat())
    trend = ask(rows, query).items[0].point.trend
    assert trend is not None and trend.verdict == "rising" and trend.ratio > 3
    assert ask(rows, replace(query, since=FIRST.isoformat())).items[0].point.trend is None


def test_golden_answer() -> None:
    rows = (
        people_say("battery.life", 1, 30)
        + people_say("battery.life", 10, 5, start=30, kind="ticket", source="desk", rating=1.0)
        + people_say("service", 3, 2, start=35, rating=5.0)
        + people_say("screen.touch", 0, 3, start=37, rating=4.0)
    )
    shown = pain_answer_json(ask(rows, evidence=1))
    first = shown["items"][0]
    assert shown["weights"] == {"review": 1.0}
    assert shown["strata_left_out"] == ["ticket"]
    assert (shown["people_total"], shown["documents_total"], shown["overlap"]) == (40, 40, 0)
    assert shown["excluded"] == {"quarantined": 0, "copies": 0, "staff": 0}
    assert [item["id"] for item in shown["items"]] == ["battery.life", "service"]
    assert first == {
        "kind": "aspect",
        "id": "battery.life",
        "name": "续航",
        "path": ["电池", "续航"],
        "status": "ok",
        "rank": 1,
        "lane": None,
        "thin": False,
        "harm": 85.7143,
        "harm_ci": first["harm_ci"],
        "people": 35,
        "mentions": 35,
        "documents": 35,
        "share": 0.875,
        "share_ci": first["share_ci"],
        "by_harm": {"1": 30, "3": 0, "10": 5, "30": 0, "100": 0},
        "heat": 35,
        "trend": None,
        "value_weighted": None,
        "impact_on_rating": -1.7,
        "corrected": "uncorrected",
        "evidence": [
            {
                "document_id": "d_000034",
                "native_id": "n34",
                "revision": 1,
                "mention_id": "m_000034_0",
                "quote": "续航太差",
                "start": 0,
                "end": 4,
                "start_utf16": 0,
                "end_utf16": 4,
                "harm": 10,
                "created_at": "2026-03-02T04:34:00Z",
                "source": "desk",
                "product": None,
                "url": None,
            }
        ],
        "approximate": False,
        "listing": "/v1/mentions?aspect=battery.life&harm=1&harm=3&harm=10&harm=30&harm=100"
        "&level=2&counted=true&since=2026-01-01&until=2026-06-01",
    }
