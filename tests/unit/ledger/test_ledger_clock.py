"""A clock that is set back while all runs: claims, keys, answers, order; and one that was wrong before."""

from __future__ import annotations

import pytest
from ledger_desk import Desk, done, ids_of, record

_HOUR = 3600.0


def test_a_claim_of_one_who_lives_is_not_taken(desk: Desk) -> None:
    desk.take_in(record("1"), record("2"))
    mine = desk.claim("w1")
    desk.clock.set(-_HOUR)
    assert desk.claim("w2") == []
    desk.clock.forward(59.9)
    assert desk.claim("w2") == []
    assert len(desk.ledger.finish("w1", [done(one) for one in mine])) == 2
    desk.clock.forward(_HOUR)
    assert desk.claim("w2") == []
    desk.sound()


def test_a_claim_of_a_dead_one_is_not_stuck_for_an_hour(desk: Desk) -> None:
    desk.take_in(record("1"))
    lost = desk.claim("gone")
    desk.clock.set(-_HOUR)
    assert desk.claim("alive") == []
    desk.clock.forward(60)
    [again] = desk.claim("alive")
    assert (again.native_id, again.attempts) == ("1", 2)
    assert desk.claim("other") == []
    assert desk.ledger.finish("gone", [done(one) for one in lost]) == []
    assert len(desk.ledger.finish("alive", [done(again)])) == 1
    desk.sound()


def test_nor_while_there_is_always_something_else_to_do(desk: Desk) -> None:
    desk.take_in(record("1"))
    desk.claim("gone")
    desk.take_in(*(record(str(n)) for n in range(2, 9)))
    desk.clock.set(-_HOUR)
    assert ids_of(desk.claim("alive", limit=2)) == ["2", "3"]
    desk.clock.forward(60)
    assert ids_of(desk.claim("alive", limit=2)) == ["1", "2"], "the oldest first, as ever"


def test_claims_after_it_are_as_ever(desk: Desk) -> None:
    desk.take_in(record("1"), record("2"))
    desk.clock.set(-_HOUR)
    assert ids_of(desk.claim("w1", limit=1)) == ["1"]
    assert ids_of(desk.claim("w2")) == ["2"]
    assert desk.claim("w3") == []
    desk.clock.forward(60)
    assert ids_of(desk.claim("w3")) == ["1", "2"]


def _key(desk: Desk, *, lives_s: float) -> str:
    until = desk.clock.at.timestamp() + lives_s
    at = desk.clock.at.fromtimestamp(until, desk.clock.at.tzinfo)
    return desk.ledger.create_key(name="CI", workspace="acme", scopes=["read"], expires_at=at).secret


def test_a_key_lives_no_longer_for_it(desk: Desk) -> None:
    secret = _key(desk, lives_s=1800)
    assert desk.ledger.find_key(secret) is not None
    desk.clock.set(-_HOUR)
    desk.clock.forward(1799)
    assert desk.ledger.find_key(secret) is not None
    desk.clock.forward(1)
    assert desk.ledger.find_key(secret) is None


def test_a_key_that_has_expired_stays_so(desk: Desk) -> None:
    secret, longer = _key(desk, lives_s=60), _key(desk, lives_s=3 * _HOUR)
    desk.clock.forward(60)
    assert desk.ledger.find_key(secret) is None
    for _ in range(3):  # an hour each, two and a half in all
        desk.clock.set(-_HOUR)
        assert desk.ledger.find_key(secret) is None
        assert desk.ledger.find_key(longer) is not None
        desk.clock.forward(_HOUR / 2)
        assert desk.ledger.find_key(secret) is None
    desk.clock.forward(2 * _HOUR)
    assert desk.ledger.find_key(longer) is None


def test_a_clock_that_was_wrong_before_is_believed(desk: Desk) -> None:
    secret = _key(desk, lives_s=_HOUR)
    desk.clock.set(30 * 86_400)
    assert desk.ledger.find_key(secret) is None
    desk.clock.set(-30 * 86_400)
    assert desk.ledger.find_key(secret) is not None
    desk.clock.forward(_HOUR)
    assert desk.ledger.find_key(secret) is None


@pytest.mark.parametrize("back", [_HOUR, 40 * 86_400.0])
def test_order_is_that_of_the_sequence(desk: Desk, back: float) -> None:
    first = desk.run(record("1", "旧"), record("2"))
    before = desk.ledger.as_of("acme")
    desk.clock.set(-back)
    later = desk.run(record("1", "新"), record("3"))
    assert [one.result for one in later] == ["revised", "created"]
    assert min(one.seq for one in later) > max(one.seq for one in first)
    changes = [(one.ack_seq, one.pending.document_id) for one in desk.ledger.changes("acme", 0, 100)]
    assert changes == sorted(changes)
    assert desk.ledger.as_of("acme") == changes[-1][0] > before
    follows = {one.pending.document_id for one in desk.ledger.changes("acme", before, 100)}
    assert follows == {one.document_id for one in later}
    # What came last is what counts, whatever the clock said.
    desk.take_in(record("1", "最新"))
    [newest] = desk.claim()
    assert (newest.record.text, newest.revision) == ("最新", 3)
    desk.sound()
