"""Columns that grow: rows are appended, replaced by document, compacted, and shown as immutable `Columns`.

A replaced or removed document's row stays, dead, until rows are shown or a quarter is dead. What was shown is
never written again: later rows go behind it or into new arrays.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from types import SimpleNamespace
from typing import Any

import numpy as np
import numpy.typing as npt

from voc.store.codec import DOCUMENT_FIELDS, MENTION_FIELDS, Plain
from voc.store.columns import EXCLUDED, Columns, DocumentColumns, Matches, MentionColumns, Table
from voc.store.query import day_number
from voc.store.tables import Ids, Words, appended, encoded
from voc.store.tokens import Terms
from voc.types import INTEGRITY, INTENTS, KINDS, ROLES, SENTIMENTS, Document

Array = npt.NDArray[Any]
_COMPACT = 10_000  # dead documents that are not worth moving the others for

FACETS: tuple[str, ...] = (
    *("source", "kind", "role", "product", "brand", "version", "stage", "touchpoint"),
    *("region", "store", "segment", "language", "sentiment", "integrity"),
)
_FIXED = {"kind": KINDS, "role": ROLES, "sentiment": SENTIMENTS, "integrity": INTEGRITY}
_INTENT = {label: 1 << place for place, label in enumerate(INTENTS)}
DOCUMENT_TYPES: dict[str, Any] = {
    **dict.fromkeys(FACETS, np.int32),
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


_AS_THEY_ARE = ("ordinal", "harm", "competitor", "implicit")


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

    def apply(self, rows: Sequence[Plain], changes: Sequence[int]) -> None:
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
        versions, places = self._held.column("version"), self._held.column("row")
        old = places[codes]
        dead = old[old >= 0]
        self._live[dead] = False
        self._dead += int(dead.size)
        versions[codes] = [row.version for row in rows]
        places[codes] = -1
        there = [place for place, row in enumerate(rows) if row.document is not None]
        first = self._documents.size
        places[codes[there]] = np.arange(first, first + len(there))
        self._append([rows[place] for place in there], codes[there], [changes[place] for place in there])
        self.change = changes[-1]
        self.version = max(self.version, *(row.version for row in rows))
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
            search=search,
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

    def _append(self, rows: Sequence[Plain], codes: Array, changes: Sequence[int]) -> None:
        if not rows:
            return
        by_field = dict(
            zip(DOCUMENT_FIELDS, zip(*(row.document or () for row in rows), strict=True), strict=True)
        )
        block: dict[str, Array] = {
            name: np.asarray([*map(self._words[name].add, by_field[name])], np.int32) for name in FACETS
        }
        for name, (field, number) in _NUMBERS.items():
            values = by_field[field] if number is None else map(number, by_field[field])
            block[name] = np.asarray([*values], dtype=DOCUMENT_TYPES[name])
        why = map(_excluded, *map(by_field.__getitem__, ("integrity", "verdict", "duplicate_of", "role")))
        block["excluded"] = np.asarray([*why], np.uint8)
        block["row_version"] = np.asarray([row.version for row in rows], np.int64)
        block["person"] = self._persons.add(by_field["person"]).astype(np.int32)
        block["code"] = codes
        block["change"] = np.asarray(changes, np.int64)
        self._append_mentions(rows, self._documents.size)
        self._documents.append(block)
        self._live = np.concatenate([self._live, np.ones(len(rows), dtype=bool)])

    def _append_mentions(self, rows: Sequence[Plain], first: int) -> None:
        said = [mention for row in rows for mention in row.mentions]
        if not said:
            return
        by_field = dict(zip(MENTION_FIELDS, zip(*said, strict=True), strict=True))
        nodes, titles = by_field["aspect"], by_field["aspect_names"]
        paths = [
            tuple(path) or ((node,) if node is not None else ())
            for path, node in zip(by_field["aspect_path"], nodes, strict=True)
        ]
        words = self._words
        self._mentions.append(
            {
                "id": np.asarray([*map(encoded, by_field["id"])], dtype=np.bytes_),
                "document": np.repeat(
                    np.arange(first, first + len(rows), dtype=np.int32), [len(row.mentions) for row in rows]
                ),
                "node": np.asarray([*map(words["node"].add, nodes)], np.int32),
                "path": np.asarray([*map(self._path, paths, map(tuple, titles))], np.int32),
                "depth": np.asarray([*map(len, paths)], np.uint8),
                "theme": np.asarray([*map(words["theme"].add, by_field["theme"])], np.int32),
                "sentiment": np.asarray([*map(words["sentiment"].add, by_field["sentiment"])], np.int32),
                "product": np.asarray([*map(words["product"].add, by_field["product"])], np.int32),
                **{name: np.asarray(by_field[name], MENTION_TYPES[name]) for name in _AS_THEY_ARE},
            }
        )

    def _path(self, path: tuple[str, ...], titles: tuple[str, ...]) -> int:
        if not path:
            return -1
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


@cache
def _excluded_code(integrity: str, verdict: str | None, is_copy: bool, role: str) -> int:
    document = SimpleNamespace(
        integrity=integrity, verdict=verdict, duplicate_of="another" if is_copy else None, role=role
    )
    reason = Document.excluded.fget(document)  # type: ignore[attr-defined]
    return EXCLUDED.index(reason)


def _excluded(integrity: str, verdict: str | None, duplicate_of: str | None, role: str) -> int:
    return _excluded_code(integrity, verdict, duplicate_of is not None, role)


def _intents(intents: Sequence[Sequence[Any]]) -> int:
    bits = 0
    for label, *_ in intents:
        bits |= _INTENT.get(label, 0)
    return bits


def _number(value: float | None) -> float:
    return np.nan if value is None else value


def _undated(precision: str) -> bool:
    return precision == "received"


# Column = (field of the document, how its value becomes a number; None: as it is)
_NUMBERS: dict[str, tuple[str, Callable[[Any], Any] | None]] = {
    "known_person": ("known_person", None),
    "intents": ("intents", _intents),
    "rating": ("rating", _number),
    "value": ("value", _number),
    "day": ("day", day_number),
    "created": ("created_at", None),
    "undated": ("created_at_precision", _undated),
    "seq": ("seq", None),
}
