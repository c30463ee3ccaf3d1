"""Manifest and card say what was learned from what, under which licence, and how good it is."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from voc.registry import MANIFEST, Registry
from voc.train import cards, data
from voc.train.recipe import RECIPES

ROW = {"task": "sentiment", "set": "waimai_10k", "metric": "accuracy of the sign", "value": 0.9, "n": 1178}


def test_a_card_names_sets_licences_and_figures(tmp_path: Path) -> None:
    arrays = {"weights": np.zeros(4, np.int8)}
    entry = cards.save(tmp_path, "tiny", arrays, version="1.0.0", task="sentiment", sets=["waimai_10k"])
    cards.score(tmp_path, "tiny", [{**ROW, "floor": None}, {**ROW, "task": "emotion", "set": "other"}])
    card = (tmp_path / "tiny.md").read_text("utf-8")
    for said in (
        entry["sha256"],
        "waimai_10k",
        data.LICENCES["waimai_10k"],
        "0.9000",
        "1,178",
    ):
        assert said in card
    assert "other" not in card
    assert Registry(tmp_path).entry("tiny")["scores"] == [
        {k: ROW[k] for k in ("set", "metric", "value", "n")}
    ]


def test_a_second_model_keeps_the_first(tmp_path: Path) -> None:
    for name in ("one", "two"):
        cards.save(tmp_path, name, {"a": np.zeros(1)}, version="1.0.0", task=name, sets=[])
    assert set(json.loads((tmp_path / MANIFEST).read_text("utf-8"))["models"]) == {"one", "two"}


@pytest.mark.parametrize("name", sorted(RECIPES))
def test_every_set_of_a_recipe_has_its_licence(name: str) -> None:
    assert set(RECIPES[name].sets) <= set(data.LICENCES)


def test_a_text_that_comes_again_is_kept_once_and_read_as_the_product_reads_it(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        with gzip.open(tmp_path / name / "train.jsonl.gz", "wt", encoding="utf-8") as file:
            file.write(json.dumps({"text": "質量很好！！！！", "sentiment": "positive"}) + "\n")
    (row,) = data.read_all(tmp_path, ["one", "two"], "train")
    assert (row.set, row.text) == ("one", "质量很好！")
