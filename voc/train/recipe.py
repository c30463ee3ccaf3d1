"""Which models there are and how each is learned: what `voc train` runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from voc.errors import ConfigError, UsageError
from voc.registry import Registry
from voc.train import cards, integrity, labels, opinions, sentiment
from voc.train.evaluate import evaluate

DEEP = "deep"
Event = Callable[[str, dict[str, Any]], None]


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a model is made. `version` rises whenever the weights may change."""

    task: str
    version: str
    sets: tuple[str, ...]
    learn: Callable[[Path], Mapping[str, npt.NDArray[np.generic]]]
    how: str = cards.LINEAR
    limits: str = cards.FEEDBACK


RECIPES: dict[str, Recipe] = {
    "sentiment": Recipe("sentiment", "1.0.0", sentiment.BINARY + sentiment.THREE, sentiment.train),
    "emotion": Recipe("emotion", "1.0.0", labels.EMOTION_SETS, labels.train_emotion),
    "service_intent": Recipe("service_intent", "1.0.0", labels.INTENT_SETS, labels.train_service_intent),
    "opinions": Recipe("aspects", "1.0.0", opinions.SETS, opinions.train),
    "reference": Recipe(
        *("reference", "1.0.0", integrity.SETS, integrity.train_reference),
        how=integrity.COUNTS,
        limits=integrity.COUNTS_LIMITS,
    ),
    "integrity": Recipe(
        *("integrity", "1.0.0", integrity.SETS, integrity.train),
        how=integrity.TREES,
        limits=integrity.TREES_LIMITS,
    ),
}


def train(
    out: Path, datasets: Path, *, only: Sequence[str] = (), tell: Event = lambda *_: None
) -> list[dict[str, Any]]:
    """Learn models into `out`, measure them on dev, write their cards; the measured rows.

    The encoder is learned only where `only` names it: it takes an hour, and torch.

    Raises:
        UsageError: VOC-E102, a model that does not exist.
    """
    unknown = sorted(set(only) - set(RECIPES) - {DEEP})
    if unknown:
        raise UsageError(
            "no such model", code="VOC-E102", value=unknown[0], cure="one of " + ", ".join((*RECIPES, DEEP))
        )
    chosen = {name: recipe for name, recipe in RECIPES.items() if not only or name in only}
    rows = _deep(out, datasets, tell) if DEEP in only else []
    if not chosen:
        return rows
    for name, recipe in chosen.items():
        sets = tuple(used for used in recipe.sets if (datasets / used).is_dir())
        cards.save(out, name, recipe.learn(datasets), version=recipe.version, task=recipe.task, sets=sets)
    rows += evaluate(datasets, only=[recipe.task for recipe in chosen.values()], registry=Registry(out))
    for name in chosen:
        cards.score(out, name, rows, how=chosen[name].how, limits=chosen[name].limits)
    return rows


def _deep(out: Path, datasets: Path, tell: Event) -> list[dict[str, Any]]:
    try:
        from voc.train.encoder.run import learn  # torch and transformers, only here
    except ImportError as error:
        raise ConfigError(
            "training the encoder is not installed",
            code="VOC-E205",
            value=error.name,
            cure="pip install 'voc[train,deep]'",
        ) from None
    return learn(out, datasets, tell=tell)
