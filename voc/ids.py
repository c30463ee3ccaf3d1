"""Deterministic ids: the same thing always has the same id, in every process and after every rebuild."""

from __future__ import annotations

import hashlib
import hmac
from functools import lru_cache

_LENGTH = 24  # hex digits of an id: 96 bits, so that a thousand million never meet


def _digest(*parts: str) -> str:
    return hashlib.sha256(b"".join(map(_framed, parts))).hexdigest()[:_LENGTH]


def _framed(part: str) -> bytes:
    # Lengths are hashed too, so that ("a", "bc") and ("ab", "c") differ.
    raw = part.encode("utf-8", "surrogatepass")
    return len(raw).to_bytes(8, "big") + raw


def document_id(workspace: str, source: str, native_id: str) -> str:
    """`d_` and 24 hex digits, from (workspace, source, native id)."""
    return "d_" + _digest("document", workspace, source, native_id)


def opinion_id(document: str, text_revision: int, start: int, end: int, ordinal: int) -> str:
    """`o_…` from (document, text revision, clause span, ordinal): no aspect, no model in it."""
    # As `_digest` of all parts, faster: places are small numbers, a document has several opinions.
    framed = _opinions_of(document, text_revision) + _number(start) + _number(end) + _number(ordinal)
    return "o_" + hashlib.sha256(framed).hexdigest()[:_LENGTH]


@lru_cache(maxsize=4)
def _opinions_of(document: str, text_revision: int) -> bytes:
    return b"".join(map(_framed, ("opinion", document, str(text_revision))))


@lru_cache(maxsize=4096)
def _number(value: int) -> bytes:
    return _framed(str(value))


def mention_id(opinion: str) -> str:
    """`m_…`: one label an opinion, so a taxonomy edit keeps the id."""
    return "m_" + opinion[2:]


def made_native_id(source: str, author_id: str | None, raw_text: str, occurrence: int) -> str:
    """The native id of a record that came without one (DESIGN 4): its occurrence number starts at 0."""
    return "sha256:" + _digest("native", source, author_id or "", raw_text, str(occurrence))


def author_key(id_key: bytes, workspace: str, source: str, author_id: str) -> str:
    """`a_…`: keyed pseudonym; cannot be reversed without the identity key, differs between workspaces."""
    message = "\x1f".join((workspace, source, author_id)).encode("utf-8", "surrogatepass")
    return "a_" + hmac.new(id_key, message, hashlib.sha256).hexdigest()[:_LENGTH]


def person_of(author: str | None, document: str) -> str:
    """`p_…`: the person behind an unlinked author key; an unknown author is a person of one document."""
    return "p_" + (author[2:] if author else _digest("person", document))


def content_digest(raw: bytes) -> str:
    """sha256 hex of bytes: tells whether a record changed."""
    return hashlib.sha256(raw).hexdigest()
