"""The reference engine: plain Python over dictionaries, slow and obviously right; for tests and tiny data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from voc.store.base import Position
from voc.store.codec import Rows, digest_of, objects, plain, row_digests
from voc.store.columns import Columns, Matches
from voc.store.growing import GrowingColumns
from voc.store.query import Asked, ask, matches_document, matches_mention
from voc.store.tokens import Terms, relevance
from voc.types import Document, DocumentHit, IndexRows, Mention, MentionHit, Query


@dataclass(slots=True)
class _Workspace:
    """The newest rows of each document, removed ones as markers."""

    rows: dict[str, IndexRows] = field(default_factory=dict)
    generation: int = 0
    changes: int = 0
    shown: Columns | None = None


class MemoryStore:
    """Everything in this process; gone with it."""

    def __init__(self) -> None:
        self._workspaces: dict[str, _Workspace] = {}
        self._staged: list[IndexRows | str] = []  # a workspace's name clears it

    @property
    def needs_rebuild(self) -> str | None:
        """Never: it starts empty and stays whole."""
        return None

    def mark_rebuilt(self) -> None:
        """Nothing to note."""

    def apply(self, rows: Sequence[Rows]) -> None:
        """Keep for the next `commit`."""
        self._staged.extend(map(objects, rows))

    def clear(self, workspace: str) -> None:
        """Empty a workspace at the next `commit`."""
        self._staged.append(workspace)

    def commit(self) -> None:
        """Show what was applied."""
        for change in self._staged:
            if isinstance(change, str):
                cleared = self._workspaces.get(change, _Workspace())
                self._workspaces[change] = _Workspace(generation=cleared.generation + 1)
                continue
            space = self._workspaces.setdefault(change.workspace, _Workspace())
            held = space.rows.get(change.document_id)
            if held is None or change.version > held.version:
                space.rows[change.document_id] = change
                space.changes += 1
                space.shown = None
        self._staged.clear()

    def refresh(self) -> None:
        """Nobody else writes here."""

    def verify(self) -> int:
        """There are no files."""
        return 0

    def close(self) -> None:
        """Forget what was not committed."""
        self._staged.clear()

    def scan(self, workspace: str) -> Iterator[tuple[str, int, str]]:
        """Every row's digest."""
        for rows in self._rows(workspace):
            yield from row_digests(rows)

    def digest(self, workspace: str) -> str:
        """One figure for all rows."""
        return digest_of(self.scan(workspace))

    def version(self, workspace: str) -> int:
        """Highest version committed."""
        return max((rows.version for rows in self._rows(workspace)), default=0)

    def documents(
        self, query: Query, *, limit: int, after: Position | None = None, upto: int | None = None
    ) -> list[DocumentHit]:
        """A page of documents."""
        hits = self._documents(ask(query), upto)
        hits.sort(key=lambda hit: _place(Position.of(hit)))
        return [hit for hit in hits if after is None or _place(Position.of(hit)) > _place(after)][:limit]

    def mentions(
        self, query: Query, *, limit: int, after: Position | None = None, upto: int | None = None
    ) -> list[MentionHit]:
        """A page of mentions."""
        hits = self._mentions(ask(query), upto)
        hits.sort(key=lambda hit: _place(Position.of(hit)))
        return [hit for hit in hits if after is None or _place(Position.of(hit)) > _place(after)][:limit]

    def count_documents(self, query: Query) -> int:
        """Length of the whole listing."""
        return len(self._documents(ask(query), None))

    def count_mentions(self, query: Query) -> int:
        """Length of the whole listing."""
        return len(self._mentions(ask(query), None))

    def document(self, workspace: str, identity: str, /) -> Document | None:
        """One document."""
        rows = self._space(workspace).rows.get(identity)
        return None if rows is None else rows.document

    def mentions_of(self, workspace: str, document: str, /) -> list[Mention]:
        """A document's mentions."""
        rows = self._space(workspace).rows.get(document)
        return [] if rows is None else sorted(rows.mentions, key=lambda mention: mention.ordinal)

    def columns(self, workspace: str) -> Columns:
        """Columns made of all rows in the order they came."""
        space = self._space(workspace)
        if space.shown is None:
            rows = list(space.rows.values())
            texts = [row.document.clean_text for row in rows if row.document is not None]
            growing = GrowingColumns()
            growing.apply([*map(plain, rows)], range(space.changes - len(rows) + 1, space.changes + 1))
            space.shown = growing.show(
                workspace,
                index="memory",
                generation=space.generation,
                search=lambda terms: _found(terms, texts),
            )
        return space.shown

    def _space(self, workspace: str) -> _Workspace:
        return self._workspaces.get(workspace) or _Workspace()

    def _rows(self, workspace: str) -> list[IndexRows]:
        return list(self._space(workspace).rows.values())

    def _documents(self, asked: Asked, upto: int | None) -> list[DocumentHit]:
        hits = []
        for rows in self._rows(asked.query.workspace):
            if rows.document is None or (upto is not None and rows.version > upto):
                continue
            score = matches_document(asked, rows.document, rows.mentions)
            if score is not None:
                hits.append(DocumentHit(rows.document, score))
        return hits

    def _mentions(self, asked: Asked, upto: int | None) -> list[MentionHit]:
        hits = []
        for rows in self._rows(asked.query.workspace):
            if rows.document is None or (upto is not None and rows.version > upto):
                continue
            for mention in rows.mentions:
                score = matches_mention(asked, rows.document, mention)
                if score is not None:
                    hits.append(MentionHit(mention, rows.document, score))
        return hits


def _place(position: Position) -> tuple[int, int, bytes]:
    return -position.score, -position.created, position.id.encode("utf-8", "surrogatepass")


def _found(terms: Terms, texts: Sequence[str]) -> Matches:
    score = np.asarray([relevance(terms, text) for text in texts], dtype=np.int32)
    return Matches(score > 0, score)
