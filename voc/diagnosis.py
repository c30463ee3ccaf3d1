"""What `voc doctor` checks: the ledger's balance, the home, and the index row by row against the ledger.

Every finding has a name (docs/runbook.md says what each means), a count and a command that mends it.
"""

from __future__ import annotations

import hashlib
import shlex
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from voc.errors import VocError
from voc.ops import home
from voc.pipeline import Composer, expected_rows
from voc.runtime import Runtime
from voc.store.base import Store
from voc.store.codec import row_digests
from voc.store.damage import panics_told

REBUILD = "voc rebuild"
REPAIR = "voc doctor --repair"
RESTORE = "restore the ledger from a backup, then voc rebuild"


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding. A `notice` is something to do, not something wrong: the books balance with it."""

    workspace: str | None
    problem: str
    count: int
    what: str
    cure: str
    severity: str = "problem"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """`ok` when there is no problem (a notice is none); `sources` the balance."""

    ok: bool
    sources: list[dict[str, Any]]
    problems: list[Problem]


def diagnose(
    opened: Runtime, workspaces: list[str], *, compare: bool, were_open: Sequence[Path] = ()
) -> Diagnosis:
    """Check the named workspaces; `compare` also reads every index row.

    Args:
        were_open: files that others could read before the home was opened (`home.open_to_others`).
    """
    sources: list[dict[str, Any]] = []
    problems = [*_home(opened.settings.home, were_open), *_ledger(opened)]
    for name in workspaces:
        for row in opened.ledger.balance(name):
            sources.append({"workspace": name, **asdict(row)})
            counted = row.indexed + row.pending + row.dead + row.deleted
            if row.accepted != counted:
                what = f"{name}/{row.source}: {row.accepted} accepted but {counted} accounted for"
                # Settling makes the books agree; only files ingested again bring documents back.
                problems.append(Problem(name, "balance-broken", abs(row.accepted - counted), what, REPAIR))
        waiting = opened.ledger.dead_documents(name)
        if waiting:
            what = f"{name}: {waiting} documents failed in a stage and wait in the dead letters"
            cure = f"voc replay --workspace {name} && voc work --until-empty"
            problems.append(Problem(name, "dead-letters-waiting", waiting, what, cure, "notice"))
    if compare:
        problems += _index(opened, workspaces)
    return Diagnosis(all(p.severity != "problem" for p in problems), sources, problems)


def _home(place: Path, were_open: Sequence[Path]) -> list[Problem]:
    found = []
    for path in were_open:
        mode = "700" if path.is_dir() else "600"
        what = f"{path.name} could be read by others than its owner"
        found.append(Problem(None, "open-to-others", 1, what, f"chmod {mode} {_quoted(path)}"))
    aside = f"{place.absolute()}.foreign"
    for path in home.foreign(place):
        cure = f"mkdir -p {shlex.quote(aside)} && mv {_quoted(path)} {shlex.quote(aside)}"
        what = "something in the home that voc did not put there"
        found.append(Problem(None, "foreign-file", 1, what, cure))
    return found


def _quoted(path: Path) -> str:
    return shlex.quote(str(path.absolute()))


def _ledger(opened: Runtime) -> list[Problem]:
    return [
        Problem(None, one.name, one.count, f"{one.count} {one.what}", REPAIR if one.mendable else RESTORE)
        for one in opened.ledger.findings()
    ]


def _index(opened: Runtime, workspaces: list[str]) -> list[Problem]:
    store = opened.reader()
    try:
        files = store.verify()
        if files:
            what = f"{files} files of the index are damaged"
            return [Problem(None, "index-damaged", files, what, REBUILD)]
        acknowledged = any(opened.ledger.as_of(name) for name in workspaces)
        if store.needs_rebuild is not None and acknowledged:
            return [Problem(None, "index-not-whole", 1, f"{store.needs_rebuild}", REBUILD)]
        try:
            composer = Composer(opened.ledger)
            with panics_told():
                return [one for name in workspaces for one in _compared(opened, store, name, composer)]
        except (VocError, OSError, ValueError, KeyError) as error:
            reason = error.what if isinstance(error, VocError) else type(error).__name__
            return [Problem(None, "index-damaged", 1, f"the index cannot be read ({reason})", REBUILD)]
    finally:
        store.close()


def _compared(opened: Runtime, store: Store, name: str, composer: Composer) -> list[Problem]:
    # Documents on their way are not compared: their rows may be either version.
    moving = {p.document_id for p in opened.ledger.outbox(limit=1_000_000, workspace=name)}
    store.refresh()
    held = {key: (version, digest) for key, version, digest in store.scan(name)}
    stale = _stale(store, name, held)
    missing = wrong = 0
    for rows in expected_rows(opened.ledger, name, composer=composer):
        for key, version, digest in row_digests(rows):
            found = held.pop(key, None)
            if rows.document_id in moving:
                continue
            missing += found is None
            wrong += found is not None and found != (version, digest)
    extra = sum(1 for key in held if key.partition("/")[0] not in moving)
    kinds = (
        (missing, "index-rows-missing", "rows missing from the index"),
        (wrong, "index-rows-wrong", "rows wrong in the index"),
        (extra, "index-rows-extra", "rows too many in the index"),
        (stale, "columns-stale", "documents whose counting columns differ from the index"),
    )
    return [
        Problem(name, problem, count, f"{name}: {count} {what}", REBUILD)
        for count, problem, what in kinds
        if count
    ]


def _stale(store: Store, name: str, held: dict[str, tuple[int, str]]) -> int:
    """Documents that the columns count in another version, or with another number of mentions."""
    columns = store.columns(name)
    mentions = np.bincount(columns.mentions.document, minlength=columns.documents.size).tolist()
    versions = columns.documents.row_version.tolist()
    counted = {columns.document_id(i): (versions[i], mentions[i]) for i in range(columns.documents.size)}
    parents = Counter(key.partition("/")[0] for key in held if not key.endswith("/"))
    wanted = {
        key[:-1]: (version, parents[key[:-1]]) for key, (version, _) in held.items() if key.endswith("/")
    }
    return sum(counted.get(one) != wanted.get(one) for one in counted.keys() | wanted.keys())


def digest_of(rows: list[tuple[str, int, str]]) -> str:
    """One figure for a full list of (row id, version, content digest)."""
    whole = hashlib.sha256()
    for key, version, digest in sorted(rows):
        whole.update(f"{key} {version} {digest}\n".encode())
    return whole.hexdigest()
