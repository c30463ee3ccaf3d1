"""From the ledger to the index: outbox, acknowledgements, and what readers follow."""

from __future__ import annotations

from ledger_desk import LONG, Desk, ids_of, record

from voc.ledger.types import Pending


def names(rows: list[Pending]) -> list[str]:
    return ids_of([row.context for row in rows])


def test_waits_until_its_own_version_is_acknowledged(desk: Desk) -> None:
    (receipt,) = desk.take_in(record("1", "甲"))
    desk.annotate()
    (first,) = desk.ledger.outbox(limit=10)
    assert desk.balance().pending == 1
    desk.take_in(record("1", "乙"))
    desk.annotate()
    (second,) = desk.ledger.outbox(limit=10)
    assert second.version > first.version
    desk.ledger.ack([(receipt.document_id, first.version)])
    assert desk.ledger.outbox(limit=10) == [second]
    desk.ledger.ack([(receipt.document_id, first.version), (receipt.document_id, second.version)])
    assert desk.ledger.outbox(limit=10) == []
    assert desk.balance().indexed == 1
    desk.sound()


def test_acknowledging_again_changes_nothing(desk: Desk) -> None:
    desk.take_in(record("1"))
    desk.annotate()
    sent = desk.deliver()
    as_of = desk.ledger.as_of("acme")
    for row in sent:
        desk.ledger.ack([(row.document_id, row.version), (row.document_id, row.version + 9), ("d_none", 1)])
    desk.ledger.ack([])
    assert desk.ledger.as_of("acme") == as_of == 1


def test_lowest_version_first_and_limited(desk: Desk) -> None:
    desk.take_in(record("1", "甲"), record("2", "乙"), record("3", "丙"))
    desk.annotate()
    desk.take_in(record("1", "丁"))
    desk.annotate()
    assert names(desk.ledger.outbox(limit=2)) == ["2", "3"]
    assert names(desk.ledger.outbox(limit=10)) == ["2", "3", "1"]


def test_one_workspace_alone(desk: Desk) -> None:
    desk.ledger.ensure_workspace("other", timezone="UTC", taxonomy="car")
    desk.take_in(record("1"))
    desk.ledger.append("other", "s", "post", [record("2")])
    desk.annotate()
    assert names(desk.ledger.outbox(limit=9, workspace="other")) == ["2"]
    assert len(desk.ledger.outbox(limit=9)) == 2
    desk.deliver()
    assert [desk.ledger.as_of(name) for name in ("acme", "other", "nobody")] == [1, 2, 0]
    assert [change.pending.workspace for change in desk.ledger.changes("other", 0, 10)] == ["other"]


def test_a_newer_revision_keeps_the_document_pending(desk: Desk) -> None:
    desk.take_in(record("1", "甲"))
    desk.annotate()
    desk.take_in(record("1", "乙"))
    desk.deliver()  # the older version is in the index, the newer waits for its annotation
    assert desk.balance().pending == 1
    desk.annotate()
    desk.deliver()
    assert desk.balance().indexed == 1
    desk.sound()


def test_changes_in_the_order_of_acknowledgement(desk: Desk) -> None:
    desk.take_in(record("1", "甲"), record("2", "乙"), record("3", "丙"))
    desk.annotate()
    one, two, three = desk.ledger.outbox(limit=10)
    desk.ledger.ack([(three.document_id, three.version)])
    desk.ledger.ack([(one.document_id, one.version), (two.document_id, two.version)])
    changes = desk.ledger.changes("acme", 0, 10)
    assert [change.ack_seq for change in changes] == [1, 2, 3]
    assert names([change.pending for change in changes])[0] == "3"
    assert desk.ledger.changes("acme", 1, 1) == changes[1:2]
    assert desk.ledger.changes("acme", 3, 10) == []


def test_a_document_shows_once_and_in_its_newest_state(desk: Desk) -> None:
    desk.run(record("1", "甲"), record("2", "乙"))
    desk.run(record("1", "丙"))
    changes = desk.ledger.changes("acme", 0, 10)
    assert names([change.pending for change in changes]) == ["2", "1"]
    assert changes[1].pending.context.revision == 2
    assert desk.ledger.as_of("acme") == 3


def test_a_deletion_is_a_change_without_words(desk: Desk) -> None:
    desk.run(record("1", by="u1"))
    seen = desk.ledger.as_of("acme")
    desk.ledger.delete("acme", "tmall", "1", "request")
    (waiting,) = desk.deliver()
    assert (waiting.deleted, waiting.body, waiting.context.native_id) == (True, None, "")
    assert waiting.context.author_key is None
    (change,) = desk.ledger.changes("acme", seen, 10)
    assert change.pending.deleted
    assert desk.balance().deleted == 1


def test_all_rows_are_the_current_ones_in_their_order(desk: Desk) -> None:
    desk.take_in(*(record(str(n), f"第{n}条") for n in range(2300)))
    desk.annotate()
    desk.ledger.delete("acme", "tmall", "7", "source")
    desk.take_in(record("new"))  # not annotated yet
    rows = list(desk.ledger.all_rows("acme"))
    assert names(rows) == [str(n) for n in range(2300) if n != 7]
    assert all(row.body == b"body:1" for row in rows)


def test_what_is_rebuilt_is_what_was_sent(desk: Desk) -> None:
    desk.take_in(record("1", LONG, by="u1"), record("2", LONG), record("3"))
    desk.annotate()
    sent = {row.document_id: row for row in desk.deliver()}
    assert {row.document_id: row for row in desk.ledger.all_rows("acme")} == sent
