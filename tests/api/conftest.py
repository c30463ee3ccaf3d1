"""One installation a test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from api_desk import Desk, installation


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """The API over an empty home, with a reading and pushing key."""
    with installation(tmp_path / "home") as opened:
        opened.client.key = opened.key("read", "ingest", "export")
        yield opened
