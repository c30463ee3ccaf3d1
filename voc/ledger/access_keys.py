"""Access keys of the API: 256 random bits, kept as a hash, bound to scopes and a workspace, expiring."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select

from voc.db.tables import access_keys
from voc.ledger.book import Book
from voc.ledger.times import micros, moment, moment_or_none
from voc.ledger.types import AccessKey, MadeKey

PREFIX = "voc_"
EVERY_WORKSPACE = "*"


def create(
    book: Book, *, name: str, workspace: str, scopes: Sequence[str], expires_at: datetime | None
) -> MadeKey:
    """A new key; its secret is in the answer and nowhere else."""
    secret = PREFIX + secrets.token_urlsafe(32)
    values = {
        "id": "k_" + secrets.token_hex(8),
        "workspace": workspace,
        "name": name,
        "secret_sha256": _hashed(secret),
        "scopes": " ".join(dict.fromkeys(scopes)),
        "created_at": book.now(),
        "expires_at": None if expires_at is None else micros(expires_at),
        "revoked_at": None,
    }
    with book.writing() as conn:
        conn.execute(access_keys.insert().values(values))
        row = conn.execute(select(access_keys).where(access_keys.c.id == values["id"])).one()
    return MadeKey(_key(row), secret)


def listing(book: Book, workspace: str | None) -> list[AccessKey]:
    """Every key, oldest first; of one workspace where given."""
    query = select(access_keys).order_by(access_keys.c.created_at, access_keys.c.id)
    if workspace is not None:
        query = query.where(access_keys.c.workspace == workspace)
    with book.reading() as conn:
        return [_key(row) for row in conn.execute(query)]


def revoke(book: Book, key_id: str, workspace: str | None) -> bool:
    """Make a key worthless; False when there is none (in that workspace). A second time changes nothing."""
    mine = access_keys.c.id == key_id
    if workspace is not None:
        mine &= access_keys.c.workspace == workspace
    with book.writing() as conn:
        if conn.execute(select(access_keys.c.id).where(mine)).one_or_none() is None:
            return False
        still = mine & access_keys.c.revoked_at.is_(None)
        conn.execute(access_keys.update().where(still).values(revoked_at=book.now()))
    return True


def find(book: Book, secret: str) -> AccessKey | None:
    """The key with this secret, None when there is none, it is revoked or has expired."""
    if not secret.startswith(PREFIX):
        return None
    hashed = _hashed(secret)
    with book.reading() as conn:
        row = conn.execute(select(access_keys).where(access_keys.c.secret_sha256 == hashed)).one_or_none()
    if row is None or not hmac.compare_digest(row.secret_sha256, hashed):
        return None
    if row.revoked_at is not None or book.expired(row.expires_at):
        return None
    return _key(row)


def _hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _key(row: Row[Any]) -> AccessKey:
    return AccessKey(
        id=row.id,
        name=row.name,
        workspace=row.workspace,
        scopes=tuple(row.scopes.split()),
        created_at=moment(row.created_at),
        expires_at=moment_or_none(row.expires_at),
        revoked_at=moment_or_none(row.revoked_at),
    )
