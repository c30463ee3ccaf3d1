"""One ledger a test on SQLite, and on PostgreSQL (a schema of its own, dropped after) where there is one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from ledger_desk import DATA_KEY, ID_KEY, Desk, Ticking
from sqlalchemy import create_engine, text

from voc.db.engine import migrate, open_engine
from voc.ledger import Ledger
from voc.ledger.keys_at_rest import Keys


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Where the test's database is; empty."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'home' / 'ledger.sqlite'}"
        return
    server = os.environ.get("VOC_TEST_DATABASE_URL")
    if not server:
        pytest.skip("VOC_TEST_DATABASE_URL is not set")
    schema = f"voc_test_{uuid4().hex[:12]}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    try:
        with admin.connect() as conn:
            conn.execute(text(f"CREATE SCHEMA {schema}"))
        yield f"{server}{'&' if '?' in server else '?'}options=-csearch_path%3D{schema}"
        with admin.connect() as conn:
            conn.execute(text(f"DROP SCHEMA {schema} CASCADE"))
    finally:
        admin.dispose()


@pytest.fixture
def clock() -> Ticking:
    """A clock that moves only when the test says so."""
    return Ticking()


@pytest.fixture
def desk(url: str, clock: Ticking) -> Iterator[Desk]:
    """A migrated ledger with the workspace `acme` and short ways of saying things."""
    engine = open_engine(url)
    migrate(engine)
    ledger = Ledger(engine, keys=Keys(DATA_KEY, ID_KEY), clock=clock)
    ledger.ensure_workspace("acme", timezone="Asia/Shanghai", taxonomy="phone")
    yield Desk(ledger, engine, clock)
    engine.dispose()
