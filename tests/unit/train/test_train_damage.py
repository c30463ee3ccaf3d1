"""Damage for training: seeded, as strong as it says, and nothing at strength 0."""

from __future__ import annotations

import random

import numpy as np
import pytest

from voc.text.trees import Forest
from voc.train import damage
from voc.train.integrity import exported, forest

TEXT = (
    "昨天下午去店里修手机，师傅说屏幕坏了，要换新的。等了一个小时，换好以后很清楚。价格不便宜，但"
    "是态度很好，推荐大家去。"
)


@pytest.mark.parametrize("unit", ["sentences", "clauses", "words"])
def test_shuffling_keeps_every_letter(unit: str) -> None:
    mixed = damage.shuffle(TEXT, random.Random(1), unit=unit, part=1.0)
    assert mixed.text != TEXT
    assert sorted(filter(str.isalnum, mixed.text)) == sorted(filter(str.isalnum, TEXT))
    assert 0 < mixed.strength <= 1
    assert damage.shuffle(TEXT, random.Random(1), unit=unit, part=0.0).text == TEXT


@pytest.mark.parametrize("kind", ["synonyms", "opposites", "sounds", "measures", "intensifiers"])
def test_spinning_replaces_and_says_how_much(kind: str) -> None:
    spun = damage.spin(TEXT, random.Random(2), part=1.0, kinds={kind: 1.0})
    assert spun.text != TEXT
    assert 0 < spun.strength <= 1
    assert damage.spin(TEXT, random.Random(2), part=0.0, kinds={kind: 1.0}) == damage.Damaged(TEXT, 0.0)


@pytest.mark.parametrize("form", ["sentence", "clause", "bracket", "inside", "lump"])
def test_stuffing_inserts_the_part_asked_for(form: str) -> None:
    done = damage.stuff(TEXT * 3, random.Random(3), ["手机维修"], part=0.3, form=form)
    assert done.strength == pytest.approx(0.3, abs=0.05)
    assert done.text.count("手机维修") >= 10


@pytest.mark.parametrize("side", ["end", "start", "both"])
def test_cutting_never_ends_at_a_mark(side: str) -> None:
    cut = damage.truncate(TEXT, random.Random(4), side=side)
    assert cut.text in TEXT
    assert cut.text != TEXT
    if side != "start":
        assert cut.text[-1].isalnum()


def test_a_forest_as_arrays_says_what_the_model_said() -> None:
    from sklearn.ensemble import HistGradientBoostingClassifier

    random_ = np.random.default_rng(6)
    rows = random_.normal(size=(600, 4))
    truth = rows[:, 0] + rows[:, 1] ** 2 > 0.5
    model = HistGradientBoostingClassifier(max_iter=20, max_leaf_nodes=6, random_state=1).fit(rows, truth)
    small = Forest(exported("x", model, 0.25), "x")
    wanted = model.decision_function(rows[:50]) - 0.25
    assert [small.odds(row) for row in rows[:50]] == pytest.approx(list(wanted), abs=1e-5)


def test_a_forest_keeps_its_share_of_clean_rows() -> None:
    random_ = np.random.default_rng(7)
    rows = random_.normal(size=(2000, 2))
    truth = rows[:, 0] > 0.3
    clean = random_.normal(size=(1000, 2))
    made = forest("x", rows, truth, weights=None, rising=[1, 0], clean=clean, wrong=0.01)
    judged = Forest(made, "x")
    assert np.mean([judged.odds(row) > 1e-6 for row in clean]) <= 0.01
    low, high = np.array([-2.0, 0.0]), np.array([2.0, 0.0])
    assert judged.odds(low) < judged.odds(high)
