"""Exact counting: one workspace as integer columns, a row a document and a row a mention (DESIGN 2).

For `insight`. A `Columns` is immutable and dense (only rows that are there, in the order they were indexed);
`store.columns(workspace)` gives the same object until a commit or refresh changes the workspace, so it may be
the key of a cache (`columns.state` tells states of one store apart). Nothing here may be written to.

    columns = store.columns("default")
    documents, mentions = columns.documents, columns.mentions
    documents.person[mentions.document]        # person code of each mention
    columns.decode("source", documents.source[0])          # "tmall"
    columns.node_names[mentions.node[0]]                   # "battery.life"; node −1 = unmapped
    select(columns, query).documents, .mentions            # bool, exactly what listings list (masks.py)

Codes: `source product brand version stage touchpoint region store segment language person node theme path`
are numbered as they come (−1 = null). `kind role sentiment integrity` are the places in `types.KINDS`,
`ROLES`, `SENTIMENTS`, `INTEGRITY` (a word outside is numbered after them). `names(column)` is the table.
Numbers: `rating`, `value` NaN = null; `day` days since 1970-01-01 in the workspace's zone; `created`
microseconds since 1970 UTC; `excluded` place in `EXCLUDED`; `intents` bit i = `types.INTENTS[i]`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
import numpy.typing as npt

from voc.store.tokens import Terms

Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Texts = npt.NDArray[np.bytes_]

EXCLUDED: tuple[str | None, ...] = (None, "quarantined", "copies", "staff")


@dataclass(frozen=True, slots=True)
class DocumentColumns:
    """One row a document. `id` holds UTF-8 bytes (`columns.document_id(row)` decodes)."""

    id: Texts
    person: Ints
    known_person: Flags
    source: Ints
    kind: Ints
    role: Ints
    product: Ints
    brand: Ints
    version: Ints
    stage: Ints
    touchpoint: Ints
    region: Ints
    store: Ints
    segment: Ints
    language: Ints
    sentiment: Ints
    integrity: Ints
    excluded: Bytes
    intents: Ints
    rating: Floats
    value: Floats
    day: Ints
    created: Longs
    undated: Flags  # created_at unknown: the day of received_at stands for it
    seq: Longs  # ledger sequence of the record
    row_version: Longs  # version of the index row
    change: Longs  # this engine's own running number of the row, ascending

    @property
    def size(self) -> int:
        """Number of documents."""
        return int(self.person.size)


@dataclass(frozen=True, slots=True)
class MentionColumns:
    """One row a mention; `document` is the row of its document in `DocumentColumns`, ascending."""

    id: Texts
    document: Ints
    ordinal: Ints
    node: Ints
    path: Ints  # code of the whole path from the root; `columns.node_paths[path]`; −1 = unmapped
    depth: Bytes  # length of the path: 1 = root node
    theme: Ints
    sentiment: Ints
    harm: Bytes
    product: Ints  # code in "product" of another product than the record's own, else −1
    competitor: Flags
    implicit: Flags

    @property
    def size(self) -> int:
        """Number of mentions."""
        return int(self.document.size)


@dataclass(frozen=True, slots=True)
class Matches:
    """What `q` finds: by document row, whether it matches and its relevance (0 where it does not)."""

    matched: Flags
    score: Ints


class Table(Protocol):
    """Strings by code, only ever appended to."""

    def __len__(self) -> int: ...

    def decode(self, code: int) -> str:
        """The string of a code ≥ 0."""

    def find(self, value: str) -> int:
        """The code of a string, −1 where it has none."""


@dataclass(frozen=True, eq=False)
class Columns:
    """The columns of one workspace in one state."""

    workspace: str
    state: tuple[str, int, int]  # which index, generation of the workspace, last change it holds
    documents: DocumentColumns
    mentions: MentionColumns
    node_paths: tuple[tuple[str, ...], ...]  # path code → node ids from the root
    node_titles: tuple[tuple[str, ...], ...]  # path code → their names (`Mention.aspect_names`)
    _tables: Mapping[str, Table]
    search: Callable[[Terms], Matches]  # answers `q` for exactly these rows

    @property
    def node_names(self) -> tuple[str, ...]:
        """Node code → node id."""
        return self.names("node")

    def names(self, column: str) -> tuple[str, ...]:
        """The code table of a column, by code (of `person`: as long as there are people)."""
        table = self._tables[column]
        return tuple(table.decode(code) for code in range(len(table)))

    def size(self, column: str) -> int:
        """Length of a code table: every code of the column is below it."""
        return len(self._tables[column])

    def decode(self, column: str, code: int) -> str | None:
        """The string behind a code; None for −1."""
        return None if code < 0 else self._tables[column].decode(int(code))

    def code(self, column: str, value: str) -> int:
        """The code of a string in a column's table; −1 where no row has it."""
        return self._tables[column].find(value)

    def document_id(self, row: int) -> str:
        """Id of a document row."""
        return bytes(self.documents.id[row]).decode("utf-8", "surrogatepass")

    def mention_id(self, row: int) -> str:
        """Id of a mention row."""
        return bytes(self.mentions.id[row]).decode("utf-8", "surrogatepass")

    @cached_property
    def bounds(self) -> Longs:
        """Mentions of document row i are rows `bounds[i]` to `bounds[i + 1]`."""
        return np.searchsorted(self.mentions.document, np.arange(self.documents.size + 1)).astype(np.int64)
