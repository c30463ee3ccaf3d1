"""Killed right behind a commit: what was committed is there, and doing it again changes nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest
from ledger_desk import DATA_KEY, ID_KEY, LONG, Desk, Ticking, record
from sqlalchemy import event

from voc.db.engine import open_engine
from voc.errors import RetryableError
from voc.ledger import Ledger
from voc.ledger.keys_at_rest import Keys

_STEPS = """
    import sys
    from ledger_desk import DATA_KEY, ID_KEY, LONG, Desk, Ticking, record
    from voc.db.engine import open_engine
    from voc.ledger import Ledger
    from voc.ledger.keys_at_rest import Keys

    engine = open_engine(sys.argv[1])
    clock = Ticking()
    desk = Desk(Ledger(engine, keys=Keys(DATA_KEY, ID_KEY), clock=clock), engine, clock)
    desk.take_in(record("1", LONG), record("2", LONG), record("3"), cursor="page 2")
    desk.annotate()
    desk.deliver()
"""


@pytest.mark.parametrize(
    ("fault", "pending", "waiting"), [("ledger-commit", 3, 0), ("finish-commit", 3, 3), ("ack-commit", 0, 0)]
)
def test_killed_behind_a_commit(desk: Desk, url: str, fault: str, pending: int, waiting: int) -> None:
    died = subprocess.run(
        [sys.executable, "-c", dedent(_STEPS), url],
        env={**os.environ, "VOC_FAULT": fault, "PYTHONPATH": str(Path(__file__).parent)},
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert died.returncode == -9, died.stderr
    assert desk.ledger.cursor("acme", "tmall") == "page 2"
    assert desk.balance().pending == pending
    assert len(desk.ledger.outbox(limit=10)) == waiting
    desk.sound()
    desk.clock.forward(61)
    again = desk.take_in(record("1", LONG), record("2", LONG), record("3"), cursor="page 2")
    assert {receipt.result for receipt in again} == {"unchanged"}
    desk.annotate()
    desk.deliver()
    assert (desk.balance().accepted, desk.balance().indexed) == (3, 3)
    assert desk.copies() == {"1": None, "2": "1", "3": None}
    desk.sound()


def test_a_call_that_fails_keeps_nothing_and_counts_nothing(desk: Desk) -> None:
    seen: dict[int, int] = {}
    kept = desk.take_in(record(None, "好"), occurrences=seen)

    def away(*_: object) -> None:
        raise RetryableError("away")

    event.listen(desk.engine, "commit", away)
    with pytest.raises(RetryableError):
        desk.take_in(record(None, "好"), record("1"), cursor="lost", occurrences=seen)
    event.remove(desk.engine, "commit", away)
    assert desk.ledger.cursor("acme", "tmall") is None
    assert desk.balance().accepted == 1
    (again, _) = desk.take_in(record(None, "好"), record("1"), occurrences=seen)
    assert again.native_id != kept[0].native_id
    assert sum(seen.values()) == 2
    assert desk.balance().accepted == 3
    desk.sound()


def test_a_busy_database_says_try_again(desk: Desk) -> None:
    if desk.engine.dialect.name != "sqlite":
        pytest.skip("writers of PostgreSQL do not wait for each other")
    impatient = open_engine(desk.engine.url.render_as_string())

    @event.listens_for(impatient, "connect")
    def _no_patience(connection: object, _: object) -> None:
        connection.execute("PRAGMA busy_timeout=1").close()  # type: ignore[attr-defined]

    ledger = Ledger(impatient, keys=Keys(DATA_KEY, ID_KEY), clock=Ticking())
    with desk.engine.connect() as conn:
        conn.exec_driver_sql("COMMIT")
        conn.exec_driver_sql("BEGIN IMMEDIATE")
        with pytest.raises(RetryableError) as caught:
            ledger.append("acme", "tmall", "review", [record("1", LONG)])
        assert caught.value.code == "VOC-E400"
        assert LONG not in caught.value.line()
        Ledger(impatient, keys=Keys(DATA_KEY, ID_KEY))  # a start does not wait for whoever writes
        conn.exec_driver_sql("COMMIT")
        conn.exec_driver_sql("BEGIN")
    impatient.dispose()
    assert desk.ledger.sources("acme") == []
