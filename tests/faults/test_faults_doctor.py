"""Damage that is planted is named by `voc doctor`, with a command; running that very command mends it."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fault_desk import SOAK, listed, reviews
from voc_program import Program

from voc.ledger import checks
from voc.store.embedded import EmbeddedStore
from voc.types import IndexRows

_COUNT = 40
RUNBOOK = Path(__file__).resolve().parents[2] / "docs" / "runbook.md"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A home with everything indexed, to be copied."""
    folder = tmp_path_factory.mktemp("whole")
    voc = Program(folder / "home", {"VOC_LANGUAGE_PROCESSES": "0"})
    texts = reviews(folder / "shop.csv", _COUNT)
    voc.ok("ingest", str(folder / "shop.csv"), "--wait")
    assert voc.json("doctor") == {"ok": True, "sources": voc.json("doctor")["sources"], "problems": []}
    return voc.home, texts


@pytest.fixture
def voc(whole: tuple[Path, dict[str, str]], tmp_path: Path) -> Program:
    shutil.copytree(whole[0], tmp_path / "home")
    return Program(tmp_path / "home", {"VOC_LANGUAGE_PROCESSES": "0", "VOC_LEASE_S": "1"})


def _sql(*statements: str) -> Callable[[Program], None]:
    def plant(voc: Program) -> None:
        with closing(sqlite3.connect(voc.home / "ledger.sqlite")) as conn, conn:
            for statement in statements:
                conn.execute(statement)

    return plant


def _index(change: Callable[[EmbeddedStore, list[IndexRows]], None]) -> Callable[[Program], None]:
    """Write to the index behind the ledger's back."""

    def plant(voc: Program) -> None:
        store = EmbeddedStore.open(voc.home / "index", writer=True)
        ids = sorted({key.partition("/")[0] for key, _, _ in store.scan("default")})
        found = [store._rows_of("default", one) for one in ids[:3]]
        change(store, [rows for rows in found if rows is not None])
        store.commit()
        store.close()

    return plant


def _missing(store: EmbeddedStore, rows: list[IndexRows]) -> None:
    store.apply([IndexRows("default", rows[0].document_id, rows[0].version + 1, None)])


def _extra(store: EmbeddedStore, rows: list[IndexRows]) -> None:
    document = rows[0].document
    assert document is not None
    stranger = replace(document, id="d_stranger")
    mentions = tuple(
        replace(m, id=f"m_{i}", document_id="d_stranger")
        if hasattr(m, "document_id")
        else replace(m, id=f"m_{i}")
        for i, m in enumerate(rows[0].mentions)
    )
    store.apply([IndexRows("default", "d_stranger", 1, stranger, mentions)])


def _wrong(store: EmbeddedStore, rows: list[IndexRows]) -> None:
    document = rows[1].document
    assert document is not None
    other = replace(document, text=document.text + "？")
    store.apply([replace(rows[1], version=rows[1].version + 1, document=other)])


