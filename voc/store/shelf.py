"""The columns of every workspace of one tantivy index, fed from it by running number, with its search inside.

One thread at a time (the store's lock); what it shows is immutable and for any thread.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

import numpy as np
import structlog
import tantivy

from voc.store import codec, snapshot, tantivy_schema
from voc.store.codec import Plain
from voc.store.columns import Columns, Matches
from voc.store.growing import GrowingColumns
from voc.store.tokens import Terms, relevance

log = structlog.get_logger("voc.store")
_FOUND = 50_000  # documents found by one search, which looks through the whole index
_STEP = 500  # documents read at a time: more of them alive cost the collector of garbage half the time
_KEPT = 8  # questions whose answers a state of the columns keeps
_SNAPSHOT_LEAST = 20_000  # changes worth a snapshot while rows come


@dataclass(slots=True)
class _Place:
    """One workspace."""

    generation: int
    growing: GrowingColumns
    saved: int  # change of the snapshot on disk
    shown: Shown | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """Columns and the state of the index they agree with."""

    columns: Columns
    searcher: tantivy.Searcher | None  # None: there is no index


class Shelf:
    """All workspaces of the index named `index`, snapshots in `folder`."""

    def __init__(self, index: str, folder: Path) -> None:
        self._index = index
        self._folder = folder
        self._places: dict[str, _Place] = {}

    def growing(self, searcher: tantivy.Searcher, workspace: str) -> GrowingColumns:
        """The workspace's columns, fed up to the searcher's state."""
        generation = generation_of(searcher, workspace)
        place = self._places.get(workspace)
        if place is None or place.generation != generation:
            place = self._places[workspace] = self._opened(searcher, workspace, generation)
        for rows, changes in _changed(searcher, workspace, above=place.growing.change):
            place.growing.apply(rows, changes)
        return place.growing

    def show(self, searcher: tantivy.Searcher, workspace: str) -> Shown:
        """The columns in the searcher's state; the same object while the workspace does not change."""
        growing = self.growing(searcher, workspace)
        place = self._places[workspace]
        if place.shown is None or place.shown.columns.state[2] != growing.change:
            place.shown = _shown(self._index, workspace, place, searcher)
        return place.shown

    def take(self, workspace: str, rows: Sequence[Plain], changes: Sequence[int]) -> None:
        """Put in what the writer has just committed, newest rows of distinct documents."""
        self._places[workspace].growing.apply(rows, changes)

    def forget(self, workspace: str) -> None:
        """The workspace was cleared."""
        self._places.pop(workspace, None)

    def save(self, *, least: int = _SNAPSHOT_LEAST, share: int = 10) -> None:
        """Write the snapshots that are `least` changes and one in `share` of the documents behind."""
        for workspace, place in self._places.items():
            behind = place.growing.change - place.saved
            if behind > max(least, place.growing.documents // share):
                try:
                    snapshot.save(self._folder, self._about(workspace, place.generation), place.growing)
                except OSError as error:  # only the next start is slower
                    log.warning("columns not saved", code="VOC-E401", reason=error.strerror)
                place.saved = place.growing.change

    def _about(self, workspace: str, generation: int) -> snapshot.About:
        return snapshot.About(self._index, tantivy_schema.schema_hash(), workspace, generation)

    def _opened(self, searcher: tantivy.Searcher, workspace: str, generation: int) -> _Place:
        found = snapshot.load(self._folder, self._about(workspace, generation))
        if found is None or found.change > last_change(searcher):
            found = GrowingColumns()
        return _Place(generation, found, found.change)


def fetch(searcher: tantivy.Searcher, key: str) -> bytes | None:
    """The blob of a key."""
    hits = searcher.search(tantivy_schema.key_query(key), limit=1, count=False).hits
    return tantivy_schema.blob_of(searcher.doc(hits[0][1])) if hits else None


def blobs(searcher: tantivy.Searcher, workspace: str, *, above: int = 0) -> Iterator[list[tuple[int, bytes]]]:
    """(change, blob) of a workspace's documents and markers, ascending, some hundreds at a time."""
    while True:
        query = tantivy_schema.workspace_query(workspace, above=above)
        hits = searcher.search(
            query, limit=_FOUND, count=False, order_by_field="change", order=tantivy.Order.Asc
        ).hits
        if not hits:
            return
        for start in range(0, len(hits), _STEP):
            step = hits[start : start + _STEP]
            yield [(int(change), tantivy_schema.blob_of(searcher.doc(address))) for change, address in step]
        above = int(hits[-1][0])


def last_change(searcher: tantivy.Searcher) -> int:
    """The highest running number in the index."""
    hits = searcher.search(
        tantivy.Query.all_query(), limit=1, count=False, order_by_field="change", order=tantivy.Order.Desc
    ).hits
    return int(hits[0][0]) if hits else 0


def generation_of(searcher: tantivy.Searcher, workspace: str) -> int:
    """How often a workspace was cleared."""
    blob = fetch(searcher, tantivy_schema.meta_workspace(workspace))
    return 0 if blob is None else int(blob)


def _changed(
    searcher: tantivy.Searcher, workspace: str, *, above: int
) -> Iterator[tuple[list[Plain], list[int]]]:
    for block in blobs(searcher, workspace, above=above):
        yield [codec.decode(workspace, blob) for _, blob in block], [change for change, _ in block]


def _shown(index: str, workspace: str, place: _Place, searcher: tantivy.Searcher) -> Shown:
    answers: OrderedDict[Terms, Matches] = OrderedDict()
    lock = Lock()

    def search(terms: Terms) -> Matches:
        with lock:
            found = answers.get(terms)
            if found is None:
                found = answers[terms] = _search(columns, searcher, terms)
                if len(answers) > _KEPT:
                    answers.popitem(last=False)
            return found

    columns = place.growing.show(workspace, index=index, generation=place.generation, search=search)
    return Shown(columns, searcher)


def _search(columns: Columns, searcher: tantivy.Searcher, terms: Terms) -> Matches:
    """Rows whose document has all terms, and its relevance."""
    size = columns.documents.size
    score = np.zeros(size, dtype=np.int32)
    asked = tantivy_schema.question(terms, columns.workspace)
    hits = searcher.search(asked.query, limit=max(size, 1), count=False).hits
    if hits:
        addresses = [address for _, address in hits]
        changes = np.asarray(searcher.fast_field_values("change", addresses), dtype=np.int64)
        rows = np.searchsorted(columns.documents.change, changes)
        score[rows] = np.rint([relevant for relevant, _ in hits]).astype(np.int32)
        for row, (relevant, address) in zip(rows.tolist(), hits, strict=True):
            if relevant < asked.certain - 0.5:
                blob = tantivy_schema.blob_of(searcher.doc(address))
                score[row] = relevance(terms, codec.blob_text(blob))
    return Matches(score > 0, score)
