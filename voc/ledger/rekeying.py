"""Changing the identity key: every pseudonym anew from the encrypted records, or none left at all.

Made ready page by page (old pseudonym → new one, in the table `rekeyed`), which a kill only interrupts; then
one transaction puts the new ones everywhere. So no reader of the ledger ever sees one person under two names.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Row,
    Select,
    Update,
    case,
    delete,
    func,
    literal,
    null,
    select,
    text,
    true,
)
from sqlalchemy.dialects import postgresql, sqlite

from voc import ids
from voc.db.tables import (
    annotated,
    items,
    meta,
    outbox,
    person_links,
    rekeyed,
    revisions,
    work,
    workspaces,
)
from voc.db.transactions import is_postgres, reading, serial, take
from voc.errors import FatalError
from voc.faults import point
from voc.ledger import audit, payload
from voc.ledger.authors import identity
from voc.ledger.book import Book
from voc.ledger.cipher import ID_KEY, place_of, proof_of
from voc.ledger.types import Rekeyed

_NEXT = "id_key_next"  # in `meta`: proof of the key that `rekeyed` was made with
_PAGE = 500
_LINK_PREFIX = 3  # where the digest begins in a_… and p_…, counted from 1


def rotate(book: Book, id_key: bytes, *, actor: str, on_progress: Callable[[int, int], None]) -> Rekeyed:
    """See `Ledger.rotate_identity`."""
    _begin(book, proof_of(id_key))
    with book.reading() as conn:
        last = conn.execute(select(func.max(revisions.c.seq))).scalar() or 0
    seq = 0
    while True:
        with book.reading() as conn:
            page = conn.execute(_unknown(after=seq)).all()
        if not page:
            break
        pairs = _pairs(book, id_key, page)
        with book.writing() as conn:
            _remember(conn, pairs)
        point("rekey-page")
        seq = page[-1].seq
        on_progress(min(seq, last), last)
    return _switch(book, id_key, actor=actor, action="identity.rotate")


def destroy(book: Book, id_key: bytes, *, actor: str) -> Rekeyed:
    """See `Ledger.destroy_identity`: the same change, with no new pseudonym for any."""
    _begin(book, None)
    return _switch(book, id_key, actor=actor, action="identity.destroy")


def in_force(engine: Engine, id_key: bytes) -> bool:
    """Whether a ledger's pseudonyms are made with this key."""
    with reading(engine) as conn:
        known = conn.execute(select(meta.c.value).where(meta.c.name == ID_KEY)).scalar_one_or_none()
    return known is not None and hmac.compare_digest(bytes(known), proof_of(id_key))


def _begin(book: Book, proof: bytes | None) -> None:
    """What another key was made ready for is dropped, and so is all for `None`."""
    with book.writing() as conn:
        book.cipher.proven(conn)
        begun = conn.execute(select(meta.c.value).where(meta.c.name == _NEXT)).scalar_one_or_none()
        if begun is not None and bytes(begun) == proof:
            return
        conn.execute(delete(rekeyed))
        conn.execute(meta.delete().where(meta.c.name == _NEXT))
        if proof is not None:
            conn.execute(meta.insert().values(name=_NEXT, value=proof))


def _unknown(*, after: int) -> Select[Any]:
    """Revisions whose author has no new pseudonym yet."""
    columns = (revisions.c.seq, revisions.c.author_key, revisions.c.revision, revisions.c.payload)
    return (
        select(*columns, items.c.workspace, items.c.source, items.c.native_id)
        .join(items, items.c.item == revisions.c.item)
        .outerjoin(rekeyed, rekeyed.c.old == revisions.c.author_key)
        .where(revisions.c.author_key.is_not(None), rekeyed.c.old.is_(None), revisions.c.seq > after)
        .order_by(revisions.c.seq)
        .limit(_PAGE)
    )


