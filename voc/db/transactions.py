"""Transactions as the ledger uses them: readers see one state, writers are durable when the block ends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, Select, text

from voc.db.tables import counters
from voc.db.translate import translated

WRITE = "voc_write"  # execution option that makes SQLite begin with the write lock

T = TypeVar("T")
_CHUNK = 900  # values of one IN list: the smallest limit any SQLite has is 999
_SERIAL_LOCK = 0x766F63_01  # advisory locks of PostgreSQL: "voc" and a number
MIGRATE_LOCK = 0x766F63_02


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One consistent state of the database; nothing can be written through it."""
    with translated(), engine.connect() as conn:
        if is_postgres(conn):
            conn = conn.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with conn.begin():
            yield conn


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction: on disk when the block ends, undone when it raises."""
    with translated(), engine.connect() as conn:
        conn = conn.execution_options(**{WRITE: True})
        with conn.begin():
            yield conn


def is_postgres(conn: Connection) -> bool:
    """Whether rows must be locked one by one; SQLite has one writer at a time anyway."""
    return conn.dialect.name == "postgresql"


def serial(conn: Connection) -> None:
    """Only one transaction at a time gets past here (versions, copies, acknowledgements), until it ends."""
    if is_postgres(conn):
        conn.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _SERIAL_LOCK})


def locked(conn: Connection, query: Select[Any], **how: Any) -> Select[Any]:
    """The query with `FOR UPDATE` where there is such a thing."""
    return query.with_for_update(**how) if is_postgres(conn) else query


def take(conn: Connection, name: str, count: int) -> range:
    """The next `count` numbers of a counter; others wait for this transaction's end."""
    if count == 0:
        return range(0)
    conn.execute(counters.update().where(counters.c.name == name).values(value=counters.c.value + count))
    last = conn.execute(counters.select().where(counters.c.name == name)).one().value
    return range(last - count + 1, last + 1)


def take_seq(conn: Connection, count: int) -> Sequence[int]:
    """The next `count` ledger sequence numbers, rising."""
    if count and is_postgres(conn):
        drawn = conn.execute(text("SELECT nextval('ledger_seq') FROM generate_series(1, :n)"), {"n": count})
        return sorted(drawn.scalars())
    return take(conn, "seq", count)


def chunks(values: Iterable[T]) -> Iterator[list[T]]:
    """The values in lists short enough for one IN."""
    rest = list(values)
    for start in range(0, len(rest), _CHUNK):
        yield rest[start : start + _CHUNK]
