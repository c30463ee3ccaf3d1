"""Listings: filters, literal quotes, pages that stay stable, cursors that cannot be bent."""

from __future__ import annotations

import base64

import pytest
from api_desk import Desk, rows_of

LISTS = ["/v1/documents", "/v1/mentions"]


def _many(desk: Desk, count: int = 7) -> list[str]:
    return [
        desk.say(str(n), f"第{n}条 续航太差", days_ago=n, aspects=(("quality", "续航太差", 1),))
        for n in range(1, count + 1)
    ]


def _walk(desk: Desk, path: str, **params: object) -> list[dict[str, object]]:
    items: list[dict[str, object]] = []
    for _ in range(100):
        page = desk.client.get(path, params=params).json()
        items += page["items"]
        if page["next_cursor"] is None:
            return items
        params["cursor"] = page["next_cursor"]
    raise AssertionError("the listing has no end")


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("limit", [1, 2, 3, 7, 8, 500])
def test_pages_show_each_row_once_in_order(desk: Desk, path: str, limit: int) -> None:
    ids = _many(desk)
    found = _walk(desk, path, limit=limit)
    assert [one.get("document_id", one["id"]) for one in found] == ids


@pytest.mark.parametrize("path", LISTS)
def test_pages_stay_stable_while_data_arrive(desk: Desk, path: str) -> None:
    ids = _many(desk)
    first = desk.client.get(path, params={"limit": 3}).json()
    desk.say("new", "续航太差", days_ago=0.1, aspects=(("quality", "续航太差", 1),))
    desk.say("5", "改过的 续航太差", days_ago=0.2, aspects=(("quality", "续航太差", 1),))
    rest = _walk(desk, path, limit=3, cursor=first["next_cursor"])
    shown = [one.get("document_id", one["id"]) for one in [*first["items"], *rest]]
    assert shown == [one for one in ids if one != ids[4]]


@pytest.mark.parametrize("path", LISTS)
def test_a_cursor_is_good_for_its_question_only(desk: Desk, path: str) -> None:
    _many(desk)
    cursor = desk.client.get(path, params={"limit": 2}).json()["next_cursor"]
    assert desk.client.get(path, params={"limit": 5, "cursor": cursor}).status_code == 200
    other = "/v1/mentions" if path == "/v1/documents" else "/v1/documents"
    everywhere = desk.key("read", workspace="*")
    raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    bent = [
        base64.urlsafe_b64encode(raw[:i] + bytes([raw[i] ^ 1]) + raw[i + 1 :]).rstrip(b"=")
        for i in range(len(raw))
    ]
    tries: list[tuple[str, dict[str, object]]] = [
        (other, {"cursor": cursor}),
        (path, {"cursor": cursor, "kind": "review"}),
        (path, {"cursor": "x"}),
        (path, {"cursor": ""}),
        (path, {"cursor": "é"}),
        (path, {"cursor": cursor + "A"}),
        *((path, {"cursor": one.decode()}) for one in bent),
    ]
    for where, params in tries:
        answer = desk.client.get(where, params=params)
        assert answer.status_code == 410, params
        assert answer.json()["code"] == "VOC-E103"
    crossing = desk.client.get(path, key=everywhere, params={"workspace": "other", "cursor": cursor})
    assert crossing.status_code == 410


def test_a_cursor_lives_a_day(desk: Desk) -> None:
    _many(desk)
    cursor = desk.client.get("/v1/documents", params={"limit": 2}).json()["next_cursor"]
    desk.clock.forward(86_399)
    assert desk.client.get("/v1/documents", params={"limit": 2, "cursor": cursor}).status_code == 200
    desk.clock.forward(2)
    late = desk.client.get("/v1/documents", params={"limit": 2, "cursor": cursor})
    assert (late.status_code, late.json()["code"]) == (410, "VOC-E103")


def test_quoted_words_are_literal(desk: Desk) -> None:
    exact = desk.say("1", '他说"续航 太差"就是这样')
    desk.say("2", "续航不行 但是太差了")
    assert [
        d["id"] for d in desk.client.get("/v1/documents", params={"q": '"续航 太差"'}).json()["items"]
    ] == [exact]
    assert len(desk.client.get("/v1/documents", params={"q": "太差"}).json()["items"]) == 2
    for odd in ['"', '""', "AND OR NOT", "a:b", "(", "*", "\\", '续航 "', "' OR 1=1 --", "field:[1 TO 2]"]:
        assert desk.client.get("/v1/documents", params={"q": odd}).status_code in (200, 422), odd


