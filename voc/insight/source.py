"""Where figures come from: the view of a workspace in a store, kept while its columns stand still."""

from __future__ import annotations

from typing import Any, Protocol

from voc.insight.evidence import Reader
from voc.insight.view import View


class Source(Reader, Protocol):
    """What insight needs of a store."""

    def columns(self, workspace: str, /) -> Any: ...


def view_of(store: Source, workspace: str) -> View:
    """The view over the store's columns; made anew only after they changed."""
    columns = store.columns(workspace)
    if isinstance(columns, View):
        return columns
    raise TypeError("columns not understood")
