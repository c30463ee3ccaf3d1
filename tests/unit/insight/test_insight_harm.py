"""The formulas of 8.1: worked examples, limits, and an independent reading with scipy.stats."""

from __future__ import annotations

import doctest

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from voc.insight import coverage, harm
from voc.insight.harm import (
    Exposure,
    cells,
    choose_strata,
    harm_of,
    small_kinds,
    trend_of,
    weights_of,
    wilson,
)


@pytest.mark.parametrize("module", [harm, coverage])
def test_the_docstrings_say_what_is_so(module) -> None:
    result = doctest.testmod(module)
    assert result.attempted > 0
    assert result.failed == 0


@pytest.mark.parametrize(
    ("people", "points"), [({1: 1000}, 10.0), ({3: 150}, 4.5), ({10: 40}, 4.0), ({100: 3}, 3.0)]
)
def test_worked_example(people: dict[int, int], points: float) -> None:
    assert harm_of(cells(people=people), n=[10_000], weights=[1.0]).harm[0] == pytest.approx(points)


def test_two_strata_are_standardised() -> None:
    k = np.zeros((1, 2, 5))
    k[0, 0, 0], k[0, 1, 2] = 30, 5
    found = harm_of(k, n=[300, 100], weights=weights_of([300, 300]))
    assert found.harm[0] == pytest.approx(100 * (0.5 * 30 / 300 + 0.5 * 10 * 5 / 100))


def test_a_feed_that_pauses_does_not_make_a_pain() -> None:
    before = choose_strata({"review": 1000, "ticket": 200}, pooled=0)
    paused = choose_strata({"review": 0, "ticket": 200}, pooled=0)
    assert before.names == ("review", "ticket")
    assert paused.names == ("ticket",)
    assert paused.left_out == ("review",)


def test_small_kinds_pool_and_what_is_still_small_is_left_out() -> None:
    people = {"review": 30, "post": 29, "chat": 12}
    assert small_kinds(people) == ("post", "chat")
    assert choose_strata(people, pooled=30).names == ("review", "post+chat")
    assert choose_strata(people, pooled=29).left_out == ("post", "chat")
    assert choose_strata({"post": 9, "chat": 12}, pooled=20).names == ("post+chat",)


def test_nothing_harmed_and_nobody_there() -> None:
    none = harm_of(np.zeros((1, 1, 5)), n=[1000], weights=[1.0])
    assert none.harm[0] == none.low[0] == 0
    assert none.high[0] > 0  # an unseen fire is possible
    empty = harm_of(np.zeros((2, 1, 5)), n=[0], weights=[1.0])
    assert empty.high.tolist() == [0, 0]


@given(
    k=st.lists(st.lists(st.integers(0, 12), min_size=5, max_size=5), min_size=1, max_size=3),
    data=st.data(),
)
def test_fay_feuer_as_scipy_stats_has_it(k: list[list[int]], data: st.DataObject) -> None:
    n = [data.draw(st.integers(max(30, sum(row)), 5000)) for row in k]
    history = [data.draw(st.integers(size, 9000)) for size in n]
    found = harm_of(np.asarray([k]), n=n, weights=weights_of(history))
    y = v = star = 0.0
    for row, size, seen in zip(k, n, history, strict=True):
        for people, level in zip(row, harm.PAIN_LEVELS, strict=True):
            c = 100 * (seen / sum(history)) * level / size
            y, v, star = y + c * people, v + c * c * people, max(star, c)
    low = v / (2 * y) * stats.chi2.ppf(0.05, 2 * y * y / v) if y else 0.0
    wide, mean = v + star**2, y + star
    high = min(10_000, wide / (2 * mean) * stats.chi2.ppf(0.95, 2 * mean**2 / wide))
    assert found.harm[0] == pytest.approx(y)
    assert found.low[0] == pytest.approx(low, rel=1e-6, abs=1e-9)
    assert found.high[0] == pytest.approx(max(high, min(y, 10_000)), rel=1e-6)
    assert 0 <= found.low[0] <= found.harm[0] + 1e-9 <= found.high[0] + 2e-9 <= 10_000 + 1


@given(k=st.integers(0, 50), more=st.integers(0, 5000))
def test_wilson_holds_the_share(k: int, more: int) -> None:
    low, high = wilson(k, k + more)
    share = k / (k + more) if k + more else 0.0
    assert 0 <= low <= share <= high <= 1
    if k + more:
        known = stats.binomtest(k, k + more).proportion_ci(0.9, method="wilson")
        assert (float(low), float(high)) == pytest.approx((known.low, known.high), abs=1e-9)


@given(
    kinds=st.lists(
        st.builds(
            Exposure,
            st.integers(0, 500),
            st.integers(0, 3000),
            st.integers(0, 60),
            st.integers(0, 300),
        ),
        max_size=3,
    ),
    windows=st.integers(0, 6),
    phi=st.floats(0.02, 2),
)
def test_a_trend_holds_its_ratio_and_is_finite(kinds: list[Exposure], windows: int, phi: float) -> None:
    found = trend_of(kinds, windows=windows, phi=phi)
    if found is None:
        return
    assert 0 < found.low <= found.ratio <= found.high < float("inf")
    narrow = trend_of(kinds, windows=windows, phi=0.0)
    assert narrow is not None
    assert found.low <= narrow.low <= narrow.high <= found.high


def test_verdicts() -> None:
    def say(k: int, earlier: int) -> str:
        found = trend_of([Exposure(1000, 3000, k, earlier)], windows=3, phi=0.02)
        assert found is not None
        return found.verdict

    assert say(120, 90) == "rising"
    assert say(2, 90) == "falling"
    assert say(1, 3) == "unclear"
    assert say(0, 0) == "unclear"
    assert say(8, 0) == "rising"
    assert harm.verdict(0.85, 1.2) == "steady"
    steady = trend_of([Exposure(1e5, 3e5, 2000, 6000)], windows=3, phi=0.0)
    assert steady is not None and steady.verdict == "steady"


def test_a_kind_that_did_not_run_before_says_nothing() -> None:
    assert trend_of([Exposure(100, 0, 10, 0)], windows=1) is None
