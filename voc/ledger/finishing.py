"""Finishing work: annotations kept, copies settled, versions given, outbox written, in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select, true
from sqlalchemy.dialects import postgresql, sqlite

from voc.db.statements import among, many
from voc.db.tables import annotated, items, outbox, sketches, work
from voc.db.transactions import chunks, is_postgres, serial, take
from voc.faults import point
from voc.ledger import copies, persons
from voc.ledger.book import Book
from voc.ledger.copies import Before, Leaving, Member, Moved
from voc.ledger.locks import lock_items
from voc.ledger.nearcopies import NearCopies, Place, exact_group
from voc.ledger.types import Done, Finished
from voc.ledger.work import held

_BEFORE = (
    annotated.c.item,
    annotated.c.document_id,
    annotated.c.workspace,
    annotated.c.text_revision,
    annotated.c.text_digest,
    annotated.c.copy_group,
    annotated.c.copy_rank,
    annotated.c.duplicate_of,
    annotated.c.author_key,
    annotated.c.signature,
    annotated.c.edited,
)
_REPLACED = tuple(
    column.name for column in annotated.columns if column.name not in ("item", "workspace", "document_id")
)
_UPDATE = (
    annotated.update()
    .where(annotated.c.item == bindparam("b_item"))
    .values({name: bindparam(f"b_{name}") for name in _REPLACED})
)
_SEND_AGAIN = (
    outbox.update()
    .where(outbox.c.workspace == bindparam("b_workspace"), outbox.c.item == bindparam("b_item"))
    .values(version=bindparam("b_version"), waiting=true(), deleted=bindparam("b_deleted"))
)
_ON_SQLITE, _ON_POSTGRES = sqlite.insert(sketches), postgresql.insert(sketches)
_SKETCH_SQLITE = _ON_SQLITE.on_conflict_do_update(
    index_elements=["item"], set_={"sketch": _ON_SQLITE.excluded.sketch}
)
_SKETCH_POSTGRES = _ON_POSTGRES.on_conflict_do_update(
    index_elements=["item"], set_={"sketch": _ON_POSTGRES.excluded.sketch}
)


def finish(book: Book, done: Sequence[Done], *, near: NearCopies | None) -> list[Finished]:
    """See `Ledger.finish`."""
    if near is not None and near.new:
        with book.reading() as conn:
            near.follow(conn)
    with book.writing() as conn:
        serial(conn)
        holding = held(conn, [one.claimed for one in done])
        kept = list({one.claimed.item: one for one in done if one.claimed.item in holding}.values())
        if not kept:
            return []
        if near is not None:
            near.follow(conn)
        before = previous(conn, [one.claimed.item for one in kept])
        leaving = Leaving(conn, [place_before(row) for row in before.values()])
        if near is not None:
            places = near.places(conn, kept, before, leaving)
        else:
            places = {one.claimed.item: Place(exact_group(one)) for one in kept}
        members = [_member(one, places[one.claimed.item], before.get(one.claimed.item)) for one in kept]
        representatives, moved = copies.settle(conn, members, leaving)
        rows = [
            _row(one, member, before.get(member.item), representatives[member.item])
            | {"edited": places[member.item].edited}
            for one, member in zip(kept, members, strict=True)
        ]
        _write(conn, rows, known=before.keys())
        _sketch(conn, kept, known=before.keys())
        versions = take(conn, "version", len(rows) + len(moved))
        fresh = [row for row in rows if row["item"] not in before]
        send(
            conn,
            [(row["workspace"], row["item"]) for row in rows],
            versions[: len(rows)],
            new={row["item"] for row in fresh},
        )
        send_moved(conn, moved, versions[len(rows) :])
        _done_with(conn, kept)
        answer = _answer(conn, rows, moved, versions)
    point("finish-commit")
    return answer


def previous(conn: Connection, which: Iterable[int]) -> dict[int, Row[Any]]:
    """What is kept of these items' annotations."""
    query = select(*_BEFORE).where(among(conn, annotated.c.item, which))
    return {row.item: row for row in conn.execute(query)}


def place_before(row: Row[Any]) -> Before:
    """Where a kept annotation stands among copies."""
    return Before(row.item, row.document_id, row.workspace, row.copy_group, row.duplicate_of is None)


def _member(one: Done, place: Place, before: Row[Any] | None) -> Member:
    claimed, group = one.claimed, place.group
    # A revision with the same words, or nearly, keeps its place: a changed star must not flip a group's head.
    stays = before is not None and group is not None and before.copy_group == group
    rank = before.copy_rank if before is not None and stays else claimed.seq
    return Member(claimed.item, claimed.document_id, claimed.workspace, group, rank)


