"""Pages of listings: the question, where the page before ended, and a cursor for the next."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, TypeVar

from fastapi import Depends, Request

from voc.api.cursors import Cursors, Place
from voc.api.deps import Page
from voc.api.reading import Index
from voc.store.base import Position, Store
from voc.types import DocumentHit, MentionHit, Query

Hit = TypeVar("Hit", DocumentHit, MentionHit)
Lister = Callable[[Query, int, Position | None, int | None], Sequence[Hit]]


@dataclass(frozen=True, slots=True)
class Pages:
    """Lists from the index with this process's cursors."""

    index: Index
    cursors: Cursors

    def documents(self, page: Page, workspace: str) -> tuple[Sequence[DocumentHit], str | None]:
        """A page of documents and the cursor of the next one.

        Raises:
            UsageError: VOC-E103, the cursor cannot be gone on with.
        """
        store = self.index.at(workspace).store
        return self._page("documents", page, workspace, store, _documents(store))

    def mentions(self, page: Page, workspace: str) -> tuple[Sequence[MentionHit], str | None]:
        """A page of mentions; see `documents`."""
        store = self.index.at(workspace).store
        return self._page("mentions", page, workspace, store, _mentions(store))

    def _page(
        self, route: str, page: Page, workspace: str, store: Store, lister: Lister[Hit]
    ) -> tuple[Sequence[Hit], str | None]:
        query = page.query(workspace)
        place = self.cursors.read(route, query, page.cursor)
        upto = store.version(workspace) if place is None else place.upto
        hits = lister(query, page.limit + 1, place.position if place else None, upto)
        if len(hits) <= page.limit:
            return hits, None
        shown = hits[: page.limit]
        return shown, self.cursors.write(route, query, Place(Position.of(shown[-1]), upto))


def _documents(store: Store) -> Lister[DocumentHit]:
    return lambda query, limit, after, upto: store.documents(query, limit=limit, after=after, upto=upto)


def _mentions(store: Store) -> Lister[MentionHit]:
    return lambda query, limit, after, upto: store.mentions(query, limit=limit, after=after, upto=upto)


def pages_of(request: Request) -> Pages:
    """The process's listings."""
    return Pages(request.app.state.index, request.app.state.cursors)


Paged = Annotated[Pages, Depends(pages_of)]
