"""Figures of near copies: planted groups are found among invented texts, and mistakes would show."""

from __future__ import annotations

import random
from typing import Any

import pytest

from voc.text.sketches import Alphabet
from voc.train import copy_scores
from voc.train.copy_scores import FLOOR, edited, evaluate_copies, leaders

ALPHABET = Alphabet(b"test")


@pytest.fixture(scope="module")
def texts() -> list[str]:
    """Words of nobody."""
    rng = random.Random(3)
    clauses = [
        "".join(chr(rng.randrange(0x4E00, 0x9000)) for _ in range(rng.randrange(6, 14))) for _ in range(2000)
    ]
    return ["，".join(rng.sample(clauses, 6)) for _ in range(600)]


def test_all_that_the_issue_asks_of_copies_is_printed(
    texts: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copy_scores, "_GROUPS", 40)
    monkeypatch.setattr(copy_scores, "_PAIRS", 20)
    rows = evaluate_copies(texts)
    metrics = {row["metric"]: row for row in rows}
    for share in ("5%", "10%", "20%"):
        for what in ("recall", "precision"):
            assert metrics[f"copies with {share} edits: {what} of pairs"]["value"] >= FLOOR
    apart = [row for name, row in metrics.items() if name.startswith("kept apart: ")]
    assert len(apart) == 6 and all(row["value"] >= FLOOR and row["n"] == 20 for row in apart)
    assert metrics["MB of memory for them"]["value"] > 0


@pytest.mark.parametrize(("broken", "missed"), [("apart", "recall"), ("together", "precision")])
def test_a_mistake_is_a_lower_figure(
    texts: list[str], monkeypatch: pytest.MonkeyPatch, broken: str, missed: str
) -> None:
    def wrong(some: Any, alphabet: Alphabet) -> list[int]:
        right = leaders(some, alphabet)
        return list(range(len(right))) if broken == "apart" else [0] * len(right)

    monkeypatch.setattr(copy_scores, "_GROUPS", 20)
    monkeypatch.setattr(copy_scores, "_PAIRS", 5)
    monkeypatch.setattr(copy_scores, "leaders", wrong)
    rows = {row["metric"]: row["value"] for row in evaluate_copies(texts)}
    assert rows[f"copies with 10% edits: {missed} of pairs"] < FLOOR
    assert (rows["kept apart: same link"] < FLOOR) is (broken == "together")


def test_too_few_texts_give_no_figures() -> None:
    assert evaluate_copies(["短", "也短"]) == []


def test_edits_are_as_many_as_asked(texts: list[str]) -> None:
    rng = random.Random(1)
    text = texts[0]
    assert edited(text, 0, "一", rng) == text
    changed = edited(text, 0.2, "一二三", rng)
    assert changed != text and abs(len(changed) - len(text)) <= round(0.2 * len(text))
    assert leaders([text, changed, texts[1]], ALPHABET) == [0, 0, 2]
