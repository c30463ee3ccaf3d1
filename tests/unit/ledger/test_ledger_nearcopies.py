"""Near copies in the ledger: who collapses, across processes, crashes, late originals and deletions."""

from __future__ import annotations

from typing import Any

import pytest
from ledger_desk import ALPHABET, LONG, Desk, done, record
from sqlalchemy import select

from voc.db.tables import annotated, sketches
from voc.ledger import finishing
from voc.ledger.nearcopies import NearCopies
from voc.text.duplicates import Duplicates

BASE = "这款手机用了3周屏幕显示细腻续航能撑一整天就是边框有点厚充电时背面会发热客服回复倒是及时包装也严实"
SLIP = BASE.replace("边框", "边筐")
LONGER = "转一下：" + BASE
OTHER = "昨天带孩子去了那家餐厅烤鱼端上来还冒着烟甜品偏腻停车场离门口太远下次想换个工作日再来试试"
SLIPS = SLIP.replace("及时", "即时")
# A number makes another text of what is equal but for it, and one edit more of what is not.
FIVE, SLIPS_FIVE = BASE.replace("3", "5"), SLIPS.replace("3", "5")


@pytest.fixture
def near() -> NearCopies:
    """The memory of one process."""
    return NearCopies(Duplicates())


def another() -> NearCopies:
    """The memory of another process, or of the next one."""
    return NearCopies(Duplicates())


def differ(one: str, other: str) -> bool:
    """Whether they are no copies of one another."""
    return Duplicates().difference(ALPHABET.sketch(one), ALPHABET.sketch(other)) is None


def kept(desk: Desk) -> int:
    """How many sketches the ledger has."""
    with desk.engine.connect() as conn:
        return len(conn.execute(select(sketches.c.item)).all())


def test_edited_copies_collapse_whoever_wrote_them(desk: Desk, near: NearCopies) -> None:
    desk.run(record("1", BASE, by="u1"), record("2", OTHER, by="u2"), near=near)
    desk.run(record("3", SLIP, by="u3"), record("4", LONGER), record("5", OTHER, by="u1"), near=near)
    assert desk.copies() == {"1": None, "2": None, "3": "1", "4": "1", "5": "2"}
    with desk.engine.connect() as conn:
        edited = conn.execute(select(annotated.c.edited).order_by(annotated.c.item)).scalars().all()
    assert [share is not None and 0 < share < 0.1 for share in edited] == [False, False, True, True, False]
    desk.sound()


def test_copies_that_come_together(desk: Desk, near: NearCopies) -> None:
    desk.run(*(record(str(n), text) for n, text in enumerate([BASE, SLIP, LONGER, BASE, SLIP])), near=near)
    assert desk.copies() == {"0": None, "1": "0", "2": "0", "3": "0", "4": "0"}


def test_without_a_memory_only_equal_words_are_copies(desk: Desk) -> None:
    desk.run(record("1", BASE), record("2", SLIP), record("3", BASE))
    assert desk.copies() == {"1": None, "2": None, "3": "1"}


def test_the_next_process_knows_what_the_last_one_knew(desk: Desk, near: NearCopies) -> None:
    desk.run(record("1", BASE), record("2", SLIP), near=near)
    third = another()
    assert third.new
    desk.run(record("3", LONGER), near=third)
    assert not third.new
    assert desk.copies() == {"1": None, "2": "1", "3": "1"}


def test_processes_follow_each_other(desk: Desk, near: NearCopies) -> None:
    second = another()
    desk.run(record("1", OTHER), near=second)
    desk.run(record("2", BASE), near=near)
    desk.run(record("3", SLIP), near=second)
    desk.ledger.delete("acme", "tmall", "2", "request")  # by a third one
    desk.run(record("4", BASE), near=near)
    assert desk.copies() == {"1": None, "3": None, "4": "3"}


