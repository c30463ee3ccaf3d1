"""The engine without a server: tantivy keeps and searches, counting columns filter, order and count.

In its folder: `index.json` (sidecar), `lease`, and an index with its columns' snapshots. One process writes;
a reader opened before, during or after sees whole commits by `refresh`. Any thread may read.
"""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from threading import RLock
from typing import Any

import numpy as np
import numpy.typing as npt

from voc.errors import ConfigError, RetryableError
from voc.ops.home import unusable
from voc.store import codec, damage, opened, sidecar, tantivy_schema
from voc.store.base import Position
from voc.store.codec import Rows
from voc.store.columns import Columns, Flags, Matches
from voc.store.growing import GrowingColumns
from voc.store.lease import Lease
from voc.store.masks import Found, select
from voc.store.opened import Opened
from voc.store.paging import page
from voc.store.shelf import Shown, blobs, fetch
from voc.store.sidecar import Sidecar
from voc.store.writing import Writing
from voc.types import Document, DocumentHit, IndexRows, Mention, MentionHit, Query

_NONE = "there is no index yet"
_WORTH_SAVING = 2000  # changes: a new process reads fewer from the index in half a second
_RECENT = 2000  # documents kept decoded: the same quotes stand in many answers
_REBUILDING = "a rebuild was begun and not finished"


