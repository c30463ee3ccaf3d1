"""Answers that are kept: fresh when asked alone, at most `max_age_s` old when many ask at once.

Figures over a million mentions take a tenth of a second of the interpreter each, and an ingest changes the
index every second: twenty readers would wait for each other. So one answer is worked out at a time; who comes
meanwhile gets the kept answer of the same question, whose `as_of` says what it holds and whose `Age` header
how long ago that was so. Nobody gets an old answer while the place is free, and `Cache-Control: no-cache`
asks never to.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request, Response

from voc.api.reading import Index, Reading
from voc.errors import RetryableError

State = tuple[Hashable, ...]


@dataclass(slots=True)
class _Kept:
    """Bytes of an answer, the state of the index they are of, and when that was last the newest one."""

    body: bytes
    state: State
    true_at: float


class Answers:
    """Safe from several threads.

    Args:
        max_age_s: oldest answer given to those who ask while another is worked out; 0 = none.
        max_bytes: kept answers together; the least recently used go first.
        wait_s: longest wait for the place.
    """

    def __init__(
        self,
        index: Index,
        *,
        max_age_s: float,
        max_bytes: int,
        wait_s: float = 30.0,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._index, self._monotonic = index, monotonic
        self._max_age_s, self._max_bytes, self._wait_s = max_age_s, max_bytes, wait_s
        self._place = threading.Lock()
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, Hashable], _Kept] = OrderedDict()
        self._bytes = 0

    def get(
        self, workspace: str, question: Hashable, make: Callable[[Reading], bytes], *, fresh: bool = False
    ) -> tuple[bytes, float]:
        """The answer and its age in seconds.

        Args:
            question: everything the answer depends on besides the index.
            make: works the answer out.
            fresh: never an old one.

        Raises:
            RetryableError: VOC-E401, nobody could work it out within `wait_s`.
        """
        key = (workspace, question)
        if not self._place.acquire(blocking=False):
            old = None if fresh else self._young(key)
            if old is not None:
                return old
            if not self._place.acquire(timeout=self._wait_s):
                raise RetryableError("too many questions at once", code="VOC-E401", cure="ask again later")
        try:
            now = self._index.at(workspace)
            state: State = (*now.store.columns(workspace).state, now.as_of)
            body = self._same(key, state)
            if body is None:
                body = make(now)
                self._keep(key, _Kept(body, state, self._monotonic()))
            return body, 0.0
        finally:
            self._place.release()

    def _young(self, key: tuple[str, Hashable]) -> tuple[bytes, float] | None:
        with self._lock:
            kept = self._kept.get(key)
            if kept is None:
                return None
            age = self._monotonic() - kept.true_at
            if age > self._max_age_s:
                return None
            self._kept.move_to_end(key)
            return kept.body, age

    def _same(self, key: tuple[str, Hashable], state: State) -> bytes | None:
        with self._lock:
            kept = self._kept.get(key)
            if kept is None or kept.state != state:
                return None
            kept.true_at = self._monotonic()
            self._kept.move_to_end(key)
            return kept.body

    def _keep(self, key: tuple[str, Hashable], kept: _Kept) -> None:
        with self._lock:
            before = self._kept.pop(key, None)
            self._bytes += len(kept.body) - (len(before.body) if before else 0)
            self._kept[key] = kept
            while self._bytes > self._max_bytes and self._kept:
                self._bytes -= len(self._kept.popitem(last=False)[1].body)


class Answering:
    """The kept answers as a handler uses them."""

    def __init__(self, request: Request) -> None:
        self._answers: Answers = request.app.state.answers
        wanted = request.headers.get("cache-control", "").lower()
        self._fresh = "no-cache" in wanted or "no-store" in wanted

    def __call__(self, workspace: str, question: Hashable, make: Callable[[Reading], bytes]) -> Response:
        """The answer to a question, as JSON."""
        body, age_s = self._answers.get(workspace, question, make, fresh=self._fresh)
        return Response(body, media_type="application/json", headers={"Age": str(int(age_s))})


Kept = Annotated[Answering, Depends(Answering)]
