"""Taking records in: one transaction holds the raw records, refused rows and the source's next cursor.

What a record becomes: a new document, a new revision, history (older than the current revision), or nothing
(unchanged, or deleted and not to come back). DESIGN 4 "Record" and "Deletion" are the rules.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select

from voc import ids
from voc.db.statements import among, many
from voc.db.tables import dead_letters, items, revisions, work
from voc.db.transactions import is_postgres, locked, take_seq
from voc.faults import point
from voc.ledger import deadletters, idempotency, payload, sources, workspaces
from voc.ledger.authors import identity
from voc.ledger.book import Book
from voc.ledger.cipher import place_of
from voc.ledger.idempotency import Once
from voc.ledger.identity import native_id_of, storable
from voc.ledger.locks import lock_items
from voc.ledger.times import micros
from voc.ledger.types import Receipt, Reject
from voc.types import Record

_KNOWN = (
    items.c.item,
    items.c.document_id,
    items.c.state,
    items.c.revision,
    items.c.revisions,
    items.c.seq,
    items.c.digest,
    items.c.updated_at,
    items.c.deleted_at,
    items.c.deleted_reason,
)

_REVISED = (
    "native_id",
    "state",
    "revision",
    "revisions",
    "seq",
    "digest",
    "updated_at",
    "deleted_at",
    "deleted_reason",
)
_THE_ITEM = items.c.item == bindparam("b_item")
_REVISE = items.update().where(_THE_ITEM).values({name: bindparam(f"b_{name}") for name in _REVISED})
_NOTE_HISTORY = items.update().where(_THE_ITEM).values(revisions=bindparam("b_revisions"))


@dataclass(frozen=True, slots=True)
class _Incoming:
    """A record made ready outside the transaction."""

    native_id: str
    document_id: str
    encoded: bytes
    digest: bytes
    updated_at: int | None
    author_key: str | None


@dataclass(frozen=True, slots=True)
class _Decision:
    """What to do with one incoming record; `known` is the document's row, None for a new one."""

    incoming: _Incoming
    result: str
    known: Row[Any] | None
    history: bool = False


