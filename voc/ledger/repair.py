"""What `voc doctor --repair` may put right by itself: places and counters, never anybody's words.

A document that lost its annotation or its dead letter is worked on again, from the record that was kept; one
that lost its place in the outbox is sent again; counters follow what is there. A balance that is settled is
an audit row, so that a loss stays visible.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, func, or_, select

from voc.db.statements import among
from voc.db.tables import (
    annotated,
    counters,
    dead_letters,
    items,
    outbox,
    revisions,
    sketches,
    sources,
    work,
    workspaces,
)
from voc.db.transactions import is_postgres, serial, take
from voc.ledger import audit, balance
from voc.ledger.book import Book

_ACTOR = "voc doctor --repair"


def repair(book: Book) -> dict[str, int]:
    """See `Ledger.repair`."""
    done: dict[str, int] = {}
    with book.writing() as conn:
        serial(conn)
        done["counters"] = _counters(conn)
        done["work"] = _orphans(conn)
        done["sketches"] = _wordless(conn)
        done["outbox"] = _resend(conn)
        done["documents"] = _requeue(conn)
        done["leases"] = _free(conn)
        names = list(conn.execute(select(workspaces.c.name)).scalars())
        settled = [(name, *row) for name in names for row in _settle(conn, name)]
        done["sources"] = len(settled)
    for name, source, before, after in settled:
        audit.add(
            book,
            name,
            actor=_ACTOR,
            action="balance.settled",
            target=source,
            detail={"accepted_before": before, "accepted_after": after},
        )
    return {name: count for name, count in done.items() if count}


def _counters(conn: Connection) -> int:
    """Counters that lag behind what they counted."""
    highest: dict[str, Any] = {"version": func.max(outbox.c.version), "ack": func.max(outbox.c.ack_seq)}
    if not is_postgres(conn):
        highest["seq"] = func.max(revisions.c.seq)
    changed = 0
    for name, figure in highest.items():
        last = conn.execute(select(figure)).scalar() or 0
        lagging = counters.update().where(counters.c.name == name, counters.c.value < last)
        changed += conn.execute(lagging.values(value=last)).rowcount
    return changed


def _orphans(conn: Connection) -> int:
    """Work on what does not wait for it."""
    waits = select(1).where(
        items.c.workspace == work.c.workspace,
        items.c.item == work.c.item,
        items.c.state == "pending",
        items.c.seq == work.c.seq,
    )
    return conn.execute(work.delete().where(~waits.exists())).rowcount


def _wordless(conn: Connection) -> int:
    """Sketches of what has no annotation."""
    words = select(1).where(annotated.c.item == sketches.c.item, annotated.c.body.is_not(None))
    return conn.execute(sketches.delete().where(~words.exists())).rowcount


def _resend(conn: Connection) -> int:
    """Annotations that have no place in the outbox get one."""
    placed = select(1).where(outbox.c.workspace == annotated.c.workspace, outbox.c.item == annotated.c.item)
    query = select(annotated.c.workspace, annotated.c.item).where(
        annotated.c.body.is_not(None), ~placed.exists()
    )
    found = conn.execute(query).all()
    if not found:
        return 0
    rows = [
        {"workspace": row.workspace, "item": row.item, "version": version, "waiting": True, "deleted": False}
        for row, version in zip(found, take(conn, "version", len(found)), strict=True)
    ]
    conn.execute(outbox.insert(), rows)
    conn.execute(
        items.update()
        .where(among(conn, items.c.item, [row.item for row in found]), items.c.state == "indexed")
        .values(state="pending")
    )
    return len(found)


def _requeue(conn: Connection) -> int:
    """Documents that nothing would ever move again, and whose record is there, wait for work."""
    of_outbox = (outbox.c.workspace == items.c.workspace) & (outbox.c.item == items.c.item)
    kept = select(1).where(revisions.c.seq == items.c.seq, revisions.c.item == items.c.item)
    words = select(1).where(annotated.c.item == items.c.item, annotated.c.body.is_not(None))
    sent = select(1).where(of_outbox, outbox.c.waiting.is_(False))
    waits = select(1).where(of_outbox, outbox.c.waiting.is_(True))
    at_work = select(1).where(work.c.workspace == items.c.workspace, work.c.item == items.c.item)
    buried = select(1).where(dead_letters.c.item == items.c.item)
    stuck = or_(
        (items.c.state == "pending") & ~at_work.exists() & ~waits.exists(),
        (items.c.state == "indexed") & (~words.exists() | ~(sent.exists() | waits.exists())),
        (items.c.state == "dead") & ~buried.exists(),
    )
    query = select(items.c.workspace, items.c.item, items.c.seq).where(stuck, kept.exists())
    found = conn.execute(query).all()
    if not found:
        return 0
    conn.execute(work.delete().where(among(conn, work.c.item, [row.item for row in found])))
    conn.execute(
        work.insert(),
        [
            {
                "workspace": row.workspace,
                "item": row.item,
                "seq": row.seq,
                "token": 0,
                "worker": None,
                "lease_until": 0,
                "attempts": 0,
            }
            for row in found
        ],
    )
    conn.execute(
        items.update().where(among(conn, items.c.item, [row.item for row in found])).values(state="pending")
    )
    return len(found)


def _free(conn: Connection) -> int:
    """Leases that nobody is alive to end; a worker that is alive loses nothing but time."""
    freed = work.update().where(work.c.token != 0)
    return conn.execute(freed.values(token=0, lease_until=0, worker=None)).rowcount


def _settle(conn: Connection, workspace: str) -> list[tuple[str, int, int]]:
    """`accepted` becomes what is accounted for: (source, before, after) where it was not."""
    changed = []
    for row in balance.counted(conn, workspace):
        counted = row.indexed + row.pending + row.dead + row.deleted
        if row.accepted != counted:
            conn.execute(
                sources.update()
                .where(sources.c.workspace == workspace, sources.c.name == row.source)
                .values(accepted=counted)
            )
            changed.append((row.source, row.accepted, counted))
    return changed
