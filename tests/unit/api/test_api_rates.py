"""Token buckets: the burst, what comes back, and a memory that does not grow."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from voc.api.rates import Buckets


class Ticks:
    at = 0.0

    def __call__(self) -> float:
        return self.at


def test_the_burst_then_the_rate() -> None:
    ticks = Ticks()
    buckets = Buckets(per_s=2, burst=3, monotonic=ticks)
    assert [buckets.take("a") for _ in range(4)] == [0, 0, 0, 0.5]
    assert buckets.take("b") == 0
    ticks.at += 0.5
    assert buckets.take("a") == 0
    assert buckets.take("a") == 0.5


def test_a_token_given_back_is_one_more_never_above_the_burst() -> None:
    buckets = Buckets(per_s=1, burst=1, monotonic=Ticks())
    buckets.take("a")
    buckets.give_back("a")
    buckets.give_back("a")
    buckets.give_back("nobody")
    assert [buckets.take("a"), buckets.take("a")] == [0, 1]
    assert len(buckets) == 1


def test_any_number_of_names_takes_no_more_memory() -> None:
    buckets = Buckets(per_s=1, burst=1, monotonic=Ticks(), most=10)
    for number in range(1000):
        buckets.take(str(number))
    assert len(buckets) == 10
    assert buckets.take("999") == 1


@given(st.lists(st.floats(0, 3), max_size=60), st.integers(1, 5), st.floats(0.1, 10))
def test_never_more_than_the_rate_allows(pauses: list[float], burst: int, per_s: float) -> None:
    ticks = Ticks()
    buckets = Buckets(per_s=per_s, burst=burst, monotonic=ticks)
    taken = 0
    for pause in pauses:
        ticks.at += pause
        taken += buckets.take("a") == 0
        assert taken <= burst + per_s * ticks.at + 1e-6
