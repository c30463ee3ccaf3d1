"""What a text is spared (`_NEAR`, `read_alike`) hides nothing: with and without, the same is found."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from voc.text import pii, stage
from voc.text.stage import TextStage

_HARD = Path(__file__).resolve().parents[2] / "hard" / "text"
_ROWS = [
    json.loads(line)["text"]
    for name in ("pii", "repair")
    for line in (_HARD / f"{name}.open.jsonl").read_text("utf-8").splitlines()
]


def test_texts_without_characters_near_each_other_hold_no_identifier_of_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gated = [pii.find(text) for text in _ROWS]
    monkeypatch.setattr(pii, "_NEAR", re.compile(""))
    assert gated == [pii.find(text) for text in _ROWS]
    assert any(gated)


def test_a_repaired_text_that_reads_alike_uncovers_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    clean = [TextStage().clean(text) for text in _ROWS]
    monkeypatch.setattr(stage, "read_alike", lambda one, other: one is other)
    assert clean == [TextStage().clean(text) for text in _ROWS]
