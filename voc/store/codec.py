"""Rows to bytes and back, and the digest of each row that `doctor` and `rebuild` compare.

A document is an array of its fields in the order of `types.Document`, a mention likewise; the schema of an
index names these fields, so that an index written before they changed is made again. Plain JSON: tantivy
compresses its blocks of neighbours (LZ4), which is smaller than each document by itself (zlib) and cheaper.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import fields
from operator import attrgetter
from typing import Any, NamedTuple

import orjson

from voc.store.when import from_micros, micros
from voc.types import Document, IndexRows, Intent, Mention, Span

DOCUMENT_FIELDS: tuple[str, ...] = tuple(field.name for field in fields(Document))
MENTION_FIELDS: tuple[str, ...] = tuple(field.name for field in fields(Mention))
_TIMES = tuple(DOCUMENT_FIELDS.index(name) for name in ("created_at", "received_at"))
_INTENTS = DOCUMENT_FIELDS.index("intents")
_CLEAN = DOCUMENT_FIELDS.index("clean_text")
_FLAGS = DOCUMENT_FIELDS.index("integrity_flags")
_SPANS = tuple(MENTION_FIELDS.index(name) for name in ("clause", "target", "opinion", "harm_span"))
_PATHS = tuple(MENTION_FIELDS.index(name) for name in ("aspect_path", "aspect_names"))
_document = attrgetter(*DOCUMENT_FIELDS)
_mention = attrgetter(*MENTION_FIELDS)


class Plain(NamedTuple):
    """Rows of a document as values of JSON, in the order of the fields; `document` None: removed.

    Columns are made of these: making a Document of each takes five times as long.
    """

    version: int
    document_id: str
    document: list[Any] | None
    mentions: list[list[Any]]


def plain(rows: IndexRows) -> Plain:
    """Rows as values."""
    if rows.document is None:
        return Plain(rows.version, rows.document_id, None, [])
    return Plain(rows.version, rows.document_id, *_values(rows))


def encode(rows: Plain) -> bytes:
    """Everything of a document at a version; of a removed one its version alone."""
    return orjson.dumps(list(rows), option=orjson.OPT_SORT_KEYS)


def decode_plain(blob: bytes) -> Plain:
    """What `encode` was given."""
    return Plain(*orjson.loads(blob))


def decode(workspace: str, blob: bytes) -> IndexRows:
    """What `plain` was given."""
    version, document_id, document, mentions = orjson.loads(blob)
    if document is None:
        return IndexRows(workspace, document_id, version, None)
    for place in _TIMES:
        document[place] = from_micros(document[place])
    document[_INTENTS] = tuple(Intent(*intent) for intent in document[_INTENTS])
    document[_FLAGS] = tuple(document[_FLAGS])
    for mention in mentions:
        for place in _SPANS:
            if mention[place] is not None:
                mention[place] = Span(*mention[place])
        for place in _PATHS:
            mention[place] = tuple(mention[place])
    return IndexRows(
        workspace, document_id, version, Document(*document), tuple(Mention(*mention) for mention in mentions)
    )


def row_digests(rows: IndexRows) -> Iterator[tuple[str, int, str]]:
    """(key, version, content digest) of each row; a removed document has none.

    Keys: `document id/` of the document, `document id/mention id` of each mention.
    """
    if rows.document is not None:
        yield from _digests(rows.document_id, rows.version, *_values(rows))


def blob_digests(blob: bytes) -> Iterator[tuple[str, int, str]]:
    """`row_digests` of what `encode` made, without making objects of it."""
    version, document_id, document, mentions = orjson.loads(blob)
    if document is not None:
        yield from _digests(document_id, version, document, mentions)


def digest_of(rows: Iterable[tuple[str, int, str]]) -> str:
    """One figure for a full list of (row key, version, content digest), in any order."""
    whole = hashlib.sha256()
    for key, version, digest in sorted(rows):
        whole.update(f"{key} {version} {digest}\n".encode())
    return whole.hexdigest()


def _values(rows: IndexRows) -> tuple[list[Any], list[list[Any]]]:
    assert rows.document is not None
    document = list(_document(rows.document))
    for place in _TIMES:
        document[place] = micros(document[place])
    document[_INTENTS] = [(i.label, i.start, i.end, i.confidence) for i in document[_INTENTS]]
    mentions = []
    for mention in rows.mentions:
        values = list(_mention(mention))
        for place in _SPANS:
            span = values[place]
            if span is not None:
                values[place] = (span.start, span.end)
        mentions.append(values)
    return document, mentions


def _digests(
    document_id: str, version: int, document: list[Any], mentions: list[list[Any]]
) -> Iterator[tuple[str, int, str]]:
    yield f"{document_id}/", version, _digest(document)
    for mention in mentions:
        yield f"{document_id}/{mention[0]}", version, _digest(mention)


def _digest(values: list[Any]) -> str:
    return hashlib.blake2b(orjson.dumps(values, option=orjson.OPT_SORT_KEYS), digest_size=12).hexdigest()


def blob_text(blob: bytes) -> str:
    """`clean_text` of what `encode` made; "" of a removed document."""
    document = orjson.loads(blob)[2]
    return "" if document is None else str(document[_CLEAN])
