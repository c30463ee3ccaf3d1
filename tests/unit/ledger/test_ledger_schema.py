"""Opening a database: migrations from empty, a newer schema refused, a kill half-way, what URLs mean."""

from __future__ import annotations

import os
import socket
import stat
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from voc.db.engine import migrate, open_engine
from voc.db.migrate import HEAD, current
from voc.db.tables import metadata
from voc.errors import ConfigError, RetryableError

# Dies by SIGKILL as the last step of the first script begins, all tables made but not committed.
_KILLED = """
    import os, signal, sys
    from alembic import op
    op.bulk_insert = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
    from voc.db.engine import migrate, open_engine
    migrate(open_engine(sys.argv[1]))
"""


def test_from_empty_to_what_the_program_expects(empty_url: str) -> None:
    engine = open_engine(empty_url)
    migrate(engine)
    migrate(engine)
    with engine.connect() as conn:
        assert current(conn) == HEAD
        context = MigrationContext.configure(conn, opts={"compare_type": True})
        differences = [d for d in compare_metadata(context, metadata) if "alembic_version" not in str(d)]
        rows = dict(conn.execute(text("SELECT name, value FROM counters")).tuples().all())
    assert differences == []
    assert rows == {"seq": 0, "version": 0, "ack": 0}
    engine.dispose()


def test_the_newest_script_is_the_one_named() -> None:
    scripts = Path(sys.modules["voc.db.migrate"].__file__ or "").parent / "migrations" / "versions"
    assert max(path.name for path in scripts.glob("v*.py")).startswith(f"v{HEAD}_")


def test_a_newer_schema_is_refused(empty_url: str) -> None:
    engine = open_engine(empty_url)
    migrate(engine)
    with engine.begin() as conn:
        conn.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(ConfigError) as caught:
        migrate(engine)
    assert caught.value.code == "VOC-E204"
    with engine.connect() as conn:
        assert current(conn) == "9999"
    engine.dispose()


def test_killed_half_way_leaves_nothing_half_made(empty_url: str) -> None:
    died = subprocess.run(
        [sys.executable, "-c", dedent(_KILLED), empty_url], capture_output=True, check=False, timeout=60
    )
    assert died.returncode == -9, died.stderr
    engine = open_engine(empty_url)
    with engine.connect() as conn:
        assert inspect(conn).get_table_names() == []
    migrate(engine)
    with engine.connect() as conn:
        assert current(conn) == HEAD
    engine.dispose()


def test_a_file_is_made_for_its_owner_alone_and_durable(tmp_path: Path) -> None:
    path = tmp_path / "new" / "ledger.sqlite"
    engine = open_engine(f"sqlite:///{path}")
    migrate(engine)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    with engine.connect() as conn:
        assert conn.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert conn.exec_driver_sql("PRAGMA synchronous").scalar() == 2
    engine.dispose()


@pytest.mark.parametrize(
    "url",
    [
        "",
        "nonsense",
        "mysql://root@localhost/x",
        "sqlite://",
        "sqlite:///:memory:",
        "postgresql+asyncpg://x/y",
    ],
)
def test_a_url_that_is_none(url: str) -> None:
    with pytest.raises(ConfigError) as caught:
        open_engine(url)
    assert caught.value.code == "VOC-E200"


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_names_of_postgresql(scheme: str) -> None:
    engine = open_engine(f"{scheme}://user:secret@127.0.0.1:1/none")
    assert engine.url.drivername == "postgresql+psycopg"
    with pytest.raises(RetryableError) as caught:
        migrate(engine)
    assert "secret" not in caught.value.line()
    engine.dispose()


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError) as caught:
        open_engine(f"sqlite:///{tmp_path / 'file' / 'ledger.sqlite'}")
    assert caught.value.code == "VOC-E206"


@pytest.mark.postgres
def test_a_silent_server_is_not_waited_for_for_hours() -> None:
    server = os.environ["VOC_TEST_DATABASE_URL"]
    engine = open_engine(f"{server}{'&' if '?' in server else '?'}connect_timeout=7")
    with engine.connect() as conn:
        asked = conn.connection.driver_connection.info.get_parameters()  # type: ignore[union-attr]
        assert asked["connect_timeout"] == "7"  # as the URL says
        option = socket.socket(fileno=os.dup(conn.connection.driver_connection.fileno()))  # type: ignore[union-attr]
        with option:
            assert option.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 60_000
            assert option.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 30
    engine.dispose()
