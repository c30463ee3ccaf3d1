"""kill -9 at every named point: nothing acknowledged is lost, nothing is there twice."""

from __future__ import annotations

import re
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from fault_desk import SOAK, Shown, proven, reviews, shown
from voc_program import Program

_ROOT = Path(__file__).resolve().parents[2]
_DOCUMENTS = 60
# After the ledger's commit, after annotations and outbox, before and after the index's commit, between the
# send and its acknowledgement, after the acknowledgement.
POINTS = ("ledger-commit", "finish-commit", "index-commit", "index-committed", "before-ack", "ack-commit")
# Where the suite also kills a second time, while documents are revised; `make soak` does everywhere.
_REVISED = ("finish-commit", "before-ack")
# Tables are made, or changed, and the schema's number is written: before and after that is on disk.
MIGRATION = ("migrating", "migrated")


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


@pytest.mark.parametrize("point", MIGRATION)
def test_killed_while_the_ledger_is_made(point: str, tmp_path: Path) -> None:
    voc = Program(tmp_path / "home", {"VOC_LANGUAGE_PROCESSES": "0"})
    texts = reviews(tmp_path / "shop.csv", 5)
    killed = voc.tried("ingest", str(tmp_path / "shop.csv"), VOC_FAULT=point)
    assert killed.returncode == -signal.SIGKILL, killed.stderr[-1000:]
    with closing(sqlite3.connect(voc.home / "ledger.sqlite")) as conn:
        tables = conn.execute("SELECT count(*) FROM sqlite_master WHERE type = 'table'").fetchone()
    assert (tables == (0,)) == (point == "migrating")  # all of it or nothing
    voc.ok("ingest", str(tmp_path / "shop.csv"), "--wait")
    proven(voc, texts)


_NEXT = '''"""A schema to come."""

import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = {head!r}
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("items", sa.Column("mood", sa.Text(), nullable=False, server_default="calm"))
    op.execute("UPDATE items SET mood = 'glad' WHERE item % 2 = 0")
    op.drop_table("jobs")
'''
_MIGRATES = """
import sys
from pathlib import Path
from voc.db import migrate
from voc.db.engine import open_engine

migrate._SCRIPTS, migrate.HEAD = Path(sys.argv[1]), "9999"
migrate.migrate(open_engine(sys.argv[2]))
"""


@pytest.mark.parametrize("point", MIGRATION)
def test_killed_while_a_filled_ledger_is_changed(point: str, tmp_path: Path) -> None:
    voc = Program(tmp_path / "home", {"VOC_LANGUAGE_PROCESSES": "0"})
    texts = reviews(tmp_path / "shop.csv", 20)
    voc.ok("ingest", str(tmp_path / "shop.csv"), "--wait")
    ledger = voc.home / "ledger.sqlite"
    with closing(sqlite3.connect(ledger)) as conn:
        before = list(conn.iterdump())
        [head] = conn.execute("SELECT version_num FROM alembic_version").fetchone()
    scripts = tmp_path / "migrations"
    shutil.copytree(_ROOT / "voc" / "db" / "migrations", scripts)
    (scripts / "versions" / "9999_next.py").write_text(_NEXT.format(head=head))

    def next_program(**env: str) -> int:
        command = [sys.executable, "-c", _MIGRATES, str(scripts), f"sqlite:///{ledger}"]
        return subprocess.run(command, env=env, cwd=_ROOT, timeout=120, check=False).returncode

    assert next_program(VOC_FAULT=point) == -signal.SIGKILL
    if point == "migrating":
        # As it was; the program that was here before could go on.
        with closing(sqlite3.connect(ledger)) as conn:
            assert list(conn.iterdump()) == before
        proven(voc, texts)
    assert next_program() == 0
    with closing(sqlite3.connect(ledger)) as conn:
        moods = conn.execute("SELECT mood, count(*) FROM items GROUP BY mood ORDER BY mood").fetchall()
        assert dict(moods).keys() == {"calm", "glad"} and sum(dict(moods).values()) == len(texts)
        assert conn.execute("SELECT count(*) FROM sqlite_master WHERE name = 'jobs'").fetchone() == (0,)
        assert conn.execute("SELECT version_num FROM alembic_version").fetchone() == ("9999",)
        assert conn.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_every_point_is_tried() -> None:
    named = {
        name
        for path in (_ROOT / "voc").rglob("*.py")
        for name in re.findall(r'^\s+point\("([a-z-]+)"\)', path.read_text("utf-8"), re.M)
    }
    assert named == {*POINTS, *MIGRATION}
