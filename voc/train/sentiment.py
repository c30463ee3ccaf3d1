"""Learns document sentiment: one head for the sign, one for whether there is a lean at all."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from voc.nlp.features import grams
from voc.nlp.linear import LinearHead
from voc.train.data import Row, read_all
from voc.train.heads import learn

BINARY: tuple[str, ...] = (
    "online_shopping_10_cats",
    "waimai_10k",
    "hotel_chnsenticorp",
    "chnsenticorp",
    "book_review",
    "eprstmt",
)
# Three labels: neutral is scarce, so these teach the lean; their leaning rows teach the sign a little.
THREE: tuple[str, ...] = ("car_bdci2018", "weibo_emotion_usual", "weibo_emotion_virus", "implicit_ecisa2019")
POLAR_BUCKETS = 1 << 22
LEAN_BUCKETS = 1 << 18
_POLAR_COST = 0.35
_LEAN_COST = 0.2
_THREE_WEIGHT = 0.3  # of a social post beside a review, for the sign


def train(datasets: Path) -> dict[str, npt.NDArray[np.generic]]:
    """Arrays of the sentiment model."""
    binary = [row for row in read_all(datasets, BINARY, "train") if row.fields["sentiment"] in _SIGNS]
    three = [(row, label) for row in read_all(datasets, THREE, "train") if (label := three_way(row))]
    leaning = [(row, label) for row, label in three if label != "neutral"]
    texts = [row.text for row in binary] + [row.text for row, _ in leaning]
    pleased = np.array(
        [row.fields["sentiment"] == "positive" for row in binary]
        + [label == "positive" for _, label in leaning]
    )
    weights = np.array([1.0] * len(binary) + [_THREE_WEIGHT] * len(leaning))
    polar = learn(
        texts,
        pleased[:, None],
        ("positive",),
        buckets=POLAR_BUCKETS,
        cost=_POLAR_COST,
        weights=weights,
    )
    # Every review leans: a sample of them as large as the neutral ones keeps the head honest on reviews.
    rng = np.random.default_rng(1)
    some = rng.choice(len(binary), min(len(binary), 20_000), replace=False)
    lean_texts = [row.text for row, _ in three] + [binary[i].text for i in some]
    leans = np.array([label != "neutral" for _, label in three] + [True] * len(some))
    lean = learn(lean_texts, leans[:, None], ("leans",), buckets=LEAN_BUCKETS, cost=_LEAN_COST)
    threshold = _threshold(lean, [binary[i].text for i in some])
    return polar.arrays("polar_") | lean.arrays("lean_") | {"threshold": np.array(threshold, np.float32)}


def three_way(row: Row) -> str | None:
    """The three-valued label of a row; None where its aspects pull both ways."""
    if row.set != "car_bdci2018":
        label = row.fields.get("sentiment")
        return label if label in (*_SIGNS, "neutral") else None
    found = {aspect["sentiment"] for aspect in row.fields["aspects"]}
    if found == {"neutral"}:
        return "neutral"
    signs = found & set(_SIGNS)
    return signs.pop() if len(signs) == 1 else None


def _threshold(lean: LinearHead, reviews: list[str]) -> float:
    """P(leans) under which a text is neutral: at most one review of fifty loses its label by it."""
    shares = lean.probabilities(grams(reviews))[:, 0]
    return min(0.5, float(np.quantile(shares, 0.02)))


_SIGNS: tuple[str, ...] = ("positive", "negative")
