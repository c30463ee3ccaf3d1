"""One workspace's counting columns as insight reads them: codes, filters as flags, sorted frames, coverage.

Every array is by document or by mention. Built once for each state of the columns and kept by `view_of`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from voc.insight import ask
from voc.insight.answers import Tree
from voc.insight.coverage import Coverage, coverage_of
from voc.insight.frame import Codes, Flags, Pains, People, order_pains, order_people
from voc.types import KINDS, Query

__all__ = ["DOCUMENT_FACETS", "KINDS", "Facet", "View"]

DOCUMENT_FACETS: tuple[str, ...] = (
    "product",
    "brand",
    "version",
    "source",
    "kind",
    "segment",
    "stage",
    "touchpoint",
    "region",
    "store",
    "integrity",
    "role",
    "person",
    "language",
)


@dataclass(frozen=True, slots=True)
class Facet:
    """A facet in codes: `codes[i]` indexes `values`, −1 = none."""

    values: Sequence[str]
    codes: npt.NDArray[np.int32]

    def flags(self, wanted: Sequence[str]) -> Flags:
        """Rows with any of the wanted values."""
        table = np.zeros(len(self.values) + 1, dtype=bool)  # the last one answers for −1
        table[: len(self.values)] = [value in wanted for value in self.values]
        return table[self.codes]


@dataclass(frozen=True)
class View:
    """All of one workspace.

    By document: `facets`, `day` (days since 1970), `excluded` (0 counted, 1 quarantined, 2 copies, 3 staff),
    `rating` and `value` (NaN = none), `undated`, `newness` (larger = newer, no two equal), `intents` (flags a
    label). By mention: `mention_document`, `node` (code of `nodes`, −1 unmapped), `harm` (level), `theme`,
    `sentiment`, `about` (another product), `competitor`, `ordinal_of`.
    """

    document_ids: Sequence[str]
    facets: Mapping[str, Facet]
    day: Codes
    excluded: npt.NDArray[np.uint8]
    rating: npt.NDArray[np.float64]
    value: npt.NDArray[np.float64]
    undated: Flags
    newness: Codes
    intents: Mapping[str, Flags]
    nodes: tuple[str, ...]
    paths: tuple[tuple[str, ...], ...]  # of each node, ids from the root
    node_names: tuple[tuple[str, ...], ...]
    mention_document: Codes
    node: npt.NDArray[np.int32]
    harm: npt.NDArray[np.uint8]
    sentiment: Facet
    theme: Facet
    about: Facet
    competitor: Flags
    ordinal_of: npt.NDArray[np.int32]
    _frames: dict[int | None, Pains] = field(default_factory=dict)

    # ------------------------------------------------------------ once for each state

    @cached_property
    def person(self) -> Codes:
        """Person code by document."""
        return self.facets["person"].codes.astype(np.int64)

    @cached_property
    def kind(self) -> npt.NDArray[np.int8]:
        """Index into `KINDS` by document."""
        facet = self.facets["kind"]
        table = np.asarray([KINDS.index(value) for value in facet.values] or [0], dtype=np.int8)
        return table[facet.codes]

    @cached_property
    def people(self) -> People:
        """Documents by (person, kind)."""
        return order_people(self.person, self.kind)

    @cached_property
    def coverage(self) -> Coverage:
        """Which days each source has; every record counts."""
        source = self.facets["source"]
        names = {"source": list(source.values), "kind": list(KINDS)}
        return coverage_of(source.codes, self.kind, self.day, names=names)

    @cached_property
    def first(self) -> int:
        """Day of the first document; 0 without any."""
        return int(self.day.min()) if self.day.size else 0

    @cached_property
    def newest(self) -> str | None:
        """Day of the newest document."""
        return ask.day_name(int(self.day.max())) if self.day.size else None

    def pains(self, level: int | None) -> Pains:
        """Pains sorted for counting, with every node lifted to its parent at `level` (None: as labelled)."""
        if level not in self._frames:
            lifted = [path if level is None else path[:level] for path in self.paths]
            names = sorted({path[-1] for path in lifted})
            place = {name: index for index, name in enumerate(names)}
            table = np.asarray([*(place[path[-1]] for path in lifted), -1], dtype=np.int64)
            self._frames[level] = order_pains(
                self.people,
                person=self.person,
                kind=self.kind,
                document=self.mention_document,
                node=table[self.node],
                harm=self.harm,
                keep=~self.competitor,
                nodes=tuple(names),
            )
        return self._frames[level]

    # ------------------------------------------------------------ filters

    def documents(self, query: Query) -> Flags:
        """Documents under the filters of the denominator, whatever their day and whether they count."""
        flags = np.ones(self.day.size, dtype=bool)
        for name in DOCUMENT_FACETS:
            wanted = getattr(query, name)
            if wanted:
                flags &= self.facets[name].flags(wanted)
        if query.rating_min is not None:
            flags &= self.rating >= query.rating_min  # NaN is never
        if query.rating_max is not None:
            flags &= self.rating <= query.rating_max
        return flags

    def numerator_documents(self, query: Query) -> Flags | None:
        """Documents whose mentions may count, by `intent`; None = all."""
        if not query.intent:
            return None
        flags = np.zeros(self.day.size, dtype=bool)
        for label in query.intent:
            if label in self.intents:
                flags |= self.intents[label]
        return flags

    def numerator_mentions(self, query: Query) -> Flags | None:
        """Mentions by `aspect theme sentiment harm level` and the product they are about; None = all."""
        parts: list[Flags] = []
        if query.aspect:
            inside = [bool(set(path) & set(query.aspect)) for path in self.paths]
            parts.append(np.asarray([*inside, False], dtype=bool)[self.node])
        if query.level is not None:
            deep = [len(path) == query.level for path in self.paths]
            parts.append(np.asarray([*deep, False], dtype=bool)[self.node])
        if query.theme:
            parts.append(self.theme.flags(query.theme))
        if query.sentiment:
            parts.append(self.sentiment.flags(query.sentiment))
        if query.harm:
            parts.append(np.isin(self.harm, np.asarray(query.harm, dtype=np.int64)))
        if query.product:
            parts.append((self.about.codes < 0) | self.about.flags(query.product))
        if not parts:
            return None
        return np.asarray(np.logical_and.reduce(parts), dtype=bool)

    # ------------------------------------------------------------ single facts

    def path(self, node: str, taxonomy: Tree) -> tuple[str, ...] | None:
        """Ids from the root to the node, by the taxonomy, else as its mentions have it; None: unknown."""
        try:
            return taxonomy.path(node)
        except KeyError:
            found = [path for path in self.paths if node in path]
            return found[0][: found[0].index(node) + 1] if found else None

    def names(self, node: str, taxonomy: Tree) -> tuple[str, ...]:
        """Names from the root to the node; its id where nothing names it."""
        try:
            return taxonomy.names(node)
        except KeyError:
            for path, names in zip(self.paths, self.node_names, strict=True):
                if node in path:
                    return names[: path.index(node) + 1]
            return (node,)

    def document_id(self, document: int) -> str:
        """Id of a document index."""
        return self.document_ids[document]

    def ordinal(self, mention: int) -> int:
        """Place of a mention in its document."""
        return int(self.ordinal_of[mention])

    def unmapped(self, now: npt.NDArray[Any], selected: Flags | None) -> int:
        """Pains of documents flagged in `now` that no node has."""
        chosen = (self.node < 0) & (self.harm > 0) & ~self.competitor & (now[self.mention_document] > 0)
        if selected is not None:
            chosen &= selected
        return int(chosen.sum())

    def value_of_people(self, now: npt.NDArray[Any]) -> tuple[npt.NDArray[np.float64], float]:
        """Customer value by person code (largest of the documents flagged; 0 = none known), and its sum."""
        values = np.zeros(int(self.person.max()) + 1 if self.person.size else 0)
        chosen = np.flatnonzero((now > 0) & (self.value > 0))
        np.maximum.at(values, self.person[chosen], self.value[chosen])
        return values, float(values.sum())
