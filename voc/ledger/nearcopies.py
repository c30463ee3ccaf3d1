"""Near copies: into which group a text goes that resembles another; found in memory, kept in the ledger.

Whoever stands for a group of long texts is known by its sketch in this process. The ledger is the truth:
memory is read from it at the first call and then follows it by outbox versions, so that other processes'
work, deletions and what was undone are seen before anything is decided. A place once given is a row, and
stays until the words change.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Connection, Row, func, select

from voc.db.statements import among
from voc.db.tables import annotated, counters, outbox, sketches
from voc.ledger.copies import LONG_CHARS, Group, Leaving, group_of
from voc.ledger.types import Done
from voc.types import KnownText, NearText

_PAGE = 4096


class Neighbours(Protocol):
    """Texts in memory, as `text.duplicates.Duplicates` keeps them."""

    def reserve(self, count: int, /) -> None: ...
    def add(self, texts: Iterable[KnownText], /) -> None: ...
    def remove(self, items: Iterable[int], /) -> None: ...
    def meet(self, texts: Sequence[KnownText], /) -> list[list[NearText]]: ...
    def difference(self, sketch: bytes, other: bytes, /) -> float | None: ...
    def sketch(self, item: int, /) -> bytes | None: ...


@dataclass(frozen=True, slots=True)
class Place:
    """The group of a document; `edited`: its share of edits, of a near copy."""

    group: str | None
    edited: float | None = None


class NearCopies:
    """One a process; every call inside the ledger's serial step, but the first `follow` better before it."""

    def __init__(self, texts: Neighbours) -> None:
        self._texts = texts
        self._spaces: dict[str, int] = {}
        self._version: int | None = None  # up to which memory follows the ledger
        self._ahead: set[int] = set()  # what memory knows of a batch that may yet be undone

    @property
    def new(self) -> bool:
        """Whether nothing was read yet: `follow` then takes 3 s of CPU time for 200,000 heads."""
        return self._version is None

    def follow(self, conn: Connection) -> None:
        """Know whoever stands for a group now: the first time all of them, then those that changed."""
        newest = int(conn.execute(select(counters.c.value).where(counters.c.name == "version")).scalar_one())
        if self._version is None:
            self._begin(conn)
        elif newest != self._version or self._ahead:
            undone = self._ahead - self._read(conn, outbox.c.version > self._version)
            if undone:
                there = self._read(conn, among(conn, outbox.c.item, undone))
                self._texts.remove(undone - there)
        self._ahead = set()
        self._version = newest

    def places(
        self, conn: Connection, done: Sequence[Done], before: Mapping[int, Row[Any]], leaving: Leaving
    ) -> dict[int, Place]:
        """Item → its place. The documents of `done` have left their groups; `follow` came before.

        Where its words are as they were, or nearly: where it was. Else where equal words are. Else with the
        nearest that stands for a group, and with nobody when there is none.
        """
        found = {one.claimed.item: Place(exact_group(one)) for one in done}
        long = [one for one in done if one.signature and one.content_chars >= LONG_CHARS]
        near = self._meet(conn, long, leaving)
        kept = self._kept(conn, long, before)
        found.update(kept)
        coming = {
            one.claimed.item: (one.claimed.workspace, str(found[one.claimed.item].group)) for one in long
        }
        heads = {group: head.item for group, head in leaving.heads(coming.values()).items()}
        equal = _equal(conn, [one for one in long if one.claimed.item not in kept])
        standing = _groups(conn, {text.item for texts in near.values() for text in texts} - coming.keys())
        standing |= {heir.item: str(heir.group) for heir in leaving.heirs.values()}
        for item, texts in near.items():
            heads |= {
                (coming[item][0], standing[text.item]): text.item for text in texts if text.item in standing
            }
        for item in kept:
            heads.setdefault(coming[item], item)
        for one in long:
            item, mine = one.claimed.item, coming[one.claimed.item]
            if item in kept:
                continue
            if mine not in heads:
                found[item] = equal.get(mine) or _nearest(near.get(item, ()), mine, standing, found, heads)
            heads.setdefault((mine[0], str(found[item].group)), item)
        return found

    def _begin(self, conn: Connection) -> None:
        self._texts.reserve(conn.execute(select(func.count()).select_from(sketches)).scalar_one())
        query = select(annotated.c.item, annotated.c.workspace, sketches.c.sketch)
        query = query.join(sketches, sketches.c.item == annotated.c.item)
        query = query.where(annotated.c.duplicate_of.is_(None), annotated.c.copy_group.is_not(None))
        for rows in conn.execute(query, execution_options={"yield_per": _PAGE}).partitions():
            self._texts.add(self._known(*row) for row in rows)

    def _read(self, conn: Connection, which: ColumnElement[bool]) -> set[int]:
        """Know these documents as they are in the ledger; which there are."""
        query = (
            select(
                annotated.c.item,
                annotated.c.workspace,
                annotated.c.copy_group,
                annotated.c.duplicate_of,
                sketches.c.sketch,
            )
            .join(outbox, (outbox.c.workspace == annotated.c.workspace) & (outbox.c.item == annotated.c.item))
            .outerjoin(sketches, sketches.c.item == annotated.c.item)
            .where(which)
        )
        items: set[int] = set()
        gone: list[int] = []
        new: list[KnownText] = []
        for item, workspace, group, duplicate_of, sketch in conn.execute(query):
            items.add(item)
            if group is None or duplicate_of is not None or sketch is None:
                gone.append(item)
            elif self._texts.sketch(item) != sketch:
                new.append(self._known(item, workspace, sketch))
        self._texts.remove(gone)
        self._texts.add(new)
        return items

    def _meet(self, conn: Connection, long: Sequence[Done], leaving: Leaving) -> dict[int, list[NearText]]:
        """Item → what it resembles, nearest first. Memory is then ahead of the ledger."""
        texts = [
            self._known(one.claimed.item, one.claimed.workspace, one.sketch) for one in long if one.sketch
        ]
        heirs = {heir.item: heir.workspace for heir in leaving.heirs.values()}
        self._ahead = {*heirs, *(text.item for text in texts)}
        self._texts.add(
            self._known(item, heirs[item], sketch) for item, sketch in _sketches(conn, heirs).items()
        )
        met = self._texts.meet(texts) if texts else []
        return {text.item: found for text, found in zip(texts, met, strict=True)}

    def _kept(
        self, conn: Connection, long: Sequence[Done], before: Mapping[int, Row[Any]]
    ) -> dict[int, Place]:
        """The places of those whose words are as they were, or nearly."""
        was = {
            one.claimed.item: row
            for one in long
            if (row := before.get(one.claimed.item)) is not None and is_long_group(row.copy_group)
        }
        changed = [
            one
            for one in long
            if one.claimed.item in was and was[one.claimed.item].signature != one.signature
        ]
        old = _sketches(conn, [one.claimed.item for one in changed])
        kept = {item: Place(row.copy_group, row.edited) for item, row in was.items()}
        for one in changed:
            share = self._texts.difference(one.sketch, old.get(one.claimed.item, b""))
            if share is None:
                del kept[one.claimed.item]
            else:
                kept[one.claimed.item] = Place(was[one.claimed.item].copy_group, share)
        return kept

    def _known(self, item: int, workspace: str, sketch: bytes) -> KnownText:
        return KnownText(item, self._spaces.setdefault(workspace, len(self._spaces)), bytes(sketch))


