"""`voc eval text` by hand: what counts as found, removed, kept; a folder without sets is told."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from voc.errors import ConfigError
from voc.text.stage import TextStage
from voc.train.text_scores import covered, evaluate_text, personal, read, repaired, trusted

STAGE = TextStage()


def _by_metric(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {row["metric"]: (row["value"], row["n"]) for row in rows}


def test_an_identifier_is_found_when_no_letter_or_digit_is_left() -> None:
    text = "电话138-0013-8000"
    span = {"type": "mobile", "start": 2, "end": 15}
    assert covered(text, span, [("mobile", 2, 15)])
    assert covered(text, span, [("mobile", 2, 6), ("mobile", 6, 10), ("mobile", 11, 15)])
    assert not covered(text, span, [("mobile", 2, 14)])


def test_personal_data_counts_occurrences_and_look_alikes() -> None:
    rows = [
        {"text": "电话13800138000", "spans": [{"type": "mobile", "start": 2, "end": 13}]},
        {"text": "电话1380013800", "spans": [{"type": "mobile", "start": 2, "end": 12}]},
        {"text": "用了3天", "spans": []},
    ]
    found = _by_metric(personal(rows, STAGE))
    assert found["recall mobile"] == (0.5, 2)
    assert found["look-alikes untouched"] == (1.0, 1)


def test_repair_counts_letters_and_digits_by_kind() -> None:
    rows = [
        {"text": "電池&amp;螢幕", "clean": "电池&萤幕"},
        {"text": "很好。。。广告在此", "noise": [{"kind": "promo", "start": 5, "end": 9}], "clean": None},
    ]
    found = _by_metric(repaired(rows, STAGE))
    assert found["rows exactly as expected"] == (1.0, 1)
    assert found["body kept"] == (1.0, 2)
    assert found["promo removed"][1] == 4
    assert found["offsets hold"] == (1.0, 2)


def test_integrity_counts_labels_of_long_texts() -> None:
    rows: list[dict[str, Any]] = [
        {"text": "电池很好，用了三天没有问题", "labels": ["clean"], "quarantine": False},
        {"text": "此用户没有填写评价。", "labels": ["default"], "quarantine": False},
        {"text": "短", "labels": ["spun"], "quarantine": True},
    ]
    found = _by_metric(trusted(rows, STAGE))
    assert found["clean rows not quarantined"] == (1.0, 1)
    assert found["recall default"] == (1.0, 1)
    assert found["recall spun"] == (0.0, 0)  # too short to count


def test_both_halves_are_read_and_an_empty_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no hard sets"):
        evaluate_text(tmp_path)
    line = json.dumps({"text": "电话13800138000。" * 8, "spans": [{"type": "mobile", "start": 2, "end": 13}]})
    (tmp_path / "pii.open.jsonl").write_text(line + "\n", encoding="utf-8")
    (tmp_path / "pii.sealed.jsonl.gz").write_bytes(gzip.compress(line.encode()))
    assert read(tmp_path, "pii", "open") == read(tmp_path, "pii", "sealed")
    rows = evaluate_text(tmp_path)
    assert {row["set"] for row in rows} == {"pii.open", "pii.sealed", "all.open"}
    assert {row["metric"] for row in rows if row["set"] == "all.open"} >= {"CPU seconds for 1 MB"}
