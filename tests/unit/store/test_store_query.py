"""What filters mean, by example: products, counting, mentions of documents."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from voc.store.query import ask, matches_document, matches_mention
from voc.types import Document, Mention, Query, Span

AT = datetime(2026, 3, 1, tzinfo=UTC)
DOCUMENT = Document(
    id="d_1",
    workspace="w",
    source="s",
    native_id="1",
    kind="review",
    revision=1,
    text_revision=1,
    seq=1,
    text="电池不如 B",
    clean_text="电池不如 B",
    created_at=AT,
    created_at_precision="day",
    received_at=AT,
    day="2026-03-01",
    week="2026-02-23",
    month="2026-03",
    author_key=None,
    person="p_1",
    known_person=False,
    product="A",
    sentiment="positive",
)
MENTION = Mention(
    id="m_1",
    opinion_id="o_1",
    document_id="d_1",
    ordinal=0,
    aspect="battery.life",
    aspect_path=("battery", "battery.life"),
    aspect_names=("电池", "续航"),
    clause=Span(0, 2),
    target=None,
    opinion=None,
    sentiment="negative",
    score=-0.5,
    confidence=0.9,
    harm=3,
    harm_span=None,
    implicit=False,
    product=None,
    competitor=False,
    model="m@1",
    taxonomy="phone@1",
)
ABOUT_B = replace(MENTION, id="m_2", product="B")
ABOUT_RIVAL = replace(MENTION, id="m_3", product="R", competitor=True)


def mention(query: Query, said: Mention = MENTION, document: Document = DOCUMENT) -> bool:
    """Whether a mention is listed."""
    return matches_mention(ask(query), document, said) is not None


def document(query: Query, *said: Mention, of: Document = DOCUMENT) -> bool:
    """Whether a document with these mentions is listed."""
    return matches_document(ask(query), of, said) is not None


def test_a_mention_counts_under_the_product_it_is_about() -> None:
    assert mention(Query("w", product=("A",)))
    assert not mention(Query("w", product=("A",)), ABOUT_B)
    assert mention(Query("w", product=("B",)), ABOUT_B)
    assert not mention(Query("w", product=("B",), counted=True), ABOUT_B)  # its record is of A
    assert mention(Query("w", product=("B",), counted=False), ABOUT_B)
    assert mention(Query("w", product=("A", "B"), counted=True), ABOUT_B)


def test_a_rivals_mention_is_never_counted() -> None:
    assert mention(Query("w"), ABOUT_RIVAL)
    assert not mention(Query("w", counted=True), ABOUT_RIVAL)
    assert mention(Query("w", counted=False), ABOUT_RIVAL)


def test_documents_are_of_their_records_product() -> None:
    assert document(Query("w", product=("A",)), ABOUT_B)
    assert not document(Query("w", product=("B",)), ABOUT_B)
    assert not document(Query("w", product=("A",), aspect=("battery",)), ABOUT_B)
    assert document(Query("w", product=("A",), aspect=("battery",)), ABOUT_B, MENTION)


def test_a_documents_sentiment_is_its_own_unless_its_mentions_are_asked_for() -> None:
    assert document(Query("w", sentiment=("positive",)), MENTION)
    assert not document(Query("w", sentiment=("negative",)), MENTION)
    assert document(Query("w", sentiment=("negative",), aspect=("battery",)), MENTION)
    assert not document(Query("w", sentiment=("positive",), harm=(3,)), MENTION)


def test_one_mention_must_meet_everything() -> None:
    other = replace(MENTION, aspect="design", aspect_path=("design",), harm=10)
    assert not document(Query("w", aspect=("battery",), harm=(10,)), MENTION, other)
    assert document(Query("w", aspect=("design",), harm=(10,)), MENTION, other)


def test_an_aspect_covers_what_is_below_and_level_is_depth() -> None:
    assert mention(Query("w", aspect=("battery",)))
    assert mention(Query("w", aspect=("battery.life",), level=2))
    assert not mention(Query("w", aspect=("battery",), level=1))
    assert not mention(Query("w", aspect=("battery.charge",)))
    unmapped = replace(MENTION, aspect=None, aspect_path=(), aspect_names=())
    assert not mention(Query("w", aspect=("battery",)), unmapped)


def test_counted_and_not_counted_part_everything() -> None:
    for copy in (DOCUMENT, replace(DOCUMENT, role="staff"), replace(DOCUMENT, integrity="advert")):
        for said in (MENTION, ABOUT_B, ABOUT_RIVAL):
            for asked in (Query("w"), Query("w", product=("A",)), Query("w", aspect=("battery",))):
                parts = [replace(asked, counted=True), replace(asked, counted=False)]
                assert sum(mention(part, said, copy) for part in parts) == mention(asked, said, copy)
                assert sum(document(part, said, of=copy) for part in parts) == document(asked, said, of=copy)


def test_days_are_from_and_before() -> None:
    assert document(Query("w", since="2026-03-01", until="2026-03-02"))
    assert not document(Query("w", until="2026-03-01"))
    assert not document(Query("w", since="2026-03-02"))


def test_no_rating_is_neither_high_nor_low() -> None:
    rated = replace(DOCUMENT, rating=3.0)
    assert document(Query("w", rating_min=3, rating_max=3), of=rated)
    assert not document(Query("w", rating_min=0))
    assert not document(Query("w", rating_max=5))
