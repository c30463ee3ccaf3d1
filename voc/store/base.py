"""What every engine offers: the Store protocol, Position, and the promises the contract suite checks.

Promises. Rows become visible at `commit`, all of a document's rows at once. The highest version of a document
wins: rows whose version is not above the one held (also that of a removed document) are ignored, which is
success. Listings order by score descending, `created_at` descending, id ascending, which is unique.
Nothing crosses workspaces. What each filter means is written in `query.py`, once for every engine.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol

from voc.store.codec import Rows
from voc.store.columns import Columns
from voc.store.when import micros
from voc.types import Document, DocumentHit, Mention, MentionHit, Query


class Position(NamedTuple):
    """The last row shown of a listing: its score, `created_at` in microseconds since 1970, its id."""

    score: int
    created: int
    id: str

    @classmethod
    def of(cls, hit: DocumentHit | MentionHit) -> Position:
        """Where a listing goes on after this hit."""
        row = hit.document if isinstance(hit, DocumentHit) else hit.mention
        return cls(hit.score, micros(hit.document.created_at), row.id)


class Store(Protocol):
    """One engine. One process writes (it holds the lease); any number read and see commits by `refresh`."""

    @property
    def needs_rebuild(self) -> str | None:
        """Why the index must be made again from the ledger before its answers can be trusted, or None."""

    def mark_rebuilt(self) -> None:
        """The index holds again what the ledger says; `needs_rebuild` is None from here on."""

    def apply(self, rows: Sequence[Rows]) -> None:
        """Take rows in; idempotent; a version not above the one held is ignored. Visible after `commit`."""

    def commit(self) -> None:
        """Durable on disk when it returns, and visible to this store; other processes need `refresh`.

        Raises:
            RetryableError: the store is busy or away (VOC-E401); apply the same rows again.
        """

    def refresh(self) -> None:
        """See what other processes have committed since."""

    def clear(self, workspace: str) -> None:
        """Remove every row and every marker of one workspace, at the next `commit`.

        Until `mark_rebuilt` a writer that opens the index anew finds `needs_rebuild` set: a rebuild that a
        crash cuts short is not taken for a whole index.
        """

    def verify(self) -> int:
        """How many of the engine's files are not as they were written; the next writer then knows."""

    def close(self) -> None:
        """Give back files and the lease; what was not committed is lost."""

    def scan(self, workspace: str) -> Iterator[tuple[str, int, str]]:
        """(row key, version, content digest) of every row, in no order; keys as in `codec.row_digests`."""

    def digest(self, workspace: str) -> str:
        """One figure for all of `scan`: equal contents give equal figures in every engine."""

    def version(self, workspace: str) -> int:
        """Highest version committed, of removed documents too; 0 when there is none."""

    def documents(
        self, query: Query, *, limit: int, after: Position | None = None, upto: int | None = None
    ) -> list[DocumentHit]:
        """A page of documents.

        Args:
            after: last row of the page before.
            upto: only rows of a version up to this (`version` when the first page was made): pages then
                stay stable while data arrive; a row revised since may be missed, none is shown twice.
        """

    def mentions(
        self, query: Query, *, limit: int, after: Position | None = None, upto: int | None = None
    ) -> list[MentionHit]:
        """A page of mentions; arguments as for `documents`."""

    def count_documents(self, query: Query) -> int:
        """How many `documents` lists over all pages, exactly."""

    def count_mentions(self, query: Query) -> int:
        """How many `mentions` lists over all pages, exactly."""

    def document(self, workspace: str, identity: str, /) -> Document | None:
        """One document by id."""

    def mentions_of(self, workspace: str, document: str, /) -> list[Mention]:
        """A document's mentions by ordinal."""

    def columns(self, workspace: str) -> Columns:
        """Counting columns of the committed state; the same object until the state changes."""
