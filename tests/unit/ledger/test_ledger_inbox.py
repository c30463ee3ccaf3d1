"""Taking in: created, revised, unchanged, history; cursor, refused rows and records in one transaction."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from ledger_desk import Desk, ids_of, record

from voc.errors import UsageError
from voc.ledger.types import Reject
from voc.types import Author, Record

EARLY, LATE = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)


def test_the_same_again_writes_nothing(desk: Desk) -> None:
    first = desk.take_in(record("1"), record("2"))
    assert [r.result for r in first] == ["created", "created"]
    assert first[0].seq < first[1].seq
    again = desk.take_in(record("1"), record("2"))
    assert [r.result for r in again] == ["unchanged", "unchanged"]
    assert [r.seq for r in again] == [r.seq for r in first]
    assert desk.balance().accepted == 2
    desk.sound()


def test_any_changed_field_is_a_revision(desk: Desk) -> None:
    (first,) = desk.take_in(record("1", rating=5.0))
    for change in ({"rating": 4.0}, {"rating": 4.0, "status": "closed"}, {"attrs": {"颜色": "红"}}):
        (receipt,) = desk.take_in(record("1", **change))
        assert receipt.result == "revised"
        assert receipt.document_id == first.document_id
    assert desk.claim()[0].revision == 4
    assert desk.balance().accepted == 1


def test_an_integer_rating_is_the_same_record(desk: Desk) -> None:
    desk.take_in(record("1", rating=5))
    assert desk.take_in(record("1", rating=5.0))[0].result == "unchanged"


def test_another_kind_is_a_revision(desk: Desk) -> None:
    desk.take_in(record("1"))
    (receipt,) = desk.ledger.append("acme", "tmall", "ticket", [record("1")])
    assert receipt.result == "revised"
    assert desk.claim()[0].kind == "ticket"


def test_older_than_the_newest_is_history(desk: Desk) -> None:
    desk.take_in(record("1", "新", updated_at=LATE))
    (receipt,) = desk.take_in(record("1", "旧", updated_at=EARLY))
    assert (receipt.result, receipt.history) == ("revised", True)
    assert desk.claim()[0].record.text == "新"
    assert desk.take_in(record("1", "旧", updated_at=EARLY))[0].result == "unchanged"
    (newer,) = desk.take_in(record("1", "更新", updated_at=LATE))
    assert (newer.result, newer.history) == ("revised", False)
    desk.sound()


def test_history_does_not_disturb_a_claim(desk: Desk) -> None:
    desk.take_in(record("1", "新", updated_at=LATE))
    claimed = desk.claim()
    desk.take_in(record("1", "旧", updated_at=EARLY))
    from ledger_desk import done

    assert len(desk.ledger.finish("w1", [done(claimed[0])])) == 1


def test_without_updated_at_arrival_decides(desk: Desk) -> None:
    desk.take_in(record("1", "甲", updated_at=LATE))
    desk.take_in(record("1", "乙"))
    assert desk.claim()[0].record.text == "乙"
    (old,) = desk.take_in(record("1", "丙", updated_at=EARLY))
    assert old.history


def test_the_later_of_a_batch_wins(desk: Desk) -> None:
    receipts = desk.take_in(record("1", "先"), record("2"), record("1", "后"))
    assert [r.superseded for r in receipts] == [True, False, False]
    assert receipts[0].seq == receipts[2].seq
    assert {c.record.text for c in desk.claim()} == {"后", "不错"}
    assert [r.result for r in desk.take_in(record("1", "先"), record("2"), record("1", "后"))] == [
        "unchanged"
    ] * 3


def test_within_a_batch_the_older_never_wins(desk: Desk) -> None:
    receipts = desk.take_in(record("1", "新", updated_at=LATE), record("1", "旧", updated_at=EARLY))
    assert [r.superseded for r in receipts] == [False, True]
    assert desk.claim()[0].record.text == "新"


def test_records_without_an_id_count_occurrences(desk: Desk) -> None:
    for _ in range(2):
        seen: dict[int, int] = {}
        first = desk.take_in(record(None, "好"), record(None, "好"), occurrences=seen)
        second = desk.take_in(record(None, "好"), record(None, "差"), occurrences=seen)
        assert len({r.native_id for r in first + second}) == 4
    assert {r.result for r in first + second} == {"unchanged"}
    assert desk.balance().accepted == 4
    # Without the caller's counter each call counts for itself.
    assert desk.take_in(record(None, "好"))[0].result == "unchanged"


def test_a_made_id_depends_on_author_title_and_turns(desk: Desk) -> None:
    made = desk.take_in(
        record(None, "好"), record(None, "好", by="a"), record(None, "好", title="题"), Record(text="")
    )
    assert len(set(ids_of(made))) == 4
    claimed = {c.native_id: c for c in desk.claim()}
    assert claimed[made[2].native_id].record.native_id == made[2].native_id


def test_same_native_id_at_two_sources_or_workspaces(desk: Desk) -> None:
    desk.ledger.ensure_workspace("other", timezone="UTC", taxonomy="car")
    one = desk.take_in(record("1"))[0].document_id
    two = desk.take_in(record("1"), source="jd")[0].document_id
    three = desk.ledger.append("other", "tmall", "review", [record("1")])[0].document_id
    assert len({one, two, three}) == 3
    assert [row.source for row in desk.ledger.balance("acme")] == ["jd", "tmall"]
    assert [row.accepted for row in desk.ledger.balance("other")] == [1]


def test_the_cursor_moves_with_the_records(desk: Desk) -> None:
    assert desk.ledger.cursor("acme", "tmall") is None
    desk.take_in(record("1"), cursor="page 2")
    desk.take_in(record("2"))
    assert desk.ledger.cursor("acme", "tmall") == "page 2"
    desk.take_in(cursor="page 3")
    (source,) = desk.ledger.sources("acme")
    assert (source.cursor, source.kind, source.accepted) == ("page 3", "review", 2)
    assert source.last_received == source.first_seen == desk.clock()


def test_refused_rows_are_dead_letters_once(desk: Desk) -> None:
    bad = Reject("行 3", "VOC-E301", "record has no text", "电话13800138000".encode())
    for _ in range(2):
        desk.take_in(record("1"), rejects=[bad, bad])
    (letter,) = desk.ledger.dead_letters("acme")
    assert (letter.place, letter.code, letter.document_id) == ("行 3", "VOC-E301", None)
    assert desk.ledger.dead_letter_raw("acme", letter.id) == bad.raw
    balance = desk.balance()
    assert (balance.accepted, balance.pending, balance.dead) == (2, 1, 1)
    assert desk.ledger.replay("acme") == 0
    desk.take_in(rejects=[Reject("行 4", "VOC-E301", "record has no text", bad.raw)])
    assert desk.balance().dead == 2
    desk.sound()


def test_an_unknown_workspace_is_refused(desk: Desk) -> None:
    with pytest.raises(UsageError) as caught:
        desk.ledger.append("nobody", "s", "review", [record("1")])
    assert caught.value.code == "VOC-E104"


def test_what_no_database_can_hold(desk: Desk) -> None:
    strange = Record(
        text="a\x00b\ud800c",
        native_id="id\x00\udfff",
        title="\x00",
        author=Author(id="\ud83d", name="x\x00"),
        attrs={"大": 2**70, "k": [1, {"\ud800": None}]},
    )
    assert desk.take_in(strange, cursor="c\x00\ud800")[0].result == "created"
    assert desk.take_in(strange)[0].result == "unchanged"
    (claimed,) = desk.claim()
    assert claimed.record.text == strange.text
    assert claimed.record.attrs == dict(strange.attrs)
    desk.take_in(rejects=[Reject("p\x00\ud800", "VOC-E300", "r\x00", b"\x00\xff")])
    desk.sound()


def test_an_empty_call_makes_the_source(desk: Desk) -> None:
    assert desk.take_in() == []
    assert [s.name for s in desk.ledger.sources("acme")] == ["tmall"]
    assert desk.ledger.sources("acme")[0].last_received is None


def test_a_batch_larger_than_one_statement(desk: Desk) -> None:
    many = [record(str(n), f"第{n}条") for n in range(2100)]
    assert {r.result for r in desk.take_in(*many)} == {"created"}
    assert {r.result for r in desk.take_in(*many)} == {"unchanged"}
    assert len(desk.claim(limit=5000)) == 2100
