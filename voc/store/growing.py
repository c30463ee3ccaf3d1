"""Columns that grow: rows are appended, replaced by document, compacted, and shown as immutable `Columns`.

A replaced or removed document's row stays, dead, until rows are shown or a quarter is dead. What was shown is
never written again: later rows go behind it or into new arrays.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from voc.store.columns import EXCLUDED, Columns, DocumentColumns, Matches, MentionColumns, Table
from voc.store.query import day_number, path_of
from voc.store.tables import Ids, Words, appended
from voc.store.tokens import Terms
from voc.store.when import micros
from voc.types import INTEGRITY, INTENTS, KINDS, ROLES, SENTIMENTS, Document, IndexRows, Mention

Array = npt.NDArray[Any]
_COMPACT = 10_000  # dead documents that are not worth moving the others for

FACETS: tuple[str, ...] = (
    *("source", "kind", "role", "product", "brand", "version", "stage", "touchpoint"),
    *("region", "store", "segment", "language", "sentiment", "integrity"),
)
_FIXED = {"kind": KINDS, "role": ROLES, "sentiment": SENTIMENTS, "integrity": INTEGRITY}
_INTENT = {label: 1 << place for place, label in enumerate(INTENTS)}
_EXCLUDED = {reason: place for place, reason in enumerate(EXCLUDED)}
_NUMBERS: dict[str, Any] = {
    "known_person": np.bool_,
    "excluded": np.uint8,
    "intents": np.int32,
    "rating": np.float64,
    "value": np.float64,
    "day": np.int32,
    "created": np.int64,
    "undated": np.bool_,
    "seq": np.int64,
    "row_version": np.int64,
}
DOCUMENT_TYPES: dict[str, Any] = {
    **dict.fromkeys(FACETS, np.int32),
    **_NUMBERS,
    "person": np.int32,
    "code": np.int64,  # in the table of document ids
    "change": np.int64,
}
MENTION_TYPES: dict[str, Any] = {
    "ordinal": np.int32,
    "node": np.int32,
    "path": np.int32,
    "depth": np.uint8,
    "theme": np.int32,
    "sentiment": np.int32,
    "harm": np.uint8,
    "product": np.int32,
    "competitor": np.bool_,
    "implicit": np.bool_,
    "document": np.int32,
    "id": "S8",
}


class _Rows:
    """Parallel arrays with room at the end."""

    def __init__(self, types: dict[str, Any]) -> None:
        self.arrays: dict[str, Array] = {name: np.zeros(0, dtype=kind) for name, kind in types.items()}
        self.size = 0

    def replace(self, arrays: dict[str, Array]) -> None:
        sizes = {values.size for values in arrays.values()}
        same = all(values.dtype.kind == self.arrays[name].dtype.kind for name, values in arrays.items())
        if len(sizes) != 1 or not same:
            raise ValueError("columns of different lengths or types")
        self.arrays, self.size = arrays, sizes.pop()

    def append(self, block: dict[str, Array]) -> None:
        added = next(iter(block.values())).size
        for name, values in block.items():
            held = self.arrays[name]
            if held.dtype.kind == "S":
                self.arrays[name] = appended(held, self.size, values)
                continue
            if self.size + added > held.size:
                room = np.zeros(max(1024, self.size + added, held.size * 3 // 2), dtype=held.dtype)
                room[: self.size] = held[: self.size]
                self.arrays[name] = held = room
            held[self.size : self.size + added] = values
        self.size += added

    def column(self, name: str) -> Array:
        return self.arrays[name][: self.size]

    def keep(self, mask: Array) -> None:
        self.arrays = {name: values[: self.size][mask] for name, values in self.arrays.items()}
        self.size = int(mask.sum())


class GrowingColumns:
    """One workspace's columns while rows come; not for several threads."""

    def __init__(self) -> None:
        self.change = 0  # last change applied
        self.version = 0  # highest version seen, of removed documents too
        self._documents = _Rows(DOCUMENT_TYPES)
        self._mentions = _Rows(MENTION_TYPES)
        self._held = _Rows({"version": np.int64, "row": np.int64})  # by document code; row −1 = removed
        self._live = np.zeros(0, dtype=bool)
        self._dead = 0
        self._codes = Ids()
        self._persons = Ids()
        self._words = {name: Words(_FIXED.get(name, ())) for name in (*FACETS, "node", "theme")}
        self._paths: list[tuple[str, ...]] = []
        self._titles: list[tuple[str, ...]] = []
        self._path_codes: dict[tuple[tuple[str, ...], tuple[str, ...]], int] = {}

    @property
    def documents(self) -> int:
        """Number of documents that are there."""
        return self._documents.size - self._dead

    @property
    def markers(self) -> int:
        """Number of removed documents whose version is remembered."""
        return len(self._codes) - self.documents

    def held_versions(self, identities: Sequence[str]) -> npt.NDArray[np.int64]:
        """The version held of each document, removed ones too; −1 where there is none."""
        codes = self._codes.codes(identities)
        if not self._held.size:
            return codes
        return np.where(codes < 0, np.int64(-1), self._held.column("version")[codes])

    def apply(self, rows: Sequence[IndexRows], changes: Sequence[int]) -> None:
        """Put in rows of distinct documents, each newer than what is held.

        Args:
            changes: running number of each, ascending, above `change`.
        """
        if not rows:
            return
        codes = self._codes.add([row.document_id for row in rows])
        grown = len(self._codes) - self._held.size
        if grown:
            self._held.append({"version": np.zeros(grown, np.int64), "row": np.full(grown, -1, np.int64)})
        old = self._held.column("row")[codes]
        dead = old[old >= 0]
        self._live[dead] = False
        self._dead += int(dead.size)
        versions = np.asarray([row.version for row in rows], dtype=np.int64)
        self._held.column("version")[codes] = versions
        self._held.column("row")[codes] = -1
        there = [place for place, row in enumerate(rows) if row.document is not None]
        first = self._documents.size
        self._held.column("row")[codes[there]] = np.arange(first, first + len(there))
        self._append([rows[place] for place in there], codes[there], [changes[place] for place in there])
        self.change = changes[-1]
        self.version = max(self.version, int(versions.max()))
        if self._dead > max(_COMPACT, self._documents.size // 4):
            self._compact()

    def show(
        self, workspace: str, *, index: str, generation: int, search: Callable[[Terms], Matches]
    ) -> Columns:
        """The rows that are there, as they are now."""
        if self._dead:
            self._compact()
        documents, mentions = self._documents, self._mentions
        tables: dict[str, Table] = {**self._words, "person": self._persons}
        return Columns(
            workspace=workspace,
            state=(index, generation, self.change),
            documents=DocumentColumns(
                id=self._codes.raw[documents.column("code")],
                **{name: documents.column(name) for name in DOCUMENT_TYPES if name != "code"},
            ),
            mentions=MentionColumns(**{name: mentions.column(name) for name in MENTION_TYPES}),
            node_paths=tuple(self._paths),
            node_titles=tuple(self._titles),
            _tables=tables,
            _search=search,
        )

    def dump(self) -> tuple[dict[str, Array], dict[str, Any]]:
        """Everything as arrays and JSON."""
        if self._dead:
            self._compact()
        arrays = {f"{part}.{name}": rows.column(name) for part, rows in self._parts() for name in rows.arrays}
        arrays |= {"codes": self._codes.raw, "persons": self._persons.raw}
        words: dict[str, Any] = {name: list(table) for name, table in self._words.items()}
        return arrays, {
            "words": words,
            "paths": self._paths,
            "titles": self._titles,
            "change": self.change,
            "version": self.version,
        }

    @classmethod
    def restored(cls, arrays: dict[str, Array], words: dict[str, Any]) -> GrowingColumns:
        """What `dump` gave.

        Raises:
            ValueError, KeyError: it is not whole.
        """
        made = cls()
        for part, rows in made._parts():
            rows.replace({name: arrays[f"{part}.{name}"] for name in rows.arrays})
        made._codes, made._persons = Ids(arrays["codes"]), Ids(arrays["persons"])
        if made._held.size != len(made._codes):
            raise ValueError("columns of different lengths")
        made._live = np.ones(made._documents.size, dtype=bool)
        made._words = {name: Words(words["words"][name]) for name in made._words}
        for path, titles in zip(words["paths"], words["titles"], strict=True):
            made._path(tuple(path), tuple(titles))
        made.change, made.version = words["change"], words["version"]
        return made

    def _parts(self) -> tuple[tuple[str, _Rows], ...]:
        return ("documents", self._documents), ("mentions", self._mentions), ("held", self._held)

    def _append(self, rows: Sequence[IndexRows], codes: Array, changes: Sequence[int]) -> None:
        if not rows:
            return
        documents: list[Document] = [row.document for row in rows if row.document is not None]
        block: dict[str, Array] = {}
        for name in FACETS:
            add = self._words[name].add
            block[name] = np.asarray([add(getattr(document, name)) for document in documents], np.int32)
        numbers = list(zip(*map(_numbers, documents), strict=True))
        for name, values in zip(_NUMBERS, numbers, strict=True):
            if name != "row_version":
                block[name] = np.asarray(values, dtype=_NUMBERS[name])
        block["row_version"] = np.asarray([row.version for row in rows], np.int64)
        block["person"] = self._persons.add([document.person for document in documents]).astype(np.int32)
        block["code"] = codes
        block["change"] = np.asarray(changes, np.int64)
        self._append_mentions(rows, self._documents.size)
        self._documents.append(block)
        self._live = np.concatenate([self._live, np.ones(len(rows), dtype=bool)])

    def _append_mentions(self, rows: Sequence[IndexRows], first: int) -> None:
        found = [
            (*self._mention(mention), first + place, mention.id.encode("utf-8", "surrogatepass"))
            for place, row in enumerate(rows)
            for mention in row.mentions
        ]
        if not found:
            return
        self._mentions.append(
            {
                name: np.asarray(values, dtype=np.bytes_ if name == "id" else MENTION_TYPES[name])
                for name, values in zip(MENTION_TYPES, zip(*found, strict=True), strict=True)
            }
        )

    def _mention(self, mention: Mention) -> tuple[Any, ...]:
        path = path_of(mention)
        return (
            mention.ordinal,
            self._words["node"].add(mention.aspect),
            self._path(path, mention.aspect_names) if path else -1,
            len(path),
            self._words["theme"].add(mention.theme),
            self._words["sentiment"].add(mention.sentiment),
            mention.harm,
            self._words["product"].add(mention.product),
            mention.competitor,
            mention.implicit,
        )

    def _path(self, path: tuple[str, ...], titles: tuple[str, ...]) -> int:
        key = (path, titles)
        code = self._path_codes.get(key)
        if code is None:
            code = self._path_codes[key] = len(self._paths)
            self._paths.append(path)
            self._titles.append(titles)
        return code

    def _compact(self) -> None:
        keep = self._live
        place = np.cumsum(keep) - 1
        there = self._mentions.column("document")
        kept = keep[there]
        self._mentions.keep(kept)
        column = self._mentions.column("document")
        column[:] = place[column]
        self._documents.keep(keep)
        self._held.column("row")[self._documents.column("code")] = np.arange(self._documents.size)
        self._live = np.ones(self._documents.size, dtype=bool)
        self._dead = 0


def _numbers(document: Document) -> tuple[Any, ...]:
    intents = 0
    for intent in document.intents:
        intents |= _INTENT.get(intent.label, 0)
    return (
        document.known_person,
        _EXCLUDED[document.excluded],
        intents,
        np.nan if document.rating is None else document.rating,
        np.nan if document.value is None else document.value,
        day_number(document.day),
        micros(document.created_at),
        document.created_at_precision == "received",
        document.seq,
        0,
    )
