"""The sample data: complete, readable, without anybody's identifiers, and made by its generator."""

from __future__ import annotations

import re
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml

from voc import resources
from voc.collect.files import read_file
from voc.config import Settings
from voc.types import KINDS, Record

SAMPLES = resources.folder("samples")
DEMO = yaml.safe_load((SAMPLES / "demo.yaml").read_text(encoding="utf-8"))
PLANTED = {"13800138000", "13900139000", "11010519491231002", "6228480402564890018", "4111111111111111"}


@pytest.fixture
def records(settings: Settings) -> dict[str, list[Record]]:
    found = {}
    for workspace in DEMO["workspaces"]:
        for entry in workspace["files"]:
            assert entry["kind"] in KINDS
            zone = ZoneInfo(workspace["timezone"])
            rows = list(
                read_file(
                    SAMPLES / entry["file"], mapping=None, zone=zone, exported_at=None, settings=settings
                )
            )
            assert [row.place for row in rows if row.error or row.warnings] == []
            found[entry["file"]] = [row.record for row in rows if row.record]
    return found


def words(record: Record) -> str:
    return "\n".join((record.text, *(turn.text for turn in record.turns)))


def test_sizes_times_and_marks(records: dict[str, list[Record]]) -> None:
    assert (
        sum(len(records[f"phone_{name}"]) for name in ("reviews.csv", "tickets.jsonl", "posts.jsonl")) > 2300
    )
    assert sum(len(found) for name, found in records.items() if name.startswith("restaurant")) > 600
    for found in records.values():
        for record in found:
            assert record.created_at is not None
            assert "2026-08-30T16" <= record.created_at.isoformat() < "2026-11-22T16"
            assert record.attrs.get("written") in (True, "true") or record.attrs["license"] in (
                "MIT",
                "Apache-2.0",
            )


def test_only_planted_identifiers(records: dict[str, list[Record]]) -> None:
    for found in records.values():
        for record in found:
            text = words(record)
            for number in re.findall(r"\d{11,}", re.sub(r"(?<=\d) (?=\d)", "", text)):
                assert number in PLANTED, record.native_id
            assert set(re.findall(r"@\S{2}", text)) <= {"@用户", "@ex"}, record.native_id
            assert not re.search(r"https?:|[\w.]+@(?!example\.)\w+\.\w+", text), record.native_id
            assert record.author.contact is None


def test_stories(records: dict[str, list[Record]]) -> None:
    reviews = records["phone_reviews.csv"]
    late = [r for r in reviews if r.created_at and r.created_at.isoformat() >= "2026-10-19"]
    early = [r for r in reviews if r not in late]
    updated = [
        r
        for r in reviews
        if re.search(r"(更新|升级|升到|系统|版本).{0,6}2\.3|2\.3.{0,4}(版本|更新|升级)", r.text)
    ]
    assert len(updated) > 60
    assert all(r in late for r in updated)
    wifi = [r for r in reviews if "WiFi" in r.text and (r.rating or 5) <= 3]
    assert sum(r in early for r in wifi) > 2 * sum(r in late for r in wifi)
    assert sum(r.author.role == "staff" for r in reviews) == 45
    assert sum(r.text == "此用户没有填写评价。" for r in reviews) == 60
    assert sum(r.reply_to is not None and r.author.role != "staff" for r in reviews) > 20


def test_written_sentences_are_many_and_distinct() -> None:
    folder = Path(__file__).parents[3] / "tools" / "samples" / "texts"
    lines = [
        line.strip()[2:]
        for path in sorted(folder.glob("*.yaml"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.strip().startswith("- ")
    ]
    assert len(set(lines)) == len(lines) >= 400


def test_notices() -> None:
    notice = (SAMPLES / "NOTICE").read_text(encoding="utf-8")
    assert "DiaASQ" in notice
    assert "MIT License" in notice
    assert "ASAP" in notice
    assert "Apache License" in notice
    readme = (SAMPLES / "README.md").read_text(encoding="utf-8")
    assert all(path.name in readme for path in SAMPLES.glob("*.[cj]s*"))


@pytest.mark.datasets
def test_the_generator_makes_these_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    if not os.environ.get("VOC_DATASETS"):
        pytest.skip("VOC_DATASETS is not set")
    monkeypatch.syspath_prepend(str(Path(__file__).parents[3]))
    from tools import make_samples

    monkeypatch.setattr(make_samples, "OUT", tmp_path)
    assert make_samples.main() == 0
    for path in sorted(tmp_path.iterdir()):
        assert path.read_bytes() == (SAMPLES / path.name).read_bytes(), path.name
