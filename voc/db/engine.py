"""Opening the ledger's database: SQLite as durable and patient as it can be, or PostgreSQL."""

from __future__ import annotations

import os
import sqlite3
import stat
import weakref
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlalchemy.pool import ConnectionPoolEntry

from voc.db.migrate import migrate
from voc.db.transactions import WRITE
from voc.errors import ConfigError, RetryableError
from voc.ops.home import unusable

__all__ = ["migrate", "open_engine"]

_BUSY_S = 30.0  # how long a writer waits for another one
_FILE_MODE = 0o600
_FOLDER_MODE = 0o700
_PATIENCE = {  # a server that fell silent is given up in a minute; libpq would wait for two hours
    "connect_timeout": 10,  # seconds, as all but the last
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,  # milliseconds
}
_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",  # a commit is on disk, not on its way
    f"PRAGMA busy_timeout={int(_BUSY_S * 1000)}",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA cache_size=-65536",  # 64 MiB
    "PRAGMA wal_autocheckpoint=4000",  # pages, 16 MiB: a quarter of the checkpoints of the default
    "PRAGMA journal_size_limit=67108864",
    "PRAGMA secure_delete=ON",  # what is deleted is overwritten; FAST would leave whole freed pages
)


def open_engine(url: str) -> Engine:
    """An engine for `sqlite:///FILE` or `postgresql+psycopg://…` (`postgresql://` and `postgres://` too).

    A missing SQLite file is made, mode 0600, in a folder of mode 0700. A PostgreSQL server that falls silent
    is given up after a minute, on connecting after ten seconds; libpq's parameters in the URL go before.

    Raises:
        ConfigError: the URL is not understood (VOC-E200), its driver is not installed (VOC-E205), or the
            file cannot be made (VOC-E206).
        FatalError: the disk is full (VOC-E500).
    """
    try:
        parsed = make_url(url.replace("postgres://", "postgresql://", 1))
    except ArgumentError:
        raise _not_a_url() from None
    if parsed.get_backend_name() == "sqlite":
        return _open_sqlite(parsed)
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername != "postgresql+psycopg":
        raise _not_a_url()
    return _open_postgres(parsed)


def _open_postgres(url: URL) -> Engine:
    try:
        # hide_parameters: a record must never stand in an error.
        engine = create_engine(
            url,
            hide_parameters=True,
            pool_pre_ping=True,
            pool_size=5,
            max_overflow=20,
            connect_args={name: value for name, value in _PATIENCE.items() if name not in url.query},
        )
    except (ModuleNotFoundError, NoSuchModuleError, ImportError):
        raise ConfigError(
            "PostgreSQL needs a driver that is not installed",
            code="VOC-E205",
            cure="pip install 'voc[postgres]'",
        ) from None
    _forget_after_fork(engine)
    return engine


def _open_sqlite(url: URL) -> Engine:
    if not url.database or url.database == ":memory:":
        raise ConfigError(
            "a ledger in memory would not survive its process", cure="name a file: sqlite:////path"
        )
    path = Path(url.database)
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=_FOLDER_MODE)
        if not path.exists():
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, _FILE_MODE))
        if path.stat().st_mode & 0o077:
            path.chmod(_FILE_MODE)  # -wal and -shm take the file's mode
    except OSError as error:
        raise unusable(path, error) from error
    ours = _file(path)
    engine = create_engine(
        url, hide_parameters=True, connect_args={"timeout": _BUSY_S}, pool_size=5, max_overflow=20
    )

    @event.listens_for(engine, "do_connect")
    def _there(*_: Any) -> None:
        if _file(path) != ours:  # SQLite would make an empty one, in which nothing is known
            raise _away()

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # the driver must not begin transactions by itself
        for pragma in _PRAGMAS:
            connection.execute(pragma).close()

    @event.listens_for(engine, "begin")
    def _begin(conn: Connection) -> None:
        # In WAL mode SQLite does not notice that its file is gone: what is acknowledged then would be lost.
        if _file(path) != ours:
            raise _away()
        # A writer takes the lock at once: a read that turns into a write could not be waited for.
        wants_lock = conn.get_execution_options().get(WRITE, False)
        conn.exec_driver_sql("BEGIN IMMEDIATE" if wants_lock else "BEGIN")

    _forget_after_fork(engine)
    return engine


def _file(path: Path) -> tuple[int, int] | None:
    """Which file lies there, None where none does (2 µs)."""
    try:
        found = path.stat()
    except OSError:
        return None
    return (found.st_dev, found.st_ino) if stat.S_ISREG(found.st_mode) else None


def _away() -> RetryableError:
    return RetryableError(
        "the ledger's file was moved, removed or replaced",
        cure="put it back with its -wal file, or start again with the one that is there",
    )


def _forget_after_fork(engine: Engine) -> None:
    # A child that used its parent's connections would break both.
    known: Any = weakref.ref(engine)

    def forget() -> None:
        found = known()
        if found is not None:
            found.dispose(close=False)

    os.register_at_fork(after_in_child=forget)


def _not_a_url() -> ConfigError:
    return ConfigError(
        "the database URL is not understood",
        cure="use sqlite:////path/to/file or postgresql+psycopg://user@host:5432/name",
    )
