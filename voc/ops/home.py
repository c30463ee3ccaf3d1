"""The home folder: who else may read it, what does not belong there, and why it cannot be used."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from voc.errors import ConfigError, FatalError, VocError

LEAST_FREE_BYTES = 32 * 1024 * 1024
"""A commit of the index and SQLite's log together need about so much."""
SECRET_FILES = ("data.key", "id.key", "id.key.next", "ledger.sqlite", "voc.toml")
_OURS = frozenset(
    {
        *SECRET_FILES,
        *(f"ledger.sqlite{tail}" for tail in ("-wal", "-shm", "-journal")),
        *("index", "uploads", "lost+found"),
    }
)


def open_to_others(home: Path) -> list[Path]:
    """The home, its keys and its ledger, where others than the owner may read or write them.

    To be asked before the home is opened: opening closes what it finds open.
    """
    found = [home, *(home / name for name in SECRET_FILES), home / "index"]
    return [path for path in found if path.exists() and path.stat().st_mode & 0o077]


def foreign(home: Path) -> list[Path]:
    """What voc did not put there; logs may lie in the home."""
    try:
        found = list(home.iterdir())
    except OSError:
        return []
    return sorted(path for path in found if path.name not in _OURS and path.suffix != ".log")


def room(home: Path) -> None:
    """Whether the home's disk takes what comes.

    Raises:
        FatalError: VOC-E500, under `LEAST_FREE_BYTES` are free.
        ConfigError: VOC-E206, it is read-only.
    """
    disk = os.statvfs(home)
    if disk.f_flag & os.ST_RDONLY:
        raise ConfigError("the home is read-only", code="VOC-E206", cure="mount it writable")
    if disk.f_bavail * disk.f_frsize < LEAST_FREE_BYTES:
        raise FatalError("the disk is nearly full", cure="free disk space")


def unusable(place: Path | None, error: OSError) -> VocError:
    """What it means that the home, or something in it, cannot be made, read or written.

    FatalError VOC-E500: the disk is full, which passes; ConfigError VOC-E206: whatever has to be mended.
    `place` is told where it is given.
    """
    value = None if place is None else str(place)
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return FatalError("the disk is full", value=value, cure="free disk space")
    return ConfigError(
        f"the home folder cannot be used: {error.strerror or type(error).__name__}",
        code="VOC-E206",
        value=value,
        cure="set VOC_HOME to a folder you can write",
    )
