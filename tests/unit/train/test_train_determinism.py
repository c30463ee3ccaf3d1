"""Training twice on the same committed rows gives the same bytes, and a model that learned something."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from voc.errors import UsageError
from voc.nlp.features import grams
from voc.nlp.linear import LinearHead
from voc.train import cards, data, recipe
from voc.train.heads import learn, platt, temperature

SAMPLES = Path(__file__).resolve().parents[3] / "samples"


def _rows() -> tuple[list[str], np.ndarray]:
    lines = (SAMPLES / "restaurant_reviews.jsonl").read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    return [row["text"] for row in rows], np.array([[row["rating"] >= 4] for row in rows])


def test_twice_the_same_bytes(tmp_path: Path) -> None:
    texts, truth = _rows()
    made = []
    for name in ("one", "two"):
        head = learn(texts, truth, ("pleased",), buckets=1 << 12, cost=0.5)
        cards.save(
            tmp_path / name, "tiny", head.arrays(), version="1.0.0", task="sentiment", sets=["asap_sample"]
        )
        made.append((tmp_path / name / "tiny.npz").read_bytes())
    assert made[0] == made[1]
    share = LinearHead.from_arrays(head.arrays()).probabilities(grams(texts))[:, 0]
    assert np.mean((share > 0.5) == truth[:, 0]) > truth.mean()


def test_calibration_by_hand() -> None:
    scores = np.array([-2.0, -1.0, 1.0, 2.0])
    slope, shift = platt(scores, np.array([False, False, True, True]))
    assert slope > 0
    assert abs(shift) < 0.05
    assert temperature(np.array([[3.0, 0.0], [0.0, 3.0]]), np.eye(2, dtype=bool)) > 1


def test_held_out_keys_read_letters_and_digits_only() -> None:
    assert data.key("很好！ ＡＢ１") == data.key("很好ab1")
    assert data.key("！！") != data.key("？？")


def test_rows_that_are_held_out_are_dropped(tmp_path: Path) -> None:
    import gzip

    folder = tmp_path / "tiny"
    folder.mkdir()
    with gzip.open(folder / "train.jsonl.gz", "wt", encoding="utf-8") as file:
        for text in ("很好用", "不好用", "一般"):
            file.write(json.dumps({"text": text, "sentiment": "positive"}, ensure_ascii=False) + "\n")
    with gzip.open(tmp_path / "heldout_keys.txt.gz", "wt") as file:
        file.write(f"dev {data.key('不好用。')}\n")
    assert [row.text for row in data.read(tmp_path, "tiny", "train")] == ["很好用", "一般"]
    assert data.read(tmp_path, "absent", "train") == []


def test_a_model_that_does_not_exist(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="VOC-E102"):
        recipe.train(tmp_path, tmp_path, only=["nothing"])
