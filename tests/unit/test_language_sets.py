"""The hard sets for language keep their shape: spans are literal, labels legal, halves equal and apart.

The sealed halves are opened here only to be counted and compared; no failure message prints a row of them.
"""

from __future__ import annotations

import gzip
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).resolve().parents[1] / "hard" / "language"
SENTIMENTS = {"positive", "neutral", "negative"}
EMOTIONS = {"angry", "sad", "happy", "fear", "surprise", "neutral"}
INTENTS = {
    "complaint",
    "wish",
    "question",
    "praise",
    "concern",
    "recommend",
    "repurchase",
    "churn",
    "switch",
}
LEVELS = {0, 1, 3, 10, 30, 100}

Row = dict[str, Any]


def _open(name: str) -> list[Row]:
    return [json.loads(line) for line in (FOLDER / f"{name}.open.jsonl").read_text("utf-8").splitlines()]


def _sealed(name: str) -> list[Row]:
    packed = (FOLDER / f"{name}.sealed.jsonl.gz").read_bytes()
    return [json.loads(line) for line in gzip.decompress(packed).decode("utf-8").splitlines()]


def _bad_understanding(row: Row) -> bool:
    text = row["text"]
    spans = [
        (mention[part], mention[f"{part}_start"])
        for mention in row["mentions"]
        for part in ("target", "opinion")
    ]
    literal = all(
        (words is None) == (start is None) and (words is None or text[start : start + len(words)] == words)
        for words, start in spans
    )
    products = all(mention["product"] is None or mention["product"] in text for mention in row["mentions"])
    legal = (
        row["sentiment"] in SENTIMENTS
        and row["emotion"] in EMOTIONS
        and set(row["intents"]) <= INTENTS
        and {mention["sentiment"] for mention in row["mentions"]} <= SENTIMENTS
        and row.get("mixed", True) is True
    )
    return not (literal and products and legal and 8 <= len(text) <= 120)


def _bad_consequence(row: Row) -> bool:
    span = row["span"]
    told = span is None if row["level"] == 0 else span is not None and span in row["text"]
    return not (told and row["level"] in LEVELS and isinstance(row["lookalike"], bool))


@pytest.mark.parametrize(
    ("name", "bad"), [("understanding", _bad_understanding), ("consequences", _bad_consequence)]
)
def test_rows_are_literal_and_legal(name: str, bad: Any) -> None:
    assert [row["id"] for row in [*_open(name), *_sealed(name)] if bad(row)] == []


@pytest.mark.parametrize(("name", "key"), [("understanding", "slice"), ("consequences", "level")])
def test_halves_are_equal_and_apart(name: str, key: str) -> None:
    shown, hidden = _open(name), _sealed(name)
    in_both = sum(row["text"] in {other["text"] for other in hidden} for row in shown)
    ids = len({row["id"] for row in [*shown, *hidden]})
    assert in_both == 0
    assert ids == len(shown) + len(hidden)
    counts = Counter(row[key] for row in shown)
    others = Counter(row[key] for row in hidden)
    assert all(abs(counts[value] - others[value]) <= 1 for value in counts | others)
    assert len(shown) == len(hidden)


def test_a_sealed_file_has_no_time_of_making() -> None:
    for path in FOLDER.glob("*.sealed.jsonl.gz"):
        assert path.read_bytes()[4:8] == bytes(4)
