"""Which document a record belongs to: the source's id, or one made of its words and occurrence number."""

from __future__ import annotations

from collections.abc import MutableMapping

from voc import ids
from voc.types import Record

_BAD = "\ufffd"


def native_id_of(source: str, record: Record, occurrences: MutableMapping[int, int]) -> str:
    """The record's id at its source; without one, made, counting equal records in `occurrences` (changed)."""
    if record.native_id:
        return storable(record.native_id)
    words = _words(record)
    first = ids.made_native_id(source, record.author.id, words, 0)
    key = hash(first)  # not the id itself: a file with 10 million rows needs 0.7 GB less
    seen = occurrences.get(key, 0)
    occurrences[key] = seen + 1
    return first if seen == 0 else ids.made_native_id(source, record.author.id, words, seen)


def storable(text: str) -> str:
    """Without what a database cannot hold: NUL (PostgreSQL) and lone surrogates (both)."""
    if text.isascii():
        return text.replace("\x00", _BAD) if "\x00" in text else text
    cleaned = text.replace("\x00", _BAD)
    return cleaned.encode("utf-8", "surrogatepass").decode("utf-8", "replace")


def _words(record: Record) -> str:
    if not record.title and not record.turns:
        return record.text
    parts = [record.title or "", record.text, *(turn.text for turn in record.turns)]
    return "\n".join(part for part in parts if part)
