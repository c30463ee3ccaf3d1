"""What an insight answers with: the head every answer carries, pain points, trends. Frozen values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from voc.insight.coverage import Absence
from voc.types import Evidence, PainPoint, Query


class Tree(Protocol):
    """What insight needs of a taxonomy (`nlp.taxonomy.Taxonomy`); an id it does not know raises KeyError."""

    @property
    def ref(self) -> str: ...
    def path(self, node: str, /) -> tuple[str, ...]: ...
    def names(self, node: str, /) -> tuple[str, ...]: ...


class Limits(Protocol):
    """What insight needs of the settings."""

    @property
    def min_people(self) -> int: ...
    @property
    def window_days(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Head:
    """Stands over the items of every answer.

    `query` is the one that was answered, its window filled in; `people_total` and `documents_total` are the
    denominator; `excluded` counts documents left out of it, disjoint. `undated` of the counted documents
    stand on the day they were received.
    """

    query: Query
    since: str
    until: str
    as_of: int
    taxonomy: str
    people_total: int
    documents_total: int
    excluded: Mapping[str, int]
    undated: int
    sources: tuple[Absence, ...]
    listing: str  # address of the documents behind documents_total


@dataclass(frozen=True, slots=True)
class Quoted:
    """Evidence with its offsets in UTF-16 code units."""

    evidence: Evidence
    start_utf16: int
    end_utf16: int


@dataclass(frozen=True, slots=True)
class PainItem:
    """A pain point, the address of the mentions behind it, and its quotes."""

    point: PainPoint
    listing: str
    quotes: tuple[Quoted, ...] = ()


@dataclass(frozen=True, slots=True)
class PainAnswer:
    """Ranked pains.

    `people` are distinct people in pain over all nodes; `overlap` = Σ people of the items − that.
    `unmapped` pains are about nothing the taxonomy knows and in no item. `disagreements` names nodes whose
    place by customer value differs from that by harm.
    """

    head: Head
    sort: str
    level: int | None
    items: tuple[PainItem, ...]
    people: int
    mentions: int
    overlap: int
    unmapped: int
    weights: Mapping[str, float]
    strata_left_out: tuple[str, ...]
    trend_left_out: tuple[str, ...]
    disagreements: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Bucket:
    """One day, week or month; all figures None where no source ran."""

    start: str
    people: int | None
    people_negative: int | None
    mentions: int | None
    rating: float | None
    status: str  # ok | no_data | partial


@dataclass(frozen=True, slots=True)
class TrendAnswer:
    """Figures over time; `people` is the total, never more than the sum over buckets."""

    head: Head
    interval: str
    items: tuple[Bucket, ...]
    people: int
    mentions: int
    overlap: int
    listing: str


@dataclass(frozen=True, slots=True)
class Subnode:
    """A child of the node with its people in pain by week (Monday → people)."""

    id: str
    name: str
    people: int
    mentions: int
    weeks: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class PainDetail:
    """One pain, its children by week, more of its evidence. `weeks` counts people in pain on the node."""

    answer: PainAnswer
    item: PainItem
    weeks: Mapping[str, int] = field(default_factory=dict)
    subnodes: tuple[Subnode, ...] = ()
