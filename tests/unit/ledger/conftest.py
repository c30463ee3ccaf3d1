"""One ledger a test on SQLite, and on PostgreSQL (a schema of its own, dropped after) where there is one.

What is migrated once is used by every test with a `desk`: of SQLite a copy of the file, of PostgreSQL one
schema, emptied. Every process of a parallel run has its own.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from ledger_desk import DATA_KEY, ID_KEY, Desk, Ticking
from sqlalchemy import create_engine, text

from voc.db.engine import migrate, open_engine
from voc.db.tables import metadata
from voc.ledger import Ledger
from voc.ledger.keys_at_rest import Keys


@contextmanager
def _schema() -> Iterator[str]:
    """The URL of a schema of its own, empty, dropped after."""
    server = os.environ["VOC_TEST_DATABASE_URL"]
    name = f"voc_test_{uuid4().hex[:12]}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    try:
        with admin.connect() as conn:
            conn.execute(text(f"CREATE SCHEMA {name}"))
        yield f"{server}{'&' if '?' in server else '?'}options=-csearch_path%3D{name}"
        with admin.connect() as conn:
            conn.execute(text(f"DROP SCHEMA {name} CASCADE"))
    finally:
        admin.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def backend(request: pytest.FixtureRequest) -> str:
    """Which database."""
    return str(request.param)


@pytest.fixture
def empty_url(backend: str, tmp_path: Path) -> Iterator[str]:
    """Where a database is that has no tables."""
    if backend == "sqlite":
        yield f"sqlite:///{tmp_path / 'home' / 'ledger.sqlite'}"
        return
    with _schema() as url:
        yield url


@pytest.fixture(scope="session")
def _migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("migrated") / "ledger.sqlite"
    engine = open_engine(f"sqlite:///{path}")
    migrate(engine)
    engine.dispose()  # the last connection writes the log into the file
    return path


@pytest.fixture(scope="session")
def _migrated_schema() -> Iterator[str]:
    with _schema() as url:
        engine = open_engine(url)
        migrate(engine)
        engine.dispose()
        yield url


@pytest.fixture
def url(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a database is that is as `migrate` makes it."""
    if backend == "sqlite":
        path = tmp_path / "home" / "ledger.sqlite"
        path.parent.mkdir(mode=0o700)
        shutil.copy(request.getfixturevalue("_migrated_file"), path)  # its mode too
        return f"sqlite:///{path}"
    found = str(request.getfixturevalue("_migrated_schema"))
    server = create_engine(found)
    with server.begin() as conn:
        names = ", ".join(table.name for table in metadata.sorted_tables if table.name != "counters")
        conn.execute(text(f"TRUNCATE {names} RESTART IDENTITY"))
        conn.execute(text("UPDATE counters SET value = 0"))
        conn.execute(text("ALTER SEQUENCE ledger_seq RESTART"))
    server.dispose()
    return found


@pytest.fixture
def clock() -> Ticking:
    """A clock that moves only when the test says so."""
    return Ticking()


@pytest.fixture
def desk(url: str, clock: Ticking) -> Iterator[Desk]:
    """A migrated ledger with the workspace `acme` and short ways of saying things."""
    engine = open_engine(url)
    migrate(engine)
    ledger = Ledger(engine, keys=Keys(DATA_KEY, ID_KEY), clock=clock, ticks=clock.ticks)
    ledger.ensure_workspace("acme", timezone="Asia/Shanghai", taxonomy="phone")
    yield Desk(ledger, engine, clock)
    engine.dispose()
