"""The writer's side of the embedded engine: versions decide, rows are staged, a commit shows them all."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

import tantivy

from voc.errors import RetryableError
from voc.faults import point
from voc.store import tantivy_schema
from voc.store.codec import Plain, Rows, plain
from voc.store.opened import Opened
from voc.store.shelf import generation_of, last_change

_HEAP = 64 * 1024 * 1024  # bytes of tantivy's buffer; one thread, so that a commit is one segment


class Writing:
    """Changes of one opened index since its last commit."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened
        self._change = last_change(opened.searcher)
        self._staged: dict[str, dict[str, tuple[Plain, int]]] = {}  # by workspace and id, by change
        self._cleared: set[str] = set()
        self._made: tantivy.IndexWriter | None = None

    def apply(self, rows: Sequence[Rows]) -> None:
        """Stage the rows that are newer than what is held or staged."""
        by_workspace: dict[str, list[Plain]] = {}
        for row in map(plain, rows):
            by_workspace.setdefault(row.workspace, []).append(row)
        for workspace, theirs in by_workspace.items():
            self._apply(workspace, theirs)

    def clear(self, workspace: str) -> None:
        """Stage the removal of a workspace; what is applied after it stays."""
        generation = generation_of(self._opened.searcher, workspace) + 1
        writer = self._writer
        writer.delete_documents_by_term("ws", workspace)
        writer.delete_documents_by_term("key", tantivy_schema.meta_workspace(workspace))
        self._change += 1
        writer.add_document(
            tantivy_schema.meta_document(workspace, generation=generation, change=self._change)
        )
        self._staged.pop(workspace, None)
        self._cleared.add(workspace)

    def commit(self) -> None:
        """Make it durable and show it.

        Raises:
            RetryableError: it could not be written (VOC-E401); nothing of it is there.
        """
        if not self._staged and not self._cleared:
            return
        point("index-commit")
        try:
            self._writer.commit()
        except (OSError, ValueError) as error:
            self._made = None
            self._staged, self._cleared = {}, set()
            raise RetryableError(
                "the index could not be written", code="VOC-E401", cure="see that the disk has room"
            ) from error
        point("index-committed")
        staged, cleared = self._staged, self._cleared
        self._staged, self._cleared = {}, set()
        self._opened.reload()
        shelf = self._opened.shelf
        for workspace in cleared:
            shelf.forget(workspace)
        for workspace, rows in staged.items():
            if workspace not in cleared:
                shelf.take(
                    workspace, [row for row, _ in rows.values()], [change for _, change in rows.values()]
                )
        shelf.save()

    def close(self) -> None:
        """Finish merging; what was not committed is lost."""
        if self._made is not None:
            with suppress(OSError, ValueError):  # a merge that failed leaves its segments as they were
                self._made.wait_merging_threads()
            self._made = None

    @property
    def _writer(self) -> tantivy.IndexWriter:
        if self._made is None:
            self._made = self._opened.index.writer(_HEAP, 1)
        return self._made

    def _apply(self, workspace: str, rows: Sequence[Plain]) -> None:
        staged = self._staged.setdefault(workspace, {})
        held = [-1] * len(rows)
        if workspace not in self._cleared:
            growing = self._opened.shelf.growing(self._opened.searcher, workspace)
            held = growing.held_versions([row.document_id for row in rows]).tolist()
        writer = self._writer
        for row, version in zip(rows, held, strict=True):
            before = staged.get(row.document_id)
            if before is not None:
                version = before[0].version
            if row.version <= version:
                continue
            if version >= 0:
                writer.delete_documents_by_term("key", tantivy_schema.key(workspace, row.document_id))
            self._change += 1
            writer.add_document(tantivy_schema.tantivy_document(row, change=self._change))
            staged.pop(row.document_id, None)  # it goes to the end: rows stay ordered by change
            staged[row.document_id] = row, self._change
        if not staged:
            del self._staged[workspace]
