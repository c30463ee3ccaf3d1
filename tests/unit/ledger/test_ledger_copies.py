"""Copies: who collapses, who stands for the group, and what happens when the representative leaves."""

from __future__ import annotations

from itertools import permutations

import pytest
from ledger_desk import LONG, Desk, done, record

from voc.ledger.copies import LONG_CHARS, group_of

SHORT = "物流太慢"
OTHER = LONG + "，后来好了"


def test_500_owners_who_write_the_same_short_words_are_500_people(desk: Desk) -> None:
    desk.run(*(record(str(n), SHORT, by=f"u{n}") for n in range(500)))
    assert set(desk.copies().values()) == {None}


def test_the_same_author_always_collapses(desk: Desk) -> None:
    desk.run(record("1", SHORT, by="u1"), record("2", SHORT, by="u1"), record("3", SHORT, by="u2"))
    assert desk.copies() == {"1": None, "2": "1", "3": None}


def test_unknown_authors_of_short_words_are_different_people(desk: Desk) -> None:
    desk.run(record("1", SHORT), record("2", SHORT), record("3", SHORT, by="匿名用户"))
    assert set(desk.copies().values()) == {None}


def test_long_words_collapse_whoever_wrote_them(desk: Desk) -> None:
    desk.run(record("1", LONG, by="u1"), record("2", LONG, by="u2"), record("3", LONG))
    assert desk.copies() == {"1": None, "2": "1", "3": "1"}


@pytest.mark.parametrize(("chars", "together"), [(LONG_CHARS - 1, False), (LONG_CHARS, True)])
def test_twenty_characters_of_content_are_long(desk: Desk, chars: int, together: bool) -> None:
    words = "的" * chars + "！！！"
    desk.run(record("1", words, by="u1"), record("2", words, by="u2"))
    assert (desk.copies()["2"] == "1") is together


def test_no_content_has_no_copies(desk: Desk) -> None:
    assert group_of("", content_chars=0, author_key="a") is None
    desk.run(record("1", "！！！", by="u1"), record("2", "。。。", by="u1"))
    assert set(desk.copies().values()) == {None}


def test_workspaces_do_not_meet(desk: Desk) -> None:
    desk.ledger.ensure_workspace("other", timezone="UTC", taxonomy="car")
    desk.take_in(record("1", LONG))
    desk.ledger.append("other", "tmall", "review", [record("2", LONG)])
    desk.annotate()
    assert [row.context.duplicate_of for row in desk.ledger.outbox(limit=9)] == [None, None]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_first_in_the_ledger_represents_whatever_was_done_first(desk: Desk, order: list[int]) -> None:
    desk.take_in(*(record(str(n), LONG, by=f"u{n}") for n in range(3)))
    claimed = desk.claim()
    for place in order:
        desk.ledger.finish("w1", [done(claimed[place])])
    assert desk.copies() == {"0": None, "1": "0", "2": "0"}
    desk.sound()


def test_others_are_told_when_their_representative_changes(desk: Desk) -> None:
    first, second = desk.take_in(record("1", LONG), record("2", LONG))
    one, two = desk.claim()
    assert [row.duplicate_of for row in desk.ledger.finish("w1", [done(two)])] == [None]
    desk.deliver()
    assert desk.balance().indexed == 1
    mine, other = desk.ledger.finish("w1", [done(one)])
    assert (mine.document_id, mine.duplicate_of, mine.other) == (first.document_id, None, False)
    assert (other.document_id, other.duplicate_of, other.other) == (
        second.document_id,
        first.document_id,
        True,
    )
    assert other.version > mine.version
    assert desk.balance().pending == 2
    desk.deliver()
    assert desk.balance().indexed == 2
    desk.sound()


def test_an_erased_representative_is_followed_by_the_next(desk: Desk) -> None:
    desk.run(*(record(str(n), LONG) for n in range(1, 5)))
    assert desk.ledger.delete("acme", "tmall", "1", "request")
    assert desk.copies() == {"2": None, "3": "2", "4": "2"}
    waiting = desk.ledger.outbox(limit=10)
    assert [row.deleted for row in waiting] == [True, False, False, False]
    assert desk.balance().pending == 3
    desk.deliver()
    desk.sound()


def test_a_copy_that_goes_leaves_the_others_alone(desk: Desk) -> None:
    desk.run(*(record(str(n), LONG) for n in range(1, 4)))
    assert desk.ledger.delete("acme", "tmall", "3", "source")
    assert desk.copies() == {"1": None, "2": "1"}
    assert len(desk.ledger.outbox(limit=10)) == 1


def test_a_representative_that_changes_its_words(desk: Desk) -> None:
    desk.run(*(record(str(n), LONG) for n in range(1, 4)))
    desk.run(record("1", LONG + "后来好了"))
    assert desk.copies() == {"1": None, "2": None, "3": "2"}
    desk.run(record("1", LONG))  # back again: now the last to come
    assert desk.copies() == {"1": "2", "2": None, "3": "2"}
    desk.sound()


def test_a_changed_star_does_not_flip_the_group(desk: Desk) -> None:
    desk.run(*(record(str(n), LONG, rating=5) for n in range(1, 4)))
    desk.run(record("1", LONG, rating=1))
    desk.run(record("3", LONG, rating=1))
    assert desk.copies() == {"1": None, "2": "1", "3": "1"}


def test_heads_that_change_places_in_one_batch(desk: Desk) -> None:
    other = LONG + "换了别的手机"
    desk.run(record("a1", LONG), record("a2", LONG), record("b1", other), record("b2", other))
    desk.run(record("a1", other), record("b1", LONG))
    assert desk.copies() == {"a1": "b2", "a2": None, "b1": "a2", "b2": None}
    desk.sound()


def test_all_of_a_group_move_at_once(desk: Desk) -> None:
    other = LONG + "换了别的手机"
    desk.run(record("1", LONG), record("2", LONG))
    desk.run(record("2", other), record("1", other))
    assert desk.copies() == {"1": "2", "2": None} or desk.copies() == {"1": None, "2": "1"}
    desk.sound()


def test_a_head_that_becomes_the_head_of_another_group_late(desk: Desk) -> None:
    """What it led stays with its heir, what it leads now comes to it."""
    desk.run(record("head", LONG), record("heir", LONG))
    desk.take_in(record("head", OTHER))
    late = desk.claim()
    desk.run(record("first", OTHER), record("second", OTHER))
    desk.ledger.finish("w1", [done(one) for one in late])
    assert desk.copies() == {"head": None, "heir": None, "first": "head", "second": "head"}
    desk.deliver()
    desk.sound()


def test_two_heads_that_take_each_others_groups_late(desk: Desk) -> None:
    desk.run(record("a", LONG), record("b", OTHER))
    desk.take_in(record("a", OTHER), record("b", LONG))
    late = desk.claim()
    desk.run(record("of a", LONG), record("of b", OTHER))
    assert desk.copies() == {"a": None, "b": None, "of a": "a", "of b": "b"}
    desk.ledger.finish("w1", [done(one) for one in late])
    assert desk.copies() == {"a": None, "b": None, "of a": "b", "of b": "a"}
    desk.deliver()
    desk.sound()
