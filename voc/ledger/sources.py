"""Sources: where feedback comes from, how far it was read, how much it ever gave."""

from __future__ import annotations

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from voc.db.tables import sources
from voc.db.transactions import is_postgres, locked
from voc.ledger.book import Book
from voc.ledger.identity import storable
from voc.ledger.times import moment, moment_or_none
from voc.ledger.types import Source


def hold(conn: Connection, workspace: str, name: str, *, kind: str, now: int) -> None:
    """Make the source when it is new, and keep other writers of it out until this transaction ends."""
    row = {"workspace": workspace, "name": name, "kind": kind, "first_seen": now, "accepted": 0}
    insert = postgresql.insert if is_postgres(conn) else sqlite.insert
    conn.execute(insert(sources).on_conflict_do_nothing(), row)
    lock(conn, workspace, name)


def lock(conn: Connection, workspace: str, name: str | None) -> None:
    """Keep other writers of this source (None: of any) out until this transaction ends.

    On PostgreSQL every writer takes its locks in one order: source, serial step, work, items.
    """
    if is_postgres(conn):
        query = select(sources.c.name).where(sources.c.workspace == workspace).order_by(sources.c.name)
        if name is not None:
            query = query.where(sources.c.name == name)
        conn.execute(locked(conn, query)).all()


def advance(
    conn: Connection, workspace: str, name: str, *, accepted: int, cursor: str | None, received: int | None
) -> None:
    """Count what came in and move the cursor (None: it stays)."""
    values: dict[str, object] = {"accepted": sources.c.accepted + accepted}
    if cursor is not None:
        values["cursor"] = cursor
    if received is not None:
        values["last_received"] = received
    where = (sources.c.workspace == workspace) & (sources.c.name == name)
    conn.execute(sources.update().where(where).values(values))


def cursor(book: Book, workspace: str, name: str) -> str | None:
    """Where the next pull begins; None at the start."""
    query = select(sources.c.cursor).where(sources.c.workspace == workspace, sources.c.name == storable(name))
    with book.reading() as conn:
        found = conn.execute(query).scalar_one_or_none()
    return None if found is None else str(found)


def all_of(book: Book, workspace: str) -> list[Source]:
    """The workspace's sources, by name."""
    query = select(sources).where(sources.c.workspace == workspace).order_by(sources.c.name)
    with book.reading() as conn:
        return [
            Source(
                name=row.name,
                kind=row.kind,
                first_seen=moment(row.first_seen),
                last_received=moment_or_none(row.last_received),
                cursor=row.cursor,
                accepted=row.accepted,
            )
            for row in conn.execute(query)
        ]
