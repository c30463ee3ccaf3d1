"""Lending revisions to workers: a claim has a lease and a token, and whoever dies is taken over from."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, select

from voc.db.statements import among
from voc.db.tables import items, revisions, work, workspaces
from voc.db.transactions import locked
from voc.errors import FatalError
from voc.ledger import deadletters, payload
from voc.ledger.book import Book
from voc.ledger.cipher import place_of
from voc.ledger.times import moment
from voc.ledger.types import Claimed, Failed

_LENT = (
    work.c.item,
    work.c.workspace,
    work.c.attempts,
    items.c.source,
    items.c.native_id,
    items.c.document_id,
    revisions.c.kind,
    revisions.c.revision,
    revisions.c.seq,
    revisions.c.received_at,
    revisions.c.author_key,
    revisions.c.digest,
    revisions.c.payload,
)


def claim(book: Book, worker: str, *, limit: int, lease_s: float) -> list[Claimed]:
    """See `Ledger.claim`."""
    lease = round(lease_s * 1_000_000)
    with book.reading() as conn:  # an idle worker must not take the write lock twice a second
        now = book.now()
        beyond = _beyond(now + 2 * lease)
        if not _with_work(conn, now=now) and conn.execute(select(work.c.item).where(beyond)).first() is None:
            return []
    with book.writing() as conn:
        now = book.now()
        token = secrets.randbits(62) + 1
        rows: list[Row[Any]] = []
        spaces = _with_work(conn, now=now)
        if not spaces or book.onward.set_back():  # asked only then: a backlog is long to look through
            _shorten(conn, now=now, lease=lease)
        for place, workspace in enumerate(spaces):
            # Each workspace gets an equal share of what is left, so that a backlog starves nobody.
            share = -(-(limit - len(rows)) // (len(spaces) - place))
            rows.extend(_free(conn, workspace, now=now, limit=share))
        claimed: list[Claimed] = []
        damaged: list[tuple[Any, str, str]] = []
        for row in rows:
            try:
                claimed.append(_claimed(book, row, token))
            except FatalError as error:
                damaged.append((row, error.code, error.what))
        _lend(conn, rows, worker=worker, token=token, until=now + lease)
        deadletters.bury(conn, damaged, now=now)
    return claimed


def _beyond(later_than: int) -> ColumnElement[bool]:
    return work.c.lease_until > later_than


def _shorten(conn: Connection, *, now: int, lease: int) -> None:
    # The clock was set back: a lease that ends later than any that is given now would hold for hours. Whoever
    # holds it may be alive: it has the time of a lease from now on.
    conn.execute(work.update().where(_beyond(now + 2 * lease)).values(lease_until=now + lease))


def _with_work(conn: Connection, *, now: int) -> list[str]:
    free = select(work.c.item).where(work.c.workspace == workspaces.c.name, work.c.lease_until <= now)
    query = select(workspaces.c.name).where(free.exists()).order_by(workspaces.c.name)
    return list(conn.execute(query).scalars())


def _free(conn: Connection, workspace: str, *, now: int, limit: int) -> Sequence[Row[Any]]:
    query = (
        select(*_LENT)
        .join(items, items.c.item == work.c.item)
        .join(revisions, revisions.c.seq == work.c.seq)
        .where(work.c.workspace == workspace, work.c.lease_until <= now)
        .order_by(work.c.item)
        .limit(limit)
    )
    return conn.execute(locked(conn, query, of=work, skip_locked=True)).all()


def _lend(conn: Connection, rows: Sequence[Row[Any]], *, worker: str, token: int, until: int) -> None:
    values = {"worker": worker, "token": token, "lease_until": until, "attempts": work.c.attempts + 1}
    conn.execute(work.update().where(_those(conn, rows)).values(values))


def _those(conn: Connection, rows: Iterable[Any]) -> Any:
    found = list(rows)
    spaces = {row.workspace for row in found}
    return work.c.workspace.in_(spaces) & among(conn, work.c.item, (row.item for row in found))


def _claimed(book: Book, row: Row[Any], token: int) -> Claimed:
    # Unpacked in the order of _LENT: by name it takes three times as long.
    item, workspace, attempts, source, native_id, document_id, *rest = row
    kind, revision, seq, received_at, author, _, raw = rest
    place = place_of(workspace, source, native_id, revision)
    record = payload.decode(book.cipher.open(bytes(raw), place), native_id)
    return Claimed(
        item=item,
        workspace=workspace,
        source=source,
        native_id=native_id,
        kind=kind,
        document_id=document_id,
        revision=revision,
        seq=seq,
        received_at=moment(received_at),
        record=record,
        author_key=author,
        attempts=attempts + 1,
        token=token,
    )


def held(conn: Connection, claims: Iterable[Claimed]) -> dict[int, Row[Any]]:
    """The work rows (item, workspace, attempts) of those claims that still hold, locked."""
    wanted = {one.item: one for one in claims}
    query = (
        select(work.c.item, work.c.token, work.c.seq, work.c.workspace, work.c.attempts)
        .where(_those(conn, wanted.values()))
        .order_by(work.c.item)
    )
    found: dict[int, Row[Any]] = {}
    for row in conn.execute(locked(conn, query)):
        item, token, seq, *_ = row
        claimed = wanted[item]
        if token == claimed.token and seq == claimed.seq:
            found[item] = row
    return found


def fail(book: Book, failures: Sequence[Failed], *, max_attempts: int) -> None:
    """See `Ledger.fail`."""
    with book.writing() as conn:
        rows = held(conn, [failure.claimed for failure in failures])
        mine = {f.claimed.item: f for f in failures if f.claimed.item in rows}
        again = [rows[item] for item in mine if rows[item].attempts < max_attempts]
        conn.execute(work.update().where(_those(conn, again)).values(token=0, lease_until=0, worker=None))
        lost = {item: f for item, f in mine.items() if rows[item].attempts >= max_attempts}
        columns = select(work.c.item, work.c.workspace, work.c.attempts, items.c.source, items.c.digest)
        found = conn.execute(
            columns.join(items, items.c.item == work.c.item).where(_those(conn, [rows[i] for i in lost]))
        ).all()
        buried = [(row, lost[row.item].code, lost[row.item].reason) for row in found]
        deadletters.bury(conn, buried, now=book.now())


def release(book: Book, worker: str) -> int:
    """See `Ledger.release`."""
    with book.writing() as conn:
        mine = (work.c.worker == worker) & (work.c.token != 0)
        conn.execute(locked(conn, select(work.c.item).where(mine).order_by(work.c.item))).all()
        values = {"worker": None, "token": 0, "lease_until": 0, "attempts": work.c.attempts - 1}
        return int(conn.execute(work.update().where(mine).values(values)).rowcount)


def take_over(book: Book) -> int:
    """See `Ledger.take_over`."""
    with book.reading() as conn:  # nearly always there is nothing, and then no write
        lent = work.c.token != 0
        if conn.execute(select(work.c.item).where(lent).limit(1)).first() is None:
            return 0
    with book.writing() as conn:
        conn.execute(locked(conn, select(work.c.item).where(lent).order_by(work.c.item))).all()
        values = {"worker": None, "token": 0, "lease_until": 0}
        return int(conn.execute(work.update().where(lent).values(values)).rowcount)