def _row(one: Done, member: Member, before: Row[Any] | None, duplicate_of: str | None) -> dict[str, Any]:
    claimed = one.claimed
    text_revision = 1
    if before is not None:
        text_revision = before.text_revision + (before.text_digest != one.text_digest)
    return {
        "item": claimed.item,
        "workspace": claimed.workspace,
        "document_id": claimed.document_id,
        "revision": claimed.revision,
        "text_revision": text_revision,
        "seq": claimed.seq,
        "kind": claimed.kind,
        "author_key": claimed.author_key,
        "taxonomy": one.taxonomy,
        "text_digest": one.text_digest,
        "signature": one.signature,
        "copy_group": member.group,
        "copy_rank": member.rank,
        "duplicate_of": duplicate_of,
        "body": one.body,
    }


def _write(conn: Connection, rows: Sequence[dict[str, Any]], *, known: Iterable[int]) -> None:
    there = set(known)
    new = [row for row in rows if row["item"] not in there]
    again = [row for row in rows if row["item"] in there]
    many(conn, _UPDATE, [{f"b_{name}": row[name] for name in ("item", *_REPLACED)} for row in again])
    many(conn, annotated.insert(), new)


def _sketch(conn: Connection, kept: Sequence[Done], *, known: Iterable[int]) -> None:
    short = {one.claimed.item for one in kept if not one.sketch} & set(known)
    if short:
        conn.execute(sketches.delete().where(among(conn, sketches.c.item, short)))
    rows = [{"item": one.claimed.item, "sketch": one.sketch} for one in kept if one.sketch]
    many(conn, _SKETCH_POSTGRES if is_postgres(conn) else _SKETCH_SQLITE, rows)


def send(
    conn: Connection,
    which: Sequence[tuple[str, int]],
    versions: Iterable[int],
    *,
    new: set[int],
    deleted: tuple[int, ...] = (),
) -> None:
    """Give these (workspace, item) their versions in the outbox; `new` ones have no row there yet."""
    fresh: list[dict[str, Any]] = []
    again: list[dict[str, Any]] = []
    for (workspace, item), version in zip(which, versions, strict=True):
        gone = item in deleted
        if item in new:
            fresh.append(
                {"workspace": workspace, "item": item, "version": version, "waiting": True, "deleted": gone}
            )
        else:
            again.append({"b_workspace": workspace, "b_item": item, "b_version": version, "b_deleted": gone})
    many(conn, outbox.insert(), fresh)
    many(conn, _SEND_AGAIN, again)


def send_moved(conn: Connection, moved: Sequence[Moved], versions: Iterable[int]) -> None:
    """New versions for documents whose representative changed: their rows wait again."""
    send(conn, [(one.workspace, one.item) for one in moved], versions, new=set())
    lock_items(conn, [one.item for one in moved])
    for part in chunks(one.item for one in moved):
        waits = items.update().where(items.c.item.in_(part), items.c.state == "indexed")
        conn.execute(waits.values(state="pending"))


def _done_with(conn: Connection, kept: Sequence[Done]) -> None:
    by_workspace: dict[str, list[int]] = {}
    for one in kept:
        by_workspace.setdefault(one.claimed.workspace, []).append(one.claimed.item)
    for workspace, mine in by_workspace.items():
        conn.execute(work.delete().where(work.c.workspace == workspace, among(conn, work.c.item, mine)))


def _answer(
    conn: Connection, rows: Sequence[dict[str, Any]], moved: Sequence[Moved], versions: Sequence[int]
) -> list[Finished]:
    links: dict[tuple[str, str], str] = {}
    authors: dict[str, set[str | None]] = {}
    for workspace, author_key in (
        *((row["workspace"], row["author_key"]) for row in rows),
        *((one.workspace, one.author_key) for one in moved),
    ):
        authors.setdefault(workspace, set()).add(author_key)
    for workspace, keys in authors.items():
        for key, person in persons.linked(conn, workspace, keys).items():
            links[(workspace, key)] = person

    def person_of(workspace: str, author_key: str | None, document_id: str) -> str:
        return persons.person(author_key, document_id, links.get((workspace, author_key or "")))

    answer = [
        Finished(
            document_id=row["document_id"],
            version=version,
            text_revision=row["text_revision"],
            duplicate_of=row["duplicate_of"],
            person=person_of(row["workspace"], row["author_key"], row["document_id"]),
        )
        for row, version in zip(rows, versions[: len(rows)], strict=True)
    ]
    answer.extend(
        Finished(
            document_id=one.document_id,
            version=version,
            text_revision=one.text_revision,
            duplicate_of=one.duplicate_of,
            person=person_of(one.workspace, one.author_key, one.document_id),
            other=True,
        )
        for one, version in zip(moved, versions[len(rows) :], strict=True)
    )
    return answer
