"""A clock that is not set back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from voc.clock import Onward

_START = datetime(2026, 11, 1, 12, tzinfo=UTC)
_STEPS = st.lists(st.tuples(st.integers(0, 7200), st.integers(-7200, 7200)), max_size=30)


class Hand:
    """Two clocks moved by hand."""

    at, tick = _START, 0.0

    def move(self, passed_s: float, set_s: float = 0) -> None:
        self.at += timedelta(seconds=passed_s + set_s)
        self.tick += passed_s

    def onward(self) -> Onward:
        return Onward(lambda: self.at, ticks=lambda: self.tick)


@given(steps=_STEPS)
def test_it_goes_on_at_least_as_time_passes(steps: list[tuple[int, int]]) -> None:
    hand = Hand()
    onward = hand.onward()
    last = onward()
    for passed, by in steps:
        hand.move(passed, by)
        now = onward()
        # Neither behind the clock, nor slower than time, unless it was wrong by more than a day.
        assert now >= hand.at
        assert now >= last + timedelta(seconds=passed) or last - hand.at > timedelta(hours=23)
        last = now


def test_it_tells_each_jump_once() -> None:
    hand = Hand()
    onward = hand.onward()
    assert not onward.set_back()
    hand.move(10)
    assert not onward.set_back()
    for back in (60, 3600, 2):
        hand.move(5, -back)
        assert onward.set_back()
        assert not onward.set_back()
        hand.move(5)
        assert not onward.set_back()
    hand.move(5, 86_400)
    assert not onward.set_back(), "set forward"
    hand.move(5, -10 * 86_400)
    assert onward.set_back()
    assert onward() == hand.at, "it was wrong before"
    assert not onward.set_back()


def test_a_slow_adjustment_is_no_jump() -> None:
    hand = Hand()
    onward = hand.onward()
    for _ in range(100):
        hand.move(1, -0.01)
        assert not onward.set_back()