def _flipped(suffix: str) -> Callable[[Program], None]:
    def plant(voc: Program) -> None:
        path = max(voc.home.glob(f"index/tantivy-*/*{suffix}"), key=lambda p: p.stat().st_size)
        content = bytearray(path.read_bytes())
        for place in range(len(content) // 3, len(content) // 3 + 16):
            content[place] ^= 0x5A
        path.unlink()
        path.write_bytes(content)

    return plant


def _gone(voc: Program) -> None:
    next(voc.home.glob("index/tantivy-*/*.store")).unlink()


def _garbage(voc: Program) -> None:
    (voc.home / "index" / "index.json").write_bytes(os.urandom(64))


def _stale_columns(voc: Program) -> None:
    """A snapshot that is whole and belongs here, and counts something else."""
    store = EmbeddedStore.open(voc.home / "index", writer=True)
    assert store._opened is not None
    store.columns("default")
    store._opened.shelf.save(least=0, share=10**9)
    store.close()
    [path] = voc.home.glob("index/columns-*/*.npz")
    with np.load(path, allow_pickle=False) as held:
        arrays = {name: held[name] for name in held.files}
    [versions] = [name for name in arrays if name.endswith("row_version")]
    arrays[versions] = arrays[versions] + 1
    with path.open("wb") as out:
        np.savez(out, allow_pickle=False, **arrays)


def _foreign(voc: Program) -> None:
    (voc.home / "a note.txt").write_text("not ours")


def _open(name: str) -> Callable[[Program], None]:
    return lambda voc: (voc.home / name).chmod(0o755 if not name else 0o644)


_ONE = "(SELECT min(item) FROM items)"
DAMAGE: dict[str, tuple[str, Callable[[Program], None]]] = {
    "row missing": ("index-rows-missing", _index(_missing)),
    "row too many": ("index-rows-extra", _index(_extra)),
    "other words": ("index-rows-wrong", _index(_wrong)),
    "flipped words": ("index-damaged", _flipped(".store")),
    "flipped terms": ("index-damaged", _flipped(".term")),
    "flipped postings": ("index-damaged", _flipped(".idx")),
    "flipped values": ("index-damaged", _flipped(".fast")),
    "file gone": ("index-not-whole", _gone),
    "garbage sidecar": ("index-not-whole", _garbage),
    "stale columns": ("columns-stale", _stale_columns),
    "foreign file": ("foreign-file", _foreign),
    "open home": ("open-to-others", _open("")),
    "open key": ("open-to-others", _open("data.key")),
    "open ledger": ("open-to-others", _open("ledger.sqlite")),
    "counter": ("balance-broken", _sql("UPDATE sources SET accepted = accepted + 3")),
    "lost document": (
        "balance-broken",
        _sql(
            f"DELETE FROM outbox WHERE item = {_ONE}",
            f"DELETE FROM annotations WHERE item = {_ONE}",
            f"DELETE FROM revisions WHERE item = {_ONE}",
            f"DELETE FROM items WHERE item = {_ONE}",
        ),
    ),
    "stuck": (
        "pending-documents-that-nobody-works-on",
        _sql(f"UPDATE items SET state = 'pending' WHERE item = {_ONE}"),
    ),
    "stuck lease": (
        "leases-that-end-too-late",
        _sql(
            "INSERT INTO work SELECT workspace, item, seq, 7, 'gone', 9000000000000000, 1 FROM items"
            f" WHERE item = {_ONE}",
            f"UPDATE items SET state = 'pending' WHERE item = {_ONE}",
        ),
    ),
    "orphan of work": (
        "work-without-a-document-that-waits-for-it",
        _sql(f"INSERT INTO work SELECT workspace, item, seq, 0, NULL, 0, 0 FROM items WHERE item = {_ONE}"),
    ),
    "no annotation": (
        "indexed-documents-without-an-annotation",
        _sql(f"UPDATE annotations SET body = NULL WHERE item = {_ONE}"),
    ),
    "never acknowledged": (
        "indexed-documents-that-were-never-acknowledged",
        _sql(f"DELETE FROM outbox WHERE item = {_ONE}"),
    ),
    "no letter": (
        "dead-documents-without-a-dead-letter",
        _sql(f"UPDATE items SET state = 'dead' WHERE item = {_ONE}"),
    ),
    "versions": ("versions-beyond-the-counter", _sql("UPDATE counters SET value = 1 WHERE name = 'version'")),
    "acknowledgements": (
        "acknowledgements-beyond-the-counter",
        _sql("UPDATE counters SET value = 1 WHERE name = 'ack'"),
    ),
    "sequence": (
        "sequence-numbers-beyond-the-counter",
        _sql("UPDATE counters SET value = 1 WHERE name = 'seq'"),
    ),
}


def _run(voc: Program, cure: str, tmp_path: Path) -> None:
    """The printed cure: by a shell, with this `voc` on the path; in the suite only where it needs one."""
    if not SOAK and re.fullmatch(r"[\w ./=-]+(&& [\w ./=-]+)*", cure):
        steps = [shlex.split(step) for step in cure.split("&&")]
        if all(step[0] == "voc" for step in steps):
            for _, *args in steps:
                voc.tried(*args)  # `doctor --repair` tells by its exit what is left
            return
    places = tmp_path / "bin"
    places.mkdir(exist_ok=True)
    program = places / "voc"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m voc "$@"\n')
    program.chmod(0o755)
    clean = {k: v for k, v in os.environ.items() if not k.startswith("VOC_")}
    path = f"{places}:{clean.get('PATH', '')}"
    subprocess.run(
        cure,
        shell=True,
        check=False,  # `doctor --repair` tells by its exit what is left
        capture_output=True,
        timeout=240,
        env={**clean, "PATH": path, "VOC_HOME": str(voc.home), **voc.env},
    )


@pytest.mark.parametrize("damage", sorted(DAMAGE))
def test_damage_is_named_and_its_cure_mends_it(
    damage: str, voc: Program, whole: tuple[Path, dict[str, str]], tmp_path: Path
) -> None:
    name, plant = DAMAGE[damage]
    plant(voc)
    found = voc.tried("doctor", "--json")
    assert found.returncode == 1, found.stderr
    answer = json.loads(found.stdout)
    assert set(answer) == {"ok", "sources", "problems"}
    assert not answer["ok"]
    named = {problem["problem"]: problem for problem in answer["problems"]}
    if damage == "flipped values" and name not in named:
        name = "index-not-whole"  # tantivy looks at some of them when it opens the index
    assert name in named, answer["problems"]
    assert named[name]["count"] >= 1
    for problem in answer["problems"]:
        _run(voc, problem["cure"], tmp_path)
    voc.ok("work", "--until-empty")
    after = voc.json("doctor")
    assert after["ok"], after["problems"]
    if damage != "lost document":
        assert listed(voc) == whole[1]


def test_documents_that_failed_are_told_and_replayed(voc: Program, tmp_path: Path) -> None:
    _sql(
        f"UPDATE items SET state = 'dead' WHERE item = {_ONE}",
        "INSERT INTO dead_letters SELECT 1000000, workspace, source, item, NULL, 'VOC-E306', 'failed',"
        f" digest, 3, 0, NULL FROM items WHERE item = {_ONE}",
        "UPDATE counters SET value = 1000000 WHERE name = 'seq'",
    )(voc)
    told = voc.json("doctor")  # exit 0: the books balance
    [problem] = told["problems"]
    assert (problem["problem"], problem["count"], problem["severity"]) == (
        "dead-letters-waiting",
        1,
        "notice",
    )
    _run(voc, problem["cure"], tmp_path)
    assert voc.json("doctor")["problems"] == []


def test_a_settled_balance_stays_visible(voc: Program) -> None:
    _sql("UPDATE sources SET accepted = accepted + 3")(voc)
    voc.ok("doctor", "--repair")
    with closing(sqlite3.connect(voc.home / "ledger.sqlite")) as conn:
        [(action, detail)] = conn.execute("SELECT action, detail FROM audit").fetchall()
    assert action == "balance.settled"
    assert f'"accepted_before":{_COUNT + 3}' in detail.replace(" ", "")


def test_every_finding_is_in_the_runbook() -> None:
    page = RUNBOOK.read_text("utf-8")
    told = set(re.findall(r"^\| `([a-z-]+)` \|", page, re.M))
    rules = {checks.Finding(what, 1).name for what, _ in checks._rules()}
    rules |= {checks.Finding(what, 1).name for what in checks.MENDABLE} | {"damaged-ledger-file"}
    named = {name for name, _ in DAMAGE.values()} | {"dead-letters-waiting"}
    assert rules | named <= told, (rules | named) - told
