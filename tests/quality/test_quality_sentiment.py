"""The committed models keep their floors on dev, by one engine that is not told which set it reads."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from voc.train.evaluate import FLOORS, accuracy, evaluate, macro_f1


@pytest.mark.datasets
@pytest.mark.slow
def test_sentiment_keeps_its_floors() -> None:
    rows = evaluate(Path(os.environ["VOC_DATASETS"]), only=["sentiment"])
    floors = {row["set"]: row for row in rows if row["floor"] is not None}
    assert set(floors) == set(FLOORS)
    for row in floors.values():
        assert row["value"] >= row["floor"], row


@pytest.mark.datasets
@pytest.mark.slow
def test_what_the_cards_say_is_what_is_measured() -> None:
    from voc.registry import Registry

    rows = evaluate(Path(os.environ["VOC_DATASETS"]), only=["emotion", "service_intent"])
    for name in ("emotion", "service_intent"):
        told = Registry().entry(name)["scores"]
        found = [{k: r[k] for k in ("set", "metric", "value", "n")} for r in rows if r["task"] == name]
        assert told == found


def test_figures_by_hand() -> None:
    truth, found = ["a", "a", "b", "b"], ["a", "b", "b", "b"]
    assert accuracy(truth, found) == 0.75
    assert abs(macro_f1(truth, found) - (2 / 3 + 4 / 5) / 2) < 1e-9
