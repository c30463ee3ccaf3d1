"""The committed document models: their answers have the promised form and do not hang on the batch."""

from __future__ import annotations

import hashlib

import pytest

from voc.nlp.emotion import BestLabel, EmotionModel
from voc.nlp.features import grams
from voc.nlp.sentiment import SentimentModel, halves
from voc.nlp.service_intent import ServiceIntentModel
from voc.registry import Registry
from voc.types import EMOTIONS, SENTIMENTS, Polarity

TEXTS = [
    "很好用,非常满意,下次还来",
    "太差了,质量很差,退货",
    "",
    "。。。",
    "今天的油耗是13.8",
    "手机" * 3000,
    "\U0001f600 ok",
    "\ud800",
]


@pytest.fixture(scope="module")
def registry() -> Registry:
    return Registry()


@pytest.fixture(scope="module")
def model(registry: Registry) -> SentimentModel:
    return SentimentModel.load(registry)


def test_praise_and_blame(model: SentimentModel) -> None:
    praise, blame = model.predict(TEXTS[:2])
    assert (praise.label, blame.label) == ("positive", "negative")
    assert praise.score > 0.5
    assert blame.score < -0.5


@pytest.mark.parametrize("text", ["", "   ", "。。。!!"])
def test_nothing_said_is_neutral(model: SentimentModel, text: str) -> None:
    assert model.predict([text]) == [Polarity("neutral", 0.0, 1.0)]


def test_answers_have_the_promised_form(model: SentimentModel) -> None:
    for answer in model.predict(TEXTS):
        assert answer.label in SENTIMENTS
        assert -1 <= answer.score <= 1
        assert 0 <= answer.confidence <= 1
        if answer.label != "neutral":
            assert (answer.score > 0) == (answer.label == "positive")


def test_a_batch_equals_its_singles(model: SentimentModel) -> None:
    batch = model.predict(TEXTS)
    assert batch == model.predict(TEXTS, grams(TEXTS))
    for text, answer in zip(TEXTS, batch, strict=True):
        (alone,) = model.predict([text])
        assert alone.label == answer.label
        assert abs(alone.score - answer.score) < 1e-5
        assert abs(alone.confidence - answer.confidence) < 1e-5
    assert model.predict([]) == []


@pytest.mark.parametrize(("kind", "size"), [(EmotionModel, 6), (ServiceIntentModel, 118)])
def test_best_labels(
    registry: Registry, kind: type[EmotionModel] | type[ServiceIntentModel], size: int
) -> None:
    best: BestLabel = kind.load(registry)
    labels = [str(label) for label in registry.load(best.version.split("@")[0])["labels"]]
    assert len(set(labels)) == size
    if size == len(EMOTIONS):
        assert set(labels) == set(EMOTIONS)
    batch = best.predict(TEXTS)
    for text, answer in zip(TEXTS, batch, strict=True):
        (alone,) = best.predict([text])
        assert alone.label == answer.label
        assert abs(alone.confidence - answer.confidence) < 1e-5
        assert answer.label in labels
        assert 1 / size <= answer.confidence + 1e-5 <= 1 + 1e-4
    assert best.predict([]) == []


def test_opinions_pull_both_ways() -> None:
    assert halves([0.9, -0.6, 0.0])
    assert not halves([0.9, -0.2])
    assert not halves([-0.9, -0.4])
    assert not halves([])


def test_committed_files_are_those_of_the_manifest(registry: Registry) -> None:
    total = 0
    for name in ("sentiment", "emotion", "service_intent"):
        entry = registry.entry(name)
        raw = (registry.folder / str(entry["file"])).read_bytes()
        assert hashlib.sha256(raw).hexdigest() == entry["sha256"]
        assert all(row["licence"] for row in entry["data"])
        assert entry["sha256"] in (registry.folder / f"{name}.md").read_text("utf-8")
        total += len(raw)
    assert total <= 20 * 2**20
