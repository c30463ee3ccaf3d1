"""kill -9 while the ledger is made or changed, and several processes that change it at once."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
import schema_to_come
from cut_line import schema, words
from fault_desk import SOAK, proven, reviews
from sqlalchemy import MetaData, create_engine, select
from voc_program import Program

_ROOT = Path(__file__).resolve().parents[2]
# Tables are made, or changed, and the schema's number is written: before and after that is on disk.
MIGRATION = ("migrating", "migrated")
_AT_ONCE = 4


@dataclass
class Ledger:
    """A home, and its database looked at from outside."""

    voc: Program
    url: str

    def dump(self) -> dict[str, tuple[list[str], list[str]]]:
        """Table → its columns and its rows, as they are committed."""
        engine = create_engine(self.url)
        try:
            with engine.connect() as conn:
                found = MetaData()
                found.reflect(conn)
                return {
                    table.name: (
                        [f"{one.name} {one.type} {one.nullable}" for one in table.columns],
                        sorted(repr(tuple(row)) for row in conn.execute(select(table))),
                    )
                    for table in found.sorted_tables
                }
        finally:
            engine.dispose()

    def filled(self, folder: Path) -> dict[str, str]:
        """Read a file in; native id → text."""
        texts = reviews(folder / "shop.csv", 20)
        self.voc.ok("ingest", str(folder / "shop.csv"), "--wait")
        return texts


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    """A home without a ledger, of either kind."""
    env = {"VOC_LANGUAGE_PROCESSES": "0"}
    if request.param == "sqlite":
        yield Ledger(Program(tmp_path / "home", env), f"sqlite:///{tmp_path / 'home' / 'ledger.sqlite'}")
        return
    with schema() as url:
        yield Ledger(Program(tmp_path / "home", {**env, "VOC_DATABASE_URL": words(url)}), words(url))


@pytest.mark.parametrize("point", MIGRATION)
def test_killed_while_the_ledger_is_made(point: str, ledger: Ledger, tmp_path: Path) -> None:
    path = str(tmp_path / "shop.csv")
    texts = reviews(tmp_path / "shop.csv", 5)
    killed = ledger.voc.tried("ingest", path, VOC_FAULT=point)
    assert killed.returncode == -signal.SIGKILL, killed.stderr[-1000:]
    assert (ledger.dump() == {}) == (point == "migrating")  # all of it or nothing
    ledger.voc.ok("ingest", path, "--wait")
    proven(ledger.voc, texts)


def _scripts(ledger: Ledger, folder: Path) -> Path:
    """This program's scripts and the next one."""
    [head] = ledger.dump()["alembic_version"][1]
    scripts = folder / "migrations"
    shutil.copytree(_ROOT / "voc" / "db" / "migrations", scripts)
    script = schema_to_come.SCRIPT.format(head=head.strip("(',)"))
    (scripts / "versions" / "9999_next.py").write_text(script)
    return scripts


def _next_program(ledger: Ledger, scripts: Path, **env: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, schema_to_come.__file__, str(scripts), ledger.url],
        env={**os.environ, "PYTHONPATH": str(_ROOT), **env},
        stderr=subprocess.PIPE,
    )


def _ended(processes: list[subprocess.Popen[bytes]]) -> list[int]:
    said = [process.communicate(timeout=120)[1] for process in processes]
    codes = [process.returncode for process in processes]
    assert set(codes) <= {0, -signal.SIGKILL}, said
    return codes


def _changed(ledger: Ledger, before: dict[str, tuple[list[str], list[str]]]) -> None:
    """The ledger has the schema to come, made once."""
    after = ledger.dump()
    assert after.keys() == before.keys() - {"jobs"}
    assert after["alembic_version"][1] == [f"('{schema_to_come.HEAD}',)"]
    assert len(after["items"][0]) == len(before["items"][0]) + 1
    assert len(after["items"][1]) == len(before["items"][1])
    assert {row.rsplit(", ", 1)[1] for row in after["items"][1]} == {"'calm')", "'glad')"}
    same = before.keys() - {"jobs", "items", "alembic_version"}
    assert {name: after[name] for name in same} == {name: before[name] for name in same}


@pytest.mark.parametrize("point", MIGRATION)
def test_killed_while_a_filled_ledger_is_changed(point: str, ledger: Ledger, tmp_path: Path) -> None:
    texts = ledger.filled(tmp_path)
    before = ledger.dump()
    scripts = _scripts(ledger, tmp_path)
    assert _ended([_next_program(ledger, scripts, VOC_FAULT=point)]) == [-signal.SIGKILL]
    if point == "migrating":
        # As it was; the program that was here before could go on.
        assert ledger.dump() == before
        proven(ledger.voc, texts)
        before = ledger.dump()  # an export is noted
    assert _ended([_next_program(ledger, scripts)]) == [0]
    _changed(ledger, before)
    assert ledger.voc.tried("doctor").stderr.startswith(b"error VOC-E204: ")  # the one before refuses it


@pytest.mark.parametrize("turn", range(10 if SOAK else 1))
@pytest.mark.parametrize("point", ["", "migrating"])
def test_several_change_it_at_once(point: str, turn: int, ledger: Ledger, tmp_path: Path) -> None:
    ledger.filled(tmp_path)
    before = ledger.dump()
    scripts = _scripts(ledger, tmp_path)
    faults = {"VOC_FAULT": point} if point else {}
    processes = [_next_program(ledger, scripts, **(faults if not n else {})) for n in range(_AT_ONCE)]
    codes = _ended(processes)
    assert codes[1:] == [0] * (_AT_ONCE - 1)
    assert codes[0] in (
        (0, -signal.SIGKILL) if point else (0,)
    )  # who is killed may come too late to change it
    _changed(ledger, before)


@pytest.mark.parametrize("turn", range(10 if SOAK else 1))
def test_several_make_it_at_once(turn: int, ledger: Ledger, tmp_path: Path) -> None:
    with ExitStack() as stack:
        made = [stack.enter_context(ledger.voc.start("init")) for _ in range(_AT_ONCE)]
        assert _ended(made) == [0] * _AT_ONCE
    proven(ledger.voc, ledger.filled(tmp_path))
