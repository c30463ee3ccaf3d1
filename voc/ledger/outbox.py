"""From the ledger to the index: what waits, what was acknowledged, and in which order readers follow.

An outbox row is a document's newest version. It waits until exactly that version is acknowledged; the
acknowledgement gives it the next `ack_seq`, in commit order, so that a reader who has followed up to N has
seen everything up to N.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Row, Select, bindparam, false, func, select

from voc.db.statements import among, many
from voc.db.tables import annotated, items, outbox, person_links, verdicts, work
from voc.db.transactions import locked, serial, take
from voc.faults import point
from voc.ledger import persons
from voc.ledger.book import Book
from voc.ledger.times import moment
from voc.ledger.types import Change, ItemContext, Pending

_PAGE = 1000
_ACK = (
    outbox.update()
    .where(outbox.c.workspace == bindparam("b_workspace"), outbox.c.item == bindparam("b_item"))
    .values(ack_seq=bindparam("b_ack_seq"), waiting=false())
)


def _query() -> Select[Any]:
    linked = (person_links.c.workspace == outbox.c.workspace) & (
        person_links.c.author_key == annotated.c.author_key
    )
    judged = (verdicts.c.workspace == outbox.c.workspace) & (verdicts.c.item == outbox.c.item)
    judged &= verdicts.c.in_force.is_(True)
    return (
        select(
            outbox.c.item,
            outbox.c.workspace,
            outbox.c.version,
            outbox.c.deleted,
            outbox.c.ack_seq,
            items.c.document_id,
            items.c.source,
            items.c.native_id,
            items.c.received_at,
            annotated.c.kind,
            annotated.c.revision,
            annotated.c.text_revision,
            annotated.c.seq,
            annotated.c.duplicate_of,
            annotated.c.author_key,
            annotated.c.body,
            person_links.c.person,
            verdicts.c.verdict,
        )
        .join(items, items.c.item == outbox.c.item)
        .join(annotated, annotated.c.item == outbox.c.item)
        .outerjoin(person_links, linked)
        .outerjoin(verdicts, judged)
    )


def _pending(row: Row[Any]) -> Pending:
    # Unpacked in the order of `_query`: by name it takes three times as long.
    _, workspace, version, deleted, _, document_id, source, native_id, received_at, *rest = row
    kind, revision, text_revision, seq, duplicate_of, author_key, body, link, verdict = rest
    context = ItemContext(
        source=source,
        native_id=native_id,
        kind=kind,
        revision=revision,
        text_revision=text_revision,
        seq=seq,
        received_at=moment(received_at),
        duplicate_of=duplicate_of,
        author_key=author_key,
        person=persons.person(author_key, document_id, link),
        verdict=verdict,
    )
    kept = None if deleted or body is None else bytes(body)
    return Pending(workspace, document_id, version, deleted, kept, context)


def waiting(book: Book, *, limit: int, workspace: str | None) -> list[Pending]:
    """See `Ledger.outbox`."""
    query = _query().where(outbox.c.waiting.is_(True)).order_by(outbox.c.version).limit(limit)
    if workspace is not None:
        query = query.where(outbox.c.workspace == workspace)
    with book.reading() as conn:
        return [_pending(row) for row in conn.execute(query)]


def ack(book: Book, delivered: Sequence[tuple[str, int]]) -> None:
    """See `Ledger.ack`."""
    newest: dict[str, int] = {}
    for document_id, version in delivered:
        newest[document_id] = max(version, newest.get(document_id, version))
    with book.writing() as conn:
        serial(conn)
        # Items are locked so that a revision which is just arriving is seen below.
        query = (
            select(items.c.document_id, outbox.c.workspace, outbox.c.item, outbox.c.version)
            .join(outbox, (outbox.c.workspace == items.c.workspace) & (outbox.c.item == items.c.item))
            .where(among(conn, items.c.document_id, newest), outbox.c.waiting.is_(True))
            .order_by(items.c.item)
        )
        found = {row.document_id: row for row in conn.execute(locked(conn, query, of=items))}
        matching = [
            found[document_id]
            for document_id, version in newest.items()
            if document_id in found and found[document_id].version == version
        ]
        if matching:
            numbers = take(conn, "ack", len(matching))
            many(
                conn,
                _ACK,
                [
                    {"b_workspace": row.workspace, "b_item": row.item, "b_ack_seq": number}
                    for row, number in zip(matching, numbers, strict=True)
                ],
            )
        newer = select(work.c.item).where(work.c.workspace == items.c.workspace, work.c.item == items.c.item)
        visible = items.update().where(
            among(conn, items.c.item, (row.item for row in matching)),
            items.c.state == "pending",
            ~newer.exists(),
        )
        conn.execute(visible.values(state="indexed"))
    point("ack-commit")


def changes(book: Book, workspace: str, *, after: int, limit: int) -> list[Change]:
    """See `Ledger.changes`."""
    query = (
        _query()
        .where(outbox.c.workspace == workspace, outbox.c.ack_seq > after, outbox.c.ack_seq.is_not(None))
        .order_by(outbox.c.ack_seq)
        .limit(limit)
    )
    with book.reading() as conn:
        return [Change(row.ack_seq, _pending(row)) for row in conn.execute(query)]


def as_of(book: Book, workspace: str) -> int:
    """See `Ledger.as_of`."""
    query = select(func.max(outbox.c.ack_seq)).where(
        outbox.c.workspace == workspace, outbox.c.ack_seq.is_not(None)
    )
    with book.reading() as conn:
        return int(conn.execute(query).scalar() or 0)


def all_rows(book: Book, workspace: str) -> Iterator[Pending]:
    """See `Ledger.all_rows`."""
    last = 0
    while True:
        query = (
            _query()
            .where(outbox.c.workspace == workspace, outbox.c.item > last, outbox.c.deleted.is_(False))
            .order_by(outbox.c.item)
            .limit(_PAGE)
        )
        with book.reading() as conn:
            rows = conn.execute(query).all()
        yield from map(_pending, rows)
        if len(rows) < _PAGE:
            return
        last = rows[-1].item
