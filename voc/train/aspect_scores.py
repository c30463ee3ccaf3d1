"""Measures aspects and their polarity through the whole engine on the labelled data sets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from voc.nlp.catalogue import Catalogue
from voc.nlp.engine import Engine
from voc.nlp.taxonomy import Taxonomy
from voc.registry import Registry
from voc.text.stage import TextStage
from voc.train.data import Row, read
from voc.types import Analysis

# Data set → pack and the key of its label.
SETS: dict[str, tuple[str, str]] = {
    "car_bdci2018": ("car", "aspect"),
    "cosmetics_opinion": ("cosmetics", "category"),
    "food_beverage_asqp": ("food_beverage", "category"),
    "asap_sample": ("restaurant", "aspect"),
    "diaasq_phones": ("phone", "aspect"),
}
FLOORS: dict[str, float] = {"car_bdci2018": 0.58}
Pair = tuple[str, str]


def evaluate_aspects(
    datasets: Path, split: str, *, registry: Registry | None = None, profile: str = "fast"
) -> list[dict[str, Any]]:
    """Rows of {task, set, metric, value, n, floor}; sets that are absent are left out."""
    registry = registry or Registry()
    stage = TextStage()
    rows: list[dict[str, Any]] = []
    for name, (pack, key) in SETS.items():
        data = read(datasets, name, split)
        if not data:
            continue
        taxonomy = Taxonomy.load(pack)
        engine = Engine(registry, taxonomy=taxonomy, catalogue=Catalogue.of(taxonomy), profile=profile)
        cleans = [stage.clean(row.text) for row in data]
        analyses = engine.analyse(cleans, [None] * len(cleans))
        truth = [gold_pairs(row, taxonomy, key) for row in data]
        found = [label_pairs(analysis, taxonomy) for analysis in analyses]
        rows += _rows(name, truth, found)
    return rows


def gold_pairs(row: Row, taxonomy: Taxonomy, key: str) -> set[Pair]:
    """(node of the label, sentiment) of a row; labels without a node are left out."""
    pairs = set()
    for aspect in row.fields["aspects"]:
        node = taxonomy.labels.get(aspect.get(key) or "")
        if node is not None:
            pairs.add((node, aspect["sentiment"]))
    return pairs


def label_pairs(analysis: Analysis, taxonomy: Taxonomy) -> set[Pair]:
    """(labelled node at or above the mention's, sentiment) of the mentions."""
    labelled = frozenset(taxonomy.labels.values())
    pairs = set()
    for opinion, label in zip(analysis.opinions, analysis.labels, strict=True):
        if label.node is None:
            continue
        above = [node for node in taxonomy.path(label.node) if node in labelled]
        if above:
            pairs.add((above[-1], opinion.sentiment))
    return pairs


def micro_f1(truth: Sequence[set[Any]], found: Sequence[set[Any]]) -> float:
    """2·hits / (said + held) over all rows."""
    hits = sum(len(a & b) for a, b in zip(truth, found, strict=True))
    size = sum(map(len, truth)) + sum(map(len, found))
    return 2.0 * hits / size if size else 0.0


def _rows(name: str, truth: list[set[Pair]], found: list[set[Pair]]) -> list[dict[str, Any]]:
    nodes = micro_f1([_nodes(t) for t in truth], [_nodes(f) for f in found])
    both = micro_f1(truth, found)
    return [
        _row(name, "aspect+polarity micro-F1", both, len(truth), FLOORS.get(name)),
        _row(name, "aspect micro-F1", nodes, len(truth), None),
    ]


def _nodes(pairs: Iterable[Pair]) -> set[str]:
    return {node for node, _ in pairs}


def _row(name: str, metric: str, value: float, n: int, floor: float | None) -> dict[str, Any]:
    return {
        "task": "aspects",
        "set": name,
        "metric": metric,
        "value": round(value, 4),
        "n": n,
        "floor": floor,
    }
