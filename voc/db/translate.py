"""What a database error means for the caller: try again, stop, or mend the set-up. No value is quoted."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, DisconnectionError, InterfaceError, OperationalError, TimeoutError

from voc.errors import ConfigError, FatalError, RetryableError, VocError

_SQLITE_BUSY = ("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_PROTOCOL")
_SQLITE_SETUP = ("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM", "SQLITE_AUTH")
_SQLITE_STOP = ("SQLITE_FULL", "SQLITE_IOERR", "SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_TOOBIG")
# PostgreSQL: class or full SQLSTATE.
_PG_STOP = ("53100", "58", "XX", "25006")  # disk full, system error, corrupted, read-only transaction
_PG_SETUP = ("28", "3D000", "42501", "0A000")  # authorization, no such database, privilege, unsupported
_PG_BUSY = ("08", "40", "53", "55P03", "57")  # connection, rollback, resources, lock, operator


@contextmanager
def translated() -> Iterator[None]:
    """Database errors raised inside become ours.

    Raises:
        RetryableError: VOC-E400, busy, locked, away.
        ConfigError: VOC-E206 (file or folder cannot be used), VOC-E200 (PostgreSQL refuses us).
        FatalError: VOC-E500, disk full, read-only, damaged.
    """
    try:
        yield
    except (TimeoutError, DisconnectionError) as error:
        raise _busy(type(error).__name__) from None
    except DBAPIError as error:
        found = _meaning(error)
        if found is None:
            raise
        raise found from None


def _meaning(error: DBAPIError) -> VocError | None:
    original = error.orig
    if isinstance(original, sqlite3.Error):
        return _sqlite(original)
    state = getattr(original, "sqlstate", None)
    if state is None:
        # Without a state the server was never reached, or the connection broke.
        lost = error.connection_invalidated or isinstance(error, OperationalError | InterfaceError)
        return _busy("connection lost") if lost else None
    if state.startswith(_PG_STOP):
        return _stop(f"SQLSTATE {state}")
    if state.startswith(_PG_SETUP):
        return ConfigError(
            "the database refuses this program", value=f"SQLSTATE {state}", cure="check VOC_DATABASE_URL"
        )
    if state.startswith(_PG_BUSY):
        return _busy(f"SQLSTATE {state}")
    return None


def _sqlite(original: sqlite3.Error) -> VocError | None:
    name = getattr(original, "sqlite_errorname", None) or ""
    if name.startswith(_SQLITE_BUSY):
        return _busy(name)
    if name.startswith(_SQLITE_SETUP):
        return ConfigError(
            "the ledger's file cannot be used",
            code="VOC-E206",
            value=name,
            cure="check that the home folder exists, is writable, and is on a local disk",
        )
    if name.startswith(_SQLITE_STOP):
        return _stop(name)
    return None


def _busy(value: str) -> RetryableError:
    return RetryableError("the database is busy or away", value=value, cure="try again shortly")


def _stop(value: str) -> FatalError:
    return FatalError(
        "the ledger cannot be written or read", value=value, cure="check free disk space, then run voc doctor"
    )