def _pairs(book: Book, id_key: bytes, page: Iterable[Row[Any]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for row in page:
        if row.author_key in found:
            continue
        place = place_of(row.workspace, row.source, row.native_id, row.revision)
        try:
            author = payload.decode(book.cipher.open(bytes(row.payload), place), row.native_id).author
        except FatalError:
            continue  # damaged: another of their records may be whole
        # Who was an identity once stays one, also where the rule has become stricter since.
        name = identity(author) or author.id or author.name
        if name:
            found[row.author_key] = ids.author_key(id_key, row.workspace, row.source, name)
    return found


def _remember(conn: Connection, pairs: dict[str, str]) -> None:
    if pairs:
        insert = postgresql.insert if is_postgres(conn) else sqlite.insert
        rows = [{"old": old, "new": new} for old, new in pairs.items()]
        conn.execute(insert(rekeyed).on_conflict_do_nothing(), rows)


def _switch(book: Book, id_key: bytes, *, actor: str, action: str) -> Rekeyed:
    with book.writing() as conn:
        _alone(conn)
        book.cipher.proven(conn)
        if action == "identity.rotate":
            _catch_up(book, conn, id_key)
        known = select(revisions.c.author_key).where(revisions.c.author_key.is_not(None)).distinct()
        authors = conn.execute(select(func.count()).select_from(known.subquery())).scalar_one()
        lost = _lost(conn) if action == "identity.rotate" else 0
        documents = _send(conn)
        conn.execute(_annotations())
        conn.execute(
            revisions.update().where(revisions.c.author_key.is_not(None)).values(author_key=_new(revisions))
        )
        links = _links(conn)
        # A claim holds the old pseudonym: whoever has one has lost it.
        held = work.update().where(work.c.token != 0)
        conn.execute(held.values(token=0, lease_until=0, worker=None, attempts=work.c.attempts - 1))
        conn.execute(meta.update().where(meta.c.name == ID_KEY).values(value=proof_of(id_key)))
        conn.execute(meta.delete().where(meta.c.name == _NEXT))
        conn.execute(delete(rekeyed))
        done = Rekeyed(authors, documents, links, lost)
        for name in conn.execute(select(workspaces.c.name)).scalars().all():
            detail = {"authors": authors, "documents": documents, "links": links, "lost": lost}
            audit.note(book, conn, name, actor=actor, action=action, target=ID_KEY, detail=detail)
        point("rekey-switching")
    point("rekey-switched")
    _forget_log(book)
    return done


def _alone(conn: Connection) -> None:
    """Nobody else writes records, claims or documents until this transaction ends."""
    if is_postgres(conn):  # in the order of `ledger.locks`; EXCLUSIVE waits for row locks too
        conn.execute(text("LOCK TABLE sources IN EXCLUSIVE MODE"))
    serial(conn)
    if is_postgres(conn):
        conn.execute(text("LOCK TABLE work, items, revisions IN EXCLUSIVE MODE"))


def _catch_up(book: Book, conn: Connection, id_key: bytes) -> None:
    """What came in since the pages were read; on PostgreSQL also what was committed late."""
    seq = 0
    while page := conn.execute(_unknown(after=seq)).all():
        _remember(conn, _pairs(book, id_key, page))
        seq = page[-1].seq


def _lost(conn: Connection) -> int:
    none = ~select(1).where(rekeyed.c.old == revisions.c.author_key).exists()
    gone = func.count(revisions.c.author_key.distinct())
    return int(conn.execute(select(gone).where(revisions.c.author_key.is_not(None), none)).scalar_one())


def _new(table: Any) -> Any:
    return select(rekeyed.c.new).where(rekeyed.c.old == table.c.author_key).scalar_subquery()


def _send(conn: Connection) -> int:
    """New versions for all rows that show a pseudonym."""
    shown = (annotated.c.author_key.is_not(None)) & annotated.c.body.is_not(None)
    count = conn.execute(select(func.count()).select_from(annotated).where(shown)).scalar_one()
    if not count:
        return 0
    first = take(conn, "version", count)[0]
    place = func.row_number().over(order_by=annotated.c.item)
    numbered = select(annotated.c.workspace, annotated.c.item, place.label("place")).where(shown).subquery()
    again = outbox.update().where(
        outbox.c.workspace == numbered.c.workspace, outbox.c.item == numbered.c.item
    )
    conn.execute(again.values(version=literal(first - 1) + numbered.c.place, waiting=true()))
    sent = (outbox.c.workspace == items.c.workspace) & (outbox.c.item == items.c.item)
    sent &= outbox.c.version >= first
    waits = items.update().where(items.c.state == "indexed", select(1).where(sent).exists())
    conn.execute(waits.values(state="pending"))
    return int(count)


def _annotations() -> Update:
    """Pseudonyms and the groups of copies that are one author's; without an author there is no such group."""
    own: ColumnElement[bool] = annotated.c.copy_group.endswith(":" + annotated.c.author_key)
    new = _new(annotated)
    group = func.replace(annotated.c.copy_group, annotated.c.author_key, new)  # null without a new one
    return (
        annotated.update()
        .where(annotated.c.author_key.is_not(None))
        .values(
            author_key=new,
            copy_group=case((own, group), else_=annotated.c.copy_group),
            duplicate_of=case((own & new.is_(None), null()), else_=annotated.c.duplicate_of),
        )
    )


def _links(conn: Connection) -> int:
    """One-ID links follow; how many had to go. A person named after a pseudonym is renamed with it."""
    after = rekeyed.c.old == literal("a_") + func.substr(person_links.c.person, _LINK_PREFIX)
    renamed = select(literal("p_") + func.substr(rekeyed.c.new, _LINK_PREFIX)).where(after)
    called = func.coalesce(renamed.scalar_subquery(), person_links.c.person)
    kept = select(1).where(rekeyed.c.old == person_links.c.author_key).exists()
    gone = conn.execute(person_links.delete().where(~kept)).rowcount
    conn.execute(person_links.update().values(person=called))
    conn.execute(person_links.update().values(author_key=_new(person_links)))
    return int(gone)


def _forget_log(book: Book) -> None:
    """SQLite's log holds the old pages until it is written over; now, where nobody reads."""
    with book.engine.connect() as conn:
        if not is_postgres(conn):
            conn.execution_options(isolation_level="AUTOCOMMIT")
            conn.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").close()