def exact_group(one: Done) -> str | None:
    """Where it goes by its words alone."""
    return group_of(one.signature, content_chars=one.content_chars, author_key=one.claimed.author_key)


def is_long_group(group: str | None) -> bool:
    """Whether it is a group of long words, whoever wrote them."""
    return group is not None and ":" not in group


def _nearest(
    near: Iterable[NearText],
    mine: Group,
    standing: Mapping[int, str],
    found: Mapping[int, Place],
    heads: Mapping[Group, int],
) -> Place:
    """With the nearest that stands for a group: in the ledger, or of this batch and placed already."""
    workspace, signature = mine
    for text in near:
        if text.item in standing:
            return Place(standing[text.item], text.different)
        group = found[text.item].group if text.item in found else None
        if group is not None and heads.get((workspace, group)) == text.item:
            return Place(group, text.different)
    return Place(signature)


def _equal(conn: Connection, which: Sequence[Done]) -> dict[Group, Place]:
    """(workspace, signature) → the place of near copies with these very words."""
    found: dict[Group, Place] = {}
    by_workspace: dict[str, list[str]] = {}
    for one in which:
        by_workspace.setdefault(one.claimed.workspace, []).append(one.signature)
    for workspace, signatures in by_workspace.items():
        query = select(annotated.c.signature, annotated.c.copy_group, annotated.c.edited).where(
            annotated.c.workspace == workspace,
            among(conn, annotated.c.signature, signatures),
            annotated.c.edited.is_not(None),
            annotated.c.copy_group.is_not(None),
        )
        for signature, group, edited in conn.execute(query.order_by(annotated.c.item)):
            found.setdefault((workspace, signature), Place(group, edited))
    return found


def _groups(conn: Connection, which: Iterable[int]) -> dict[int, str]:
    """Item → the group it stands for."""
    query = select(annotated.c.item, annotated.c.copy_group).where(
        among(conn, annotated.c.item, which),
        annotated.c.duplicate_of.is_(None),
        annotated.c.copy_group.is_not(None),
    )
    return dict(conn.execute(query).tuples().all())


def _sketches(conn: Connection, which: Iterable[int]) -> dict[int, bytes]:
    items = list(which)
    if not items:
        return {}
    query = select(sketches.c.item, sketches.c.sketch).where(among(conn, sketches.c.item, items))
    return {item: bytes(sketch) for item, sketch in conn.execute(query)}
