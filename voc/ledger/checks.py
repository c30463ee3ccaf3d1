"""What must be true of a ledger whatever happened to its process; `voc doctor` lists what is not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from voc.db.tables import (
    annotated,
    counters,
    dead_letters,
    items,
    outbox,
    revisions,
    sketches,
    sources,
    verdicts,
    work,
)
from voc.db.transactions import is_postgres
from voc.ledger.book import Book

_OF_WORK = and_(work.c.workspace == items.c.workspace, work.c.item == items.c.item)
_OF_OUTBOX = and_(outbox.c.workspace == items.c.workspace, outbox.c.item == items.c.item)


def _count(table: Any, *where: ColumnElement[bool]) -> Select[Any]:
    return select(func.count()).select_from(table).where(*where)


def _exists(table: Any, *where: ColumnElement[bool]) -> ColumnElement[bool]:
    return select(1).select_from(table).where(*where).exists()


def _rules() -> tuple[tuple[str, Select[Any]], ...]:
    current = _exists(revisions, revisions.c.seq == items.c.seq, revisions.c.item == items.c.item)
    has_words = _exists(annotated, annotated.c.item == items.c.item, annotated.c.body.is_not(None))
    sent = _exists(outbox, _OF_OUTBOX, outbox.c.waiting.is_(False))
    waits = _exists(outbox, _OF_OUTBOX, outbox.c.waiting.is_(True))
    at_work = _exists(work, _OF_WORK)
    buried = _exists(dead_letters, dead_letters.c.item == items.c.item)
    head = annotated.alias("head")
    return (
        (
            "dead letters without a code or a reason",
            _count(dead_letters, or_(dead_letters.c.code == "", dead_letters.c.reason == "")),
        ),
        (
            "dead letters of documents that are not dead",
            _count(
                dead_letters,
                dead_letters.c.item.is_not(None),
                ~_exists(items, items.c.item == dead_letters.c.item, items.c.state == "dead"),
            ),
        ),
        ("dead documents without a dead letter", _count(items, items.c.state == "dead", ~buried)),
        ("documents without their current revision", _count(items, items.c.state != "deleted", ~current)),
        (
            "deleted documents with words left",
            _count(items, items.c.state == "deleted", or_(current, has_words)),
        ),
        ("indexed documents without an annotation", _count(items, items.c.state == "indexed", ~has_words)),
        ("indexed documents that were never acknowledged", _count(items, items.c.state == "indexed", ~sent)),
        (
            "pending documents that nobody works on",
            _count(items, items.c.state == "pending", ~at_work, ~waits),
        ),
        (
            "work without a document that waits for it",
            _count(work, ~_exists(items, _OF_WORK, items.c.state == "pending", items.c.seq == work.c.seq)),
        ),
        ("outbox rows without a document", _count(outbox, ~_exists(items, _OF_OUTBOX))),
        (
            "outbox rows without an annotation",
            _count(
                outbox,
                ~_exists(
                    annotated,
                    annotated.c.item == outbox.c.item,
                    or_(outbox.c.deleted.is_(True), annotated.c.body.is_not(None)),
                ),
            ),
        ),
        (
            "annotations that were never sent",
            _count(
                annotated,
                ~_exists(
                    outbox, outbox.c.workspace == annotated.c.workspace, outbox.c.item == annotated.c.item
                ),
            ),
        ),
        (
            "revisions without a document",
            _count(revisions, ~_exists(items, items.c.item == revisions.c.item)),
        ),
        (
            "verdicts without a document",
            _count(verdicts, ~_exists(items, items.c.item == verdicts.c.item, items.c.state != "deleted")),
        ),
        (
            "copies whose representative is gone or a copy itself",
            _count(
                annotated.join(items, items.c.document_id == annotated.c.duplicate_of).join(
                    head, head.c.item == items.c.item
                ),
                or_(head.c.duplicate_of.is_not(None), head.c.copy_group != annotated.c.copy_group),
            ),
        ),
        (
            "sketches without words",
            _count(
                sketches,
                ~_exists(annotated, annotated.c.item == sketches.c.item, annotated.c.body.is_not(None)),
            ),
        ),
        (
            "copies of a document that is not there",
            _count(
                annotated,
                annotated.c.duplicate_of.is_not(None),
                ~_exists(items, items.c.document_id == annotated.c.duplicate_of, items.c.state != "deleted"),
            ),
        ),
        (
            "documents of a source that is not there",
            _count(
                items,
                ~_exists(sources, sources.c.workspace == items.c.workspace, sources.c.name == items.c.source),
            ),
        ),
        (
            "versions beyond the counter",
            _count(outbox, outbox.c.version > _last("version")),
        ),
        (
            "acknowledgements beyond the counter",
            _count(outbox, outbox.c.ack_seq > _last("ack")),
        ),
    )


def _last(name: str) -> Any:
    return select(counters.c.value).where(counters.c.name == name).scalar_subquery()


def check(book: Book) -> list[str]:
    """See `Ledger.check`."""
    return [f"{one.count} {one.what}" for one in findings(book)]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that must not be; `what` without anybody's words."""

    what: str
    count: int

    @property
    def name(self) -> str:
        """`what` as one word: `dead-documents-without-a-dead-letter`."""
        return self.what.replace(" ", "-").replace("'", "")

    @property
    def mendable(self) -> bool:
        """Whether `Ledger.repair` puts it right."""
        return self.what in MENDABLE


MENDABLE = frozenset(
    {
        "dead documents without a dead letter",
        "annotations that were never sent",
        "indexed documents without an annotation",
        "indexed documents that were never acknowledged",
        "pending documents that nobody works on",
        "work without a document that waits for it",
        "sketches without words",
        "versions beyond the counter",
        "acknowledgements beyond the counter",
        "sequence numbers beyond the counter",
        "leases that end too late",
    }
)
_LONGEST_LEASE_S = 3600  # the largest setting


def findings(book: Book) -> list[Finding]:
    """What `check` tells, counted and named."""
    now = book.now()
    with book.reading() as conn:
        found = [Finding(what, conn.execute(query).scalar_one()) for what, query in _rules()]
        late = _count(work, work.c.lease_until > now + 2 * _LONGEST_LEASE_S * 1_000_000)
        found.append(Finding("leases that end too late", conn.execute(late).scalar_one()))
        if not is_postgres(conn):  # which has a sequence of its own, and looks after its files
            beyond = _count(revisions, revisions.c.seq > _last("seq"))
            found.append(Finding("sequence numbers beyond the counter", conn.execute(beyond).scalar_one()))
            damaged = conn.exec_driver_sql("PRAGMA quick_check(1)").scalar() != "ok"
            found.append(Finding("damaged ledger file", int(damaged)))
    return [one for one in found if one.count]
