"""Bringing a database to this program's schema, by alembic, from scripts inside the package."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from voc.db.transactions import MIGRATE_LOCK, is_postgres, reading, writing
from voc.errors import ConfigError
from voc.faults import point

HEAD = "0003"  # the newest script under migrations/versions (a test compares)
_SCRIPTS = Path(__file__).resolve().parent / "migrations"


def migrate(engine: Engine) -> None:
    """Make or upgrade the tables; safe from several processes at once, a no-op when nothing is to do.

    All in one transaction: a process that is killed leaves the old schema or the new one.

    Raises:
        ConfigError: the database was made by a newer program (VOC-E204).
    """
    with reading(engine) as conn:
        if current(conn) == HEAD:
            return
    with writing(engine) as conn:
        if is_postgres(conn):
            conn.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATE_LOCK})
        found = current(conn)
        if found != HEAD:
            _upgrade(conn, found)
            point("migrating")
    point("migrated")


def current(conn: Connection) -> str | None:
    """The schema's revision, None for an empty database."""
    if not inspect(conn).has_table("alembic_version"):
        return None
    row = conn.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if row is None else str(row)


def _upgrade(conn: Connection, found: str | None) -> None:
    # Imported here: alembic takes 0.1 s, and nearly every start has nothing to migrate.
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if found is not None and found not in known:
        raise ConfigError(
            "the ledger was made by a newer program",
            code="VOC-E204",
            value=f"schema {found[:40]}",
            cure="install the newer voc, or restore a backup made before",
        )
    config.attributes["connection"] = conn
    command.upgrade(config, "head")
