"""Rows to bytes and back, and the digest of each row that `doctor` and `rebuild` compare.

A document is an array of its fields in the order of `types.Document`, a mention likewise; the schema of an
index names these fields, so that an index written before they changed is made again. Plain JSON: tantivy
compresses its blocks of neighbours (LZ4), which is smaller than each document by itself (zlib) and cheaper.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
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
    """`IndexRows` as values of JSON, in the order of the fields; `document` None: removed.

    What the pipeline makes and columns are made of: a Document and a Mention of each take five times as long.
    """

    workspace: str
    version: int
    document_id: str
    document: Sequence[Any] | None
    mentions: Sequence[Sequence[Any]]


Rows = IndexRows | Plain


def plain(rows: Rows) -> Plain:
    """Rows as values, whichever they are."""
    if isinstance(rows, Plain):
        return rows
    if rows.document is None:
        return Plain(rows.workspace, rows.version, rows.document_id, None, ())
    mentions = [_mention_values(mention) for mention in rows.mentions]
    return Plain(rows.workspace, rows.version, rows.document_id, _document_values(rows.document), mentions)


def objects(rows: Rows) -> IndexRows:
    """Rows as a Document and Mentions, whichever they are."""
    if isinstance(rows, IndexRows):
        return rows
    if rows.document is None:
        return IndexRows(rows.workspace, rows.document_id, rows.version, None)
    document = list(rows.document)
    for place in _TIMES:
        document[place] = from_micros(document[place])
    document[_INTENTS] = tuple(Intent(*intent) for intent in document[_INTENTS])
    document[_FLAGS] = tuple(document[_FLAGS])
    mentions = []
    for values in rows.mentions:
        mention = list(values)
        for place in _SPANS:
            if mention[place] is not None:
                mention[place] = Span(*mention[place])
        for place in _PATHS:
            mention[place] = tuple(mention[place])
        mentions.append(Mention(*mention))
    return IndexRows(rows.workspace, rows.document_id, rows.version, Document(*document), tuple(mentions))


def encode(rows: Plain) -> bytes:
    """Everything of a document at a version but its workspace; of a removed one its version alone."""
    return orjson.dumps(rows[1:], option=orjson.OPT_SORT_KEYS)


def decode(workspace: str, blob: bytes) -> Plain:
    """What `encode` was given."""
    return Plain(workspace, *orjson.loads(blob))


def row_digests(rows: Rows) -> Iterator[tuple[str, int, str]]:
    """(key, version, content digest) of each row; a removed document has none.

    Keys: `document id/` of the document, `document id/mention id` of each mention.
    """
    values = plain(rows)
    if values.document is not None:
        yield f"{values.document_id}/", values.version, _digest(values.document)
        for mention in values.mentions:
            yield f"{values.document_id}/{mention[0]}", values.version, _digest(mention)


def digest_of(rows: Iterable[tuple[str, int, str]]) -> str:
    """One figure for a full list of (row key, version, content digest), in any order."""
    whole = hashlib.sha256()
    for key, version, digest in sorted(rows):
        whole.update(f"{key} {version} {digest}\n".encode())
    return whole.hexdigest()


def _document_values(document: Document) -> list[Any]:
    values = list(_document(document))
    for place in _TIMES:
        values[place] = micros(values[place])
    values[_INTENTS] = [(i.label, i.start, i.end, i.confidence) for i in values[_INTENTS]]
    return values


def _mention_values(mention: Mention) -> list[Any]:
    values = list(_mention(mention))
    for place in _SPANS:
        span = values[place]
        if span is not None:
            values[place] = (span.start, span.end)
    return values


def _digest(values: Sequence[Any]) -> str:
    return hashlib.blake2b(orjson.dumps(values, option=orjson.OPT_SORT_KEYS), digest_size=12).hexdigest()


def blob_text(blob: bytes) -> str:
    """`clean_text` of what `encode` made; "" of a removed document."""
    document = orjson.loads(blob)[2]
    return "" if document is None else str(document[_CLEAN])
