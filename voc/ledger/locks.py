"""The order in which PostgreSQL's row locks are taken, so that no two writers wait for each other.

Source, serial step, work, items; rows of one table by rising item. SQLite has one writer at a time anyway.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, select

from voc.db.statements import among
from voc.db.tables import items
from voc.db.transactions import is_postgres, locked


def lock_items(conn: Connection, which: Iterable[int]) -> None:
    """Keep other writers of these documents out until this transaction ends."""
    if is_postgres(conn):
        query = select(items.c.item).where(among(conn, items.c.item, which)).order_by(items.c.item)
        conn.execute(locked(conn, query)).all()
