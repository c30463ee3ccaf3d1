"""A program that is one migration ahead of this one: `python schema_to_come.py SCRIPTS URL` migrates."""

from __future__ import annotations

import sys
from pathlib import Path

from voc.db import migrate
from voc.db.engine import open_engine

HEAD = "9999"
SCRIPT = '''"""A schema to come."""

import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = {head!r}
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("items", sa.Column("mood", sa.Text(), nullable=False, server_default="calm"))
    op.execute("UPDATE items SET mood = 'glad' WHERE item % 2 = 0")
    op.drop_table("jobs")
'''

if __name__ == "__main__":
    migrate._SCRIPTS, migrate.HEAD = Path(sys.argv[1]), HEAD
    migrate.migrate(open_engine(sys.argv[2]))
