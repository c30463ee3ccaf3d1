"""A file on disk that only this process can read: its key is never written, a kill leaves nothing to read."""

from __future__ import annotations

import io
import secrets
from pathlib import Path
from typing import IO, BinaryIO, cast

from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext, algorithms, modes

_BUFFER = 256 * 1024
_BLOCK = 16


class Seal:
    """AES-256 in counter mode under a key made for one file; about a gigabyte a second."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._start = secrets.randbits(64) << 64  # the low half counts blocks
        self._writing = self._at(0)

    def write(self, file: IO[bytes], data: bytes) -> None:
        """Append to the file; calls in order."""
        file.write(self._writing.update(data))

    def open(self, path: Path) -> BinaryIO:
        """Read what was written, from any place, as often as wanted."""
        return cast(BinaryIO, io.BufferedReader(_Reader(path, self), _BUFFER))

    def _at(self, block: int) -> CipherContext:
        counter = (self._start + block).to_bytes(_BLOCK, "big")
        return Cipher(algorithms.AES(self._key), modes.CTR(counter)).encryptor()


class _Reader(io.RawIOBase):
    def __init__(self, path: Path, seal: Seal) -> None:
        self._file = path.open("rb", buffering=0)
        self._seal = seal
        self._cipher = seal._at(0)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._file.tell()

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        here = self._file.tell()
        there = self._file.seek(offset, whence)
        if there != here:
            self._cipher = self._seal._at(there // _BLOCK)
            self._cipher.update(bytes(there % _BLOCK))
        return there

    def readinto(self, buffer: bytearray, /) -> int:  # type: ignore[override]
        data = self._file.read(len(buffer))
        buffer[: len(data)] = self._cipher.update(data)
        return len(data)

    def close(self) -> None:
        self._file.close()
        super().close()
