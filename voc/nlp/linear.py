"""A linear head over hashed n-grams: scores of each label, as arrays that load without pickle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from voc.errors import ConfigError
from voc.nlp.features import Grams

Array = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class LinearHead:
    """`scores = tfidf @ weights + bias`; `slope` and `shift` turn a score into log-odds (Platt).

    idf: (buckets,), weights: (buckets, labels), bias slope shift: (labels,).
    """

    labels: tuple[str, ...]
    idf: Array
    weights: Array
    bias: Array
    slope: Array
    shift: Array

    def scores(self, grams: Grams) -> Array:
        """(texts, labels) log-odds of each label against the rest, calibrated."""
        raw = np.asarray(grams.matrix(self.idf) @ self.weights, np.float32) + self.bias
        return raw * self.slope + self.shift

    def probabilities(self, grams: Grams) -> Array:
        """(texts, labels): each label's own probability, independent of the others."""
        return sigmoid(self.scores(grams))

    def shares(self, grams: Grams) -> Array:
        """(texts, labels): probabilities that sum to 1 over the labels."""
        scores = self.scores(grams)
        raised = np.exp(scores - scores.max(axis=1, keepdims=True))
        return np.asarray(raised / raised.sum(axis=1, keepdims=True), np.float32)

    def arrays(self, prefix: str = "") -> dict[str, npt.NDArray[np.generic]]:
        """What `from_arrays` reads: weights as int8 with a scale a label, idf as float16."""
        scale = np.abs(self.weights).max(axis=0) / 127.0
        scale = np.where(scale > 0, scale, 1.0).astype(np.float32)
        return {
            f"{prefix}labels": np.array(self.labels),
            f"{prefix}idf": self.idf.astype(np.float16),
            f"{prefix}weights": np.round(self.weights / scale).astype(np.int8),
            f"{prefix}scale": scale,
            f"{prefix}bias": self.bias.astype(np.float32),
            f"{prefix}slope": self.slope.astype(np.float32),
            f"{prefix}shift": self.shift.astype(np.float32),
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[np.generic]], prefix: str = "") -> LinearHead:
        """The head that `arrays` holds.

        Raises:
            ConfigError: VOC-E202, shapes that do not fit.
        """
        try:
            weights = arrays[f"{prefix}weights"].astype(np.float32)
            weights *= arrays[f"{prefix}scale"].astype(np.float32)
            head = cls(
                tuple(str(label) for label in arrays[f"{prefix}labels"]),
                arrays[f"{prefix}idf"].astype(np.float32),
                weights,
                *(arrays[f"{prefix}{name}"].astype(np.float32) for name in ("bias", "slope", "shift")),
            )
        except KeyError as error:
            raise ConfigError("a model lacks an array", code="VOC-E202", value=str(error.args[0])) from None
        buckets = len(head.idf)
        if weights.shape != (buckets, len(head.labels)) or buckets & (buckets - 1):
            raise ConfigError("a model's arrays do not fit together", code="VOC-E202", value=prefix or "head")
        return head


def sigmoid(scores: Array) -> Array:
    """1 / (1 + exp(-scores)), safe for any score."""
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * scores)), np.float32)
