"""The writer lease: an operating system's lock on a file, which dies with the process that holds it."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from voc.errors import RetryableError

# A lock of this kind knows processes only; this set keeps two writers of one process apart. It is not
# inherited by a forked child (flock is), so that no child keeps the lease of a dead parent.
_held: set[str] = set()


class Lease:
    """Held from `take` to `release`."""

    def __init__(self, name: str, descriptor: int) -> None:
        self._name = name
        self._descriptor: int | None = descriptor

    @classmethod
    def take(cls, path: Path) -> Lease:
        """Take the lease.

        Raises:
            RetryableError: another process, or another store of this one, holds it (VOC-E402).
        """
        name = str(path.resolve())
        if name in _held:
            raise _taken()
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(descriptor)
            raise _taken() from error
        _held.add(name)
        return cls(name, descriptor)

    def release(self) -> None:
        """Give it back; a second time does nothing."""
        if self._descriptor is not None:
            _held.discard(self._name)
            os.close(self._descriptor)
            self._descriptor = None


def _taken() -> RetryableError:
    return RetryableError(
        "another process holds the writer lease",
        code="VOC-E402",
        cure="stop the other `voc serve` or `voc work`, or wait for it",
    )
