"""What `voc doctor` checks: the ledger's balance, and the index row by row against the ledger."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from typing import Any

from voc.pipeline import Composer, expected_rows
from voc.runtime import Runtime
from voc.store.codec import row_digests


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The findings; `problems` are {workspace, what, cure}."""

    ok: bool
    sources: list[dict[str, Any]]
    problems: list[dict[str, Any]]


def diagnose(opened: Runtime, workspaces: list[str], *, compare: bool) -> Diagnosis:
    """Check the named workspaces; `compare` also reads every index row."""
    sources: list[dict[str, Any]] = []
    problems: list[dict[str, Any]] = []
    for problem in opened.ledger.check():
        problems.append({"workspace": None, "what": problem, "cure": "restore the ledger from a backup"})
    store = opened.reader() if compare else None
    composer = Composer(opened.ledger)
    for name in workspaces:
        for row in opened.ledger.balance(name):
            sources.append({"workspace": name, **asdict(row)})
            counted = row.indexed + row.pending + row.dead + row.deleted
            if row.accepted != counted:
                what = f"{name}/{row.source}: {row.accepted} accepted but {counted} accounted for"
                problems.append({"workspace": name, "what": what, "cure": "voc replay, then voc rebuild"})
        if store is not None:
            # Documents on their way are not compared: their rows may be either version.
            moving = {p.document_id for p in opened.ledger.outbox(limit=1_000_000, workspace=name)}
            store.refresh()
            held = {key: (version, digest) for key, version, digest in store.scan(name)}
            missing = wrong = 0
            for rows in expected_rows(opened.ledger, name, composer=composer):
                for key, version, digest in row_digests(rows):
                    found = held.pop(key, None)
                    if rows.document_id in moving:
                        continue
                    missing += found is None
                    wrong += found is not None and found != (version, digest)
            extra = sum(1 for key in held if key.partition("/")[0] not in moving)
            for count, kind in ((missing, "missing from"), (wrong, "wrong in"), (extra, "too many in")):
                if count:
                    what = f"{name}: {count} rows {kind} the index"
                    problems.append({"workspace": name, "what": what, "cure": "voc rebuild"})
    return Diagnosis(not problems, sources, problems)


def digest_of(rows: list[tuple[str, int, str]]) -> str:
    """One figure for a full list of (row id, version, content digest)."""
    whole = hashlib.sha256()
    for key, version, digest in sorted(rows):
        whole.update(f"{key} {version} {digest}\n".encode())
    return whole.hexdigest()
