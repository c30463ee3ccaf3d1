"""Answers under an Idempotency-Key: the same request again gets the same answer, another one an error."""

from __future__ import annotations

import hashlib
import hmac

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from voc.db.tables import responses
from voc.db.transactions import is_postgres
from voc.errors import UsageError
from voc.ledger.book import Book
from voc.ledger.cipher import place_of


def known(book: Book, workspace: str, key: str, body_digest: str) -> bytes | None:
    """The answer kept under this key, None when there is none (or it has expired).

    Raises:
        UsageError: VOC-E106, the key was used with another body.
    """
    hashed = _hashed(key)
    query = select(responses).where(
        responses.c.workspace == workspace,
        responses.c.key_sha256 == hashed,
        responses.c.expires_at > book.now(),
    )
    with book.reading() as conn:
        row = conn.execute(query).one_or_none()
    if row is None:
        return None
    if not hmac.compare_digest(row.body_digest, body_digest):
        raise UsageError(
            "this Idempotency-Key was used with another body", code="VOC-E106", cure="use a new key"
        )
    return book.cipher.open(bytes(row.response), place_of(workspace, "", "response", hashed))


def keep(book: Book, workspace: str, key: str, body_digest: str, response: bytes, *, ttl_s: float) -> None:
    """Keep an answer for `ttl_s` seconds; the first one of two at once stays. Expired ones are dropped."""
    hashed = _hashed(key)
    now = book.now()
    values = {
        "workspace": workspace,
        "key_sha256": hashed,
        "body_digest": body_digest,
        "expires_at": now + round(ttl_s * 1_000_000),
        "response": book.cipher.seal(response, place_of(workspace, "", "response", hashed)),
    }
    with book.writing() as conn:
        conn.execute(responses.delete().where(responses.c.expires_at <= now))
        insert = postgresql.insert if is_postgres(conn) else sqlite.insert
        conn.execute(insert(responses).on_conflict_do_nothing(), values)


def _hashed(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
