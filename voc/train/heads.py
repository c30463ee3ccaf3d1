"""Learns a linear head: tf-idf over hashed n-grams, squared hinge or logistic loss, calibrated."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.optimize import minimize, minimize_scalar
from scipy.special import logsumexp
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from voc.nlp.features import Grams, grams
from voc.nlp.linear import Array, LinearHead

_SEEN = 2  # texts an n-gram must occur in to have a weight
_FOLDS = 5  # one of them calibrates
SEED = 20261124


def idf_of(features: Grams, buckets: int, *, seen: int = _SEEN, keep: int | None = None) -> Array:
    """Inverse document frequency by bucket, 0 where too few texts hold it or `keep` others are commoner."""
    columns = (features.hashes & np.uint32(buckets - 1)).astype(np.int64)
    frequency = np.bincount(columns, minlength=buckets)
    texts = len(features.starts) - 1
    idf = np.log((1.0 + texts) / (1.0 + frequency)) + 1.0
    idf[frequency < seen] = 0.0
    if keep is not None and keep < buckets:
        least = np.sort(frequency)[-keep]
        idf[frequency < max(least, seen)] = 0.0
    # float16 is what the file holds: learn with what will be used.
    return np.asarray(idf.astype(np.float16), np.float32)


def learn(
    texts: Sequence[str],
    truth: npt.NDArray[np.bool_],
    labels: Sequence[str],
    *,
    buckets: int,
    cost: float,
    seen: int = _SEEN,
    weights: npt.NDArray[np.float64] | None = None,
    loss: str = "hinge",
    exclusive: bool = False,
) -> LinearHead:
    """One-vs-rest head.

    Args:
        truth: (texts, labels) True where a label applies.
        cost: C of the loss; larger trusts the data more.
        weights: (texts,) importance of each text.
        exclusive: exactly one label applies; scores are calibrated together (one temperature).
    """
    features = grams(texts)
    idf = idf_of(features, buckets, seen=seen)
    matrix = features.matrix(idf)
    weights = np.ones(len(texts)) if weights is None else weights
    columns = [_fit(matrix, truth[:, k], cost=cost, weights=weights, loss=loss) for k in range(len(labels))]
    if exclusive:
        # One slope for all: with 118 labels Platt's is wild where texts are few (macro-F1 .47 against .49);
        # with six emotions it helps (.67 against .65).
        held = np.stack([column[2] for column in columns], axis=1)
        slope = temperature(held, np.stack([column[3] for column in columns], axis=1))
        slopes, shifts = (slope,) * len(labels), (0.0,) * len(labels)
    else:
        slopes, shifts = zip(*(platt(held, known) for _, _, held, known in columns), strict=True)
    return LinearHead(
        tuple(labels),
        idf,
        np.stack([column[0] for column in columns], axis=1).astype(np.float32),
        np.array([column[1] for column in columns], np.float32),
        np.array(slopes, np.float32),
        np.array(shifts, np.float32),
    )


def platt(scores: npt.NDArray[np.float64], truth: npt.NDArray[np.bool_]) -> tuple[float, float]:
    """Slope and shift that make `slope · score + shift` the log-odds (Platt 1999, with his soft targets)."""
    positive = int(truth.sum())
    high, low = (positive + 1.0) / (positive + 2.0), 1.0 / (len(truth) - positive + 2.0)
    target = np.where(truth, high, low)

    def loss(x: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        odds = x[0] * scores + x[1]
        value = float(np.sum(np.logaddexp(0.0, odds) - target * odds))
        slip = 1.0 / (1.0 + np.exp(-np.clip(odds, -50, 50))) - target
        return value, np.array([float(slip @ scores), float(slip.sum())])

    found = minimize(loss, np.array([2.0, 0.0]), jac=True, method="L-BFGS-B", bounds=[(1e-3, 100), (-50, 50)])
    return float(found.x[0]), float(found.x[1])


def temperature(scores: npt.NDArray[np.float64], truth: npt.NDArray[np.bool_]) -> float:
    """The factor on one-of-many scores whose softmax fits best (Guo et al. 2017)."""

    def loss(factor: float) -> float:
        odds = scores * factor
        return float(np.mean(logsumexp(odds, axis=1) - odds[truth]))

    usable = truth.sum(axis=1) == 1
    scores, truth = scores[usable], truth[usable]
    return float(minimize_scalar(loss, bounds=(0.05, 50.0), method="bounded").x)


def _fit(
    matrix: sparse.csr_matrix,
    truth: npt.NDArray[np.bool_],
    *,
    cost: float,
    weights: npt.NDArray[np.float64],
    loss: str,
) -> tuple[npt.NDArray[np.float64], float, npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    """(weights, bias, scores of texts by a model that did not see them, their truth)."""
    fold = np.random.default_rng(SEED).integers(0, _FOLDS, len(truth)) == 0
    model = _model(loss, cost)
    if truth[~fold].any() and not truth[~fold].all():
        model.fit(matrix[~fold], truth[~fold], sample_weight=weights[~fold])
        held, known = model.decision_function(matrix[fold]), truth[fold]
        model = _model(loss, cost)
        model.fit(matrix, truth, sample_weight=weights)
    else:  # too few to set some apart
        model.fit(matrix, truth, sample_weight=weights)
        held, known = model.decision_function(matrix), truth
    return model.coef_[0], float(model.intercept_[0]), held, known


def _model(loss: str, cost: float) -> Any:
    if loss == "log":
        return LogisticRegression(C=cost, solver="liblinear", random_state=SEED, max_iter=200)
    return LinearSVC(C=cost, random_state=SEED, max_iter=2000)
