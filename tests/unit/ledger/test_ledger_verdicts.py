"""A person's verdict: the newest counts, no re-run undoes it, its reason is nobody else's to read."""

from __future__ import annotations

import pytest
from ledger_desk import Desk, done, record
from sqlalchemy import select

from voc import ids
from voc.db.tables import audit, verdicts
from voc.errors import UsageError

ONE = ids.document_id("acme", "tmall", "1")


def _judge(desk: Desk, verdict: str, *, reason: str = "看起来是代写的", actor: str = "k_1") -> None:
    desk.ledger.judge("acme", ONE, verdict, reason=reason, actor=actor)


def _shown(desk: Desk) -> str | None:
    (row,) = desk.ledger.all_rows("acme")
    return row.context.verdict


def test_the_newest_counts_and_can_be_taken_back(desk: Desk) -> None:
    desk.run(record("1"))
    for verdict, shown in (("quarantine", "quarantine"), ("release", "release"), ("none", None)):
        _judge(desk, verdict)
        assert _shown(desk) == shown
        (sent,) = desk.deliver()
        assert sent.context.verdict == shown
    history = desk.ledger.verdicts("acme", ONE)
    assert [one.verdict for one in history] == ["none", "release", "quarantine"]
    assert not any(one.in_force for one in history)
    _judge(desk, "release", actor="k_2")
    newest = desk.ledger.verdicts("acme", ONE)[0]
    assert (newest.actor, newest.reason, newest.at) == ("k_2", "看起来是代写的", desk.clock())
    assert newest.in_force
    desk.sound()


def test_it_outlives_every_re_run(desk: Desk) -> None:
    desk.run(record("1", "慢"))
    _judge(desk, "quarantine")
    desk.run(record("1", "完全不同的话"))
    assert _shown(desk) == "quarantine"
    desk.take_in(record("1", "又一次"))
    (claimed,) = desk.claim()
    _judge(desk, "release")  # between claim and finish
    desk.ledger.finish("w1", [done(claimed)])
    assert _shown(desk) == "release"
    desk.deliver()
    assert desk.balance().indexed == 1
    desk.sound()


def test_one_that_waits_is_shown_with_it_when_it_comes(desk: Desk) -> None:
    desk.take_in(record("1"))
    _judge(desk, "quarantine")
    assert desk.ledger.outbox(limit=10) == []
    desk.annotate()
    assert _shown(desk) == "quarantine"


def test_only_a_change_is_sent_again(desk: Desk) -> None:
    desk.run(record("1"))
    _judge(desk, "none")
    assert desk.ledger.outbox(limit=10) == []
    _judge(desk, "release")
    assert desk.balance().pending == 1
    desk.deliver()
    assert desk.balance().indexed == 1
    _judge(desk, "release", reason="另一个理由")
    assert desk.ledger.outbox(limit=10) == []
    assert desk.ledger.verdicts("acme", ONE)[0].reason == "另一个理由"


def test_it_goes_with_the_document(desk: Desk) -> None:
    desk.run(record("1"))
    _judge(desk, "quarantine")
    desk.ledger.delete("acme", "tmall", "1", "request")
    with desk.engine.connect() as conn:
        assert conn.execute(select(verdicts)).all() == []
    with pytest.raises(UsageError) as caught:
        _judge(desk, "release")
    assert caught.value.code == "VOC-E104"
    desk.sound()


def test_what_is_not_there_or_of_others(desk: Desk) -> None:
    desk.run(record("1"))
    desk.ledger.ensure_workspace("other", timezone="Asia/Shanghai", taxonomy="phone")
    for workspace, document in (("other", ONE), ("acme", "d_none"), ("acme", "\ud800\x00")):
        with pytest.raises(UsageError) as caught:
            desk.ledger.judge(workspace, document, "release", reason="x", actor="k_1")
        assert caught.value.code == "VOC-E104"
    with pytest.raises(UsageError) as caught:
        _judge(desk, "pardon")
    assert caught.value.code == "VOC-E102"
    assert desk.ledger.verdicts("other", ONE) == []


def test_the_reason_is_encrypted_and_not_in_the_audit(desk: Desk) -> None:
    desk.run(record("1"))
    reason = "客户说的原话在这里"
    _judge(desk, "quarantine", reason=reason + "\ud800\x00")
    with desk.engine.connect() as conn:
        (kept,) = conn.execute(select(verdicts)).all()
        (noted,) = conn.execute(select(audit)).all()
    assert reason.encode() not in bytes(kept.reason)
    assert (noted.actor, noted.action, noted.target) == ("k_1", "integrity.quarantine", ONE)
    assert reason not in noted.detail
    assert desk.ledger.verdicts("acme", ONE)[0].reason.startswith(reason)
    assert "原话" not in repr(desk.ledger.verdicts("acme", ONE))
