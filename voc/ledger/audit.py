"""Who did what: rows that are only ever added, without anybody's words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from sqlalchemy import Connection, select

from voc.db.tables import audit
from voc.db.transactions import take_seq
from voc.ledger.book import Book
from voc.ledger.details import dumped
from voc.ledger.identity import storable
from voc.ledger.times import moment
from voc.ledger.types import AuditRow


def add(
    book: Book, workspace: str, *, actor: str, action: str, target: str, detail: Mapping[str, Any]
) -> None:
    """One row; `actor` is a key id or a verb of the command line, `detail` JSON."""
    with book.writing() as conn:
        note(book, conn, workspace, actor=actor, action=action, target=target, detail=detail)


def note(
    book: Book,
    conn: Connection,
    workspace: str,
    *,
    actor: str,
    action: str,
    target: str,
    detail: Mapping[str, Any],
) -> None:
    """The same inside the transaction that does it."""
    (number,) = take_seq(conn, 1)
    values = {
        "id": number,
        "workspace": workspace,
        "at": book.now(),
        "actor": storable(actor),
        "action": storable(action),
        "target": storable(target),
        "detail": dumped(detail),
    }
    conn.execute(audit.insert().values(values))


def listing(book: Book, workspace: str, *, limit: int, before: int | None) -> list[AuditRow]:
    """Newest first, those with an id below `before`."""
    query = select(audit).where(audit.c.workspace == workspace).order_by(audit.c.id.desc()).limit(limit)
    if before is not None:
        query = query.where(audit.c.id < before)
    with book.reading() as conn:
        return [
            AuditRow(
                id=row.id,
                workspace=row.workspace,
                at=moment(row.at),
                actor=row.actor,
                action=row.action,
                target=row.target,
                detail=orjson.loads(row.detail),
            )
            for row in conn.execute(query)
        ]
