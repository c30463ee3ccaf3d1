"""What a whole text says: sentiment, emotion, service intent, read by the engine of the profile.

`fast` reads every text with the linear models; `deep` with the encoder, where its card says that it
is better; `auto` reads fast and asks the encoder about the texts of which the linear models are unsure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from voc.nlp.deep import Deep
from voc.nlp.emotion import EmotionModel
from voc.nlp.features import Grams
from voc.nlp.sentiment import SentimentModel
from voc.nlp.service_intent import ServiceIntentModel
from voc.registry import Registry
from voc.types import Labelled, Polarity

PROFILES = ("fast", "deep", "auto")
TASKS = ("sentiment", "emotion", "service_intent")


@dataclass(frozen=True, slots=True)
class Document:
    """The labels of one text and the model behind each (task → `name@version`)."""

    sentiment: Polarity
    emotion: Labelled
    service_intent: Labelled
    models: Mapping[str, str]


class DocumentReader:
    """The models of one profile, loaded once."""

    def __init__(self, registry: Registry, *, profile: str) -> None:
        """Load what the profile needs.

        Raises:
            ConfigError: VOC-E202 a model is missing or damaged, VOC-E205 the extra `deep` is not installed.
        """
        self._sentiment = SentimentModel.load(registry)
        self._emotion = EmotionModel.load(registry)
        self._service = ServiceIntentModel.load(registry)
        self._deep = None if profile == "fast" else Deep.load(registry)
        self._doubtful_only = profile == "auto"
        self.models = {
            "sentiment": self._sentiment.version,
            "emotion": self._emotion.version,
            "service_intent": self._service.version,
        }
        self._deep_models = self.models
        if self._deep is not None:
            self._deep_models = self.models | dict.fromkeys(self._deep.tasks, self._deep.version)
        if profile == "deep":
            self.models = self._deep_models

    def read(self, texts: Sequence[str], features: Grams) -> list[Document]:
        """One answer a text, in order; `features` are `grams(texts)`."""
        found = [
            Document(*labels, self.models)
            for labels in zip(
                self._sentiment.predict(texts, features),
                self._emotion.predict(texts, features),
                self._service.predict(texts, features),
                strict=True,
            )
        ]
        if self._deep is None:
            return found
        rows = range(len(texts))
        asked = [
            i
            for i in rows
            if not self._doubtful_only or self._deep.doubts(found[i].sentiment, found[i].emotion)
        ]
        again = self._deep.read([texts[i] for i in asked])
        for i, labels in zip(asked, again, strict=True):
            found[i] = replace(found[i], **labels, models=self._deep_models)
        return found
