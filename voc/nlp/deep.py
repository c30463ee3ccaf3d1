"""Labels of documents from the encoder, for the tasks in which it beats the linear models."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from voc.errors import ConfigError
from voc.nlp.encoder import NAME, Encoder, Floats, Head
from voc.registry import Registry
from voc.types import Labelled, Polarity

_NEGATIVE, _NEUTRAL, _POSITIVE = 0, 1, 2


class Deep:
    """The encoder's heads that are in use; `tasks` names them."""

    def __init__(self, encoder: Encoder, *, neutral: float, unsure: dict[str, float], version: str) -> None:
        self._encoder = encoder
        self._neutral = neutral
        self._unsure = unsure
        self._used = {head.name: head for head in encoder.heads if head.used}
        self.tasks = tuple(self._used)
        self.version = version

    @classmethod
    def load(cls, registry: Registry) -> Deep:
        """From the registry.

        Raises:
            ConfigError: VOC-E205 no encoder or no onnxruntime, VOC-E202 a file is missing or damaged.
        """
        if NAME not in registry.names():
            raise ConfigError(
                "this release has no models for the profile",
                code="VOC-E205",
                value=NAME,
                cure="use fast, or voc train --only deep",
            )
        entry = registry.entry(NAME)
        return cls(
            Encoder.load(registry),
            neutral=float(entry["neutral"]),
            unsure=dict(entry["unsure"]),
            version=registry.version(NAME),
        )

    def doubts(self, sentiment: Polarity, emotion: Labelled) -> bool:
        """Whether a linear model was so unsure that `auto` asks the encoder."""
        return sentiment.confidence < self._unsure.get(
            "sentiment", 0.0
        ) or emotion.confidence < self._unsure.get("emotion", 0.0)

    def read(self, texts: Sequence[str]) -> list[dict[str, Any]]:
        """Task → label of each text: `Polarity` for the sentiment, else `Labelled`."""
        if not texts:
            return []
        logits = self._encoder.logits(texts)
        columns: dict[str, list[Any]] = {}
        for name, head in self._used.items():
            if name == "sentiment":
                columns[name] = polarities(texts, logits[name], neutral=self._neutral)
            else:
                columns[name] = labelled(head, logits[name])
        return [{name: column[i] for name, column in columns.items()} for i in range(len(texts))]


def polarities(texts: Sequence[str], logits: Floats, *, neutral: float) -> list[Polarity]:
    """Sentiment of each text from (texts, [negative, neutral, positive]).

    `score` is P(pleased | leans) − P(not | leans); `neutral` where P(neutral) is above the card's threshold.
    A text without any letter or digit has no lean.
    """
    shares = softmax(logits)
    signs = softmax(logits[:, [_NEGATIVE, _POSITIVE]])
    answers = []
    for text, share, sign in zip(texts, shares.tolist(), signs.tolist(), strict=True):
        if not any(map(str.isalnum, text)):
            answers.append(Polarity("neutral", 0.0, 1.0))
            continue
        score = sign[1] - sign[0]
        none = share[_NEUTRAL]
        if none > neutral:
            answers.append(Polarity("neutral", score * (1.0 - none), none))
            continue
        label = "positive" if score > 0 else "negative"
        answers.append(Polarity(label, score, max(sign)))
    return answers


def labelled(head: Head, logits: Floats) -> list[Labelled]:
    """The likeliest label of each text with its probability."""
    shares = softmax(logits)
    best = shares.argmax(axis=1).tolist()
    return [Labelled(head.labels[i], float(shares[row, i])) for row, i in enumerate(best)]


def softmax(logits: Floats) -> Floats:
    """Shares of each row that sum to one.

    >>> softmax(np.zeros((1, 2), np.float32)).tolist()
    [[0.5, 0.5]]
    """
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float32)
