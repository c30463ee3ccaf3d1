"""What people decide about a document's integrity, and room for a change of the identity key."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "verdicts",
        sa.Column("id", _ID, autoincrement=False, nullable=False),
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("item", sa.BigInteger(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("in_force", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_verdicts_item"), "verdicts", ["item"], unique=False)
    op.create_index(
        "uq_verdicts_in_force",
        "verdicts",
        ["workspace", "item"],
        unique=True,
        sqlite_where=sa.text("in_force IS 1"),
        postgresql_where=sa.text("in_force IS true"),
    )
    op.create_table(
        "rekeyed",
        sa.Column("old", sa.Text(), nullable=False),
        sa.Column("new", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("old"),
        sqlite_with_rowid=False,
    )
