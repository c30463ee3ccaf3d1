"""From author keys to persons, through the One-ID links; an unlinked key is a person of its own."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, select

from voc import ids
from voc.db.tables import person_links
from voc.db.transactions import chunks


def linked(conn: Connection, workspace: str, author_keys: Iterable[str | None]) -> dict[str, str]:
    """The linked ones among these keys → person."""
    if conn.execute(select(person_links.c.person).limit(1)).first() is None:
        return {}
    found: dict[str, str] = {}
    for part in chunks({key for key in author_keys if key is not None}):
        query = select(person_links.c.author_key, person_links.c.person).where(
            person_links.c.workspace == workspace, person_links.c.author_key.in_(part)
        )
        found.update((row.author_key, row.person) for row in conn.execute(query))
    return found


def person(author_key: str | None, document_id: str, link: str | None) -> str:
    """The person behind a document."""
    return link or ids.person_of(author_key, document_id)