@dataclass(frozen=True, slots=True)
class Delivery:
    """What one call brings: records and refused rows of a source, and where its next pull begins."""

    workspace: str
    source: str
    kind: str
    records: Sequence[Record]
    rejects: Sequence[Reject] = ()
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A delivery made ready outside the transaction."""

    workspace: str
    source: str
    kind: str
    incoming: list[_Incoming]
    refused: list[deadletters.Refused]
    cursor: str | None
    received: bool


def append(book: Book, delivery: Delivery, *, occurrences: MutableMapping[int, int] | None) -> list[Receipt]:
    """See `Ledger.append`."""
    # Counted aside: a call that fails must not change what the caller's next try counts.
    counted = ChainMap[int, int]({}, {} if occurrences is None else occurrences)
    ready = _prepared(book, delivery, counted)
    with book.writing() as conn:
        receipts = _keep(book, conn, ready)
    point("ledger-commit")
    if occurrences is not None:
        occurrences.update(counted.maps[0])
    return receipts


def append_once(book: Book, delivery: Delivery, once: Once) -> bytes:
    """See `Ledger.append_once`."""
    ready = _prepared(book, delivery, {})
    with book.writing() as conn:
        answer = idempotency.take(book, conn, delivery.workspace, once)
        if answer is None:
            answer = once.answer(_keep(book, conn, ready))
            idempotency.keep(book, conn, delivery.workspace, once, answer)
    point("ledger-commit")
    return answer


def _prepared(book: Book, delivery: Delivery, counted: MutableMapping[int, int]) -> _Prepared:
    workspace, source, kind = delivery.workspace, storable(delivery.source), delivery.kind
    return _Prepared(
        workspace,
        source,
        kind,
        [_ready(book, workspace, source, kind, record, counted) for record in delivery.records],
        deadletters.ready(book, workspace, source, delivery.rejects),
        None if delivery.cursor is None else storable(delivery.cursor),
        received=bool(delivery.records or delivery.rejects),
    )


def _keep(book: Book, conn: Connection, ready: _Prepared) -> list[Receipt]:
    workspace, source, kind = ready.workspace, ready.source, ready.kind
    winners = _winners(ready.incoming)
    now = book.now()
    workspaces.require(conn, workspace)
    sources.hold(conn, workspace, source, kind=kind, now=now)
    book.cipher.proven(conn)  # the pseudonyms were made before: by the key that is in force now?
    decisions = _decide(conn, list(winners.values()))
    kept = [decision for decision in decisions if decision.result != "unchanged"]
    seqs = dict(zip((d.incoming.document_id for d in kept), take_seq(conn, len(kept)), strict=True))
    _write(book, conn, workspace, source, kind, kept, seqs=seqs, now=now)
    fresh = deadletters.refuse(conn, ready.refused, now=now)
    sources.advance(
        conn,
        workspace,
        source,
        accepted=fresh + sum(decision.known is None for decision in kept),
        cursor=ready.cursor,
        received=now if ready.received else None,
    )
    by_document = {decision.incoming.document_id: decision for decision in decisions}
    return [_receipt(one, winners, by_document[one.document_id], seqs) for one in ready.incoming]


def _ready(
    book: Book, workspace: str, source: str, kind: str, record: Record, occurrences: MutableMapping[int, int]
) -> _Incoming:
    native_id = native_id_of(source, record, occurrences)
    author = identity(record.author)
    encoded = payload.encode(record)
    return _Incoming(
        native_id=native_id,
        document_id=ids.document_id(workspace, source, native_id),
        encoded=encoded,
        digest=book.cipher.digest(kind.encode() + b"\n" + encoded),
        updated_at=None if record.updated_at is None else micros(record.updated_at),
        author_key=None if author is None else ids.author_key(book.id_key, workspace, source, author),
    )


def _winners(incoming: Sequence[_Incoming]) -> dict[str, _Incoming]:
    # The same id twice in a batch: the later wins, unless its own `updated_at` says that it is the older.
    winners: dict[str, _Incoming] = {}
    for one in incoming:
        before = winners.get(one.document_id)
        if before is None or not _older(one.updated_at, before.updated_at):
            winners[one.document_id] = one
    return winners


def _older(updated_at: int | None, newest: int | None) -> bool:
    return updated_at is not None and newest is not None and updated_at < newest


def _decide(conn: Connection, incoming: list[_Incoming]) -> list[_Decision]:
    known = {
        row.document_id: row
        for row in conn.execute(
            select(*_KNOWN).where(among(conn, items.c.document_id, (one.document_id for one in incoming)))
        )
    }
    stale = [
        (known[one.document_id].item, one.digest)
        for one in incoming
        if one.document_id in known and _older(one.updated_at, known[one.document_id].updated_at)
    ]
    kept_before = {
        (row.item, bytes(row.digest))
        for row in conn.execute(
            select(revisions.c.item, revisions.c.digest).where(
                among(conn, revisions.c.item, (item for item, _ in stale))
            )
        )
    }
    return [_decision(one, known.get(one.document_id), kept_before) for one in incoming]


def _decision(one: _Incoming, known: Row[Any] | None, kept_before: set[tuple[int, bytes]]) -> _Decision:
    if known is None:
        return _Decision(one, "created", None)
    if known.state == "deleted":
        return _Decision(one, "revised" if _returns(one, known) else "unchanged", known)
    if bytes(known.digest) == one.digest:
        return _Decision(one, "unchanged", known)
    if not _older(one.updated_at, known.updated_at):
        return _Decision(one, "revised", known)
    if (known.item, one.digest) in kept_before:
        return _Decision(one, "unchanged", known)
    return _Decision(one, "revised", known, history=True)


def _returns(one: _Incoming, known: Row[Any]) -> bool:
    # Deleted at the source or by age: only what the source has touched since may come back.
    if known.deleted_reason == "request" or one.updated_at is None:
        return False
    newest = known.updated_at if known.updated_at is not None else known.deleted_at
    return newest is None or one.updated_at > newest


def _write(
    book: Book,
    conn: Connection,
    workspace: str,
    source: str,
    kind: str,
    kept: list[_Decision],
    *,
    seqs: dict[str, int],
    now: int,
) -> None:
    new_items: list[dict[str, Any]] = []
    changed: list[dict[str, Any]] = []
    new_revisions: list[dict[str, Any]] = []
    waiting: list[dict[str, Any]] = []
    for decision in kept:
        one, known = decision.incoming, decision.known
        seq = seqs[one.document_id]
        item = seq if known is None else known.item
        revision = 1 if known is None else known.revisions + 1
        new_revisions.append(
            {
                "seq": seq,
                "item": item,
                "revision": revision,
                "kind": kind,
                "digest": one.digest,
                "updated_at": one.updated_at,
                "received_at": now,
                "author_key": one.author_key,
                "payload": book.cipher.seal(
                    one.encoded, place_of(workspace, source, one.native_id, revision)
                ),
            }
        )
        if known is None:
            new_items.append(
                {
                    "item": item,
                    "document_id": one.document_id,
                    "workspace": workspace,
                    "source": source,
                    "native_id": one.native_id,
                    "state": "pending",
                    "revision": 1,
                    "revisions": 1,
                    "seq": seq,
                    "digest": one.digest,
                    "updated_at": one.updated_at,
                    "received_at": now,
                }
            )
        else:
            changed.append(_changed(decision, seq=seq, revision=revision))
        if not decision.history:
            waiting.append(
                {
                    "workspace": workspace,
                    "item": item,
                    "seq": seq,
                    "token": 0,
                    "lease_until": 0,
                    "attempts": 0,
                }
            )
    _put_to_work(conn, workspace, waiting, replace=[d.known.item for d in kept if d.known and not d.history])
    lock_items(conn, [values["b_item"] for values in changed])
    many(conn, items.insert(), new_items)
    many(conn, _REVISE, [values for values in changed if "b_state" in values])
    many(conn, _NOTE_HISTORY, [values for values in changed if "b_state" not in values])
    many(conn, revisions.insert(), new_revisions)


def _changed(decision: _Decision, *, seq: int, revision: int) -> dict[str, Any]:
    one, known = decision.incoming, decision.known
    assert known is not None
    if decision.history:
        return {"b_item": known.item, "b_revisions": revision}
    newest = [at for at in (known.updated_at, one.updated_at) if at is not None]
    return {
        "b_item": known.item,
        "b_native_id": one.native_id,
        "b_state": "pending",
        "b_revision": revision,
        "b_revisions": revision,
        "b_seq": seq,
        "b_digest": one.digest,
        "b_updated_at": max(newest, default=None),
        "b_deleted_at": None,
        "b_deleted_reason": None,
    }


def _put_to_work(
    conn: Connection, workspace: str, waiting: list[dict[str, Any]], *, replace: list[int]
) -> None:
    # Work rows before items, and in order, as everywhere: that keeps PostgreSQL from deadlocks.
    if replace:
        mine = (work.c.workspace == workspace) & among(conn, work.c.item, replace)
        if is_postgres(conn):
            conn.execute(locked(conn, select(work.c.item).where(mine).order_by(work.c.item))).all()
        conn.execute(work.delete().where(mine))
        conn.execute(dead_letters.delete().where(among(conn, dead_letters.c.item, replace)))
    many(conn, work.insert(), waiting)


def _receipt(
    one: _Incoming, winners: dict[str, _Incoming], decision: _Decision, seqs: dict[str, int]
) -> Receipt:
    seq = seqs.get(one.document_id)
    if seq is None:
        assert decision.known is not None
        seq = int(decision.known.seq)
    if winners[one.document_id] is not one:
        return Receipt(one.native_id, one.document_id, "unchanged", seq, superseded=True)
    return Receipt(one.native_id, one.document_id, decision.result, seq, history=decision.history)
