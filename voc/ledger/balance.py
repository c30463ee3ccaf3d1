"""The first promise as a table: accepted = indexed + pending + dead + deleted, for every source.

`accepted` is a counter that rises with every document and refused row; the others are counted from the rows
themselves, and `dead` from the dead letters. Lost rows, on either side, show.
"""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from voc.db.tables import dead_letters, items, sources
from voc.ledger.book import Book
from voc.ledger.types import Balance


def balance(book: Book, workspace: str) -> list[Balance]:
    """One row a source, by name."""
    with book.reading() as conn:
        return counted(conn, workspace)


def counted(conn: Connection, workspace: str) -> list[Balance]:
    """The same, inside a transaction."""
    query = select(sources.c.name, sources.c.accepted).where(sources.c.workspace == workspace)
    accepted: dict[str, int] = dict(conn.execute(query).tuples().all())
    states: dict[tuple[str, str], int] = {
        (source, state): count
        for source, state, count in conn.execute(
            select(items.c.source, items.c.state, func.count())
            .where(items.c.workspace == workspace)
            .group_by(items.c.source, items.c.state)
        )
    }
    buried = (
        select(dead_letters.c.source, func.count())
        .where(dead_letters.c.workspace == workspace)
        .group_by(dead_letters.c.source)
    )
    dead: dict[str, int] = dict(conn.execute(buried).tuples().all())
    names = sorted({*accepted, *dead, *(source for source, _ in states)})
    return [
        Balance(
            source=name,
            accepted=accepted.get(name, 0),
            indexed=states.get((name, "indexed"), 0),
            pending=states.get((name, "pending"), 0),
            dead=dead.get(name, 0),
            deleted=states.get((name, "deleted"), 0),
        )
        for name in names
    ]
