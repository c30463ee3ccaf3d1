"""Language processes that die: healthy records are never blamed, a record that kills them is, alone."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from fault_desk import proven, reviews
from gremlin import Gremlin
from small_disk import Script, Service, events, service
from voc_program import Program

from voc.cli.work import work_forever
from voc.language import LanguagePool
from voc.runtime import Runtime

_RECORDS = 60
_POISON = "会让进程死掉的评价"


@pytest.fixture
def gremlin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Gremlin:
    """In language processes that this test starts."""
    made = Gremlin(tmp_path / "gremlin")
    made.here(monkeypatch)
    return made


@contextmanager
def _serviced(home: Path, **settings: int) -> Iterator[tuple[Service, LanguagePool]]:
    """A service whose worker (in this process) has a real language process."""
    with service(home, **settings) as voc:
        pool = LanguagePool(processes=1, profile="fast", taxonomies=["general"])
        try:
            yield voc, pool
        finally:
            pool.close()


def _work(voc: Service, pool: LanguagePool, script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Runtime, "pool", lambda _: pool)
    opened = Runtime(voc.opened.settings, voc.opened.keys, voc.opened.ledger)
    work_forever(opened, script)  # type: ignore[arg-type]


def _attempts(home: Path) -> list[tuple[int, int]]:
    """(attempts, documents with so many) of what waits for the language stage."""
    with closing(sqlite3.connect(home / "ledger.sqlite")) as conn:
        return list(conn.execute("SELECT attempts, count(*) FROM work GROUP BY attempts"))


@pytest.mark.parametrize("cause", ["language-killed", "language-memory", "models-gone"])
def test_a_start_that_fails_every_time_costs_no_record_a_try(
    cause: str,
    gremlin: Gremlin,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    code = "VOC-E202" if cause == "models-gone" else "VOC-E403"
    with _serviced(tmp_path / "home") as (voc, pool):
        assert voc.push(_RECORDS).status_code == 202
        gremlin.cause(cause)

        def nobody_is_blamed() -> None:
            assert _attempts(voc.opened.settings.home) == [(0, _RECORDS)]
            assert voc.opened.ledger.dead_letters("default") == []

        # More often than a document may be tried.
        steps = [nobody_is_blamed] * (voc.opened.settings.max_attempts + 1)
        script = Script(voc.opened, *steps, lambda: gremlin.over(cause))
        _work(voc, pool, script, monkeypatch)
        assert script.pauses == [1, 2, 4, 8, 16]
        voc.proven()
        assert voc.opened.ledger.dead_letters("default") == []
    waits = [one for one in events(capfd.readouterr().err) if one["event"] == "worker waits"]
    assert [one["code"] for one in waits] == [code] * 5
    assert all(one["cure"] for one in waits)


def test_a_record_that_kills_its_process_ends_in_dead_letters_alone(
    gremlin: Gremlin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gremlin.cause("poison", _POISON)
    with _serviced(tmp_path / "home", max_attempts=2) as (voc, pool):
        assert voc.push(15).status_code == 202
        records = [{"native_id": "bad", "text": _POISON}]
        assert voc.client.post("/v1/records", json={"source": "shop", "records": records}).status_code == 202
        assert voc.push(15).status_code == 202
        _work(voc, pool, Script(voc.opened), monkeypatch)

        [letter] = voc.opened.ledger.dead_letters("default")
        assert (letter.native_id, letter.code, letter.attempts) == ("bad", "VOC-E306", 2)
        assert voc.documents() == voc.sent  # every neighbour, once
        [row] = voc.opened.ledger.balance("default")
        assert (row.indexed, row.pending, row.dead) == (30, 0, 1)
        # The first, and a new one after each crash: all, 4 of 31, alone, alone again.
        assert len(gremlin.started("language")) == 5

        # It is not lost: what kills it is mended, and it is tried again.
        gremlin.over("poison")
        pool.close()
        assert voc.opened.ledger.replay("default") == 1
        _work(voc, pool, Script(voc.opened), monkeypatch)
        voc.sent["bad"] = _POISON
        voc.proven()


def test_a_worker_that_is_stopped_gives_back_what_it_would_read_again(
    gremlin: Gremlin, tmp_path: Path
) -> None:
    gremlin.cause("poison", _POISON)
    with _serviced(tmp_path / "home") as (voc, pool):
        record = {"native_id": "bad", "text": _POISON}
        voc.client.post("/v1/records", json={"source": "shop", "records": [record]})
        assert voc.push(20).status_code == 202
        store = voc.opened.writer(note=lambda _: None)
        try:
            worker = voc.opened.worker(store, pool)
            # The batch is sent and its process dies: the end is asked for while it waits to be read again.
            worker.run(stop=lambda: len(worker._flights) != 0)
        finally:
            store.close()
        assert _attempts(voc.opened.settings.home) == [(0, 21)]
        assert len(gremlin.started("language")) == 1


def test_ingest_says_in_one_line_that_nothing_can_be_read(tmp_path: Path) -> None:
    gremlin = Gremlin(tmp_path / "gremlin")
    gremlin.cause("language-killed")
    voc = Program(tmp_path / "home", {"VOC_LANGUAGE_PROCESSES": "1"})
    texts = reviews(tmp_path / "shop.csv", 20)
    done = gremlin.among(voc).run("ingest", str(tmp_path / "shop.csv"), "--wait")
    assert done.returncode == 1
    [line] = done.stderr.decode().splitlines()
    assert line.startswith("error VOC-E403: a language process ended unexpectedly, often too little memory")
    assert _attempts(voc.home) == [(0, 20)]
    gremlin.over("language-killed")
    assert gremlin.among(voc).run("work", "--until-empty").returncode == 0
    proven(voc, texts)
