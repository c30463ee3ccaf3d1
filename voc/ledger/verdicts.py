"""What people decide about a document's integrity: kept beside the annotations, so that no re-run undoes it.

A verdict is of the document, not of a revision: new words keep it, until somebody takes it back. The newest
counts. With the document it goes: one that its source brings back begins without.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, select

from voc.db.tables import annotated, items, verdicts
from voc.db.transactions import serial, take, take_seq
from voc.errors import UsageError
from voc.ledger import audit
from voc.ledger.book import Book
from voc.ledger.cipher import place_of
from voc.ledger.finishing import send
from voc.ledger.identity import storable
from voc.ledger.locks import lock_items
from voc.ledger.times import moment
from voc.ledger.types import Verdict
from voc.types import VERDICTS


def judge(book: Book, workspace: str, document_id: str, verdict: str, *, reason: str, actor: str) -> Verdict:
    """See `Ledger.judge`."""
    if verdict not in VERDICTS:
        raise UsageError(
            "unknown verdict", code="VOC-E102", value=verdict[:40], cure="one of " + ", ".join(VERDICTS)
        )
    with book.writing() as conn:
        serial(conn)
        item = _item(conn, workspace, document_id)
        mine = (verdicts.c.workspace == workspace) & (verdicts.c.item == item)
        now = book.now()
        in_force = mine & verdicts.c.in_force.is_(True)
        before = conn.execute(select(verdicts.c.verdict).where(in_force)).scalar_one_or_none() or "none"
        conn.execute(verdicts.update().where(in_force).values(in_force=False))
        (number,) = take_seq(conn, 1)
        row: dict[str, Any] = {
            "id": number,
            "workspace": workspace,
            "item": item,
            "verdict": verdict,
            "in_force": verdict != "none",
            "reason": book.cipher.seal(storable(reason).encode(), _place(workspace, number)),
            "actor": storable(actor),
            "at": now,
        }
        conn.execute(verdicts.insert().values(row))
        if verdict != before:
            _send(conn, workspace, item)
        audit.note(
            book,
            conn,
            workspace,
            actor=actor,
            action=f"integrity.{verdict}",
            target=document_id,
            detail={"before": before, "verdict": number},
        )
    return Verdict(number, verdict, storable(reason), storable(actor), moment(now), verdict != "none")


def history(book: Book, workspace: str, document_id: str) -> list[Verdict]:
    """See `Ledger.verdicts`."""
    query = (
        select(verdicts)
        .join(items, items.c.item == verdicts.c.item)
        .where(items.c.document_id == storable(document_id), verdicts.c.workspace == workspace)
        .order_by(verdicts.c.id.desc())
    )
    with book.reading() as conn:
        return [_verdict(book, row) for row in conn.execute(query)]


def _item(conn: Connection, workspace: str, document_id: str) -> int:
    query = select(items.c.item, items.c.state).where(
        items.c.workspace == workspace, items.c.document_id == storable(document_id)
    )
    row = conn.execute(query).one_or_none()
    if row is None or row.state == "deleted":
        raise UsageError("no such document", code="VOC-E104", cure="ids never change; see /v1/documents")
    return int(row.item)


def _send(conn: Connection, workspace: str, item: int) -> None:
    """The index's rows wait again, where there are any."""
    there = select(annotated.c.item).where(annotated.c.item == item, annotated.c.body.is_not(None))
    if conn.execute(there).first() is None:
        return  # it is annotated later, and sent then
    send(conn, [(workspace, item)], take(conn, "version", 1), new=set())
    lock_items(conn, [item])
    waits = items.update().where(items.c.item == item, items.c.state == "indexed")
    conn.execute(waits.values(state="pending"))


def _verdict(book: Book, row: Row[Any]) -> Verdict:
    reason = book.cipher.open(bytes(row.reason), _place(row.workspace, row.id)).decode()
    return Verdict(row.id, row.verdict, reason, row.actor, moment(row.at), row.in_force)


def _place(workspace: str, number: int) -> bytes:
    return place_of(workspace, "", "verdict", number)
