"""Sketches of texts, and which copies are near ones; texts annotated before have no sketch."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add what near copies need."""
    op.create_table(
        "sketches",
        sa.Column("item", _ID, autoincrement=False, nullable=False),
        sa.Column("sketch", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("item"),
    )
    op.add_column("annotations", sa.Column("edited", sa.Float(), nullable=True))
    op.create_index(
        "ix_annotations_near",
        "annotations",
        ["workspace", "signature"],
        unique=False,
        sqlite_where=sa.text("edited IS NOT NULL"),
        postgresql_where=sa.text("edited IS NOT NULL"),
    )
    op.create_index("ix_outbox_version", "outbox", ["version"], unique=False)
