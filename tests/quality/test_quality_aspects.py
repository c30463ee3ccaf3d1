"""Aspects and their polarity reach their floors on the dev splits, through the whole engine."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

pytestmark = pytest.mark.datasets


@pytest.fixture(scope="module")
def scores() -> dict[tuple[str, str], float]:
    folder = os.environ.get("VOC_DATASETS")
    if not folder or not Path(folder).is_dir():
        pytest.skip("needs VOC_DATASETS")
    from voc.train.aspect_scores import evaluate_aspects

    return {(row["set"], row["metric"]): row["value"] for row in evaluate_aspects(Path(folder), "dev")}


@pytest.mark.parametrize(
    ("name", "metric", "floor"),
    [
        ("car_bdci2018", "aspect+polarity micro-F1", 0.60),
        ("car_bdci2018", "aspect micro-F1", 0.83),
        ("cosmetics_opinion", "aspect+polarity micro-F1", 0.82),
        ("food_beverage_asqp", "aspect+polarity micro-F1", 0.60),
        ("asap_sample", "aspect micro-F1", 0.70),
        ("diaasq_phones", "aspect micro-F1", 0.50),
    ],
)
def test_floor(scores: dict[tuple[str, str], float], name: str, metric: str, floor: float) -> None:
    if (name, metric) not in scores:
        pytest.skip(f"no {name} in VOC_DATASETS")
    assert scores[name, metric] >= floor
