"""What dev says of the encoder: how sure it may be, where neutral begins, what it may be used for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar

from voc.nlp.deep import softmax
from voc.nlp.encoder import Encoder
from voc.registry import Registry
from voc.train.encoder.tasks import SIGNS, Example, Head, Teach
from voc.train.evaluate import evaluate

Floats = npt.NDArray[np.float32]
_REVIEWS_LOST = 0.02  # of reviews, which all lean, at most so many may come out neutral
_CLEARLY = 0.003  # a head that is not better by so much in the mean over its sets is not used
_ASKED = 0.3  # of dev texts, the share that `auto` asks the encoder about


def temperature(head: Head, logits: Floats, examples: Sequence[Example]) -> float:
    """The divisor under which dev's labels are likeliest (Guo et al. 2017); 1.0 for several labels a text."""
    if not head.exclusive:
        return 1.0
    truth = np.array([example.labels[0] for example in examples])
    shut = np.array(
        [
            [0.0 if not one.among or i in one.among else -1e9 for i in range(len(head.labels))]
            for one in examples
        ]
    )

    def surprise(log_t: float) -> float:
        shares = softmax(np.asarray(logits / np.exp(log_t) + shut, np.float32))
        return float(-np.log(shares[np.arange(len(truth)), truth] + 1e-9).mean())

    return round(float(np.exp(minimize_scalar(surprise, bounds=(-1.5, 1.5), method="bounded").x)), 4)


def neutral_from(logits: Floats, examples: Sequence[Example]) -> float:
    """P(neutral) from which a text is neutral: best macro-F1 on three-valued rows that loses few reviews."""
    shares = softmax(logits)[:, SIGNS.index("neutral")]
    reviews = np.array([bool(example.among) for example in examples])
    least = float(np.quantile(shares[reviews], 1.0 - _REVIEWS_LOST)) if reviews.any() else 0.0
    three = [i for i, example in enumerate(examples) if not example.among]
    if not three:
        return max(0.5, least)
    truth = np.array([examples[i].labels[0] for i in three])
    signs = np.where(logits[three, 2] > logits[three, 0], 2, 0)
    tried = {
        float(limit): _macro_f1(truth, np.where(shares[three] > limit, 1, signs))
        for limit in np.linspace(max(least, 0.2), 0.95, 40)
    }
    best, _ = max(tried.items(), key=lambda one: one[1])
    return round(best, 4)


def used(deep: Sequence[Mapping[str, Any]], fast: Sequence[Mapping[str, Any]]) -> dict[str, bool]:
    """Task → whether the encoder clearly beats the linear model, in the mean over the same figures of dev."""
    before = {(row["task"], row["set"], row["metric"]): float(row["value"]) for row in fast}
    gains: dict[str, list[float]] = {}
    for row in deep:
        mark = (row["task"], row["set"], row["metric"])
        gains.setdefault(str(row["task"]), []).append(float(row["value"]) - before[mark])
    return {task: float(np.mean(values)) > _CLEARLY for task, values in gains.items()}


def unsure(confidences: Sequence[float]) -> float:
    """The confidence of the linear model under which `auto` asks: the share `_ASKED` of dev lies below it."""
    return round(float(np.quantile(confidences, _ASKED)), 4)


def figures(datasets: Path, registry: Registry, profile: str) -> list[dict[str, Any]]:
    """What `voc eval` prints of the labels of whole texts."""
    return evaluate(
        datasets, only=("sentiment", "emotion", "service_intent"), registry=registry, profile=profile
    )


def logits_of(encoder: Encoder, dev: Sequence[Teach]) -> dict[str, Floats]:
    """Head → (examples, labels) on dev, as the product computes them."""
    return {head.name: encoder.logits([one.text for one in examples])[head.name] for head, examples in dev}


def _macro_f1(truth: npt.NDArray[Any], found: npt.NDArray[Any]) -> float:
    scores = []
    for label in range(len(SIGNS)):
        hit = int(((truth == label) & (found == label)).sum())
        both = int((truth == label).sum() + (found == label).sum())
        scores.append(2 * hit / both if both else 0.0)
    return float(np.mean(scores))
