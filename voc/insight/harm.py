"""The formulas of pain (DESIGN 8.1): strata, weights, harm, share, trend with their intervals. Pure.

Worked example, replayed by a test: 10,000 people of one kind; 1,000 annoyed (1), 150 hindered (3), 40 who
lost money or function (10), 3 fires (100).

>>> annoyed = harm_of(cells(people={1: 1000}), n=[10_000], weights=[1.0])
>>> round(float(annoyed.harm[0]), 6)
10.0
>>> [round(float(harm_of(cells(people=p), n=[10_000], weights=[1.0]).harm[0]), 6)
...  for p in ({3: 150}, {10: 40}, {100: 3})]
[4.5, 4.0, 3.0]
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import betaincinv, gammaincinv, ndtri

from voc.types import Trend

Floats = npt.NDArray[np.float64]

PAIN_LEVELS: tuple[int, ...] = (1, 3, 10, 30, 100)
MIN_STRATUM = 30
EARLIER_WINDOWS = 6
TAIL = 0.05  # each side of a 90 % interval
HARM_MAX = 10_000.0
PHI_FLOOR = 0.02  # least overdispersion of 8.2; its estimate by moments replaces it once it exists

_LEVELS: Floats = np.asarray(PAIN_LEVELS, dtype=np.float64)
_Z = float(ndtri(1 - TAIL))


# ---------------------------------------------------------------- strata


@dataclass(frozen=True, slots=True)
class Strata:
    """Which kinds stand together: `kept` holds the kinds of each stratum; `left_out` names single kinds."""

    kept: tuple[tuple[str, ...], ...]
    left_out: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """`review`, or `chat+survey` for a pooled stratum."""
        return tuple("+".join(kinds) for kinds in self.kept)


def small_kinds(people: Mapping[str, int]) -> tuple[str, ...]:
    """Kinds with fewer than 30 people, in order: they are pooled.

    >>> small_kinds({"review": 500, "chat": 29, "survey": 4})
    ('chat', 'survey')
    """
    return tuple(kind for kind, n in people.items() if n < MIN_STRATUM)


def choose_strata(people: Mapping[str, int], *, pooled: int) -> Strata:
    """Strata of an answer.

    Args:
        people: n(s), distinct people a kind, of every kind that has any now or in an earlier window.
        pooled: distinct people over all of `small_kinds(people)` together.

    >>> choose_strata({"review": 500, "chat": 29, "survey": 4}, pooled=31).names
    ('review', 'chat+survey')
    >>> choose_strata({"review": 500, "chat": 7}, pooled=7).left_out
    ('chat',)
    >>> choose_strata({"chat": 7}, pooled=7).names
    ('chat',)
    """
    small = small_kinds(people)
    large = tuple((kind,) for kind in people if kind not in small)
    if not small:
        return Strata(large, ())
    if pooled < MIN_STRATUM and large:
        return Strata(large, small)
    return Strata((*large, small), ())


def weights_of(history: Sequence[float] | Floats) -> Floats:
    """w(s) = N(s)/ΣN; equal weights where nothing is known.

    >>> weights_of([300, 100]).tolist()
    [0.75, 0.25]
    """
    total = np.asarray(history, dtype=np.float64)
    if total.size and total.sum() <= 0:
        return np.full(total.shape, 1.0 / total.size)
    return total / total.sum() if total.size else total


# ---------------------------------------------------------------- harm


@dataclass(frozen=True, slots=True)
class Harm:
    """Harm points per 100 people of each node with their 90 % interval, all arrays of length nodes."""

    harm: Floats
    low: Floats
    high: Floats


def cells(*, people: Mapping[int, int]) -> Floats:
    """k(s,h) of one node and one stratum as `harm_of` wants it: shape (1, 1, 5)."""
    return np.asarray([[[people.get(level, 0) for level in PAIN_LEVELS]]], dtype=np.float64)


def harm_of(k: npt.NDArray[Any], *, n: Sequence[float] | Floats, weights: Sequence[float] | Floats) -> Harm:
    """y = Σ c_j k_j with c_j = 100·w(s)·h/n(s), and its Fay–Feuer interval.

    v = Σ c_j² k_j, c* = max c_j over all cells with n(s) > 0 (empty ones too);
    low = v/(2y)·χ²(.05; 2y²/v), 0 if y = 0; high = (v+c*²)/(2(y+c*))·χ²(.95; 2(y+c*)²/(v+c*²)), ≤ 10,000.

    Args:
        k: people whose worst opinion on the node within the stratum is h, shape (nodes, strata, 5 levels).
        n: people a stratum. weights: w(s), summing to 1.

    >>> fires = harm_of(cells(people={100: 3}), n=[10_000], weights=[1.0])
    >>> round(float(fires.low[0]), 3), round(float(fires.high[0]), 3)
    (0.818, 7.754)
    """
    people = np.asarray(n, dtype=np.float64)
    share = np.divide(
        np.asarray(weights, dtype=np.float64), people, out=np.zeros_like(people), where=people > 0
    )
    c = 100.0 * share[:, None] * _LEVELS[None, :]
    counts = np.asarray(k, dtype=np.float64)
    y = np.einsum("nsh,sh->n", counts, c)
    v = np.einsum("nsh,sh->n", counts, c * c)
    star = float(c.max()) if c.size else 0.0
    return Harm(y, _low(y, v), np.maximum(_high(y, v, star), np.minimum(y, HARM_MAX)))


def _low(y: Floats, v: Floats) -> Floats:
    low = np.zeros_like(y)
    some = y > 0
    if some.any():
        low[some] = v[some] / (2 * y[some]) * _chi2(TAIL, 2 * y[some] ** 2 / v[some])
    return low


def _high(y: Floats, v: Floats, star: float) -> Floats:
    if star <= 0:
        return np.zeros_like(y)
    wider = v + star * star
    mean = y + star
    high = wider / (2 * mean) * _chi2(1 - TAIL, 2 * mean**2 / wider)
    return np.asarray(np.minimum(high, HARM_MAX), dtype=np.float64)


def _chi2(probability: float, df: Floats) -> Floats:
    """Quantile of χ² (scipy.stats takes a second to import; this is the same function)."""
    return np.asarray(2.0 * gammaincinv(df / 2.0, probability), dtype=np.float64)


# ---------------------------------------------------------------- share


def wilson(k: npt.NDArray[Any] | int, n: int) -> tuple[Floats, Floats]:
    """90 % Wilson limits of k of n people; (0, 0) where n is 0.

    >>> low, high = wilson(10, 100)
    >>> round(float(low), 4), round(float(high), 4)
    (0.0607, 0.1604)
    """
    hits = np.asarray(k, dtype=np.float64)
    if n <= 0:
        return np.zeros_like(hits), np.zeros_like(hits)
    p = hits / n
    z2 = _Z * _Z
    centre = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = _Z / (1 + z2 / n) * np.sqrt(p * (1 - p) / n + z2 / (4 * n * n))
    return np.minimum(np.maximum(centre - half, 0.0), p), np.maximum(np.minimum(centre + half, 1.0), p)


# ---------------------------------------------------------------- trend


@dataclass(frozen=True, slots=True)
class Exposure:
    """One kind that ran now and in an earlier window: people now and then, people in pain now and then."""

    n_now: float
    n_earlier: float
    k_now: float
    k_earlier: float


def trend_of(kinds: Sequence[Exposure], *, windows: int, phi: float = PHI_FLOOR) -> Trend | None:
    """Now against what the earlier windows let expect; None without an earlier window.

    E = Σ n_now·Σk_i/Σn_i; ratio (2+k)/(2+E). Given m = k+K people in pain now and earlier, k is binomial with
    odds a·ρ, a = E/K: Clopper–Pearson gives odds, odds·K is what k may be, shrunk like the ratio, so that the
    interval holds it. Where K = 0, ½ stands for it (as in 8.2). The interval is widened about the ratio, on
    the log scale, by √((μ + φμ²(1+1/J) + μ²/(K+½)) / (μ + μ²/(K+½))), μ = E, J = `windows`.

    >>> now = trend_of([Exposure(1000, 3000, 60, 90)], windows=3)
    >>> round(now.ratio, 4), now.verdict
    (1.9375, 'rising')
    >>> trend_of([Exposure(1000, 3000, 31, 90)], windows=3).verdict
    'unclear'
    >>> trend_of([], windows=0) is None
    True
    """
    ran = [kind for kind in kinds if kind.n_now > 0 and kind.n_earlier > 0]
    if not ran or windows < 1:
        return None
    k = sum(kind.k_now for kind in ran)
    earlier = sum(kind.k_earlier for kind in ran)
    expected = sum(kind.n_now * kind.k_earlier / kind.n_earlier for kind in ran)
    ratio = (2 + k) / (2 + expected)
    history, mu = earlier, expected
    if earlier == 0:
        history = 0.5
        mu = 0.5 * sum(kind.n_now for kind in ran) / sum(kind.n_earlier for kind in ran)
    p_low = float(betaincinv(k, history + 1, TAIL)) if k > 0 else 0.0
    p_high = float(betaincinv(k + 1, history, 1 - TAIL))
    low = (2 + history * _odds(p_low)) / (2 + mu)
    high = (2 + history * _odds(p_high)) / (2 + mu)
    poisson = mu + mu * mu / (history + 0.5)
    factor = float(np.sqrt((poisson + phi * mu * mu * (1 + 1 / windows)) / poisson)) if poisson else 1.0
    low, high = min(low, ratio), max(high, ratio)
    low, high = ratio * (low / ratio) ** factor, ratio * (high / ratio) ** factor
    return Trend(ratio, low, high, verdict(low, high))


def verdict(low: float, high: float) -> str:
    """`rising` low > 1, `falling` high < 1, `steady` inside [.8, 1.25], else `unclear`."""
    if low > 1:
        return "rising"
    if high < 1:
        return "falling"
    return "steady" if low >= 0.8 and high <= 1.25 else "unclear"


def _odds(p: float) -> float:
    return p / max(1 - p, 1e-12)
