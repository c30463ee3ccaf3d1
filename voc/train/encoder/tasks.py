"""What teaches the encoder: heads, the sets that teach each, and their examples."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from voc.train.data import Row, read_all
from voc.train.labels import EMOTION_SETS, INTENT_SETS
from voc.train.sentiment import BINARY, THREE, three_way
from voc.types import EMOTIONS

SIGNS = ("negative", "neutral", "positive")
_LEAST = 3  # rows a pair of category and polarity needs to be taught


@dataclass(frozen=True, slots=True)
class Example:
    """One text for one head: the labels that hold, and the only labels that compete (empty: all)."""

    text: str
    labels: tuple[int, ...]
    among: tuple[int, ...] = ()
    set: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """A classifier on the encoder. `exclusive`: one label a text (softmax), else any number (sigmoid)."""

    name: str
    labels: tuple[str, ...]
    exclusive: bool
    sets: tuple[str, ...]
    epochs: int = 1  # times its examples are shown while the others are shown once
    smoothing: float = 0.0  # for labels known to be noisy


Teach = tuple[Head, list[Example]]


def tasks(datasets: Path, split: str = "train") -> list[Teach]:
    """Every head with its examples of a split; a head whose sets are absent is left out."""
    found = [_sentiment(datasets, split), _emotion(datasets, split), _intent(datasets, split)]
    found += [_pairs(datasets, split, *one) for one in _ASPECTS]
    return [(head, examples) for head, examples in found if examples]


def _sentiment(datasets: Path, split: str) -> Teach:
    examples = []
    for row in read_all(datasets, BINARY, split):
        if row.fields["sentiment"] in ("negative", "positive"):
            # Two-valued sets say nothing of neutral: it does not compete there.
            examples.append(Example(row.text, (SIGNS.index(row.fields["sentiment"]),), (0, 2), row.set))
    for row in read_all(datasets, THREE, split):
        label = three_way(row)
        if label is not None and not row.set.startswith("weibo"):
            examples.append(Example(row.text, (SIGNS.index(label),), (), row.set))
    return Head("sentiment", SIGNS, exclusive=True, sets=BINARY + THREE[:1] + THREE[3:]), examples


def _emotion(datasets: Path, split: str) -> Teach:
    rows = [row for row in read_all(datasets, EMOTION_SETS, split) if row.fields["emotion"] in EMOTIONS]
    examples = [Example(row.text, (EMOTIONS.index(row.fields["emotion"]),), (), row.set) for row in rows]
    return Head("emotion", EMOTIONS, exclusive=True, sets=EMOTION_SETS), examples


def _intent(datasets: Path, split: str) -> Teach:
    labels = tuple(sorted({row.fields["intent"] for row in read_all(datasets, INTENT_SETS, "train")}))
    rows = [row for row in read_all(datasets, INTENT_SETS, split) if row.fields["intent"] in labels]
    examples = [Example(row.text, (labels.index(row.fields["intent"]),), (), row.set) for row in rows]
    return Head("service_intent", labels, True, INTENT_SETS, epochs=3, smoothing=0.1), examples


_ASPECTS: tuple[tuple[str, str, int], ...] = (
    ("car_bdci2018", "aspect", 2),
    ("cosmetics_opinion", "category", 3),
    ("food_beverage_asqp", "category", 2),
)


def _pairs(datasets: Path, split: str, name: str, field: str, epochs: int) -> Teach:
    counts = Counter(pair for row in read_all(datasets, (name,), "train") for pair in _of(row, field))
    labels = tuple(sorted(pair for pair, count in counts.items() if count >= _LEAST))
    place = {pair: i for i, pair in enumerate(labels)}
    examples = [
        Example(
            row.text, tuple(sorted(place[pair] for pair in _of(row, field) if pair in place)), (), row.set
        )
        for row in read_all(datasets, (name,), split)
    ]
    return Head(f"pairs.{name}", labels, exclusive=False, sets=(name,), epochs=epochs), examples


def _of(row: Row, field: str) -> set[str]:
    return {f"{one[field]}\t{one['sentiment']}" for one in row.fields["aspects"] if one.get(field)}
