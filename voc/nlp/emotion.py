"""Emotion of a document: angry sad happy fear surprise neutral."""

from __future__ import annotations

from collections.abc import Sequence

from voc.nlp.features import Grams, grams
from voc.nlp.linear import LinearHead
from voc.registry import Registry
from voc.types import Labelled

NAME = "emotion"


class BestLabel:
    """A model that gives each text the likeliest of its labels."""

    def __init__(self, head: LinearHead, *, version: str) -> None:
        self._head = head
        self.version = version

    def predict(self, cleans: Sequence[str], features: Grams | None = None) -> list[Labelled]:
        """One label a text with its probability; `features` are `grams(cleans)` when the caller has them."""
        if not cleans:
            return []
        shares = self._head.shares(features or grams(cleans))
        best = shares.argmax(axis=1)
        top = shares[range(len(best)), best].tolist()
        return [Labelled(self._head.labels[i], share) for i, share in zip(best.tolist(), top, strict=True)]


class EmotionModel(BestLabel):
    """The six emotions."""

    @classmethod
    def load(cls, registry: Registry) -> EmotionModel:
        """From the registry (ConfigError VOC-E202: missing or damaged)."""
        return cls(LinearHead.from_arrays(registry.load(NAME)), version=registry.version(NAME))
