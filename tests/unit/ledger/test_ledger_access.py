"""Access keys and answers under an Idempotency-Key."""

from __future__ import annotations

from datetime import timedelta

import pytest
from ledger_desk import Desk
from sqlalchemy import select

from voc.db.tables import access_keys, responses, revisions
from voc.errors import UsageError
from voc.ledger.idempotency import Once
from voc.ledger.inbox import Delivery
from voc.ledger.types import Receipt
from voc.types import Record


def test_a_secret_is_shown_once_and_kept_as_a_hash(desk: Desk) -> None:
    made = desk.ledger.create_key(name="CI", workspace="acme", scopes=["read", "ingest", "read"])
    assert made.secret.startswith("voc_") and len(made.secret) > 40
    assert made.secret not in repr(made)
    assert made.row.scopes == ("read", "ingest")
    assert desk.ledger.find_key(made.secret) == made.row
    with desk.engine.connect() as conn:
        assert made.secret not in str(conn.execute(select(access_keys)).all())


def test_only_the_right_secret(desk: Desk) -> None:
    made = desk.ledger.create_key(name="CI", workspace="*", scopes=["read"])
    for wrong in (
        "",
        "voc_",
        made.secret[:-1],
        made.secret + "x",
        made.secret.upper(),
        "voc_\ud800",
        made.row.id,
    ):
        assert desk.ledger.find_key(wrong) is None


def test_listing_by_workspace_oldest_first(desk: Desk) -> None:
    for name, workspace in (("a", "acme"), ("b", "*"), ("c", "acme")):
        desk.ledger.create_key(name=name, workspace=workspace, scopes=["read"])
        desk.clock.forward(1)
    assert [row.name for row in desk.ledger.list_keys()] == ["a", "b", "c"]
    assert [row.name for row in desk.ledger.list_keys("acme")] == ["a", "c"]


def test_revoked_for_good(desk: Desk) -> None:
    made = desk.ledger.create_key(name="CI", workspace="acme", scopes=["read"])
    assert not desk.ledger.revoke_key(made.row.id, "other")
    assert not desk.ledger.revoke_key("k_none")
    assert desk.ledger.find_key(made.secret) is not None
    assert desk.ledger.revoke_key(made.row.id, "acme")
    at = desk.clock()
    desk.clock.forward(60)
    assert desk.ledger.revoke_key(made.row.id)
    assert desk.ledger.find_key(made.secret) is None
    assert [row.revoked_at for row in desk.ledger.list_keys()] == [at]


def test_expires(desk: Desk) -> None:
    until = desk.clock() + timedelta(days=1)
    made = desk.ledger.create_key(name="CI", workspace="acme", scopes=["read"], expires_at=until)
    assert made.row.expires_at == until
    desk.clock.forward(86_399)
    assert desk.ledger.find_key(made.secret) is not None
    desk.clock.forward(1)
    assert desk.ledger.find_key(made.secret) is None


def _once(
    desk: Desk, key: str, digest: str, answer: bytes | Exception, *, text: str = "好", workspace: str = "acme"
) -> bytes:
    """A push under an Idempotency-Key; `answer` is what would be said of it."""

    def said(receipts: list[Receipt]) -> bytes:
        assert [one.native_id for one in receipts] == ["1"]
        if isinstance(answer, Exception):
            raise answer
        return answer

    delivery = Delivery(workspace, "shop", "review", [Record(text=text, native_id="1")])
    return desk.ledger.append_once(delivery, Once(key, digest, 60, said))


def _revisions(desk: Desk) -> int:
    with desk.engine.connect() as conn:
        return len(conn.execute(select(revisions)).all())


def test_the_same_request_gets_the_same_answer(desk: Desk) -> None:
    assert desk.ledger.idempotent("acme", "k1", "aa") is None
    assert _once(desk, "k1", "aa", b'{"accepted":1}') == b'{"accepted":1}'
    assert desk.ledger.idempotent("acme", "k1", "aa") == b'{"accepted":1}'
    assert desk.ledger.idempotent("other", "k1", "aa") is None
    with pytest.raises(UsageError) as caught:
        desk.ledger.idempotent("acme", "k1", "bb")
    assert caught.value.code == "VOC-E106"


def test_the_first_of_two_is_kept_and_the_second_gets_its_answer(desk: Desk) -> None:
    assert _once(desk, "k1", "aa", b"first") == b"first"
    assert _once(desk, "k1", "aa", b"second", text="坏") == b"first"
    with pytest.raises(UsageError) as caught:
        _once(desk, "k1", "bb", b"third", text="差")
    assert caught.value.code == "VOC-E106"
    assert _revisions(desk) == 1
    assert desk.ledger.idempotent("acme", "k1", "aa") == b"first"


def test_a_request_that_fails_leaves_its_key_free(desk: Desk) -> None:
    with pytest.raises(KeyError):
        _once(desk, "k1", "aa", KeyError("no answer"))
    assert _revisions(desk) == 0
    assert _once(desk, "k1", "bb", b"second") == b"second"
    assert _revisions(desk) == 1


def test_an_answer_is_forgotten_in_time(desk: Desk) -> None:
    assert _once(desk, "k1", "aa", b"first") == b"first"
    desk.clock.forward(60)
    assert desk.ledger.idempotent("acme", "k1", "bb") is None
    assert _once(desk, "k1", "bb", b"second") == b"second"
    assert desk.ledger.idempotent("acme", "k1", "bb") == b"second"
    desk.clock.forward(60)
    assert _once(desk, "k2", "cc", b"third") == b"third"
    with desk.engine.connect() as conn:
        assert len(conn.execute(select(responses)).all()) == 1