class EmbeddedStore:
    """Made by `EmbeddedStore.open`."""

    def __init__(self, folder: Path, lease: Lease | None) -> None:
        self._folder = folder
        self._lease = lease
        self._lock = RLock()
        self._sidecar: Sidecar | None = None
        self._problem: str | None = _NONE
        self._opened: Opened | None = None
        self._read_from: object = None  # the searcher that `_recent` was read from
        self._recent: OrderedDict[tuple[str, str], IndexRows | None] = OrderedDict()
        self._writing: Writing | None = None

    @classmethod
    def open(cls, path: Path, *, writer: bool) -> EmbeddedStore:
        """Open the folder; a writer makes what is missing, and anew what does not fit or is damaged.

        Raises:
            RetryableError: another process holds the writer lease (VOC-E402).
            ConfigError: the folder cannot be used (VOC-E206), by readers too when it is read-only.
            FatalError: the disk is full (VOC-E500).
        """
        if not writer:
            made = cls(path, None)
            made.refresh()
            return made
        try:
            path.mkdir(parents=True, exist_ok=True, mode=0o700)
            made = cls(path, Lease.take(path / "lease"))
        except OSError as error:
            raise unusable(path, error) from error
        try:
            with made._told():
                made._open_for_writing()
        except BaseException:
            made.close()
            raise
        return made

    # ------------------------------------------------------------ state

    @property
    def needs_rebuild(self) -> str | None:
        """Why the index must be made again, or None; a reader of one that was never whole answers nothing."""
        if self._sidecar is None:
            return self._problem
        return self._sidecar.unfinished or damage.noted(self._folder, self._sidecar.index)

    def mark_rebuilt(self) -> None:
        """From here on the index is whole, for readers and after a crash."""
        with self._lock, self._told():
            self._describe(built=True, unfinished=None)

    def refresh(self) -> None:
        """See what the writer has committed, or that it made the index anew.

        Raises:
            RetryableError: it cannot be read now; what was seen before is still answered from (VOC-E401).
        """
        if self._lease is not None:
            return  # nobody else writes
        with self._lock:
            for _ in range(3):
                try:
                    return self._refresh()
                except (OSError, ValueError) as error:
                    failure = error  # replaced while it was read: look again
            if self._opened is None and not os.access(self._folder, os.W_OK):
                # tantivy's readers write a lock: this says nothing about the files.
                raise ConfigError(
                    "the index is read-only", code="VOC-E206", cure="mount the home writable"
                ) from failure
            if self._opened is None:
                self._sidecar, self._problem = None, opened.damaged(failure)
                return None
            raise RetryableError("the index cannot be read", code="VOC-E401", cure="try again") from failure

    def close(self) -> None:
        """Give everything back; what was not committed is lost."""
        with self._lock:
            try:
                if self._writing is not None and self._opened is not None:
                    self._writing.close()
                    self._opened.shelf.save(least=_WORTH_SAVING, share=50)
            finally:
                self._writing = self._opened = None
                if self._lease is not None:
                    self._lease.release()

    def verify(self) -> int:
        """Compare every file with its checksum; how many are damaged, of which the next writer is told."""
        with self._lock:
            if self._opened is None:
                return 0
            folder, name = self._opened.folder, self._opened.name
        found = damage.damaged_files(folder)
        if found:
            damage.note(self._folder, name)
        return found

    # ------------------------------------------------------------ writing

    def apply(self, rows: Sequence[Rows]) -> None:
        """Stage rows for the next commit."""
        with self._lock, self._told():
            self._written().apply(rows)

    def commit(self) -> None:
        """Durable and visible when it returns."""
        with self._lock, self._told():
            self._written().commit()

    def clear(self, workspace: str) -> None:
        """Remove a workspace at the next commit; not whole again until `mark_rebuilt`."""
        with self._lock, self._told():
            writing = self._written()
            if self.needs_rebuild is None:
                self._describe(built=True, unfinished=_REBUILDING)
            writing.clear(workspace)

    # ------------------------------------------------------------ reading

    def scan(self, workspace: str) -> Iterator[tuple[str, int, str]]:
        """Every row's digest, of one state."""
        with self._lock:
            searcher = None if self._opened is None else self._opened.searcher
        if searcher is None:
            return
        for block in blobs(searcher, workspace):
            for _, blob in block:
                yield from codec.row_digests(codec.decode(workspace, blob))

    def digest(self, workspace: str) -> str:
        """One figure for all rows."""
        return codec.digest_of(self.scan(workspace))

    def version(self, workspace: str) -> int:
        """Highest version committed."""
        with self._lock, self._told():
            if self._opened is None:
                return 0
            return self._opened.shelf.growing(self._opened.searcher, workspace).version

    def documents(
        self, query: Query, *, limit: int, after: Position | None = None, upto: int | None = None
    ) -> list[DocumentHit]:
        """A page of documents."""
        shown = self._shown(query.workspace)
        found = self._selected(shown, query)
        documents = shown.columns.documents
        rows = np.flatnonzero(_upto(found.documents, documents.row_version, upto))
        chosen = page(
            rows,
            score=_scores(found, rows),
            created=documents.created[rows],
            identity=documents.id[rows],
            limit=limit,
            after=after,
        )
        with self._told():
            read = [_read(shown, row).document for row in chosen.tolist()]
        hits = []
        for document, score in zip(read, _scores(found, chosen).tolist(), strict=True):
            assert document is not None
            hits.append(DocumentHit(document, score))
        return hits

    def mentions(
        self, query: Query, *, limit: int, after: Position | None = None, upto: int | None = None
    ) -> list[MentionHit]:
        """A page of mentions."""
        shown = self._shown(query.workspace)
        found = self._selected(shown, query)
        documents, mentions = shown.columns.documents, shown.columns.mentions
        rows = np.flatnonzero(_upto(found.mentions, documents.row_version, upto, of=mentions.document))
        parents = mentions.document[rows]
        chosen = page(
            rows,
            score=_scores(found, parents),
            created=documents.created[parents],
            identity=mentions.id[rows],
            limit=limit,
            after=after,
        )
        parents = mentions.document[chosen]
        with self._told():
            read = {row: _read(shown, row) for row in dict.fromkeys(parents.tolist())}
        hits = []
        for row, parent, score in zip(
            chosen.tolist(), parents.tolist(), _scores(found, parents).tolist(), strict=True
        ):
            rows_of = read[parent]
            assert rows_of.document is not None
            identity = shown.columns.mention_id(row)
            mention = next(mention for mention in rows_of.mentions if mention.id == identity)
            hits.append(MentionHit(mention, rows_of.document, score))
        return hits

    def count_documents(self, query: Query) -> int:
        """Exactly as many as `documents` lists."""
        return int(self._selected(self._shown(query.workspace), query).documents.sum())

    def count_mentions(self, query: Query) -> int:
        """Exactly as many as `mentions` lists."""
        return int(self._selected(self._shown(query.workspace), query).mentions.sum())

    def document(self, workspace: str, identity: str, /) -> Document | None:
        """One document by id."""
        rows = self._rows_of(workspace, identity)
        return None if rows is None else rows.document

    def mentions_of(self, workspace: str, document: str, /) -> list[Mention]:
        """A document's mentions by ordinal."""
        rows = self._rows_of(workspace, document)
        return [] if rows is None else sorted(rows.mentions, key=lambda mention: mention.ordinal)

    def columns(self, workspace: str) -> Columns:
        """Counting columns of the newest state seen."""
        return self._shown(workspace).columns

    # ------------------------------------------------------------ inside

    def _open_for_writing(self) -> None:
        found = sidecar.read(self._folder, schema=tantivy_schema.schema_hash())
        if isinstance(found, Sidecar):
            found = damage.noted(self._folder, found.index) or found
        if isinstance(found, Sidecar):
            checked = Opened.checked(self._folder, found.index)
            if isinstance(checked, Opened):
                self._sidecar, self._opened = found, checked
            else:
                found = checked
        if self._opened is None:
            assert not isinstance(found, Sidecar)
            fresh = opened.make(self._folder, found or _NONE)
            sidecar.write(self._folder, fresh)
            self._sidecar, self._opened = fresh, Opened(self._folder, fresh.index)
        opened.remove_others(self._folder, self._opened.name)
        self._writing = Writing(self._opened)

    @contextmanager
    def _told(self) -> Iterator[None]:
        """What went wrong with the files, as an error that says what to do.

        Raises:
            RetryableError: VOC-E401; a writer has to be opened anew, and then makes a damaged index again.
        """
        try:
            with damage.panics_told():
                yield
        except (OSError, ValueError, KeyError, IndexError) as error:
            with suppress(OSError):  # a disk that is full takes no note either
                if self.verify():
                    raise _damaged() from error
            raise RetryableError(
                "the index cannot be read or written", code="VOC-E401", cure="see that the disk has room"
            ) from error

    def _refresh(self) -> None:
        found = sidecar.read(self._folder, schema=tantivy_schema.schema_hash())
        if not isinstance(found, Sidecar):
            self._sidecar, self._opened, self._problem = None, None, found or _NONE
            return
        if not found.built:
            self._opened = None
        elif self._opened is None or self._opened.name != found.index:
            self._opened = Opened(self._folder, found.index)
        elif self._opened.changed():
            self._opened.reload()
        self._sidecar = found

    def _describe(self, *, built: bool, unfinished: str | None) -> None:
        if self._lease is None or self._sidecar is None:
            raise RuntimeError("only the writer describes the index")
        changed = replace(self._sidecar, built=built, unfinished=unfinished)
        if changed != self._sidecar:
            sidecar.write(self._folder, changed)
            self._sidecar = changed

    def _written(self) -> Writing:
        if self._writing is None:
            raise RuntimeError("the store was opened for reading, or is closed")
        return self._writing

    def _shown(self, workspace: str) -> Shown:
        with self._lock, self._told():
            if self._opened is None:
                return _nothing(workspace)
            return self._opened.shelf.show(self._opened.searcher, workspace)

    def _selected(self, shown: Shown, query: Query) -> Found:
        with self._told():  # words are looked for in the files
            return select(shown.columns, query)

    def _rows_of(self, workspace: str, document: str) -> IndexRows | None:
        key = (workspace, document)
        with self._lock:
            searcher = None if self._opened is None else self._opened.searcher
            if searcher is not self._read_from:
                self._read_from, self._recent = searcher, OrderedDict()
            recent = self._recent
            if key in recent:
                recent.move_to_end(key)
                return recent[key]
        with self._told():
            blob = None if searcher is None else fetch(searcher, tantivy_schema.key(workspace, document))
            rows = None if blob is None else codec.objects(codec.decode(workspace, blob))
        with self._lock:
            recent[key] = rows
            while len(recent) > _RECENT:
                recent.popitem(last=False)
        return rows


