"""Finishing: text revisions, versions, persons; what was lost is dropped."""

from __future__ import annotations

from dataclasses import replace

from ledger_desk import LONG, Desk, done, record

from voc.db.tables import person_links


def test_versions_rise_with_every_finish(desk: Desk) -> None:
    desk.take_in(record("1", "甲"), record("2", "乙"))
    first = desk.annotate()
    assert [row.version for row in first] == [1, 2]
    desk.ledger.ensure_workspace("other", timezone="UTC", taxonomy="car")
    desk.ledger.append("other", "s", "review", [record("1", "甲")])
    assert [row.version for row in desk.annotate()] == [3]  # one row of numbers for all workspaces
    desk.take_in(record("1", "丙"))
    assert [row.version for row in desk.annotate()] == [4]
    desk.sound()


def test_text_revision_rises_only_with_the_words(desk: Desk) -> None:
    desk.take_in(record("1", "甲", rating=5))
    assert desk.annotate()[0].text_revision == 1
    desk.take_in(record("1", "甲", rating=1))
    assert desk.annotate()[0].text_revision == 1
    desk.take_in(record("1", "乙", rating=1))
    assert desk.annotate()[0].text_revision == 2
    desk.take_in(record("1", "甲", rating=1))
    assert desk.annotate()[0].text_revision == 3
    (row,) = desk.ledger.all_rows("acme")
    assert (row.context.revision, row.context.text_revision) == (4, 3)
    assert row.body == b"body:4"


def test_masking_that_changes_raises_it_too(desk: Desk) -> None:
    desk.take_in(record("1", "甲"))
    desk.annotate()
    desk.take_in(record("1", "甲", status="closed"))
    (claimed,) = desk.claim()
    (finished,) = desk.ledger.finish("w1", [replace(done(claimed), text_digest="another")])
    assert finished.text_revision == 2


def test_received_at_is_that_of_the_first_revision(desk: Desk) -> None:
    desk.take_in(record("1", "甲"))
    began = desk.clock()
    desk.clock.forward(3600)
    desk.run(record("1", "乙"))
    (row,) = desk.ledger.all_rows("acme")
    assert row.context.received_at == began


def test_finishing_twice_is_once(desk: Desk) -> None:
    desk.take_in(record("1"))
    work = [done(one) for one in desk.claim()]
    assert len(desk.ledger.finish("w1", work + work)) == 1
    assert desk.ledger.finish("w1", work) == []
    assert len(desk.ledger.outbox(limit=10)) == 1


def test_deleted_meanwhile_is_dropped(desk: Desk) -> None:
    desk.take_in(record("1"))
    work = [done(one) for one in desk.claim()]
    assert desk.ledger.delete("acme", "tmall", "1", "request")
    assert desk.ledger.finish("w1", work) == []
    assert list(desk.ledger.all_rows("acme")) == []
    desk.sound()


def test_persons(desk: Desk) -> None:
    desk.take_in(record("1", by="u1"), record("2", "很好", by="u1"), record("3"), record("4", by="匿名用户"))
    found = [row.person for row in desk.annotate()]
    assert found[0] == found[1]
    assert len(set(found)) == 3
    assert [row.context.person for row in desk.ledger.outbox(limit=10)] == found
    assert desk.ledger.outbox(limit=10)[2].context.author_key is None


def test_linked_authors_are_one_person(desk: Desk) -> None:
    keys = []
    for source in ("tmall", "jd"):
        desk.take_in(record("1", f"在{source}买的", by="u1"), source=source)
    keys = [one.author_key for one in desk.claim()]
    assert len(set(keys)) == 2
    with desk.engine.begin() as conn:
        for key in keys:
            values = {"workspace": "acme", "author_key": key, "person": "p_together"}
            conn.execute(person_links.insert().values(values))
    desk.clock.forward(61)
    assert {row.person for row in desk.annotate()} == {"p_together"}
    assert {row.context.person for row in desk.ledger.outbox(limit=10)} == {"p_together"}


def test_a_batch_larger_than_one_statement(desk: Desk) -> None:
    desk.run(*(record(str(n), LONG if n % 2 else f"第{n}条") for n in range(2100)))
    assert desk.balance().indexed == 2100
    assert sum(head is not None for head in desk.copies().values()) == 1049
    desk.ledger.delete("acme", "tmall", "1", "retention")
    assert len(desk.ledger.outbox(limit=5000)) == 1050
    desk.sound()
