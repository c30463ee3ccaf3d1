"""kill -9 at every named point: nothing acknowledged is lost, nothing is there twice."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from voc_program import Program

DOCUMENTS = 120
# After the ledger's commit, after annotations and outbox, before and after the index's commit, between the
# send and its acknowledgement, after the acknowledgement.
POINTS = ("ledger-commit", "finish-commit", "index-commit", "index-committed", "before-ack", "ack-commit")


def _reviews(path: Path, *, edited: bool = False) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(["评价ID", "评论内容", "时间", "用户ID"])
        for i in range(DOCUMENTS):
            text = f"第{i}台手机电池用了{i % 30 + 2}天就坏了，屏幕倒是清晰"
            out.writerow(
                [f"r{i}", text + ("，追加一句" if edited and i % 4 == 0 else ""), "2026-11-01", f"u{i}"]
            )


def _proven(voc: Program) -> list[str]:
    """The books balance, the index equals the ledger; ids of all documents, each once."""
    doctor = voc.json("doctor")
    assert doctor["ok"], doctor["problems"]
    row = doctor["sources"][0]
    assert (row["accepted"], row["indexed"], row["pending"], row["dead"]) == (DOCUMENTS, DOCUMENTS, 0, 0)
    listed = voc.json("search", "--limit", "500")["items"]
    natives = sorted(item["native_id"] for item in listed)
    assert natives == sorted({*natives})
    return natives


@pytest.mark.parametrize("point", POINTS)
def test_killed_at(point: str, tmp_path: Path) -> None:
    voc = Program(
        tmp_path / "home", {"VOC_LANGUAGE_PROCESSES": "0", "VOC_BATCH_DOCUMENTS": "50", "VOC_LEASE_S": "1"}
    )
    path = tmp_path / "reviews.csv"
    _reviews(path)
    killed = voc.run("ingest", str(path), "--source", "shop", "--wait", VOC_FAULT=point)
    assert killed.returncode == -9, (killed.returncode, killed.stderr[-1000:])
    # The same file again: what was kept is unchanged, the rest is taken in.
    again = voc.json("ingest", str(path), "--source", "shop", "--wait")["files"][0]
    assert again["created"] + again["unchanged"] == DOCUMENTS
    assert len(_proven(voc)) == DOCUMENTS
    _reviews(path, edited=True)
    killed = voc.run("ingest", str(path), "--source", "shop", "--wait", VOC_FAULT=point)
    assert killed.returncode == -9
    voc.ok("ingest", str(path), "--source", "shop", "--wait")
    assert len(_proven(voc)) == DOCUMENTS
    edited = voc.json("search", "追加一句", "--limit", "500")["items"]
    assert len(edited) == DOCUMENTS // 4
    assert {item["revision"] for item in edited} == {2}
