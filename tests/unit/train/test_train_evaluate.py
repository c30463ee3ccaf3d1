"""Measuring reads the dev split, leaves absent sets out, and puts a floor beside what has one."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

from voc.train.data import Row
from voc.train.evaluate import FLOORS, evaluate
from voc.train.sentiment import three_way

TEXTS = {"positive": "很好吃，非常满意，下次还来", "negative": "太难吃了，差评，再也不来了"}


def _dev(folder: Path, name: str, rows: list[dict[str, str]]) -> None:
    (folder / name).mkdir()
    with gzip.open(folder / name / "dev.jsonl.gz", "wt", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


def test_nothing_there_nothing_measured(tmp_path: Path) -> None:
    assert evaluate(tmp_path, only=["sentiment", "emotion", "service_intent"]) == []


def test_the_sign_is_measured_on_binary_sets(tmp_path: Path) -> None:
    _dev(tmp_path, "waimai_10k", [{"text": text, "sentiment": label} for label, text in TEXTS.items()])
    rows = evaluate(tmp_path, only=["sentiment"])
    assert [(row["set"], row["value"], row["n"], row["floor"]) for row in rows] == [
        ("waimai_10k", 1.0, 2, FLOORS["waimai_10k"]),
        ("waimai_10k", 1.0, 2, None),
    ]
    assert set(rows[0]) == {"task", "set", "metric", "value", "n", "floor"}
    assert evaluate(tmp_path, only=["emotion"]) == []


def test_three_labels_of_aspects() -> None:
    def label(*sentiments: str) -> str | None:
        return three_way(Row("car_bdci2018", "", {"aspects": [{"sentiment": s} for s in sentiments]}))

    assert label("neutral") == "neutral"
    assert label("neutral", "negative") == "negative"
    assert label("positive", "negative") is None
    assert three_way(Row("implicit_ecisa2019", "", {"sentiment": "neutral"})) == "neutral"
