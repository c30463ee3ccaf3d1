"""Batches and crashes: whatever ends processes, the guilty alone are told to have failed."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voc.errors import ConfigError, RetryableError
from voc.flights import Flights
from voc.language import LanguagePool
from voc.ledger.types import Claimed
from voc.task import Annotated, Spent, Task
from voc.types import Record

_SPENT = Spent(0, 0, 0)


class Pool(LanguagePool):
    """Processes as the worker sees them: a batch with a deadly document breaks all that is not yet read."""

    def __init__(self, *, processes: int, deadly: frozenset[str] = frozenset()) -> None:
        super().__init__(processes=processes, profile="fast", taxonomies=["phone"])
        self.deadly = deadly
        self.unusable: Exception | None = None  # what every start comes to
        self.crashes = self.shown = 0
        self._open: list[tuple[Sequence[Task], Future[tuple[list[Annotated], Spent]]]] = []

    def submit(self, tasks: Sequence[Task]) -> Future[tuple[list[Annotated], Spent]]:
        future: Future[tuple[list[Annotated], Spent]] = Future()
        self._open.append((tasks, future))
        return future

    def result(self, future: Future[tuple[list[Annotated], Spent]]) -> tuple[list[Annotated], Spent]:
        waiting, self._open = self._open, []
        broken = self.unusable
        for tasks, one in waiting:
            if broken is None and any(task.record.native_id in self.deadly for task in tasks):
                broken = BrokenProcessPool()
                self.crashes += 1
            if broken is None:
                one.set_result(([Annotated(body=task.record.text.encode()) for task in tasks], _SPENT))
            else:
                one.set_exception(broken)
        return super().result(future)

    def show(self) -> None:
        super().show()
        self.shown += 1


def claims(count: int, *, attempts: int = 1, first: int = 0) -> list[Claimed]:
    """So many documents, lent for the `attempts`th time."""
    return [
        Claimed(
            item=n,
            workspace="acme",
            source="shop",
            native_id=str(n),
            kind="review",
            document_id=f"d_{n}",
            revision=1,
            seq=n,
            received_at=datetime(2026, 11, 1, tzinfo=UTC),
            record=Record(text=f"第{n}条", native_id=str(n)),
            author_key=None,
            attempts=attempts,
            token=1,
        )
        for n in range(first, first + count)
    ]


def flights(pool: Pool, batch: int) -> Flights:
    """Empty."""
    return Flights(pool, batch=batch, task_of=lambda one: Task(one.record, "phone"))


def landed(found: Flights, waiting: list[list[Claimed]]) -> tuple[dict[str, bytes], list[str]]:
    """All that is read, and who is told to have failed, as a worker would send and land."""
    read: dict[str, bytes] = {}
    failed: list[str] = []
    while waiting or len(found):
        while waiting and found.room:
            found.send(waiting.pop(0))
        one = found.land()
        for claimed, annotated in zip(one.claimed, one.annotated, strict=True) if one else ():
            if annotated.failure:
                assert annotated.failure == "VOC-E306"
                failed.append(claimed.native_id)
            else:
                assert claimed.native_id not in read, "read twice"
                read[claimed.native_id] = annotated.body
    return read, failed


@given(
    batches=st.lists(st.integers(1, 40), min_size=1, max_size=5),
    deadly=st.sets(st.integers(0, 120), max_size=5),
    processes=st.integers(1, 3),
    attempts=st.integers(1, 4),
)
def test_only_the_guilty_fail(batches: list[int], deadly: set[int], processes: int, attempts: int) -> None:
    pool = Pool(processes=processes, deadly=frozenset(map(str, deadly)))
    waiting, count = [], 0
    for size in batches:
        waiting.append(claims(size, first=count, attempts=attempts if count % 2 else 1))
        count += size
    read, failed = landed(flights(pool, 40), waiting)
    guilty = sorted(str(n) for n in deadly if n < count)
    assert sorted(failed) == guilty
    assert read == {str(n): f"第{n}条".encode() for n in range(count) if str(n) not in guilty}


def test_few_crashes_find_one_among_a_thousand() -> None:
    pool = Pool(processes=2, deadly=frozenset({"777"}))
    read, failed = landed(flights(pool, 1000), [claims(1000)])
    assert (len(read), failed) == (999, ["777"])
    # Together, one of 125, one of 16, one of 2, alone.
    assert pool.crashes == 5
    assert pool.shown == pool.crashes, "each crash is followed by a process that shows that it works"


def test_what_was_tried_before_goes_in_batches_that_shrink() -> None:
    sent: list[int] = []

    class Counting(Pool):
        def submit(self, tasks: Sequence[Task]) -> Future[tuple[list[Annotated], Spent]]:
            sent.append(len(tasks))
            return super().submit(tasks)

    found = flights(Counting(processes=2), 64)
    found.send([*claims(4), *claims(20, attempts=2, first=10), *claims(3, attempts=3, first=50)])
    assert not found.room, "nothing else is sent while they are read"
    landed(found, [])
    assert sent == [4, 8, 8, 4, 1, 1, 1]


@pytest.mark.parametrize(
    "fault", [BrokenProcessPool(), RetryableError("no memory", code="VOC-E403"), ConfigError("gone")]
)
def test_where_no_process_starts_nobody_is_at_fault(fault: Exception) -> None:
    pool = Pool(processes=2)
    found = flights(pool, 8)
    found.send(claims(8))
    pool.unusable = fault
    with pytest.raises((RetryableError, ConfigError)) as raised:
        while True:
            found.land()
    assert raised.value.code == ("VOC-E200" if isinstance(fault, ConfigError) else "VOC-E403")
    assert pool.shown == 0


def test_a_document_that_was_alone_is_not_blamed_when_no_process_starts_after_it() -> None:
    pool = Pool(processes=1, deadly=frozenset({"0"}))
    found = flights(pool, 8)
    found.send([replace(one, attempts=3) for one in claims(1)])

    class Failing(Pool):
        def show(self) -> None:
            raise RetryableError("no memory", code="VOC-E403")

    pool.__class__ = Failing
    with pytest.raises(RetryableError, match="no memory"):
        found.land()


def test_no_process_can_be_made(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    pool = LanguagePool(processes=1, profile="fast")
    monkeypatch.setattr("voc.language.ProcessPoolExecutor.submit", refused)
    with pytest.raises(RetryableError, match="cannot be made \\(BlockingIOError\\)") as raised:
        pool.submit([])
    assert raised.value.code == "VOC-E403"
    pool.close()