def test_filters_are_any_of_repeated_or_joined(desk: Desk) -> None:
    a = desk.say("1", "好", product="甲", days_ago=1)
    b = desk.say("2", "好", product="乙", days_ago=2)
    c = desk.say("3", "好", product="丙,丁", days_ago=3)

    def ids(query: str) -> list[str]:
        answer = desk.client.get("/v1/documents?" + query)
        assert answer.status_code == 200, answer.text
        return [one["id"] for one in answer.json()["items"]]

    assert ids("product=甲&product=乙") == [a, b]
    assert ids("product=甲,乙") == [a, b]
    assert ids("product=丙\\,丁") == [c]
    assert ids("since=2026-11-19&until=2026-11-20") == [a]
    assert ids("counted=false") == []
    assert ids("kind=ticket,chat") == []


@pytest.mark.parametrize(
    "query",
    [
        "kind=memo",
        "kind=review,memo",
        "sentiment=angry",
        "intent=x",
        "stage=x",
        "role=x",
        "integrity=x",
        "harm=2",
        "harm=x",
        "level=0",
        "level=4",
        "rating_min=0",
        "rating_min=nan",
        "rating_min=4&rating_max=2",
        "since=2026-13-01",
        "since=20260101",
        "since=yesterday",
        "since=2026-01-02&until=2026-01-01",
        "since=2026-01-01&until=2026-01-01",
        "counted=maybe",
        "limit=0",
        "limit=501",
        "limit=x",
        "product=",
        "product=a,,b",
        "q=",
        "q=%00",
        "q=" + "x" * 1001,
    ],
)
@pytest.mark.parametrize("path", LISTS)
def test_a_bad_value_is_named_and_not_repeated(desk: Desk, path: str, query: str) -> None:
    answer = desk.client.get(f"{path}?{query}")
    assert answer.status_code == 422
    body = answer.json()
    assert body["code"] == "VOC-E102"
    assert body["errors"][0]["at"].startswith("query")
    assert "memo" not in body["detail"] and "yesterday" not in body["detail"]


def test_a_single_value_comes_once(desk: Desk) -> None:
    for query in (
        "since=2026-01-01&since=2026-02-01",
        "limit=1&limit=2",
        "q=a&q=b",
        "workspace=default&workspace=other",
    ):
        answer = desk.client.get("/v1/documents?" + query)
        assert (answer.status_code, answer.json()["code"]) == (422, "VOC-E102")


def test_stages_may_be_chinese(desk: Desk) -> None:
    kept = desk.say("1", "好", stage="retention")
    assert [d["id"] for d in desk.client.get("/v1/documents?stage=留存").json()["items"]] == [kept]


def test_one_document_with_its_mentions_and_spans(desk: Desk) -> None:
    found = desk.say(
        "1", "😀续航太差，屏幕很好", aspects=(("quality", "续航太差", 3), ("design", "屏幕很好", 0))
    )
    body = desk.client.get(f"/v1/documents/{found}").json()
    assert body["native_id"] == "1"
    assert body["text"] == "😀续航太差，屏幕很好"
    clause = body["mentions"][0]["clause"]
    assert clause == {"text": "续航太差", "start": 1, "end": 5, "start_utf16": 2, "end_utf16": 6}
    assert [one["harm"] for one in body["mentions"]] == [3, 0]
    assert desk.client.get(f"/v1/documents/{found}?revision=1").status_code == 200
    for path in (f"/v1/documents/{found}?revision=2", "/v1/documents/d_none", "/v1/documents/%2e%2e"):
        assert desk.client.get(path).status_code == 404
    assert desk.client.get(f"/v1/documents/{found}?revision=0").status_code == 422


def test_what_figures_leave_out_is_listed_and_flagged(desk: Desk) -> None:
    kept = desk.say("1", "好", days_ago=1)
    spun = desk.say("2", "好", integrity="spun", days_ago=2)
    copy = desk.say("3", "好", duplicate_of=kept, days_ago=3)
    staff = desk.say("4", "好", role="staff", days_ago=4)
    items = desk.client.get("/v1/documents").json()["items"]
    assert [(one["id"], one["excluded"]) for one in items] == [
        (kept, None),
        (spun, "quarantined"),
        (copy, "copies"),
        (staff, "staff"),
    ]
    assert [one["id"] for one in desk.client.get("/v1/documents?counted=true").json()["items"]] == [kept]


def test_the_index_is_looked_at_again(desk: Desk) -> None:
    assert desk.client.get("/v1/documents").json() == {"items": [], "next_cursor": None}
    desk.index(rows_of("1", "好", version=1))
    assert len(desk.client.get("/v1/documents").json()["items"]) == 1
