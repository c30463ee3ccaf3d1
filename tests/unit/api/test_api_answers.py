"""Kept answers: fresh alone, old only while another is worked out, never too old, in bounded memory."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest

from voc.api.answers import Answers
from voc.api.reading import Reading
from voc.errors import RetryableError


class _Index:
    """An index whose state is set by hand."""

    def __init__(self) -> None:
        self.as_of = 1

    def at(self, workspace: str) -> Reading:
        columns = SimpleNamespace(state=("index", 0, self.as_of))
        store: Any = SimpleNamespace(columns=lambda _: columns)
        return Reading(store, self.as_of)


class _Time:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def index() -> _Index:
    return _Index()


@pytest.fixture
def clock() -> _Time:
    return _Time()


def _answers(index: _Index, clock: _Time, **more: Any) -> Answers:
    given: Any = {"max_age_s": 10.0, "max_bytes": 1000, "wait_s": 0.01, "monotonic": clock, **more}
    return Answers(index, **given)  # type: ignore[arg-type]


def _say(now: Reading) -> bytes:
    return f"as of {now.as_of}".encode()


@contextmanager
def _busy(answers: Answers) -> Iterator[None]:
    """Another question is being worked out meanwhile."""
    begun, end = threading.Event(), threading.Event()

    def slow(now: Reading) -> bytes:
        begun.set()
        assert end.wait(30)
        return b"slow"

    thread = threading.Thread(target=answers.get, args=("w", "slow", slow), kwargs={"fresh": True})
    thread.start()
    assert begun.wait(30)
    try:
        yield
    finally:
        end.set()
        thread.join()


def test_alone_it_is_always_fresh_and_worked_out_once_a_state(index: _Index, clock: _Time) -> None:
    answers, made = _answers(index, clock), []

    def make(now: Reading) -> bytes:
        made.append(now.as_of)
        return _say(now)

    assert answers.get("w", "q", make) == (b"as of 1", 0.0)
    assert answers.get("w", "q", make) == (b"as of 1", 0.0)
    index.as_of = 2
    assert answers.get("w", "q", make) == (b"as of 2", 0.0)
    assert made == [1, 2]


def test_meanwhile_the_kept_answer_is_given_with_its_age(index: _Index, clock: _Time) -> None:
    answers = _answers(index, clock)
    answers.get("w", "q", _say)
    index.as_of, clock.now = 2, 7.0
    with _busy(answers):
        assert answers.get("w", "q", _say) == (b"as of 1", 7.0)
    assert answers.get("w", "q", _say) == (b"as of 2", 0.0)


@pytest.mark.parametrize(("age_s", "fresh"), [(11.0, False), (1.0, True)])
def test_nobody_gets_one_that_is_too_old_or_unwanted(
    index: _Index, clock: _Time, age_s: float, fresh: bool
) -> None:
    answers = _answers(index, clock)
    answers.get("w", "q", _say)
    clock.now = age_s
    with _busy(answers), pytest.raises(RetryableError) as caught:
        answers.get("w", "q", _say, fresh=fresh)
    assert caught.value.code == "VOC-E401"


def test_an_answer_of_another_workspace_or_question_is_never_given(index: _Index, clock: _Time) -> None:
    answers = _answers(index, clock)
    answers.get("w", "q", _say)
    with _busy(answers):
        for workspace, question in (("v", "q"), ("w", "p")):
            with pytest.raises(RetryableError):
                answers.get(workspace, question, _say)


def test_the_least_used_go_first(index: _Index, clock: _Time) -> None:
    answers = _answers(index, clock, max_bytes=20)
    for question in ("a", "b", "a", "c"):
        answers.get("w", question, lambda _: b"12345678")
    with _busy(answers):
        assert answers.get("w", "a", _say)[0] == b"12345678"
        assert answers.get("w", "c", _say)[0] == b"12345678"
        with pytest.raises(RetryableError):
            answers.get("w", "b", _say)


def test_a_failed_answer_gives_the_place_back(index: _Index, clock: _Time) -> None:
    answers = _answers(index, clock)

    def fail(_: Reading) -> bytes:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        answers.get("w", "q", fail)
    assert answers.get("w", "q", _say) == (b"as of 1", 0.0)