def _damaged() -> RetryableError:
    return RetryableError(
        damage.DAMAGED, code="VOC-E401", cure="the next worker makes it again, or voc rebuild does"
    )


def _nothing(workspace: str) -> Shown:
    def search(_: object) -> Matches:
        return Matches(np.zeros(0, dtype=bool), np.zeros(0, dtype=np.int32))

    return Shown(GrowingColumns().show(workspace, index="", generation=0, search=search), None)


def _upto(
    mask: Flags,
    version: npt.NDArray[np.int64],
    upto: int | None,
    *,
    of: npt.NDArray[np.int32] | None = None,
) -> Flags:
    if upto is None:
        return mask
    early = version <= upto
    return np.asarray(mask & (early if of is None else early[of]))


def _scores(found: Found, documents: npt.NDArray[Any]) -> npt.NDArray[np.int32]:
    if found.matches is None:
        return np.zeros(documents.size, dtype=np.int32)
    return np.asarray(found.matches.score[documents])


def _read(shown: Shown, row: int) -> IndexRows:
    """The rows of a document row, in the state the columns show."""
    columns = shown.columns
    assert shown.searcher is not None
    blob = fetch(shown.searcher, tantivy_schema.key(columns.workspace, columns.document_id(row)))
    if blob is None:
        raise RetryableError("the index changed while it was read", code="VOC-E401", cure="try again")
    return codec.objects(codec.decode(columns.workspace, blob))
