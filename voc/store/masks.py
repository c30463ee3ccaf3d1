"""A query over columns: the two masks of `query.py` as numpy, exactly the same rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from voc.store.columns import Columns, Flags, Matches
from voc.store.query import DOCUMENT_FACETS, Asked, ask
from voc.types import INTENTS, Query


def select(columns: Columns, query: Query) -> Found:
    """Both masks of a query, computed as asked for, and the relevance of `q`.

    Raises:
        UsageError: the query is not valid (VOC-E102).
    """
    asked = ask(query)
    return Found(columns, asked, columns.search(asked.terms) if asked.terms else None)


@dataclass(frozen=True, eq=False)
class Found:
    """What a query selects of some columns; each mask is computed once, when asked for."""

    columns: Columns
    asked: Asked
    matches: Matches | None  # None without `q`

    @cached_property
    def documents(self) -> Flags:
        """By document."""
        query = self.asked.query
        mask = self._of_document
        if query.product:
            mask = mask & self._record_product
        if query.counted is False:
            return np.asarray(mask & self._listed(counted=False) & ~self._listed(counted=True))
        return np.asarray(mask & self._listed(counted=query.counted is True))

    @cached_property
    def mentions(self) -> Flags:
        """By mention."""
        columns, query = self.columns, self.asked.query
        document = columns.mentions.document
        mask = self._of_mention & self._about & self._of_document[document]
        if query.counted is None:
            return mask
        counted = ~columns.mentions.competitor & (columns.documents.excluded == 0)[document]
        if query.product:
            counted &= self._record_product[document]
        return np.asarray(mask & (counted if query.counted else ~counted))

    @cached_property
    def _of_document(self) -> Flags:
        """Filters of the document but `product`, `sentiment` and `counted`."""
        documents, query = self.columns.documents, self.asked.query
        mask = np.ones(documents.size, dtype=bool)
        for name in DOCUMENT_FACETS:
            wanted: Sequence[str] = getattr(query, name)
            if wanted:
                mask &= self._any(name, getattr(documents, name), wanted)
        if query.intent:
            bits = sum(1 << INTENTS.index(label) for label in set(query.intent))
            mask &= (documents.intents & bits) != 0
        if query.rating_min is not None:
            mask &= documents.rating >= query.rating_min  # NaN is never
        if query.rating_max is not None:
            mask &= documents.rating <= query.rating_max
        if self.asked.since is not None:
            mask &= documents.day >= self.asked.since
        if self.asked.until is not None:
            mask &= documents.day < self.asked.until
        if self.matches is not None:
            mask &= self.matches.matched
        return mask

    @cached_property
    def _record_product(self) -> Flags:
        return self._any("product", self.columns.documents.product, self.asked.query.product)

    @cached_property
    def _about(self) -> Flags | np.bool_:
        """Mentions by the product they are about."""
        mentions, wanted = self.columns.mentions, self.asked.query.product
        if not wanted:
            return np.True_
        own = self._record_product[mentions.document]
        return np.where(mentions.product < 0, own, self._any("product", mentions.product, wanted))

    @cached_property
    def _of_mention(self) -> Flags:
        """Filters of the mention itself."""
        mentions, query = self.columns.mentions, self.asked.query
        mask = np.ones(mentions.size, dtype=bool)
        if query.aspect:
            wanted = set(query.aspect)
            under = [not wanted.isdisjoint(path) for path in self.columns.node_paths]
            mask &= np.asarray([*under, False], dtype=bool)[mentions.path]
        if query.level is not None:
            mask &= mentions.depth == query.level
        if query.theme:
            mask &= self._any("theme", mentions.theme, query.theme)
        if query.harm:
            mask &= np.isin(mentions.harm, np.asarray(query.harm, dtype=np.uint8))
        if query.sentiment:
            mask &= self._any("sentiment", mentions.sentiment, query.sentiment)
        return mask

    def _listed(self, *, counted: bool) -> Flags:
        columns, query = self.columns, self.asked.query
        documents, mentions = columns.documents, columns.mentions
        mask: Flags = documents.excluded == 0 if counted else np.ones(documents.size, dtype=bool)
        if not self.asked.of_mentions:
            if query.sentiment:
                mask = mask & self._any("sentiment", documents.sentiment, query.sentiment)
            return mask
        chosen = self._of_mention & self._about
        if counted:
            chosen = chosen & ~mentions.competitor
        having = np.zeros(documents.size, dtype=bool)
        having[mentions.document[chosen]] = True
        return np.asarray(mask & having)

    def _any(self, column: str, codes: npt.NDArray[Any], wanted: Sequence[str]) -> Flags:
        """Rows whose code is that of any of the words."""
        found = [code for code in (self.columns.code(column, value) for value in wanted) if code >= 0]
        if not found:
            return np.zeros(codes.size, dtype=bool)
        if len(found) == 1:
            return np.asarray(codes == found[0])
        table = np.zeros(self.columns.size(column) + 1, dtype=bool)
        table[found] = True
        return np.asarray(table[codes])  # −1 reads the last, which is False
