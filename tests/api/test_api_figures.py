"""Pain points and trends over HTTP: their figures, and listings that hold exactly what they count."""

from __future__ import annotations

from typing import Any

import pytest
from api_desk import Desk

from voc.nlp.taxonomy import Taxonomy

LEAF = Taxonomy.load("general").leaves()[0]
OTHER = Taxonomy.load("general").leaves()[1]


@pytest.fixture
def full(desk: Desk) -> Desk:
    """Twelve people: eight in pain on one node, one safety report on another, three content."""
    for n in range(8):
        desk.say(f"a{n}", "用了两天就坏", by=f"u{n}", days_ago=n + 1, rating=1.0, aspects=((LEAF, "坏", 10),))
    desk.say("b", "充电时烧起来了", by="u8", days_ago=2, rating=1.0, aspects=((OTHER, "烧起来了", 100),))
    for n in range(9, 12):
        desk.say(f"c{n}", "很好", by=f"u{n}", days_ago=n, rating=5.0, aspects=((LEAF, "很好", 0),))
    desk.say("copy", "用了两天就坏", by="u3", integrity="copied", duplicate_of="d_x", days_ago=3)
    return desk


def _get(desk: Desk, path: str, **params: Any) -> dict[str, Any]:
    answer = desk.client.get(path, params=params)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def test_a_ranking_with_its_head(full: Desk) -> None:
    body = _get(full, "/v1/pain-points")
    assert (body["people_total"], body["documents_total"]) == (12, 12)
    assert body["excluded"] == {"quarantined": 0, "copies": 1, "staff": 0}
    first, second = body["items"]
    assert (first["id"], first["lane"], first["people"]) == (OTHER, "critical", 1)
    assert (second["id"], second["people"], second["by_harm"]["10"]) == (LEAF, 8, 8)
    assert second["harm_ci"][0] <= second["harm"] <= second["harm_ci"][1]
    assert body["query"]["counted"] is True
    assert body["as_of"] == full.runtime.ledger.as_of("default")


def test_every_figure_has_a_listing_of_as_many(full: Desk) -> None:
    body = _get(full, "/v1/pain-points")
    documents = full.client.get(body["listing"], params=None).json()["items"]
    assert len(documents) == body["documents_total"]
    assert len({one["person"] for one in documents}) == body["people_total"]
    for item in body["items"]:
        mentions = full.client.get(item["listing"]).json()["items"]
        assert len(mentions) == item["mentions"]
        assert len({one["person"] for one in mentions}) == item["people"]
        assert len({one["document_id"] for one in mentions}) == item["documents"]


def test_listings_can_be_followed_with_any_key(full: Desk) -> None:
    for n in range(3):
        full.say(
            f"o{n}",
            "用了两天就坏",
            by=f"o{n}",
            workspace="other",
            product="丙,丁",
            aspects=((LEAF, "坏", 3),),
        )
    full.client.key = full.key("read", workspace="*")
    body = _get(full, "/v1/pain-points", workspace="other", product="丙\\,丁")
    assert full.client.get(body["listing"]).json()["items"][0]["workspace"] == "other"
    assert (
        len(full.client.get(body["items"][0]["listing"]).json()["items"]) == body["items"][0]["mentions"] == 3
    )
    about = _get(full, "/v1/trends", workspace="other", aspect=LEAF)
    assert len(full.client.get(about["listing"]).json()["items"]) == 3
    detail = _get(full, f"/v1/pain-points/aspect/{LEAF}", workspace="other")
    assert len(full.client.get(detail["listing"]).json()["items"]) == 3


def test_every_quote_stands_in_its_document(full: Desk) -> None:
    for item in _get(full, "/v1/pain-points")["items"]:
        assert item["evidence"]
        for quote in item["evidence"]:
            text = _get(full, f"/v1/documents/{quote['document_id']}")["text"]
            assert text[quote["start"] : quote["end"]] == quote["quote"]


def test_one_node_in_detail(full: Desk) -> None:
    body = _get(full, f"/v1/pain-points/aspect/{LEAF}")
    assert body["people"] == 8
    assert sum(week["people"] for week in body["weeks"]) >= 8
    assert full.client.get("/v1/pain-points/aspect/no.such").status_code == 404
    assert full.client.get("/v1/pain-points/theme/x").status_code == 404


def test_parents_sorts_and_bad_choices(full: Desk) -> None:
    assert _get(full, "/v1/pain-points", level=1)["level"] == 1
    for sort in ("harm", "people", "trend", "value", "impact"):
        assert _get(full, "/v1/pain-points", sort=sort)["sort"] == sort
    assert len(_get(full, "/v1/pain-points", limit=1)["items"]) == 1
    for query in ("sort=loudness", "level=9", "limit=0", "cursor=x"):
        answer = full.client.get("/v1/pain-points?" + query)
        assert answer.status_code == 422, query


def test_trends(full: Desk) -> None:
    body = _get(full, "/v1/trends", interval="day", since="2026-11-10", until="2026-11-20")
    assert body["interval"] == "day"
    assert len(body["items"]) == 10
    assert {"start", "people", "people_negative", "mentions", "rating", "status"} <= set(body["items"][0])
    about = _get(full, "/v1/trends", aspect=LEAF)
    assert about["people"] == len(
        {one["person"] for one in full.client.get(about["listing"]).json()["items"]}
    )
    assert full.client.get("/v1/trends?interval=hour").status_code == 422


def test_an_empty_workspace_answers(desk: Desk) -> None:
    assert _get(desk, "/v1/pain-points")["items"] == []
    assert _get(desk, "/v1/trends")["people"] == 0


def test_taxonomies(desk: Desk) -> None:
    body = _get(desk, "/v1/taxonomies")
    assert body["current"] == "general"
    assert {one["name"] for one in body["items"]} == set(Taxonomy.packs())
    tree = _get(desk, "/v1/taxonomies/phone")
    assert tree["nodes"][0]["level"] == 1
    for name in ("nothing", "..%2f..%2fetc%2fpasswd", "%2fetc%2fpasswd"):
        assert desk.client.get("/v1/taxonomies/" + name).status_code == 404
