"""The smallest store insight works with: rows in a list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from insight_corpus import WORKSPACE

from voc.insight.coding import view_from_rows
from voc.insight.view import View
from voc.types import Document, IndexRows, Mention


@dataclass(frozen=True)
class Limits:
    min_people: int = 3
    window_days: int = 90


@dataclass
class RowsStore:
    rows: Sequence[IndexRows]

    @cached_property
    def view(self) -> View:
        return view_from_rows([(row.document, row.mentions) for row in self.rows if row.document is not None])

    def columns(self, workspace: str) -> View:
        assert workspace == WORKSPACE
        return self.view

    def document(self, workspace: str, identity: str) -> Document | None:
        return next((row.document for row in self.rows if row.document_id == identity), None)

    def mentions_of(self, workspace: str, document: str) -> list[Mention]:
        return [mention for row in self.rows if row.document_id == document for mention in row.mentions]
