"""The balance, and a check that names each damage planted into a sound ledger."""

from __future__ import annotations

from pathlib import Path

import pytest
from ledger_desk import LONG, Desk, record
from sqlalchemy import text

from voc.errors import FatalError
from voc.ledger.types import Balance, Failed, Reject

DAMAGES = {
    "UPDATE dead_letters SET reason = '' WHERE item IS NOT NULL": "dead letters without a code or a reason",
    "UPDATE items SET state = 'indexed' WHERE state = 'dead'": "dead letters of documents that are not dead",
    "DELETE FROM dead_letters WHERE item IS NOT NULL": "dead documents without a dead letter",
    "DELETE FROM revisions WHERE seq IN (SELECT seq FROM items WHERE native_id = 'indexed')": (
        "documents without their current revision"
    ),
    "UPDATE items SET state = 'deleted' WHERE native_id = 'indexed'": "deleted documents with words left",
    "UPDATE annotations SET body = NULL WHERE duplicate_of IS NOT NULL": (
        "indexed documents without an annotation"
    ),
    "UPDATE outbox SET waiting = TRUE WHERE version = 1": "indexed documents that were never acknowledged",
    "DELETE FROM work": "pending documents that nobody works on",
    "UPDATE work SET seq = 999999": "work without a document that waits for it",
    "UPDATE outbox SET item = 999999 WHERE version = 1": "outbox rows without a document",
    "DELETE FROM annotations WHERE duplicate_of IS NOT NULL": "outbox rows without an annotation",
    "DELETE FROM outbox WHERE version = 1": "annotations that were never sent",
    "UPDATE revisions SET item = 999999 WHERE seq = 1": "revisions without a document",
    "UPDATE annotations SET copy_group = 'x' WHERE duplicate_of IS NOT NULL": (
        "copies whose representative is gone or a copy itself"
    ),
    "UPDATE annotations SET duplicate_of = 'd_nobody' WHERE duplicate_of IS NOT NULL": (
        "copies of a document that is not there"
    ),
    "DELETE FROM sources": "documents of a source that is not there",
    "UPDATE counters SET value = 1 WHERE name = 'version'": "versions beyond the counter",
    "UPDATE counters SET value = 1 WHERE name = 'ack'": "acknowledgements beyond the counter",
}


@pytest.fixture
def full(desk: Desk) -> Desk:
    """Two copies in the index, one deleted, one dead, one refused, one that waits."""
    desk.run(record("indexed", LONG), record("copy", LONG), record("gone", "删"))
    desk.ledger.delete("acme", "tmall", "gone", "source")
    desk.deliver()
    desk.take_in(record("dead", "坏"), rejects=[Reject("line 9", "VOC-E303", "not JSON", b"{")])
    desk.ledger.fail("w1", [Failed(one, "VOC-E306", "ValueError") for one in desk.claim()], max_attempts=1)
    desk.take_in(record("waits", "等"))
    desk.sound()
    return desk


def test_every_state_is_counted_once(full: Desk) -> None:
    assert full.balance() == Balance("tmall", accepted=6, indexed=2, pending=1, dead=2, deleted=1)


def test_a_lost_row_unbalances(full: Desk) -> None:
    with full.engine.begin() as conn:
        conn.execute(text("DELETE FROM items WHERE native_id = 'copy'"))
    row = full.balance()
    assert row.accepted == row.indexed + row.pending + row.dead + row.deleted + 1


@pytest.mark.parametrize("damage", DAMAGES)
def test_each_damage_has_a_name(full: Desk, damage: str) -> None:
    with full.engine.begin() as conn:
        assert conn.execute(text(damage)).rowcount > 0
    assert any(line.endswith(DAMAGES[damage]) for line in full.ledger.check())


def test_no_words_in_a_problem(full: Desk) -> None:
    with full.engine.begin() as conn:
        conn.execute(text("DELETE FROM revisions"))
    assert not any("indexed'" in line or LONG in line for line in full.ledger.check())


def test_a_counter_set_back(tmp_path: Path, full: Desk) -> None:
    if full.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL has a sequence of its own")
    with full.engine.begin() as conn:
        conn.execute(text("UPDATE counters SET value = 1 WHERE name = 'seq'"))
    assert full.ledger.check() == ["3 sequence numbers beyond the counter"]


def test_a_damaged_file_stops_with_what_to_do(tmp_path: Path, full: Desk) -> None:
    if full.engine.dialect.name != "sqlite":
        pytest.skip("files are PostgreSQL's own")
    with full.engine.connect() as conn:
        conn.exec_driver_sql("COMMIT")
        conn.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").close()
    full.engine.dispose()
    path = Path(str(full.engine.url.database))
    data = bytearray(path.read_bytes())
    data[4096:] = b"\xa5" * (len(data) - 4096)
    path.write_bytes(data)
    with pytest.raises(FatalError) as caught:
        full.ledger.check()
    assert caught.value.code == "VOC-E500"
    assert "voc doctor" in caught.value.cure
