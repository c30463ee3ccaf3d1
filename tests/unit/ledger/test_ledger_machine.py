"""Any sequence of calls keeps accepted = indexed + pending + dead + deleted, and equals a model of dicts."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from ledger_desk import ALPHABET, LONG, Desk, done
from ledger_model import BEGINNING, Content, Model
from sqlalchemy import text

from voc import ids
from voc.db.tables import metadata
from voc.errors import UsageError
from voc.ledger import finishing
from voc.ledger.nearcopies import NearCopies
from voc.ledger.types import Claimed, Failed, Reject
from voc.text.duplicates import Duplicates
from voc.types import VERDICTS, KnownText

NAMES = st.sampled_from("abcdef")
NEAR = LONG + "，最后只能申请退货了"
FAR = "昨天带孩子去了那家餐厅烤鱼端上来还冒着烟甜品偏腻停车场太远"
KIN = {NEAR: [NEAR, NEAR + "唉", NEAR.replace("没电", "没店")], FAR: [FAR, FAR + "了点"]}
TEXTS = st.sampled_from(["慢", "快", *KIN[NEAR], *KIN[FAR]])
AUTHORS = st.sampled_from([None, "u1", "u2"])
TIMES = st.sampled_from(
    [
        None,
        datetime(2026, 1, 1, tzinfo=UTC),
        datetime(2026, 2, 1, tzinfo=UTC),
        datetime(2027, 1, 1, tzinfo=UTC),
    ]
)
CONTENTS = st.builds(Content, TEXTS, AUTHORS, TIMES)
BATCHES = st.dictionaries(NAMES, CONTENTS, min_size=1, max_size=4)
CHOICE = st.lists(st.integers(0, 12), min_size=1, max_size=4)


@contextmanager
def monkeypatched(target: Any, name: str, value: Any) -> Iterator[None]:
    """For as long as the block lasts (the fixture is one for all examples)."""
    was = getattr(target, name)
    setattr(target, name, value)
    try:
        yield
    finally:
        setattr(target, name, was)


def document(name: str) -> str:
    return ids.document_id("acme", "tmall", name)


def machine(desk: Desk) -> type[RuleBasedStateMachine]:
    """Rules over one database, emptied for every sequence."""

    class LedgerMachine(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            with desk.engine.begin() as conn:
                for table in metadata.sorted_tables:
                    if table.name not in ("meta", "counters", "workspaces"):
                        conn.execute(table.delete())
                conn.execute(text("UPDATE counters SET value = 0"))
            self.model = Model()
            self.claims: list[Claimed] = []
            self.sent: list[tuple[str, int]] = []
            self.versions = 0
            # Two processes, each with a memory of its own.
            self.near = [NearCopies(Duplicates()) for _ in range(2)]
            desk.take_in()

        @rule(batch=BATCHES)
        def append(self, batch: dict[str, Content]) -> None:
            expected = {name: self.model.decide(name, content) for name, content in batch.items()}
            receipts = desk.take_in(*(content.record(name) for name, content in batch.items()))
            for receipt in receipts:
                assert (receipt.result, receipt.history) == expected[receipt.native_id]
                self.model.append(receipt.native_id, batch[receipt.native_id], seq=receipt.seq)

        @rule(raw=st.sampled_from([b"1", b"2"]))
        def refuse(self, raw: bytes) -> None:
            desk.take_in(rejects=[Reject("line 1", "VOC-E303", "not JSON", raw)])
            self.model.refused.add(raw)

        @rule(limit=st.integers(1, 6))
        def claim(self, limit: int) -> None:
            expected = self.model.claimable(desk.clock(), limit)
            claimed = desk.claim(limit=limit)
            assert [one.native_id for one in claimed] == expected
            assert [one.record.text for one in claimed] == [self.model.docs[n].content.text for n in expected]
            self.model.claim(claimed, desk.clock())
            self.claims.extend(claimed)

        def _some(self, choice: list[int]) -> list[Claimed]:
            newest = self.claims[::-1]  # older ones are mostly lost
            found = {place: newest[place] for place in choice if place < len(newest)}
            return list({one.item: one for one in found.values()}.values())

        @rule(process=st.integers(0, 1))
        def forget(self, process: int) -> None:
            """It ended, and another one came."""
            self.near[process] = NearCopies(Duplicates())

        @rule(choice=CHOICE, process=st.integers(0, 1))
        def undo(self, choice: list[int], process: int) -> None:
            """Work that was not committed: the disk was full at the last moment."""
            with pytest.raises(ZeroDivisionError), monkeypatched(finishing, "_answer", lambda *_: 1 // 0):
                desk.ledger.finish("w1", [done(one) for one in self._some(choice)], near=self.near[process])
                raise ZeroDivisionError  # nothing was held

        @rule(choice=CHOICE, process=st.integers(0, 1))
        def finish(self, choice: list[int], process: int) -> None:
            some = self._some(choice)
            finished = desk.ledger.finish("w1", [done(one) for one in some], near=self.near[process])
            expected = {document(doc.native_id): doc for doc in self.model.finish(some)}
            mine = [row for row in finished if not row.other]
            assert {row.document_id for row in mine} == expected.keys()
            for row in mine:
                assert row.text_revision == expected[row.document_id].text_revision

        @rule(batch=BATCHES, limit=st.integers(2, 6), process=st.integers(0, 1))
        def take_in_and_finish(self, batch: dict[str, Content], limit: int, process: int) -> None:
            """Left to chance, hardly a sequence had two annotated documents."""
            self.append(batch)
            self.claim(limit)
            self.finish(list(range(limit)), process)

        @rule(choice=CHOICE, max_attempts=st.integers(1, 2))
        def fail(self, choice: list[int], max_attempts: int) -> None:
            some = self._some(choice)
            failures = [Failed(one, "VOC-E306", "ValueError") for one in some]
            desk.ledger.fail("w1", failures, max_attempts=max_attempts)
            self.model.fail(some, max_attempts=max_attempts)

        @rule()
        def expire(self) -> None:
            desk.clock.forward(61)

        @rule()
        def release(self) -> None:
            desk.ledger.release("w1")
            self.model.release()

        @rule()
        def replay(self) -> None:
            assert desk.ledger.replay("acme") == self.model.replay()

        @rule(choice=CHOICE)
        def acknowledge(self, choice: list[int]) -> None:
            some = [self.sent[-1 - place] for place in choice if place < len(self.sent)]
            desk.ledger.ack([(document(name), version) for name, version in some])
            for name, version in some:
                self.model.ack(name, version)

        @rule(name=NAMES, reason=st.sampled_from(["request", "retention", "source"]))
        def delete(self, name: str, reason: str) -> None:
            expected = self.model.delete(name, reason, desk.clock())
            assert desk.ledger.delete("acme", "tmall", name, reason) is expected

        @rule(name=NAMES, verdict=st.sampled_from(VERDICTS))
        def judge(self, name: str, verdict: str) -> None:
            if self.model.judge(name, verdict):
                desk.ledger.judge("acme", document(name), verdict, reason="因为", actor="k_1")
                return
            with pytest.raises(UsageError):
                desk.ledger.judge("acme", document(name), verdict, reason="因为", actor="k_1")

        @rule(destroy=st.booleans())
        def change_key(self, destroy: bool) -> None:
            before = {row.context.author_key for row in desk.ledger.all_rows("acme")} - {None}
            change = desk.ledger.destroy_identity if destroy else desk.ledger.rotate_identity
            expected = self.model.change_key(destroy=destroy)
            assert change(secrets.token_bytes(32), actor="test").documents == expected
            assert before.isdisjoint(row.context.author_key for row in desk.ledger.all_rows("acme"))

        @invariant()
        def balanced(self) -> None:
            desk.sound()
            assert desk.balance() == self.model.balance("tmall")

        @invariant()
        def sent_as_the_model_says(self) -> None:
            names = {document(name): name for name in self.model.docs}
            waiting = {names[row.document_id]: row for row in desk.ledger.outbox(limit=100)}
            assert waiting.keys() == {n for n, doc in self.model.docs.items() if doc.waiting}
            for name, row in waiting.items():
                doc = self.model.docs[name]
                assert row.deleted == doc.gone
                assert row.version >= doc.version
                if row.version != doc.version:
                    assert row.version > self.versions
                    doc.version = row.version
                    self.sent.append((name, row.version))
            self.versions = max([self.versions, *(row.version for row in waiting.values())])

        @invariant()
        def rows_as_the_model_says(self) -> None:
            names = {document(name): name for name in self.model.docs}
            rows = {names[row.document_id]: row for row in desk.ledger.all_rows("acme")}
            heads = {n: row.context.duplicate_of for n, row in rows.items()}
            assert {n: h and names[h] for n, h in heads.items()} == self.model.duplicates()
            for name, row in rows.items():
                annotation = self.model.docs[name].annotation
                assert annotation is not None
                assert row.context.revision == annotation.revision
                assert row.context.text_revision == annotation.text_revision
                assert row.context.verdict == self.model.docs[name].verdict
            people: dict[str, set[str]] = {}
            for name, row in rows.items():
                if row.context.author_key is not None:
                    people.setdefault(row.context.person, set()).add(name)
            assert set(map(frozenset, people.values())) == self.model.people()

        @invariant()
        def followed_in_order(self) -> None:
            changes = desk.ledger.changes("acme", 0, 100)
            numbers = [change.ack_seq for change in changes]
            assert numbers == sorted(set(numbers))
            assert desk.ledger.as_of("acme") == (numbers[-1] if numbers else 0)

    return LedgerMachine


def test_the_model_knows_who_is_near() -> None:
    texts = [text for kin in KIN.values() for text in kin]
    sketches = [ALPHABET.sketch(text) for text in texts]
    met = Duplicates().meet([KnownText(item, 0, sketch) for item, sketch in enumerate(sketches)])
    for item, near in enumerate(met):
        kin = {texts[item], *(texts[one.item] for one in near)}
        assert kin == {text for text in texts if text[:BEGINNING] == texts[item][:BEGINNING]}


def test_any_sequence_equals_the_model(desk: Desk) -> None:
    # VOC_TEST_SOAK multiplies the examples.
    examples = 20 if desk.engine.dialect.name == "sqlite" else 8
    quick: Any = settings(
        max_examples=examples * int(os.environ.get("VOC_TEST_SOAK", "1")),
        stateful_step_count=25,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(machine(desk), settings=quick)
