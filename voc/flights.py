"""Batches on their way through the language processes; after a crash they are read again in smaller ones.

Whom a crash is laid to: nobody, of what was being read when a process ended. That is read again with nothing
else in the processes, split in eight at each crash, so that three or four crashes find one document among a
thousand and its neighbours go through. Only a document that was alone, between two processes that have shown
that they start and read harmless words, is told to have failed. Where that is not shown (no memory, a model
file gone) no document is at fault: it raises, and the worker gives back what it holds and waits.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass

import structlog

from voc.language import LanguagePool, ProcessEnded
from voc.ledger.types import Claimed
from voc.task import Annotated, Spent, Task

log = structlog.get_logger("voc.worker")
_IN_FLIGHT = 2  # batches at the language processes beyond one each: hides the ledger's time
_SPLIT = 8
_CULPRIT = Annotated(failure="VOC-E306", reason="a language process ended each time it read this alone")


@dataclass(frozen=True, slots=True)
class Landed:
    """A batch that was read, one annotation (or failure) a document, in order."""

    claimed: Sequence[Claimed]
    annotated: Sequence[Annotated]
    spent: Spent


class Flights:
    """One worker's batches, from `send` to `land`.

    Args:
        batch: documents a batch, of those never tried before.
        task_of: what is asked of the processes for a document.
    """

    def __init__(self, pool: LanguagePool, *, batch: int, task_of: Callable[[Claimed], Task]) -> None:
        self._pool, self._batch, self._task_of = pool, batch, task_of
        self._flying: deque[tuple[Sequence[Claimed], Future[tuple[list[Annotated], Spent]]]] = deque()
        self._alone: deque[Sequence[Claimed]] = deque()  # each to be read with nothing else in the processes
        self._doubted = False  # a process ended: the next ones have not shown yet that they work

    def __len__(self) -> int:
        return len(self._flying) + len(self._alone)

    @property
    def room(self) -> bool:
        """Whether more may be sent: not while anything is read alone."""
        return not self._alone and len(self._flying) < max(1, self._pool.processes) + _IN_FLIGHT

    @property
    def flying(self) -> bool:
        """Whether anything is at the processes; what waits to be read alone may be given back."""
        return bool(self._flying)

    def send(self, claimed: Sequence[Claimed]) -> None:
        """Start reading; what was tried before is kept apart, in batches that shrink with every try."""
        fresh = [one for one in claimed if one.attempts == 1]
        if fresh:
            self._flying.append((fresh, self._submit(fresh)))
        again = sorted((one for one in claimed if one.attempts > 1), key=lambda one: one.attempts)
        for attempts in dict.fromkeys(one.attempts for one in again):
            same = [one for one in again if one.attempts == attempts]
            self._alone.extend(_pieces(same, max(1, self._batch // _SPLIT ** (attempts - 1))))

    def land(self) -> Landed | None:
        """Wait for a batch; None when its process ended and it will be read again.

        Raises:
            RetryableError: VOC-E403, language processes end before they have read anything.
            ConfigError: VOC-E202, VOC-E203, a model or a taxonomy cannot be used.
        """
        if self._flying:
            batch, future = self._flying.popleft()
            try:
                return Landed(batch, *self._pool.result(future))
            except ProcessEnded:
                self._ended(batch)
                return None
        batch = self._alone.popleft()
        if self._doubted:
            self._show()
        try:
            return Landed(batch, *self._pool.result(self._submit(batch)))
        except ProcessEnded:
            if len(batch) > 1:
                self._ended(batch)
                return None
            self._show()  # before a document is blamed
            return Landed(batch, [_CULPRIT], Spent(0, 0, 0))

    def _ended(self, batch: Sequence[Claimed]) -> None:
        log.warning("language process ended", documents=len(batch))
        self._doubted = True
        self._alone.extendleft(reversed(list(_pieces(batch, -(-len(batch) // _SPLIT)))))

    def _show(self) -> None:
        self._pool.show()
        self._doubted = False

    def _submit(self, batch: Sequence[Claimed]) -> Future[tuple[list[Annotated], Spent]]:
        return self._pool.submit([self._task_of(one) for one in batch])


def _pieces(batch: Sequence[Claimed], size: int) -> Iterable[Sequence[Claimed]]:
    return (batch[start : start + size] for start in range(0, len(batch), size))
