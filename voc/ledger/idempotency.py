"""Answers under an Idempotency-Key: the same request again gets the same answer, another one an error.

The answer is kept in the transaction that keeps the records: there is never one without the other.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite

from voc.db.tables import responses
from voc.db.transactions import is_postgres, locked
from voc.errors import RetryableError, UsageError
from voc.ledger.book import Book
from voc.ledger.cipher import place_of
from voc.ledger.types import Receipt


def known(book: Book, workspace: str, key: str, body_digest: str) -> bytes | None:
    """The answer kept under this key, None when there is none (or it has expired).

    Raises:
        UsageError: VOC-E106, the key was used with another body.
    """
    query = select(responses).where(_mine(workspace, key), responses.c.expires_at > book.now())
    with book.reading() as conn:
        row = conn.execute(query).one_or_none()
    return None if row is None else _opened(book, row, body_digest)


@dataclass(frozen=True, slots=True)
class Once:
    """A request that is done once: its Idempotency-Key, a digest of its body, and what it will be answered.

    `answer` is called inside the transaction; the answer is kept for `ttl_s` seconds.
    """

    key: str
    body_digest: str
    ttl_s: float
    answer: Callable[[list[Receipt]], bytes]


def take(book: Book, conn: Connection, workspace: str, once: Once) -> bytes | None:
    """None: the key is this transaction's, which must `keep` an answer; else the answer kept under it.

    Another transaction with the same key, of any process, is waited for: when it fails the key is ours. To be
    asked before anything else is locked.

    Raises:
        UsageError: VOC-E106, the key was used with another body.
    """
    mine = _mine(workspace, once.key)
    conn.execute(responses.delete().where(mine, responses.c.expires_at <= book.now()))
    insert = postgresql.insert if is_postgres(conn) else sqlite.insert
    place = {
        "workspace": workspace,
        "key_sha256": _hashed(once.key),
        "body_digest": once.body_digest,
        "expires_at": book.now() + round(once.ttl_s * 1_000_000),
        "response": b"",
    }
    taken = insert(responses).on_conflict_do_nothing().returning(responses.c.key_sha256)
    if conn.execute(taken, place).one_or_none() is not None:
        return None
    row = conn.execute(select(responses).where(mine)).one_or_none()
    if row is None:
        raise RetryableError("the answer of this Idempotency-Key has just expired", cure="send it again")
    return _opened(book, row, once.body_digest)


def keep(book: Book, conn: Connection, workspace: str, once: Once, response: bytes) -> None:
    """Keep the answer of a key that was taken; expired ones are dropped."""
    sealed = book.cipher.seal(response, place_of(workspace, "", "response", _hashed(once.key)))
    conn.execute(responses.update().where(_mine(workspace, once.key)).values(response=sealed))
    names = (responses.c.workspace, responses.c.key_sha256)
    # Those that another transaction is dropping are not waited for: it holds a key of its own.
    gone = locked(conn, select(*names).where(responses.c.expires_at <= book.now()), skip_locked=True)
    conn.execute(responses.delete().where(tuple_(*names).in_(gone)))


def _opened(book: Book, row: Row[Any], body_digest: str) -> bytes:
    if not hmac.compare_digest(row.body_digest, body_digest):
        raise UsageError(
            "this Idempotency-Key was used with another body", code="VOC-E106", cure="use a new key"
        )
    return book.cipher.open(bytes(row.response), place_of(row.workspace, "", "response", row.key_sha256))


def _mine(workspace: str, key: str) -> ColumnElement[bool]:
    return (responses.c.workspace == workspace) & (responses.c.key_sha256 == _hashed(key))


def _hashed(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
