"""Dead letters: listed with a reason, put back by a replay, gone with a newer revision."""

from __future__ import annotations

import pytest
from ledger_desk import Desk, ids_of, record

from voc.errors import UsageError
from voc.ledger.types import Failed, Reject


def bury(desk: Desk, *native_ids: str, reason: str = "ValueError") -> None:
    failures = [
        Failed(one, "VOC-E306", reason)
        for one in desk.claim()
        if not native_ids or one.native_id in native_ids
    ]
    desk.ledger.fail("w1", failures, max_attempts=1)
    desk.ledger.release("w1")


def test_listing_and_paging(desk: Desk) -> None:
    desk.take_in(record("1"), record("2"), record("3"))
    desk.take_in(record("4"), source="jd")
    bury(desk)
    letters = desk.ledger.dead_letters("acme")
    assert ids_of(letters) == ["1", "2", "3", "4"]
    assert ids_of(desk.ledger.dead_letters("acme", limit=2, after=letters[0].id)) == ["2", "3"]
    assert ids_of(desk.ledger.dead_letters("acme", "jd")) == ["4"]
    assert desk.ledger.dead_letters("other") == []
    assert letters[0].created_at == desk.clock()
    assert len(letters[0].digest) == 32


def test_a_reason_is_cut_and_storable(desk: Desk) -> None:
    desk.take_in(record("1"))
    bury(desk, reason="\x00\ud800" + "长" * 1000)
    (letter,) = desk.ledger.dead_letters("acme")
    assert len(letter.reason) == 300
    desk.sound()


def test_replay_all_some_or_a_source(desk: Desk) -> None:
    desk.take_in(record("1"), record("2"))
    desk.take_in(record("3"), source="jd")
    bury(desk)
    first = desk.ledger.dead_letters("acme")[0]
    assert desk.ledger.replay("acme", []) == 0
    assert desk.ledger.replay("other") == 0
    assert desk.ledger.replay("acme", [first.id, 10**9]) == 1
    assert desk.ledger.replay("acme", source="jd") == 1
    (one, three) = desk.claim()
    assert (one.native_id, one.attempts, three.native_id) == ("1", 1, "3")
    assert desk.ledger.replay("acme") == 1
    assert desk.ledger.replay("acme") == 0
    assert desk.ledger.dead_letters("acme") == []
    desk.annotate()
    desk.sound()


def test_a_replayed_document_is_what_it_would_have_been(desk: Desk) -> None:
    desk.take_in(record("1", "好"))
    bury(desk)
    desk.ledger.replay("acme")
    desk.annotate()
    desk.deliver()
    assert desk.balance().indexed == 1
    desk.sound()


def test_a_newer_revision_answers_the_letter(desk: Desk) -> None:
    desk.take_in(record("1", "坏"))
    bury(desk)
    assert desk.take_in(record("1", "坏"))[0].result == "unchanged"
    assert desk.balance().dead == 1
    desk.take_in(record("1", "好"))
    assert desk.ledger.dead_letters("acme") == []
    assert desk.balance().pending == 1
    desk.sound()


def test_the_older_revision_stays_visible_meanwhile(desk: Desk) -> None:
    desk.run(record("1", "甲"))
    desk.take_in(record("1", "乙"))
    bury(desk)
    assert (desk.balance().dead, desk.balance().indexed) == (1, 0)
    assert [row.context.revision for row in desk.ledger.all_rows("acme")] == [1]
    desk.sound()


def test_deleting_takes_the_letter_with_it(desk: Desk) -> None:
    desk.take_in(record("1"))
    bury(desk)
    assert desk.ledger.delete("acme", "tmall", "1", "request")
    assert desk.ledger.dead_letters("acme") == []
    assert (desk.balance().dead, desk.balance().deleted) == (0, 1)
    assert desk.ledger.replay("acme") == 0
    desk.sound()


def test_raw_only_of_refused_rows_of_the_same_workspace(desk: Desk) -> None:
    desk.ledger.ensure_workspace("other", timezone="UTC", taxonomy="car")
    desk.take_in(record("1"), rejects=[Reject("line 2", "VOC-E303", "not JSON", b"{")])
    bury(desk)
    refused, document = desk.ledger.dead_letters("acme")
    assert desk.ledger.dead_letter_raw("acme", refused.id) == b"{"
    for workspace, letter in (("acme", document.id), ("other", refused.id), ("acme", 10**9)):
        with pytest.raises(UsageError) as caught:
            desk.ledger.dead_letter_raw(workspace, letter)
        assert caught.value.code == "VOC-E104"
