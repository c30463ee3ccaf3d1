"""Any sequence of pushes, deletions, work, deaths and rebuilds: ledger, index and a model of dicts agree."""

from __future__ import annotations

import base64
import os
import re
import shutil
import signal
import sqlite3
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from pipeline_model import Model, Name, Said, Shown, partition
from sqlalchemy import event

import voc
from voc import faults, ids
from voc.config import load
from voc.db.engine import migrate, open_engine
from voc.errors import VocError
from voc.identity_key import keys_of
from voc.language import LanguagePool
from voc.ledger import Ledger
from voc.ledger.keys_at_rest import Keys
from voc.ledger.nearcopies import NearCopies
from voc.ledger.types import Claimed, Done, Failed, Finished, Reject
from voc.pipeline import Worker, expected_rows, rebuild
from voc.runtime import Runtime, sqlite_url
from voc.store.base import Store
from voc.store.codec import row_digests
from voc.store.columns import EXCLUDED
from voc.store.shelf import Shelf
from voc.task import Annotated, Spent, Task
from voc.types import VERDICTS, Document, Query

KEYS = Keys(bytes(range(32)), bytes(range(32, 64)))
ACME = "acme"
SOURCES = ("tickets", "tmall")
LONG = "电池续航太差了半天就没电，充电还特别慢，客服也不理人，要求退货"
FAR = "昨天带孩子去了那家餐厅，烤鱼端上来还冒着烟，甜品偏腻，停车场太远"
UNREADABLE = "屏幕坏了，亮度也不够"  # while the language stage is broken
POINTS = ("ledger-commit", "finish-commit", "ack-commit", "index-commit", "index-committed", "before-ack")
AT_WORK = POINTS[1:]
CHANGES = ("rekey-page", "rekey-switching", "rekey-switched", "rekey-outdated")  # of the identity key

NAMES = st.tuples(st.sampled_from(SOURCES), st.sampled_from("abcde"))
TIMES = (None, *(datetime(year, month, 1, tzinfo=UTC) for year, month in ((2026, 1), (2026, 2), (2027, 1))))
SAID = st.builds(
    Said,
    st.sampled_from([LONG, LONG, LONG + "，后来好了", FAR, "屏幕很清晰，喜欢", UNREADABLE]),
    st.sampled_from([None, "u1", "u2"]),
    st.sampled_from([None, 1.0, 5.0]),
    st.sampled_from(TIMES),
)
BATCHES = st.dictionaries(NAMES, SAID, min_size=3, max_size=7)
REASONS = st.sampled_from(["request", "retention", "source"])


class Killed(BaseException):
    """The process would be gone here."""


class Death:
    """Stands for `os` in `voc.faults`: what dies leaves its files as they are and writes to none any more."""

    def __init__(self) -> None:
        self.environ: dict[str, str] = {}
        self.index: Path | None = None
        self.instead: Callable[[], None] | None = None

    def at(self, point: str, nth: int = 1, *, instead: Callable[[], None] | None = None) -> None:
        """Die there, the nth time that it is passed, or do something else (what another process does)."""
        faults._passed.clear()
        self.instead = instead
        self.environ["VOC_FAULT"] = f"{point}:{nth}"

    def getpid(self) -> int:
        return os.getpid()

    def kill(self, _: int, number: int) -> None:
        assert number == signal.SIGKILL
        self.environ.clear()
        if self.instead is not None:
            self.instead()
            return
        assert self.index is not None
        if self.index.exists():
            # In one step, with whatever a thread is just writing; no handler on the way out finds it again.
            self.index.rename(self.left)
        raise Killed

    @property
    def left(self) -> Path:
        """Where the index lies that a dead process left."""
        assert self.index is not None
        return self.index.with_name("left")

    def over(self) -> None:
        """The next process finds what the dead one left."""
        self.environ.clear()
        if self.left.exists():
            assert self.index is not None
            shutil.rmtree(self.index, ignore_errors=True)
            self.left.rename(self.index)


class Pool(LanguagePool):
    """The real engine in this process, with a defect that can be switched on."""

    broken = False

    def submit(self, tasks: Sequence[Task]) -> Future[tuple[list[Annotated], Spent]]:
        future = super().submit(tasks)
        if self.broken:
            annotated, _ = future.result()
            for place, task in enumerate(tasks):
                if task.record.text == UNREADABLE:
                    annotated[place] = Annotated(failure="VOC-E306", reason="ValueError")
        return future


