"""Jobs, audit rows, workspaces: what an installation remembers besides feedback."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from ledger_desk import DATA_KEY, ID_KEY, Desk

from voc.db.engine import migrate, open_engine
from voc.errors import UsageError
from voc.ledger import Ledger
from voc.ledger.jobs import MAX_ERRORS
from voc.ledger.keys_at_rest import Keys
from voc.ledger.types import JobError, Workspace


def test_a_job_from_queue_to_end(desk: Desk) -> None:
    job = desk.ledger.create_job("acme", "import", {"file": "a.csv"})
    assert (job.state, job.counts, job.errors, job.progress) == ("queued", {}, (), None)
    desk.clock.forward(5)
    error = JobError("line 3", "VOC-E301", "record has no text")
    desk.ledger.update_job("acme", job.id, state="running", errors=[error], progress=0.5)
    ended = desk.ledger.update_job("acme", job.id, state="done", counts={"created": 9}, errors=[error])
    assert ended == desk.ledger.job("acme", job.id)
    assert (ended.state, ended.counts, ended.progress) == ("done", {"created": 9}, 0.5)
    assert (ended.errors, ended.errors_total) == ((error, error), 2)
    assert ended.updated_at > ended.created_at == job.created_at
    assert ended.detail == {"file": "a.csv"}


def test_errors_are_all_counted_the_first_kept(desk: Desk) -> None:
    job = desk.ledger.create_job("acme", "import", {})
    errors = [JobError(f"line {n}", "VOC-E301", "no text") for n in range(60)]
    desk.ledger.update_job("acme", job.id, errors=errors)
    kept = desk.ledger.update_job("acme", job.id, errors=errors)
    assert (len(kept.errors), kept.errors_total) == (MAX_ERRORS, 120)


def test_jobs_newest_first_and_of_one_workspace(desk: Desk) -> None:
    made = []
    for _ in range(3):
        made.append(desk.ledger.create_job("acme", "import", {}).id)
        desk.clock.forward(1)
    assert [job.id for job in desk.ledger.jobs("acme", limit=2)] == made[:0:-1]
    assert desk.ledger.jobs("other") == []
    assert desk.ledger.job("other", made[0]) is None
    with pytest.raises(UsageError) as caught:
        desk.ledger.update_job("other", made[0], state="done")
    assert caught.value.code == "VOC-E104"
    with pytest.raises(UsageError) as caught:
        desk.ledger.update_job("acme", made[0], state="odd")
    assert caught.value.code == "VOC-E102"


def test_audit_rows_newest_first_in_pages(desk: Desk) -> None:
    for n in range(5):
        desk.ledger.audit(
            "acme", actor="k_1", action="key.create", target=f"k_{n}", detail={"scopes": ["read"]}
        )
        desk.clock.forward(1)
    desk.ledger.audit("other", actor="voc", action="init", target="other")
    first = desk.ledger.audit_rows("acme", limit=2)
    assert [row.target for row in first] == ["k_4", "k_3"]
    assert [row.target for row in desk.ledger.audit_rows("acme", before=first[-1].id)] == [
        "k_2",
        "k_1",
        "k_0",
    ]
    assert first[0].detail == {"scopes": ["read"]}
    assert first[0].at < desk.clock()


def test_a_name_no_database_can_hold(desk: Desk) -> None:
    strange = {"file": "评\ud800\x00.csv", 1: [2**80, {"a": ("\udfff",)}], "s": {1}, "when": desk.clock()}
    job = desk.ledger.create_job("acme", "import", strange)  # type: ignore[arg-type]
    assert job.detail["file"] == "评\ufffd\ufffd\ufffd\ufffd.csv"
    assert job.detail["1"][0] == str(2**80)
    desk.ledger.audit("acme", actor="\x00", action="a", target="\ud800", detail=strange)  # type: ignore[arg-type]
    assert desk.ledger.audit_rows("acme")[0].detail["s"] == [1]


def test_a_workspace_is_made_once(desk: Desk) -> None:
    again = desk.ledger.ensure_workspace("acme", timezone="UTC", taxonomy="car")
    assert again == Workspace("acme", "Asia/Shanghai", "phone") == desk.ledger.workspace("acme")
    desk.ledger.ensure_workspace("a-1_b", timezone="UTC", taxonomy="car")
    assert [row.name for row in desk.ledger.workspaces()] == ["a-1_b", "acme"]
    assert desk.ledger.workspace("other") is None
    for bad in ("", "Acme", "a b", "车", "x" * 64, "*", "-a"):
        with pytest.raises(UsageError) as caught:
            desk.ledger.ensure_workspace(bad, timezone="UTC", taxonomy="car")
        assert caught.value.code == "VOC-E102"


def test_several_processes_may_begin_at_once(empty_url: str) -> None:
    together = Barrier(4)

    def begin(_: int) -> Workspace:
        engine = open_engine(empty_url)
        try:
            together.wait()
            migrate(engine)
            ledger = Ledger(engine, keys=Keys(DATA_KEY, ID_KEY))
            return ledger.ensure_workspace("acme", timezone="UTC", taxonomy="car")
        finally:
            engine.dispose()

    with ThreadPoolExecutor(4) as threads:
        assert set(threads.map(begin, range(4))) == {Workspace("acme", "UTC", "car")}


def test_open_jobs_are_those_of_a_kind_that_are_not_over(desk: Desk) -> None:
    made = [
        desk.ledger.create_job(where, kind, {}) for where, kind in [("*", "a"), ("*", "b"), ("acme", "a")]
    ]
    desk.clock.forward(1)
    made.append(desk.ledger.create_job("*", "a", {}))
    desk.ledger.update_job("*", made[0].id, state="running")
    assert [one.id for one in desk.ledger.open_jobs("*", "a")] == [made[0].id, made[3].id]
    desk.ledger.update_job("*", made[0].id, state="done")
    desk.ledger.update_job("*", made[3].id, state="failed")
    assert desk.ledger.open_jobs("*", "a") == []
    assert [one.id for one in desk.ledger.open_jobs("acme", "a")] == [made[2].id]
