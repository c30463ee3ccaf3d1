"""Workspaces: a brand or tenant, its zone and its taxonomy."""

from __future__ import annotations

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from voc.config import WORKSPACE_NAME
from voc.db.tables import workspaces
from voc.db.transactions import is_postgres
from voc.errors import UsageError
from voc.ledger.book import Book
from voc.ledger.types import Workspace

_COLUMNS = (workspaces.c.name, workspaces.c.timezone, workspaces.c.taxonomy)


def ensure(book: Book, name: str, *, timezone: str, taxonomy: str) -> Workspace:
    """The workspace of that name; made with these settings when there is none, else as it is.

    Raises:
        UsageError: VOC-E102, not a name for a workspace.
    """
    if not WORKSPACE_NAME.match(name):
        raise UsageError(
            "not a name for a workspace",
            code="VOC-E102",
            value=repr(name[:40]),
            cure="lower-case letters, digits, - and _ only, 63 at most",
        )
    found = get(book, name)
    if found is not None:
        return found
    with book.writing() as conn:
        values = {"name": name, "timezone": timezone, "taxonomy": taxonomy, "created_at": book.now()}
        insert = postgresql.insert if is_postgres(conn) else sqlite.insert
        conn.execute(insert(workspaces).on_conflict_do_nothing(), values)  # two at once: the first stays
        return Workspace(*conn.execute(select(*_COLUMNS).where(workspaces.c.name == name)).one())


def get(book: Book, name: str) -> Workspace | None:
    """The workspace, or None."""
    with book.reading() as conn:
        row = conn.execute(select(*_COLUMNS).where(workspaces.c.name == name)).one_or_none()
    return None if row is None else Workspace(*row)


def all_of(book: Book) -> list[Workspace]:
    """Every workspace, by name."""
    with book.reading() as conn:
        return [Workspace(*row) for row in conn.execute(select(*_COLUMNS).order_by(workspaces.c.name))]


def require(conn: Connection, name: str) -> None:
    """Raises UsageError VOC-E104 when nobody made this workspace."""
    if conn.execute(select(workspaces.c.name).where(workspaces.c.name == name)).one_or_none() is None:
        raise UsageError(
            "no such workspace", code="VOC-E104", value=name[:63], cure="voc init --workspace NAME"
        )
