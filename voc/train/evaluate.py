"""Measures the installed models on public data: what `voc eval` prints and model cards quote."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from voc.nlp.documents import Document, DocumentReader
from voc.nlp.features import grams
from voc.registry import Registry
from voc.text.integrity import Judge
from voc.text.reference import MODELS
from voc.train.aspect_scores import evaluate_aspects
from voc.train.data import Row, read
from voc.train.integrity import texts
from voc.train.sentiment import BINARY, three_way

# Least figures on dev (issue "The main path"); a later issue raises them.
FLOORS: dict[str, float] = {"online_shopping_10_cats": 0.925, "waimai_10k": 0.89}
NOT_QUARANTINED = 0.985  # of texts by real people
_BATCH = 1000


def evaluate(
    datasets: Path,
    *,
    split: str = "dev",
    only: Sequence[str] = (),
    registry: Registry | None = None,
    profile: str = "fast",
) -> list[dict[str, Any]]:
    """Rows of {task, set, metric, value, n, floor}; sets that are absent are left out.

    Args:
        only: tasks to measure: sentiment, emotion, service_intent, aspects, integrity.
        profile: the engine measured: fast, deep or auto.
    """
    under = Engines(registry or Registry(), profile)
    rows: list[dict[str, Any]] = []
    for task, measure in _TASKS.items():
        if not only or task in only:
            rows += measure(datasets, split, under)
    return rows


class Engines:
    """The engine that is measured; the models of documents are loaded when the first set asks."""

    def __init__(self, registry: Registry, profile: str) -> None:
        self.registry = registry
        self.profile = profile

    @cached_property
    def reader(self) -> DocumentReader:
        """What labels whole texts."""
        return DocumentReader(self.registry, profile=self.profile)

    def read(self, data: Sequence[Row]) -> list[Document]:
        """The labels of each row's text."""
        answers: list[Document] = []
        for start in range(0, len(data), _BATCH):
            texts = [row.text for row in data[start : start + _BATCH]]
            answers += self.reader.read(texts, grams(texts))
        return answers


def accuracy(truth: Sequence[str], found: Sequence[str]) -> float:
    """Share of equal labels."""
    return sum(a == b for a, b in zip(truth, found, strict=True)) / max(1, len(truth))


def macro_f1(truth: Sequence[str], found: Sequence[str]) -> float:
    """Mean over the labels of `truth` of each label's F1."""
    scores = []
    for label in sorted(set(truth)):
        hit = sum(a == b == label for a, b in zip(truth, found, strict=True))
        said = sum(b == label for b in found)
        held = sum(a == label for a in truth)
        scores.append(2 * hit / (said + held) if said + held else 0.0)
    return sum(scores) / max(1, len(scores))


def _sentiment(datasets: Path, split: str, under: Engines) -> list[dict[str, Any]]:
    rows = []
    for name in BINARY:
        data = [
            row for row in read(datasets, name, split) if row.fields["sentiment"] in ("positive", "negative")
        ]
        if not data:
            continue
        found = ["positive" if one.sentiment.score > 0 else "negative" for one in under.read(data)]
        truth = [row.fields["sentiment"] for row in data]
        rows.append(_row("sentiment", name, "accuracy of the sign", accuracy(truth, found), len(data)))
        rows.append(
            _row("sentiment", name, "macro-F1 of the sign", macro_f1(truth, found), len(data), floor=False)
        )
    for name in ("implicit_ecisa2019", "car_bdci2018"):
        labelled = [(row, label) for row in read(datasets, name, split) if (label := three_way(row))]
        if labelled:
            found = [one.sentiment.label for one in under.read([row for row, _ in labelled])]
            value = macro_f1([label for _, label in labelled], found)
            rows.append(_row("sentiment", name, "macro-F1 of three labels", value, len(labelled)))
    return rows


def _emotion(datasets: Path, split: str, under: Engines) -> list[dict[str, Any]]:
    rows = []
    for name in ("weibo_emotion_usual", "weibo_emotion_virus"):
        data = read(datasets, name, split)
        if data:
            truth = [row.fields["emotion"] for row in data]
            found = [one.emotion.label for one in under.read(data)]
            rows.append(_row("emotion", name, "accuracy", accuracy(truth, found), len(data)))
            rows.append(_row("emotion", name, "macro-F1", macro_f1(truth, found), len(data)))
    return rows


def _service_intent(datasets: Path, split: str, under: Engines) -> list[dict[str, Any]]:
    data = read(datasets, "cic_intent", split)
    if not data:
        return []
    found = [one.service_intent.label for one in under.read(data)]
    truth = [row.fields["intent"] for row in data]
    return [_row("service_intent", "cic_intent", "macro-F1", macro_f1(truth, found), len(data))]


def _aspects(datasets: Path, split: str, under: Engines) -> list[dict[str, Any]]:
    return evaluate_aspects(
        datasets, split, registry=under.registry, profile=under.profile
    )  # the whole engine, as the product runs it


def _integrity(datasets: Path, split: str, under: Engines) -> list[dict[str, Any]]:
    """How many of each set's texts, taken as clean, are not quarantined."""
    judge = Judge({key: array for name in MODELS for key, array in under.registry.load(name).items()})
    found: dict[str, list[bool]] = {}
    for name, text in texts(datasets, (split,)):
        found.setdefault(name, []).append(not judge.judge(text).quarantined)
    rows = [
        _row("integrity", name, "not quarantined", sum(kept) / len(kept), len(kept))
        for name, kept in found.items()
    ]
    return [{**row, "floor": NOT_QUARANTINED} for row in rows]


def _row(task: str, name: str, metric: str, value: float, n: int, *, floor: bool = True) -> dict[str, Any]:
    return {
        "task": task,
        "set": name,
        "metric": metric,
        "value": round(value, 4),
        "n": n,
        "floor": FLOORS.get(name) if floor and metric.startswith("accuracy") else None,
    }


_TASKS: dict[str, Callable[[Path, str, Engines], list[dict[str, Any]]]] = {
    "sentiment": _sentiment,
    "emotion": _emotion,
    "service_intent": _service_intent,
    "aspects": _aspects,
    "integrity": _integrity,
}