def test_what_was_undone_is_forgotten(desk: Desk, near: NearCopies, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise ZeroDivisionError

    desk.run(record("1", OTHER), near=near)
    desk.take_in(record("1", BASE), record("2", BASE))
    with monkeypatch.context() as patched, pytest.raises(ZeroDivisionError):
        patched.setattr(finishing, "_answer", full)
        desk.annotate(near)
    # Neither the new document is there, nor have the old one's words changed.
    desk.take_in(record("3", SLIP), record("4", OTHER + "吧"))
    desk.ledger.finish("w1", [done(one) for one in desk.claim()], near=near)
    assert desk.copies() == {"1": None, "3": None, "4": "1"}


def test_a_late_original_stands_for_its_copies(desk: Desk, near: NearCopies) -> None:
    desk.take_in(record("1", BASE), record("2", SLIP), record("3", LONGER))
    original, *copies = desk.claim()
    desk.ledger.finish("w1", [done(one) for one in copies], near=near)
    assert desk.copies() == {"2": None, "3": "2"}
    desk.ledger.finish("w1", [done(original)], near=near)
    assert desk.copies() == {"1": None, "2": "1", "3": "1"}
    desk.deliver()
    desk.run(record("4", BASE.replace("发热", "发烫")), near=another())
    assert desk.copies()["4"] == "1"
    desk.sound()


def test_an_heir_is_found_by_its_own_words(desk: Desk, near: NearCopies) -> None:
    desk.run(record("1", BASE), record("2", SLIPS), record("3", SLIPS_FIVE), near=near)
    assert desk.copies() == {"1": None, "2": "1", "3": "1"}
    desk.ledger.delete("acme", "tmall", "1", "request")
    assert desk.copies() == {"2": None, "3": "2"}
    # Equal words belong together even where they are no copy of their representative's.
    assert differ(SLIPS, SLIPS_FIVE)
    desk.run(record("4", SLIPS_FIVE), record("5", SLIPS.replace("发热", "发烫")), near=near)
    assert desk.copies() == {"2": None, "3": "2", "4": "2", "5": "2"}
    desk.deliver()
    desk.sound()


def test_the_heir_is_known_in_the_batch_in_which_its_head_goes(desk: Desk, near: NearCopies) -> None:
    desk.run(record("1", BASE), record("2", SLIP), near=near)
    desk.run(record("1", OTHER), record("3", LONGER), near=near)
    assert desk.copies() == {"1": None, "2": None, "3": "2"}


def test_a_head_that_falls_silent_is_found_no_more(desk: Desk, near: NearCopies) -> None:
    desk.run(record("1", BASE), near=near)
    desk.run(record("1", "不错"), record("2", SLIP), near=near)
    desk.run(record("3", BASE), near=near)
    assert desk.copies() == {"1": None, "2": None, "3": "2"}


def test_a_member_that_changes_its_words_leaves(desk: Desk, near: NearCopies) -> None:
    desk.run(record("1", BASE), record("2", SLIP), record("3", LONGER), near=near)
    desk.run(record("2", OTHER), near=near)
    assert desk.copies() == {"1": None, "2": None, "3": "1"}
    desk.run(record("1", OTHER), near=near)
    assert desk.copies() == {"1": "2", "2": None, "3": None}
    desk.sound()


def test_a_slip_that_is_put_right_flips_no_group(desk: Desk, near: NearCopies) -> None:
    desk.run(record("1", SLIP), record("2", LONGER), near=near)
    desk.run(record("1", BASE), near=near)
    desk.run(record("3", BASE), record("4", SLIP), near=near)
    assert desk.copies() == {"1": None, "2": "1", "3": "1", "4": "1"}


def test_a_member_that_is_no_head_is_not_met(desk: Desk, near: NearCopies) -> None:
    """Chains end: who resembles a copy only, and not whom it copies, stands for itself."""
    assert differ(BASE, FIVE) and not differ(SLIPS, FIVE)
    desk.run(record("1", BASE), near=near)
    desk.run(record("2", SLIPS), record("3", FIVE), near=near)
    assert desk.copies() == {"1": None, "2": "1", "3": None}


def test_who_keeps_its_place_is_met_by_who_comes_first(desk: Desk, near: NearCopies) -> None:
    desk.run(record("1", SLIP), near=near)
    desk.take_in(record("2", LONGER))
    desk.take_in(record("1", BASE))
    desk.ledger.finish("w1", [done(one) for one in reversed(desk.claim())], near=near)
    assert desk.copies() == {"1": None, "2": "1"}


def test_memory_holds_who_stands_for_a_group_and_nobody_else(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise ZeroDivisionError

    texts = Duplicates()
    near = NearCopies(texts)
    desk.run(record("1", BASE), record("2", SLIP), record("3", OTHER), near=near)
    desk.take_in(record("4", OTHER[::-1]))
    with monkeypatch.context() as patched, pytest.raises(ZeroDivisionError):
        patched.setattr(finishing, "_answer", full)
        desk.annotate(near)
    desk.ledger.delete("acme", "tmall", "4", "source")
    desk.run(record("3", "短了"), near=near)
    with desk.engine.begin() as conn:
        near.follow(conn)
    assert len(texts) == 1
    desk.ledger.delete("acme", "tmall", "1", "source")
    with desk.engine.begin() as conn:
        near.follow(conn)
        (heir,) = conn.execute(select(sketches.c.item)).scalars()
    assert len(texts) == 1 and texts.sketch(heir) == ALPHABET.sketch(SLIP)


def test_what_is_deleted_leaves_no_sketch(desk: Desk, near: NearCopies) -> None:
    desk.run(record("1", BASE), record("2", OTHER), record("3", "不错", by="u1"), near=near)
    assert kept(desk) == 2
    desk.ledger.delete("acme", "tmall", "1", "source")
    desk.run(record("2", "短了"), near=near)
    assert kept(desk) == 0
    desk.deliver()
    desk.sound()


def test_workspaces_have_keys_of_their_own_and_do_not_meet(desk: Desk, near: NearCopies) -> None:
    desk.ledger.ensure_workspace("other", timezone="UTC", taxonomy="car")
    assert desk.ledger.sketch_key("acme") != desk.ledger.sketch_key("other")
    desk.take_in(record("1", BASE))
    desk.ledger.append("other", "tmall", "review", [record("2", SLIP)])
    desk.annotate(near)
    assert [row.context.duplicate_of for row in desk.ledger.outbox(limit=9)] == [None, None]


def test_short_texts_keep_their_rule(desk: Desk, near: NearCopies) -> None:
    short = LONG[:19]
    desk.run(record("1", short, by="u1"), record("2", short, by="u2"), record("3", short, by="u1"), near=near)
    assert desk.copies() == {"1": None, "2": None, "3": "1"}


def test_a_text_from_before_sketches_meets_equal_words_only(desk: Desk, near: NearCopies) -> None:
    desk.run(record("1", BASE))
    with desk.engine.begin() as conn:
        conn.execute(sketches.delete())
    desk.run(record("2", SLIP), record("3", BASE), near=near)
    assert desk.copies() == {"1": None, "2": None, "3": "1"}
