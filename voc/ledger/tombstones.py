"""Deletion: the words and everything made of them go, a tombstone with the reason stays."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, select

from voc import ids
from voc.db.tables import annotated, dead_letters, items, revisions, sketches, verdicts, work
from voc.db.transactions import locked, serial, take
from voc.errors import UsageError
from voc.ledger import copies, sources
from voc.ledger.book import Book
from voc.ledger.copies import Leaving, Member
from voc.ledger.finishing import place_before, previous, send, send_moved
from voc.ledger.identity import storable

REASONS: tuple[str, ...] = ("request", "retention", "source")


def delete(book: Book, workspace: str, source: str, native_id: str, reason: str) -> bool:
    """See `Ledger.delete`."""
    if reason not in REASONS:
        raise UsageError(
            "unknown reason for a deletion",
            code="VOC-E102",
            value=reason[:40],
            cure="one of " + ", ".join(REASONS),
        )
    source = storable(source)
    document_id = ids.document_id(workspace, source, storable(native_id))
    with book.writing() as conn:
        sources.lock(conn, workspace, source)
        serial(conn)
        mine = items.c.document_id == document_id
        columns = select(items.c.item, items.c.workspace, items.c.state, items.c.deleted_reason)
        row = conn.execute(columns.where(mine)).one_or_none()
        if row is None:
            return False
        if row.state == "deleted":
            # A request is for good, whatever took the document away before.
            if reason == "request" and row.deleted_reason != "request":
                conn.execute(items.update().where(mine).values(deleted_reason=reason, native_id=""))
            return False
        _forget(conn, row)
        _unsend(conn, row, document_id)
        tombstone: dict[str, Any] = {
            "state": "deleted",
            "deleted_at": book.now(),
            "deleted_reason": reason,
            "digest": b"",
        }
        if reason == "request":
            tombstone["native_id"] = ""  # may name a person; the document id still keeps it out
        conn.execute(items.update().where(mine).values(tombstone))
    return True


def _forget(conn: Connection, row: Row[Any]) -> None:
    waits = (work.c.workspace == row.workspace) & (work.c.item == row.item)
    conn.execute(locked(conn, select(work.c.item).where(waits))).all()
    conn.execute(work.delete().where(waits))
    conn.execute(dead_letters.delete().where(dead_letters.c.item == row.item))
    conn.execute(revisions.delete().where(revisions.c.item == row.item))
    conn.execute(verdicts.delete().where(verdicts.c.item == row.item))  # a reason may quote it


def _unsend(conn: Connection, row: Row[Any], document_id: str) -> None:
    before = previous(conn, [row.item]).get(row.item)
    if before is None:
        return  # never annotated, so never sent
    gone = Member(row.item, document_id, row.workspace, None, before.copy_rank)
    _, moved = copies.settle(conn, [gone], Leaving(conn, [place_before(before)]))
    conn.execute(sketches.delete().where(sketches.c.item == row.item))
    # The row itself stays without words: text revisions must not begin again if the source brings it back.
    empty = {"body": None, "text_digest": "", "signature": "", "author_key": None}
    left = {"copy_group": None, "duplicate_of": None, "edited": None}
    conn.execute(annotated.update().where(annotated.c.item == row.item).values({**empty, **left}))
    versions = take(conn, "version", 1 + len(moved))
    send(conn, [(row.workspace, row.item)], versions[:1], new=set(), deleted=(row.item,))
    send_moved(conn, moved, versions[1:])
