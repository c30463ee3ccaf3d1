"""What was accepted but could not be used, with the reason: unreadable rows, and documents that failed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select

from voc.db.statements import among, many
from voc.db.tables import dead_letters, items, work
from voc.db.transactions import chunks, take_seq
from voc.errors import UsageError
from voc.ledger import sources
from voc.ledger.book import Book
from voc.ledger.cipher import place_of
from voc.ledger.identity import storable
from voc.ledger.locks import lock_items
from voc.ledger.times import moment
from voc.ledger.types import DeadLetter, Reject

_REASON_CHARS = 300


@dataclass(frozen=True, slots=True)
class Refused:
    """A reject made ready outside the transaction."""

    workspace: str
    source: str
    place: str
    code: str
    reason: str
    digest: bytes
    sealed: bytes


def ready(book: Book, workspace: str, source: str, rejects: Iterable[Reject]) -> list[Refused]:
    """Digest and encrypt refused rows; the same one twice is one."""
    found: dict[bytes, Refused] = {}
    for reject in rejects:
        place = storable(reject.place)
        digest = book.cipher.digest(place.encode() + b"\n" + reject.raw)
        sealed = book.cipher.seal(reject.raw, place_of(workspace, source, "refused", digest.hex()))
        reason = storable(reject.reason)[:_REASON_CHARS]
        found[digest] = Refused(workspace, source, place, reject.code, reason, digest, sealed)
    return list(found.values())


def refuse(conn: Connection, refused: list[Refused], *, now: int) -> int:
    """Keep those that are not kept yet; how many that were."""
    known: set[bytes] = set()
    for part in chunks(refused):
        query = select(dead_letters.c.digest).where(
            dead_letters.c.workspace == part[0].workspace,
            dead_letters.c.source == part[0].source,
            dead_letters.c.item.is_(None),
            dead_letters.c.digest.in_([one.digest for one in part]),
        )
        known.update(bytes(digest) for digest in conn.execute(query).scalars())
    fresh = [one for one in refused if one.digest not in known]
    if fresh:
        rows = [
            {
                "id": seq,
                "workspace": one.workspace,
                "source": one.source,
                "item": None,
                "place": one.place,
                "code": one.code,
                "reason": one.reason,
                "digest": one.digest,
                "attempts": 0,
                "created_at": now,
                "raw": one.sealed,
            }
            for one, seq in zip(fresh, take_seq(conn, len(fresh)), strict=True)
        ]
        many(conn, dead_letters.insert(), rows)
    return len(fresh)


def bury(conn: Connection, failures: Sequence[tuple[Any, str, str]], *, now: int) -> None:
    """Move documents (rows with item, workspace, source, digest, attempts) from work to dead letters."""
    if not failures:
        return
    rows = [
        {
            "id": seq,
            "workspace": row.workspace,
            "source": row.source,
            "item": row.item,
            "place": None,
            "code": code,
            "reason": storable(reason)[:_REASON_CHARS],
            "digest": bytes(row.digest),
            "attempts": row.attempts,
            "created_at": now,
            "raw": None,
        }
        for (row, code, reason), seq in zip(failures, take_seq(conn, len(failures)), strict=True)
    ]
    buried = [row.item for row, _, _ in failures]
    spaces = {row.workspace for row, _, _ in failures}
    conn.execute(work.delete().where(work.c.workspace.in_(spaces), among(conn, work.c.item, buried)))
    lock_items(conn, buried)
    conn.execute(items.update().where(among(conn, items.c.item, buried)).values(state="dead"))
    many(conn, dead_letters.insert(), rows)


def documents(book: Book, workspace: str) -> int:
    """See `Ledger.dead_documents`."""
    query = select(func.count()).where(
        dead_letters.c.workspace == workspace, dead_letters.c.item.is_not(None)
    )
    with book.reading() as conn:
        return int(conn.execute(query).scalar_one())


def listing(book: Book, workspace: str, source: str | None, *, limit: int, after: int) -> list[DeadLetter]:
    """Oldest first, those with an id above `after`."""
    query = (
        select(dead_letters, items.c.document_id, items.c.native_id)
        .outerjoin(items, items.c.item == dead_letters.c.item)
        .where(dead_letters.c.workspace == workspace, dead_letters.c.id > after)
        .order_by(dead_letters.c.id)
        .limit(limit)
    )
    if source is not None:
        query = query.where(dead_letters.c.source == source)
    with book.reading() as conn:
        return [
            DeadLetter(
                id=row.id,
                source=row.source,
                document_id=row.document_id,
                native_id=row.native_id,
                place=row.place,
                code=row.code,
                reason=row.reason,
                digest=bytes(row.digest).hex(),
                attempts=row.attempts,
                created_at=moment(row.created_at),
            )
            for row in conn.execute(query)
        ]


def raw(book: Book, workspace: str, letter: int) -> bytes:
    """The bytes of a refused row.

    Raises:
        UsageError: VOC-E104, no such dead letter, or it is a document's.
        FatalError: VOC-E502.
    """
    query = select(dead_letters.c.source, dead_letters.c.digest, dead_letters.c.raw).where(
        dead_letters.c.workspace == workspace, dead_letters.c.id == letter, dead_letters.c.raw.is_not(None)
    )
    with book.reading() as conn:
        row = conn.execute(query).one_or_none()
    if row is None:
        raise UsageError("no such refused row", code="VOC-E104", value=str(letter))
    place = place_of(workspace, row.source, "refused", bytes(row.digest).hex())
    return book.cipher.open(bytes(row.raw), place)


def replay(book: Book, workspace: str, letters: Sequence[int] | None, *, source: str | None) -> int:
    """Put documents back to work (all, or those of the ids given); unreadable rows stay. How many."""
    chosen = (
        select(dead_letters.c.id, dead_letters.c.item, items.c.seq)
        .join(items, items.c.item == dead_letters.c.item)
        .where(dead_letters.c.workspace == workspace, items.c.state == "dead")
        .order_by(dead_letters.c.item)
    )
    if source is not None:
        chosen = chosen.where(dead_letters.c.source == source)
    with book.writing() as conn:
        sources.lock(conn, workspace, source)
        if letters is not None:
            chosen = chosen.where(among(conn, dead_letters.c.id, letters))
        found = conn.execute(chosen).all()
        lock_items(conn, [row.item for row in found])
        back = among(conn, items.c.item, (row.item for row in found))
        conn.execute(items.update().where(back).values(state="pending"))
        answered = among(conn, dead_letters.c.id, (row.id for row in found))
        conn.execute(dead_letters.delete().where(answered))
        fresh = {"workspace": workspace, "token": 0, "lease_until": 0, "attempts": 0}
        many(conn, work.insert(), [{**fresh, "item": row.item, "seq": row.seq} for row in found])
    return len(found)
