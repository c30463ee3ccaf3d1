"""Which documents are copies of one another: one serial step that keeps one representative a group.

A group is all documents of a workspace with the same `copy_group`: the content's signature where it is long
enough that nobody writes it by chance (near copies come into the group of whom they resemble: `nearcopies`),
signature and author where it is short, nothing where a short text's author is unknown. The representative is
the member with the lowest rank (the ledger sequence with which it came into the group). So of equal words the
result depends on what is in the ledger, not on the order in which it was done.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select

from voc.db.tables import annotated
from voc.db.transactions import chunks

LONG_CHARS = 20  # letters and digits from which on equal words are no accident (DESIGN 4 "Copies")


def group_of(signature: str, *, content_chars: int, author_key: str | None) -> str | None:
    """The group a document belongs to, None when it can have no copies."""
    if not signature:
        return None
    if content_chars >= LONG_CHARS:
        return signature
    return f"{signature}:{author_key}" if author_key is not None else None


@dataclass(frozen=True, slots=True)
class Member:
    """A document in its group; `group` None takes it out of whatever it was in."""

    item: int
    document_id: str
    workspace: str
    group: str | None
    rank: int


@dataclass(frozen=True, slots=True)
class Moved:
    """Another document whose representative changed."""

    item: int
    document_id: str
    workspace: str
    text_revision: int
    author_key: str | None
    duplicate_of: str | None


@dataclass(frozen=True, slots=True)
class Before:
    """Where a document of the batch was: its group and whether it stood for it."""

    item: int
    document_id: str
    workspace: str
    group: str | None
    representative: bool


Group = tuple[str, str]  # workspace, copy_group
_MEMBER = (
    annotated.c.item,
    annotated.c.document_id,
    annotated.c.workspace,
    annotated.c.copy_group,
    annotated.c.copy_rank,
)


class Leaving:
    """The documents of a batch, out of every group they were in, and who stands for those groups now."""

    def __init__(self, conn: Connection, before: Iterable[Before]) -> None:
        """Writes: the batch's documents are in no group afterwards. Must run inside the serial step."""
        was = [one for one in before if one.group is not None]
        _detach(conn, was)
        self.heirs = _heirs(conn, [one for one in was if one.representative])
        """Document id of a representative that left → who stands for its group until it comes back."""
        self.left = {(one.workspace, str(one.group)): one.document_id for one in was if one.representative}
        self._conn = conn
        self._asked: set[Group] = set()
        self._heads: dict[Group, Member] = {}

    def heads(self, groups: Iterable[Group]) -> dict[Group, Member]:
        """Who stands for these groups; those that have no member are left out."""
        wanted = set(groups)
        new = wanted - self._asked
        self._asked |= new
        self._heads.update(_representatives(self._conn, new))
        for heir in self.heirs.values():
            group = (heir.workspace, str(heir.group))
            if group in new:
                self._heads.setdefault(group, heir)
        return {group: self._heads[group] for group in wanted if group in self._heads}


def settle(
    conn: Connection, members: Sequence[Member], leaving: Leaving
) -> tuple[dict[int, str | None], list[Moved]]:
    """Put the members into their groups, and behind an heir whom their representative has left.

    Writes the rows of other documents; those of the members are the caller's to write, with the answer's
    first part (item → document id of its representative, None: is one). Must run inside the serial step.
    """
    left = leaving.left
    groups = {(member.workspace, member.group) for member in members if member.group is not None}
    found = leaving.heads({*groups, *((heir.workspace, str(heir.group)) for heir in leaving.heirs.values())})
    heads: dict[Group, Member] = dict(found)
    for member in members:
        if member.group is None:
            continue
        group = (member.workspace, member.group)
        head = heads.get(group)
        if head is None or member.rank < head.rank:
            heads[group] = member
    answer: dict[int, str | None] = {}
    for member in members:
        head = None if member.group is None else heads[(member.workspace, member.group)]
        answer[member.item] = None if head is None or head.item == member.item else head.document_id
    moved: list[Moved] = []
    for group, head in heads.items():
        if group in left:
            if left[group] != head.document_id:
                moved.extend(_follow(conn, left[group], head, stays=None))
        elif group in found and found[group].item != head.item:
            moved.extend(_follow(conn, found[group].document_id, head, stays=found[group].item))
    return answer, moved


def _detach(conn: Connection, was: Iterable[Before]) -> None:
    # Out of every group first, so that the index "one representative a group" holds at each step.
    for part in chunks(one.item for one in was):
        conn.execute(
            annotated.update().where(annotated.c.item.in_(part)).values(copy_group=None, duplicate_of=None)
        )


def _representatives(conn: Connection, asked: Iterable[Group]) -> dict[Group, Member]:
    wanted: dict[str, set[str]] = {}
    for workspace, group in asked:
        wanted.setdefault(workspace, set()).add(group)
    found: dict[Group, Member] = {}
    for workspace, groups in wanted.items():
        for part in chunks(groups):
            query = select(*_MEMBER).where(
                annotated.c.workspace == workspace,
                annotated.c.copy_group.in_(part),
                annotated.c.duplicate_of.is_(None),
                annotated.c.copy_group.is_not(None),
            )
            for row in conn.execute(query):
                found[(workspace, row.copy_group)] = _member(row)
    return found


def _heirs(conn: Connection, heads: Iterable[Before]) -> dict[str, Member]:
    # (duplicate_of, copy_rank) is indexed, and a rank is one document's alone.
    heirs: dict[str, Member] = {}
    for part in chunks(one.document_id for one in heads):
        lowest = (
            select(annotated.c.duplicate_of, func.min(annotated.c.copy_rank).label("rank"))
            .where(annotated.c.duplicate_of.in_(part), annotated.c.duplicate_of.is_not(None))
            .group_by(annotated.c.duplicate_of)
        )
        for old, rank in conn.execute(lowest).all():
            query = select(*_MEMBER).where(annotated.c.duplicate_of == old, annotated.c.copy_rank == rank)
            heirs[old] = _member(conn.execute(query).one())
    return heirs


def _follow(conn: Connection, old: str, head: Member, *, stays: int | None) -> list[Moved]:
    """All of the group that stood behind `old`, and `old` (item `stays`) where it stays, go behind `head`."""
    columns = (*_MEMBER, annotated.c.text_revision, annotated.c.author_key)
    behind = (annotated.c.duplicate_of == old) & annotated.c.duplicate_of.is_not(None)
    behind &= annotated.c.copy_group == head.group  # `old` may lead another group by now
    rows = list(conn.execute(select(*columns).where(behind)))
    if stays is not None:
        rows.extend(conn.execute(select(*columns).where(annotated.c.item == stays)))
    rows.sort(key=lambda row: int(row.item))
    for part in chunks(row.item for row in rows):
        behind_head = annotated.update().where(annotated.c.item.in_(part))
        conn.execute(behind_head.values(duplicate_of=head.document_id))
    if any(row.item == head.item for row in rows):
        conn.execute(annotated.update().where(annotated.c.item == head.item).values(duplicate_of=None))
    return [
        Moved(
            item=row.item,
            document_id=row.document_id,
            workspace=row.workspace,
            text_revision=row.text_revision,
            author_key=row.author_key,
            duplicate_of=None if row.item == head.item else head.document_id,
        )
        for row in rows
    ]


def _member(row: Any) -> Member:
    return Member(row.item, row.document_id, row.workspace, row.copy_group, row.copy_rank)
