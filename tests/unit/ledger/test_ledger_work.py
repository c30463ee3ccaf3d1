"""Lending: leases, tokens, fair shares, failures, giving back; two claimers never hold the same document."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

from ledger_desk import Desk, done, ids_of, record

from voc.db.tables import revisions
from voc.ledger.types import Claimed, Failed


def failed(claimed: Claimed) -> Failed:
    return Failed(claimed, "VOC-E306", "ValueError in the language stage")


def test_a_claim_holds_everything_the_work_needs(desk: Desk) -> None:
    (receipt,) = desk.take_in(record("1", "好", by="u1", rating=5.0))
    (claimed,) = desk.claim()
    assert (claimed.workspace, claimed.source, claimed.native_id, claimed.kind) == (
        "acme",
        "tmall",
        "1",
        "review",
    )
    assert (claimed.document_id, claimed.seq) == (receipt.document_id, receipt.seq)
    assert (claimed.revision, claimed.attempts) == (1, 1)
    assert claimed.received_at == desk.clock()
    assert claimed.author_key is not None and "u1" not in claimed.author_key
    assert claimed.record == record("1", "好", by="u1", rating=5.0)


def test_lent_once_until_the_lease_is_over(desk: Desk) -> None:
    desk.take_in(record("1"), record("2"), record("3"))
    assert ids_of(desk.claim("w1", limit=2)) == ["1", "2"]
    assert ids_of(desk.claim("w2")) == ["3"]
    assert desk.claim("w2") == []
    desk.clock.forward(59.9)
    assert desk.claim("w2") == []
    desk.clock.forward(0.1)
    assert [one.attempts for one in desk.claim("w3")] == [2, 2, 2]


def test_a_lease_that_ran_out_still_counts_unless_taken_over(desk: Desk) -> None:
    desk.take_in(record("1"), record("2"))
    slow = desk.claim("slow")
    desk.clock.forward(61)
    (other,) = desk.claim("quick", limit=1)
    finished = desk.ledger.finish("slow", [done(one) for one in slow])
    assert [row.document_id for row in finished] == [slow[1].document_id]
    assert [row.document_id for row in desk.ledger.finish("quick", [done(other)])] == [other.document_id]
    desk.sound()


def test_a_token_cannot_be_guessed_from_another_claim(desk: Desk) -> None:
    desk.take_in(record("1"))
    (claimed,) = desk.claim()
    assert desk.ledger.finish("w1", [done(replace(claimed, token=claimed.token + 1))]) == []
    desk.ledger.fail("w1", [failed(replace(claimed, token=0))], max_attempts=1)
    assert desk.balance().dead == 0
    assert len(desk.ledger.finish("any name", [done(claimed)])) == 1


def test_a_revision_takes_the_claim_away(desk: Desk) -> None:
    desk.take_in(record("1", "旧"))
    (old,) = desk.claim()
    desk.take_in(record("1", "新"))
    assert desk.ledger.finish("w1", [done(old)]) == []
    desk.ledger.fail("w1", [failed(old)], max_attempts=1)
    (new,) = desk.claim()
    assert (new.record.text, new.attempts) == ("新", 1)
    desk.sound()


def test_workspaces_get_equal_shares(desk: Desk) -> None:
    desk.ledger.ensure_workspace("small", timezone="UTC", taxonomy="car")
    desk.take_in(*(record(str(n)) for n in range(50)))
    desk.ledger.append("small", "s", "review", [record(str(n)) for n in range(3)])
    assert Counter(one.workspace for one in desk.claim(limit=10)) == {"acme": 5, "small": 3}
    assert len(desk.claim(limit=10)) == 10


def test_failures_go_back_and_then_to_dead_letters(desk: Desk) -> None:
    desk.take_in(record("1"), record("2"))
    for attempt in (1, 2, 3):
        bad, good = sorted(desk.claim(), key=lambda one: one.native_id)
        assert bad.attempts == attempt
        desk.ledger.fail("w1", [failed(bad)], max_attempts=3)
        desk.ledger.release("w1")
        del good
    (letter,) = desk.ledger.dead_letters("acme")
    assert (letter.code, letter.attempts, letter.native_id) == ("VOC-E306", 3, "1")
    (left,) = desk.claim()
    assert (left.native_id, left.attempts) == ("2", 1)
    desk.sound()


def test_a_clean_stop_gives_back_untried(desk: Desk) -> None:
    desk.take_in(record("1"), record("2"))
    desk.claim("w1", limit=1)
    desk.claim("w2", limit=1)
    assert desk.ledger.release("w1") == 1
    assert desk.ledger.release("w1") == 0
    (again,) = desk.claim("w3")
    assert (again.native_id, again.attempts) == ("1", 1)


def test_who_knows_that_nobody_else_works_takes_over(desk: Desk) -> None:
    desk.take_in(record("1"), record("2"), record("3"))
    dead = [*desk.claim("w1", limit=1), *desk.claim("w2", limit=1)]
    assert desk.ledger.take_over() == 2
    assert desk.ledger.take_over() == 0
    again = desk.claim("w3")
    assert [(one.native_id, one.attempts) for one in again] == [("1", 2), ("2", 2), ("3", 1)]
    # Should one live after all, what it brings is not kept.
    assert desk.ledger.finish("w1", [done(one) for one in dead]) == []
    assert len(desk.ledger.finish("w3", [done(one) for one in again])) == 3
    desk.sound()


def test_what_cannot_be_decrypted_is_a_dead_letter(desk: Desk) -> None:
    first, _ = desk.take_in(record("1"), record("2"))
    with desk.engine.begin() as conn:
        conn.execute(revisions.update().where(revisions.c.seq == first.seq).values(payload=b"\x01rotten"))
    assert ids_of(desk.claim()) == ["2"]
    (letter,) = desk.ledger.dead_letters("acme")
    assert (letter.native_id, letter.code) == ("1", "VOC-E502")
    assert desk.balance().dead == 1
    desk.sound()


def test_nothing_to_do_and_nothing_given(desk: Desk) -> None:
    assert desk.claim() == []
    assert desk.ledger.finish("w1", []) == []
    desk.ledger.fail("w1", [], max_attempts=1)
    assert desk.ledger.release("w1") == 0


def test_two_claimers_never_hold_the_same(desk: Desk) -> None:
    desk.take_in(*(record(str(n), f"第{n}条") for n in range(300)))
    together = Barrier(3)

    def work(name: str) -> list[str]:
        together.wait()
        mine: list[str] = []
        while claimed := desk.claim(name, limit=20):
            finished = desk.ledger.finish(name, [done(one) for one in claimed])
            mine.extend(row.document_id for row in finished)
        return mine

    with ThreadPoolExecutor(3) as threads:
        shares = list(threads.map(work, ("w1", "w2", "w3")))
    everything = [document for share in shares for document in share]
    assert len(everything) == len(set(everything)) == 300
    versions = [row.version for row in desk.deliver()]
    assert versions == list(range(1, 301))
    assert desk.balance().indexed == 300
    desk.sound()


def test_writers_of_every_kind_at_once(desk: Desk) -> None:
    """Taking in, revising, working, delivering and deleting at once: nothing lost, no lock in a circle."""
    together = Barrier(4)

    def bring(start: int) -> None:
        together.wait()
        for round_ in range(3):
            for first in range(start, start + 60, 20):
                numbers = range(first, first + 20)
                desk.take_in(*(record(str(n), f"第{n % 7}条{'好' * 20}", rating=round_) for n in numbers))

    def work() -> None:
        together.wait()
        for _ in range(12):
            desk.ledger.finish("w1", [done(one) for one in desk.claim(limit=30)])
            desk.deliver()

    def delete() -> None:
        together.wait()
        for n in range(0, 120, 4):
            desk.ledger.delete("acme", "tmall", str(n), "request")

    with ThreadPoolExecutor(4) as threads:
        jobs = [threads.submit(bring, 0), threads.submit(bring, 60), threads.submit(work)]
        jobs.append(threads.submit(delete))
        for job in jobs:
            job.result()
    desk.annotate()
    desk.deliver()
    balance = desk.balance()
    assert (balance.accepted, balance.pending, balance.dead) == (120, 0, 0)
    assert balance.indexed + balance.deleted == 120
    heads = {name: head for name, head in desk.copies().items() if head is None}
    assert len(heads) == 7
    desk.sound()
