"""What the collect tests share: a file written and read in one step."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from voc.collect.files import read_file
from voc.collect.rows import FileMapping, Row
from voc.config import Settings, load

Read = Callable[..., list[Row]]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load(home=tmp_path / "home")


@pytest.fixture
def read(tmp_path: Path, settings: Settings) -> Read:
    def read_bytes(
        name: str, data: bytes, *, mapping: FileMapping | None = None, limits: Settings | None = None
    ) -> list[Row]:
        path = tmp_path / name
        path.write_bytes(data)
        zone = ZoneInfo("Asia/Shanghai")
        return list(
            read_file(path, mapping=mapping, zone=zone, exported_at=None, settings=limits or settings)
        )

    return read_bytes
