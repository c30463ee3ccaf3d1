"""One workspace's counting columns as insight reads them: filters, sorted frames, coverage.

Every array is by document or by mention, in the order of the store's columns.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from voc.insight import ask
from voc.insight.answers import Tree
from voc.insight.coverage import Coverage, coverage_of
from voc.insight.evidence import Reader
from voc.insight.frame import Codes, Flags, Pains, People, order_pains, order_people
from voc.store.columns import Columns
from voc.store.masks import select
from voc.types import KINDS, Query

QUARANTINED, COPIES, STAFF = 1, 2, 3  # places in `store.columns.EXCLUDED`; 0 is counted

_KEPT = 32  # workspaces whose sorted frames stay in memory
_views: OrderedDict[tuple[str, str], View] = OrderedDict()


class Source(Reader, Protocol):
    """What insight needs of a store."""

    def columns(self, workspace: str) -> Columns: ...


@dataclass(frozen=True, eq=False)
class View:
    """All of one workspace in one state."""

    columns: Columns
    _frames: dict[int | None, Pains] = field(default_factory=dict)

    # ------------------------------------------------------------ by document

    @cached_property
    def person(self) -> Codes:
        """Person code."""
        return self.columns.documents.person.astype(np.int64)

    @property
    def kind(self) -> npt.NDArray[np.int32]:
        """Index into `kinds`."""
        return self.columns.documents.kind

    @cached_property
    def kinds(self) -> tuple[str, ...]:
        """Kinds by code."""
        return tuple(self.columns.names("kind")) or KINDS

    @property
    def day(self) -> npt.NDArray[np.int32]:
        """Days since 1970-01-01."""
        return self.columns.documents.day

    @property
    def excluded(self) -> npt.NDArray[np.uint8]:
        """0 counted, else why not."""
        return self.columns.documents.excluded

    @property
    def rating(self) -> npt.NDArray[np.float64]:
        """NaN = none."""
        return self.columns.documents.rating

    # ------------------------------------------------------------ by mention

    @property
    def mention_document(self) -> npt.NDArray[np.int32]:
        """Row of the document."""
        return self.columns.mentions.document

    @property
    def harm(self) -> npt.NDArray[np.uint8]:
        """Level: 0, 1, 3, 10, 30, 100."""
        return self.columns.mentions.harm

    @property
    def competitor(self) -> Flags:
        """About a competitor: in no figure of pains."""
        return self.columns.mentions.competitor

    # ------------------------------------------------------------ made once

    @cached_property
    def people(self) -> People:
        """Documents by (person, kind)."""
        return order_people(self.person, self.kind)

    @cached_property
    def coverage(self) -> Coverage:
        """Which days each source has; every record counts."""
        names = {"source": list(self.columns.names("source")), "kind": list(self.kinds)}
        return coverage_of(self.columns.documents.source, self.kind, self.day, names=names)

    @cached_property
    def first(self) -> int:
        """Day of the first document; 0 without any."""
        return int(self.day.min()) if self.day.size else 0

    @cached_property
    def newest(self) -> str | None:
        """Day of the newest document."""
        return ask.day_name(int(self.day.max())) if self.day.size else None

    @cached_property
    def _homeless(self) -> Codes:
        """Mentions that are pains and have no node."""
        return np.flatnonzero((self.columns.mentions.path < 0) & (self.harm > 0) & ~self.competitor)

    def pains(self, level: int | None) -> Pains:
        """Pains sorted for counting, with every node lifted to its parent at `level` (None: as labelled)."""
        if level not in self._frames:
            lifted = [path if level is None else path[:level] for path in self.columns.node_paths]
            names = sorted({path[-1] for path in lifted})
            place = {name: index for index, name in enumerate(names)}
            table = np.asarray([*(place[path[-1]] for path in lifted), -1], dtype=np.int64)
            self._frames[level] = order_pains(
                self.people,
                person=self.person,
                kind=self.kind,
                document=self.mention_document,
                node=table[self.columns.mentions.path],
                harm=self.harm,
                keep=~self.competitor,
                nodes=tuple(names),
            )
        return self._frames[level]

    # ------------------------------------------------------------ filters

    def documents(self, query: Query) -> Flags:
        """Documents under the filters of the denominator, whatever their day and whether they count."""
        return select(self.columns, _always(ask.denominator(query))).documents

    def numerator_documents(self, query: Query) -> Flags | None:
        """Documents the numerator may come from, by `intent` and `q`; None = all."""
        if not query.intent and not query.q:
            return None
        return select(self.columns, Query(query.workspace, intent=query.intent, q=query.q)).documents

    def numerator_mentions(self, query: Query) -> Flags | None:
        """Mentions the question is about, those of its listing on any day; None = all of its documents."""
        chosen = (*ask.NUMERATOR, "product", "brand", "version")
        if not any(getattr(query, name) for name in chosen):
            return None
        return select(self.columns, _always(query)).mentions

    # ------------------------------------------------------------ single facts

    def path(self, node: str, taxonomy: Tree) -> tuple[str, ...] | None:
        """Ids from the root to the node, by the taxonomy, else as its mentions have it; None: unknown."""
        try:
            return taxonomy.path(node)
        except KeyError:
            known = (path for path in self.columns.node_paths if node in path)
            return next((path[: path.index(node) + 1] for path in known), None)

    def names(self, node: str, taxonomy: Tree) -> tuple[str, ...]:
        """Names from the root to the node; where the taxonomy knows it not, as its mentions say."""
        try:
            return taxonomy.names(node)
        except KeyError:
            columns = self.columns
            for path, titles in zip(columns.node_paths, columns.node_titles, strict=True):
                if node in path and len(titles) == len(path):
                    return titles[: path.index(node) + 1]
            return self.path(node, taxonomy) or (node,)

    def unmapped(self, now: npt.NDArray[Any], selected: Flags | None) -> int:
        """Pains of documents flagged in `now` that no node has."""
        counted = now[self.mention_document[self._homeless]] > 0
        if selected is not None:
            counted &= selected[self._homeless]
        return int(counted.sum())

    def value_of_people(self, now: npt.NDArray[Any]) -> tuple[npt.NDArray[np.float64], float]:
        """Customer value by person code (largest of the documents flagged; 0 = none known), and its sum."""
        value = self.columns.documents.value
        values = np.zeros(int(self.person.max()) + 1 if self.person.size else 0)
        chosen = np.flatnonzero((now > 0) & (value > 0))
        np.maximum.at(values, self.person[chosen], value[chosen])
        return values, float(values.sum())


def view_of(store: Source, workspace: str) -> View:
    """The view over the store's columns; made anew only after they changed."""
    columns = store.columns(workspace)
    key = (columns.state[0], workspace)
    kept = _views.get(key)
    if kept is None or kept.columns is not columns:
        kept = View(columns)
        _views[key] = kept
    _views.move_to_end(key)
    while len(_views) > _KEPT:
        _views.popitem(last=False)
    return kept


def _always(query: Query) -> Query:
    return replace(query, since=None, until=None, counted=None)
