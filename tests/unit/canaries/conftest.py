"""A document to make others of."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from voc.types import Document

_AT = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture
def document() -> Document:
    """Of the workspace `w`."""
    return Document(
        *("d_1", "w", "s", "1", "review", 1, 1, 1, "好", "好"),
        *(_AT, "second", _AT, "2026-11-01", "2026-10-26", "2026-11", None, "p_1", False),
    )
