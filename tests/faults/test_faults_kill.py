"""kill -9 at every named point: nothing acknowledged is lost, nothing is there twice."""

from __future__ import annotations

import re
import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from fault_desk import SOAK, Shown, proven, reviews, shown
from test_faults_migrate import MIGRATION
from voc_program import Program

_ROOT = Path(__file__).resolve().parents[2]
_DOCUMENTS = 60
# After the ledger's commit, after annotations and outbox, before and after the index's commit, between the
# send and its acknowledgement, after the acknowledgement.
POINTS = ("ledger-commit", "finish-commit", "index-commit", "index-committed", "before-ack", "ack-commit")
# Where the suite also kills a second time, while documents are revised; `make soak` does everywhere.
_REVISED = ("finish-commit", "before-ack")
# Tried where a key is rotated: test_faults_identity.py, tests/unit/ledger/test_ledger_rekeying.py.
REKEYING = ("rekey-page", "rekey-switching", "rekey-switched", "rekey-outdated")


def _accepted(voc: Program) -> int:
    with closing(sqlite3.connect(voc.home / "ledger.sqlite")) as conn:
        return int(conn.execute("SELECT count(*) FROM revisions").fetchone()[0])


@pytest.mark.parametrize("point", POINTS)
def test_killed_at(point: str, tmp_path: Path) -> None:
    voc = Program(
        tmp_path / "home", {"VOC_LANGUAGE_PROCESSES": "0", "VOC_BATCH_DOCUMENTS": "25", "VOC_LEASE_S": "1"}
    )
    path = tmp_path / "shop.csv"
    texts = reviews(path, _DOCUMENTS)
    killed = voc.tried("ingest", str(path), "--wait", VOC_FAULT=point)
    assert killed.returncode == -signal.SIGKILL, (killed.returncode, killed.stderr[-1000:])
    # What the file gave up to then is there without its being read again; read again, it adds the rest.
    kept = _accepted(voc)
    voc.ok("work", "--until-empty")
    assert len(shown(voc)) == kept > 0
    [again] = voc.json("ingest", str(path), "--wait")["files"]
    assert (again["created"], again["unchanged"]) == (_DOCUMENTS - kept, kept)
    proven(voc, texts)
    if not SOAK and point not in _REVISED:
        return
    edited = reviews(path, _DOCUMENTS, edited=True)
    killed = voc.tried("ingest", str(path), "--wait", VOC_FAULT=point)
    assert killed.returncode == -signal.SIGKILL
    voc.ok("ingest", str(path), "--wait")
    proven(voc, edited)
    assert shown(voc) == {
        native: Shown(1 if text == texts[native] else 2, text) for native, text in edited.items()
    }


def test_every_point_is_tried() -> None:
    named = {
        name
        for path in (_ROOT / "voc").rglob("*.py")
        for name in re.findall(r'^\s+point\("([a-z-]+)"\)', path.read_text("utf-8"), re.M)
    }
    assert named == {*POINTS, *MIGRATION, *REKEYING}
