"""Rows of the index are composed of an annotation and what the ledger knows, each value under its name."""

import zlib
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import pytest

from voc.composing import compose
from voc.store.codec import objects
from voc.types import Document, Intent, Mention, Span

RECEIVED = datetime(2026, 11, 25, 17, 30, 0, 123_457, tzinfo=UTC)
FACTS: dict[str, Any] = {
    "source": "shop",
    "native_id": "n1",
    "kind": "review",
    "revision": 3,
    "text_revision": 2,
    "seq": 41,
    "received_at": RECEIVED,
    "duplicate_of": None,
    "verdict": "release",
    "author_key": "a_1",
    "person": "p_1",
}
BODY: dict[str, Any] = {
    "v": 1,
    "text": "电池 不耐用",
    "clean": "电池不耐用",
    "ig": ["clean", 0.25, []],
    "at": None,
    "pr": "received",
    "role": "customer",
    "s": ["negative", -0.5, 0.75, True],
    "i": [["complaint", 0, 5, 0.875]],
    "o": [
        [[0, 5], [0, 2], None, "negative", -0.5, 0.5, True, 3, [2, 5], "X1", True, "battery.life", 0.9],
        [[1, 4], None, [2, 4], "neutral", 0.0, 0.25, False, 1, None, None, False, None, 0.1],
    ],
    "m": {"opinions": "rules"},
    "tax": "phone@1",
    "f": {"product": "X2", "rating": 2},
    "attrs": {"colour": "red"},
}
TREE = SimpleNamespace(
    ref="phone@1",
    path=lambda node: (node.partition(".")[0], node),
    names=lambda node: ("电池", "续航"),
)


def composed(body: dict[str, Any], **facts: Any) -> tuple[Document, tuple[Mention, ...]]:
    rows = compose(
        "w",
        document_id="d_1",
        version=7,
        body=zlib.compress(orjson.dumps(BODY | body)),
        facts=SimpleNamespace(**(FACTS | facts)),
        taxonomy=TREE,
        zone=ZoneInfo("Asia/Shanghai"),
    )
    made = objects(rows)
    assert (made.workspace, made.document_id, made.version) == ("w", "d_1", 7)
    assert made.document is not None
    return made.document, made.mentions


def test_each_value_stands_under_its_name() -> None:
    document, (first, second) = composed({})
    assert document == Document(
        id="d_1",
        workspace="w",
        source="shop",
        native_id="n1",
        kind="review",
        revision=3,
        text_revision=2,
        seq=41,
        text="电池 不耐用",
        clean_text="电池不耐用",
        created_at=RECEIVED,
        created_at_precision="received",
        received_at=RECEIVED,
        day="2026-11-26",
        week="2026-11-23",
        month="2026-11",
        author_key="a_1",
        person="p_1",
        known_person=True,
        role="customer",
        product="X2",
        rating=2,
        integrity_score=0.25,
        verdict="release",
        sentiment="negative",
        sentiment_score=-0.5,
        sentiment_confidence=0.75,
        mixed=True,
        intents=(Intent("complaint", 0, 5, 0.875),),
        attrs={"colour": "red"},
    )
    assert first == Mention(
        id="m_" + first.opinion_id[2:],
        opinion_id=first.opinion_id,
        document_id="d_1",
        ordinal=0,
        aspect="battery.life",
        aspect_path=("battery", "battery.life"),
        aspect_names=("电池", "续航"),
        clause=Span(0, 5),
        target=Span(0, 2),
        opinion=None,
        sentiment="negative",
        score=-0.5,
        confidence=0.5,
        harm=3,
        harm_span=Span(2, 5),
        implicit=True,
        product="X1",
        competitor=True,
        model="rules",
        taxonomy="phone@1",
    )
    assert (second.ordinal, second.aspect, second.aspect_path, second.aspect_names) == (1, None, (), ())
    assert (second.target, second.opinion, second.harm_span) == (None, Span(2, 4), None)
    assert first.id != second.id


def test_a_time_of_its_own_says_the_day() -> None:
    written = datetime(2026, 9, 30, 15, 59, 59, 999_999, tzinfo=UTC)
    micros = round(written.timestamp() * 1_000_000)
    document, _ = composed({"at": micros, "pr": "second"})
    assert document.created_at == written
    assert (document.day, document.week, document.month) == ("2026-09-30", "2026-09-28", "2026-09")
    assert document.received_at == RECEIVED


@pytest.mark.parametrize(
    ("found", "integrity", "flags"), [("clean", "copied", ("copied",)), ("spam", "spam", ("link",))]
)
def test_a_copy_says_so_unless_it_is_something_worse(
    found: str, integrity: str, flags: tuple[str, ...]
) -> None:
    kept = ["link"] if found == "spam" else []
    document, _ = composed({"ig": [found, 0.5, kept]}, duplicate_of="d_0")
    assert (document.integrity, document.integrity_flags) == (integrity, flags)
    assert document.duplicate_of == "d_0"


def test_what_is_seldom_said_is_kept() -> None:
    document, _ = composed({"lang": "en", "e": "anger", "si": "refund"}, author_key=None)
    assert (document.language, document.emotion, document.service_intent) == ("en", "anger", "refund")
    assert not document.known_person