class Watched(Ledger):
    """Tells the model what was worked on: a death comes only after the commit."""

    model: Model

    def finish(self, worker: str, done: Sequence[Done], *, near: NearCopies | None = None) -> list[Finished]:
        kept = {
            one.claimed.document_id for one in done if self.model.finish(_name(one.claimed), one.claimed.seq)
        }
        finished = super().finish(worker, done, near=near)
        assert {row.document_id for row in finished if not row.other} == kept
        return finished

    def fail(self, worker: str, failures: Sequence[Failed], *, max_attempts: int) -> None:
        for failure in failures:
            if failure.claimed.attempts >= max_attempts:
                self.model.bury(_name(failure.claimed), failure.claimed.seq)
        super().fail(worker, failures, max_attempts=max_attempts)


def _name(claimed: Claimed) -> Name:
    return claimed.source, claimed.native_id


def _in_no_hurry(connection: sqlite3.Connection, _: object) -> None:
    # Here it is processes that die, not the machine: what they have written needs not be on a disk.
    connection.execute("PRAGMA synchronous=OFF").close()


def _documents(store: Store) -> list[Document]:
    return [hit.document for hit in store.documents(Query(ACME), limit=1000)]


def machine(folder: Path, migrated: Path, pool: Pool, death: Death) -> type[RuleBasedStateMachine]:
    """Rules over a home of its own for every sequence."""

    class PipelineMachine(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            home = folder / str(len(list(folder.iterdir())))
            home.mkdir()
            shutil.copy(migrated, home / "ledger.sqlite")
            for name, key in (("data.key", KEYS.data_key), ("id.key", KEYS.id_key)):
                (home / name).write_bytes(base64.b64encode(key))
            self.now = datetime(2026, 11, 1, 12, tzinfo=UTC)
            self.engine = open_engine(sqlite_url(home))
            event.listen(self.engine, "connect", _in_no_hurry)
            self.ledger = Watched(self.engine, keys=KEYS, clock=lambda: self.now)
            self.ledger.ensure_workspace(ACME, timezone="Asia/Shanghai", taxonomy="phone")
            self.model = self.ledger.model = Model()
            configured = load(home=home, batch_documents=2, max_attempts=2, lease_s=60, workspace=ACME)
            self.runtime = Runtime(configured, KEYS, self.ledger)
            self.reader = self.runtime.reader()  # outlives every writer
            self.store: Store | None = None
            self.worker: Worker | None = None
            self.workers = 0
            pool.broken = False
            death.environ.clear()
            death.index = home / "index"

        def teardown(self) -> None:
            death.environ.clear()
            if sys.exc_info()[0] is None:  # no step failed
                self.work()
                pool.broken = False
                self.replay()
                self.work()
            self.reopen()
            self.reader.close()
            self.engine.dispose()

        # ------------------------------------------------------------ in

        @initialize(batch=BATCHES, broken=st.booleans())
        def first(self, batch: dict[Name, Said], broken: bool) -> None:
            pool.broken = broken
            self.push(batch, unheard=False)

        @rule(batch=BATCHES, unheard=st.booleans())
        def push(self, batch: dict[Name, Said], unheard: bool) -> None:
            """`unheard`: the process dies before it answers, and the sender sends again."""
            for source in SOURCES:
                sent = {name: said for name, said in batch.items() if name[0] == source}
                if sent:
                    self._push(source, sent, unheard=unheard)

        def _push(self, source: str, sent: dict[Name, Said], *, unheard: bool) -> None:
            expected = [self.model.decide(name, said) for name, said in sent.items()]
            records = [said.record(name[1]) for name, said in sent.items()]
            if unheard:
                death.at("ledger-commit")
                with pytest.raises(Killed):
                    self.ledger.append(ACME, source, "review", records)
                self._dead()
                expected = [("unchanged", False)] * len(sent)
            receipts = self.ledger.append(ACME, source, "review", records)
            assert [(receipt.result, receipt.history) for receipt in receipts] == expected
            for (name, said), receipt in zip(sent.items(), receipts, strict=True):
                self.model.append(name, said, seq=receipt.seq)

        @rule(source=st.sampled_from(SOURCES), raw=st.sampled_from(["1", "2"]))
        def refuse(self, source: str, raw: str) -> None:
            reject = Reject("line 1", "VOC-E303", "not JSON", raw.encode())
            self.ledger.append(ACME, source, "review", [], rejects=[reject])
            self.model.refused.add((source, raw))

        @rule(name=NAMES, reason=REASONS)
        def delete(self, name: Name, reason: str) -> None:
            expected = self.model.delete(name, reason, self.now)
            assert self.ledger.delete(ACME, *name, reason) is expected

        @rule(name=NAMES, verdict=st.sampled_from(VERDICTS))
        def judge(self, name: Name, verdict: str) -> None:
            """A person's; it outlives whatever becomes of the document but its deletion."""
            if self.model.judge(name, verdict):
                identity = ids.document_id(ACME, *name)
                self.ledger.judge(ACME, identity, verdict, reason="因为", actor="k_1")

        # ------------------------------------------------------------ work

        @rule()
        def work(self) -> None:
            """All of it; what a dead worker had comes when its lease is over."""
            worker = self._worker()
            worker.run(stop=lambda: False)
            if self.runtime.pending(ACME):
                self.now += timedelta(seconds=61)
                worker.run(stop=lambda: False)
            self._agreed(worker.store)

        @rule(batches=st.integers(1, 3))
        def work_a_little(self, batches: int) -> None:
            left = [True] * batches
            self._worker().run(stop=lambda: not left or not left.pop())

        @rule(batch=BATCHES, point=st.sampled_from(AT_WORK), nth=st.integers(1, 4))
        def die_at_work(self, batch: dict[Name, Said], point: str, nth: int) -> None:
            self.push(batch, unheard=False)
            worker = self._worker()
            death.at(point, nth)
            with suppress(Killed):
                worker.run(stop=lambda: False)
            self._dead()

        @rule(
            point=st.sampled_from(AT_WORK),
            nth=st.integers(1, 3),
            batch=BATCHES,
            gone=NAMES,
            reason=REASONS,
            back=st.booleans(),
            judged=NAMES,
            verdict=st.sampled_from(VERDICTS),
        )
        def work_while_more_comes(
            self,
            point: str,
            nth: int,
            batch: dict[Name, Said],
            gone: Name,
            reason: str,
            back: bool,
            judged: Name,
            verdict: str,
        ) -> None:
            """Newer revisions, deletions and verdicts of what is just being worked on or sent."""

            def another_process() -> None:
                self.judge(judged, verdict)
                self.delete(gone, reason)
                if back:
                    self.push(batch, unheard=False)

            worker = self._worker()
            self.push(batch, unheard=False)
            death.at(point, nth, instead=another_process)
            worker.run(stop=lambda: False)
            death.environ.clear()

        @rule(broken=st.booleans())
        def defect(self, broken: bool) -> None:
            pool.broken = broken

        @rule()
        def replay(self) -> None:
            assert self.ledger.replay(ACME) == self.model.replay()

        @rule()
        def repair(self) -> None:
            """Nothing is ever broken but the leases of the dead."""
            assert self.ledger.repair().keys() <= {"leases"}

        @rule(destroy=st.booleans(), point=st.sampled_from([None, *CHANGES]))
        def change_key(self, destroy: bool, point: str | None) -> None:
            """Of pseudonyms; a process that dies over it leaves the old key in force, or the new one."""

            def change() -> None:
                self.runtime.change_identity_key(destroy=destroy, new_key=None, actor="test")

            self.reopen()
            if point is not None:
                death.at(point)
                with suppress(Killed):
                    change()
                self._dead()
                self._look_keys_up()
            change()
            self._look_keys_up()
            if destroy:
                self.model.forget_authors()

        def _look_keys_up(self) -> None:
            """As a process does that opens the home."""
            home = self.runtime.settings.home
            keys = keys_of(self.runtime.settings, self.engine, index=home / "index")
            self.ledger = Watched(self.engine, keys=keys, clock=lambda: self.now)
            self.ledger.model = self.model
            self.runtime = Runtime(self.runtime.settings, keys, self.ledger)

        # ------------------------------------------------------------ the index

        @rule()
        def reopen(self) -> None:
            """Another worker takes over from one that ended in order."""
            if self.store is not None:
                self.store.close()
            self.store = self.worker = None

        @rule()
        def lose_the_index(self) -> None:
            self.reopen()
            shutil.rmtree(self.runtime.settings.home / "index", ignore_errors=True)

        @rule()
        def make_again(self) -> None:
            store = self._worker().store
            before, waiting = store.digest(ACME), self.ledger.outbox(limit=1)
            rebuild(self.ledger, store, workspaces=[ACME])
            store.mark_rebuilt()
            if not waiting:
                assert store.digest(ACME) == before
            self._as_the_ledger(store)

        @rule(point=st.sampled_from(["index-commit", "index-committed"]), nth=st.integers(1, 2))
        def die_while_making_again(self, point: str, nth: int) -> None:
            store = self._worker().store
            death.at(point, nth)
            with suppress(Killed):
                rebuild(self.ledger, store, workspaces=[ACME])
                store.mark_rebuilt()
            self._dead()

        # ------------------------------------------------------------ what must hold

        @invariant()
        def balanced(self) -> None:
            assert self.ledger.check() == []
            for row in self.ledger.balance(ACME):
                assert row.accepted == row.indexed + row.pending + row.dead + row.deleted
                assert row.accepted == self.model.balance(row.source).accepted

        def _agreed(self, store: Store) -> None:
            assert self.ledger.balance(ACME) == [
                self.model.balance(source) for source in SOURCES if self.model.balance(source).accepted
            ]
            assert not self.runtime.pending(ACME) and not self.ledger.outbox(limit=1)
            self._as_the_ledger(store)
            self._as_the_model(store)
            self.reader.refresh()
            assert sorted(self.reader.scan(ACME)) == sorted(store.scan(ACME))
            self._columns_as_rows(self.reader)
            self._as_the_model(self.reader)

        def _as_the_ledger(self, store: Store) -> None:
            said = sorted(digest for rows in expected_rows(self.ledger, ACME) for digest in row_digests(rows))
            assert sorted(store.scan(ACME)) == said
            self._columns_as_rows(store)

        def _columns_as_rows(self, store: Store) -> None:
            columns = store.columns(ACME)
            documents, mentions = columns.documents, columns.mentions
            of = [columns.document_id(row) for row in range(documents.size)]
            counted = [(f"{of[row]}/", int(documents.row_version[row])) for row in range(documents.size)]
            for row, parent in enumerate(mentions.document.tolist()):
                key = f"{of[parent]}/{columns.mention_id(row)}"
                counted.append((key, int(documents.row_version[parent])))
            assert sorted(counted) == sorted((key, version) for key, version, _ in store.scan(ACME))
            why = {of[row]: EXCLUDED[documents.excluded[row]] for row in range(documents.size)}
            assert why == {row.id: row.excluded for row in _documents(store)}

        def _as_the_model(self, store: Store) -> None:
            found = _documents(store)
            names: dict[str | None, Name] = {row.id: (row.source, row.native_id) for row in found}
            assert all(row.id == ids.document_id(ACME, row.source, row.native_id) for row in found)
            assert {
                names[row.id]: Shown(
                    row.text,
                    row.rating,
                    row.seq,
                    row.revision,
                    row.text_revision,
                    None if row.duplicate_of is None else names[row.duplicate_of],
                    row.verdict,
                    row.excluded,
                )
                for row in found
            } == self.model.shown()
            people: dict[str, list[Name]] = {}
            for row in found:
                people.setdefault(row.person, []).append(names[row.id])
            assert partition(people.values()) == self.model.people()

        # ------------------------------------------------------------ processes

        def _worker(self) -> Worker:
            """The one at work, or a new one over a store that is made whole first."""
            if self.worker is None:
                self.store = self.runtime.writer(note=lambda _: None)
                self.worker = self.runtime.worker(self.store, pool)
                self.workers += 1
                self.worker.name = f"w{self.workers}"
            return self.worker

        def _dead(self) -> None:
            """Its store's locks go with it; a process that did not die is just ended."""
            with suppress(VocError, OSError):
                self.reopen()
            self.store = self.worker = None
            death.over()

    return PipelineMachine


@pytest.fixture(scope="module")
def pool() -> Pool:
    """The engine, loaded once."""
    made = Pool(processes=0, profile="fast", taxonomies=["phone"])
    made.warm()
    return made


@pytest.fixture
def death(monkeypatch: pytest.MonkeyPatch) -> Iterator[Death]:
    """Named points raise instead of ending the test."""
    made = Death()
    monkeypatch.setattr(faults, "os", made)
    return made


def test_every_point_is_passed() -> None:
    # Those of a migration are passed in tests/faults.
    places = [path for path in Path(voc.__file__).parent.rglob("*.py") if path.parent.name != "db"]
    named = {name for path in places for name in re.findall(r'\bpoint\("([a-z-]+)"\)', path.read_text())}
    assert named == {*POINTS, *CHANGES}


@pytest.mark.slow
def test_any_sequence_equals_the_model(
    tmp_path: Path, pool: Pool, death: Death, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Snapshots of the columns after every few rows, so that what opens the index reads them.
    save = Shelf.save
    monkeypatch.setattr(Shelf, "save", lambda shelf, **_: save(shelf, least=2, share=1000))
    migrated = tmp_path / "migrated.sqlite"
    engine = open_engine(f"sqlite:///{migrated}")
    migrate(engine)
    engine.dispose()
    homes = tmp_path / "homes"
    homes.mkdir()
    # VOC_TEST_SOAK multiplies the examples.
    quick: Any = settings(
        max_examples=20 * int(os.environ.get("VOC_TEST_SOAK", "1")),
        stateful_step_count=25,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(machine(homes, migrated, pool, death), settings=quick)
