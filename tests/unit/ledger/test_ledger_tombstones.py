"""Deletion: what goes, what stays, and what may come back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from ledger_desk import Desk, record
from sqlalchemy import select

from voc.db.tables import annotated, items, revisions
from voc.errors import UsageError

EARLY, LATE = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 2, 1, tzinfo=UTC)


def test_nothing_of_the_words_stays(desk: Desk) -> None:
    desk.run(record("电话13800138000", "不好", by="u1"))
    desk.take_in(record("电话13800138000", "很不好", by="u1"))
    assert desk.ledger.delete("acme", "tmall", "电话13800138000", "request")
    with desk.engine.connect() as conn:
        assert conn.execute(select(revisions)).all() == []
        (item,) = conn.execute(select(items)).all()
        (row,) = conn.execute(select(annotated)).all()
    assert (item.native_id, bytes(item.digest), item.deleted_reason) == ("", b"", "request")
    assert (row.body, row.signature, row.text_digest, row.author_key) == (None, "", "", None)
    desk.sound()


def test_counts_once_and_only_what_is_there(desk: Desk) -> None:
    desk.take_in(record("1"))
    assert desk.ledger.delete("acme", "tmall", "1", "source")
    assert not desk.ledger.delete("acme", "tmall", "1", "source")
    assert not desk.ledger.delete("acme", "tmall", "2", "source")
    assert not desk.ledger.delete("acme", "jd", "1", "source")
    assert not desk.ledger.delete("other", "tmall", "1", "source")
    assert (desk.balance().accepted, desk.balance().deleted) == (1, 1)


def test_another_reason_is_refused(desk: Desk) -> None:
    with pytest.raises(UsageError) as caught:
        desk.ledger.delete("acme", "tmall", "1", "whim")
    assert caught.value.code == "VOC-E102"


@pytest.mark.parametrize("reason", ["source", "retention"])
def test_comes_back_only_with_a_newer_updated_at(desk: Desk, reason: str) -> None:
    desk.run(record("1", "甲", updated_at=EARLY))
    desk.ledger.delete("acme", "tmall", "1", reason)
    for again in (
        record("1", "乙"),
        record("1", "乙", updated_at=EARLY),
        record("1", "甲", updated_at=EARLY),
    ):
        assert desk.take_in(again)[0].result == "unchanged"
    assert desk.balance().deleted == 1
    assert desk.take_in(record("1", "乙", updated_at=EARLY + timedelta(days=1)))[0].result == "revised"
    desk.annotate()
    desk.deliver()
    assert (desk.balance().accepted, desk.balance().indexed) == (1, 1)
    (row,) = desk.ledger.all_rows("acme")
    assert (row.context.native_id, row.context.revision, row.context.text_revision) == ("1", 2, 2)
    desk.sound()


def test_without_a_known_updated_at_it_must_be_newer_than_the_deletion(desk: Desk) -> None:
    desk.take_in(record("1"))
    desk.ledger.delete("acme", "tmall", "1", "source")
    assert desk.take_in(record("1", updated_at=EARLY))[0].result == "unchanged"
    assert desk.take_in(record("1", updated_at=LATE))[0].result == "revised"
    desk.sound()


@pytest.mark.parametrize("first", [None, "source", "retention"])
def test_a_request_is_for_good(desk: Desk, first: str | None) -> None:
    desk.take_in(record("1", updated_at=EARLY))
    if first is not None:
        assert desk.ledger.delete("acme", "tmall", "1", first)
    assert desk.ledger.delete("acme", "tmall", "1", "request") is (first is None)
    assert desk.take_in(record("1", updated_at=LATE))[0].result == "unchanged"
    assert desk.claim() == []
    assert desk.balance().deleted == 1
    with desk.engine.connect() as conn:
        assert conn.execute(select(items.c.native_id)).scalar_one() == ""
    desk.sound()


def test_before_the_deletion_is_delivered_it_may_come_back(desk: Desk) -> None:
    desk.run(record("1", "甲", updated_at=EARLY))
    desk.ledger.delete("acme", "tmall", "1", "source")
    desk.run(record("1", "乙", updated_at=LATE))
    assert [row.deleted for row in desk.ledger.all_rows("acme")] == [False]
    assert desk.balance().indexed == 1
    desk.sound()
