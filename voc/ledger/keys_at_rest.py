"""The two secrets of an installation, from settings or 0600 files: for raw text and for pseudonyms."""

from __future__ import annotations

import base64
import binascii
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import SecretStr

from voc.config import Settings
from voc.errors import ConfigError
from voc.ops.home import unusable

DATA_KEY_FILE = "data.key"
ID_KEY_FILE = "id.key"
NEXT_ID_KEY_FILE = "id.key.next"
"""The identity key that a change under way leads to (`voc.identity_key`)."""
LEDGER_FILE = "ledger.sqlite"
_BYTES = 32


@dataclass(frozen=True, slots=True)
class Keys:
    """32 bytes each; never shown."""

    data_key: bytes = field(repr=False)
    id_key: bytes = field(repr=False)


def load_or_make(home: Path, settings: Settings) -> Keys:
    """The keys of this home; what no setting gives is read from its file, and made on first use.

    Raises:
        ConfigError: a key is not base64 of 32 bytes, or its file is gone while the ledger it belongs to is
            there (VOC-E201); the home cannot be used (VOC-E206).
        FatalError: the disk is full (VOC-E500).
    """
    try:
        _prepare(home)
        return Keys(
            data_key=_key(home, DATA_KEY_FILE, settings.data_key, "VOC_DATA_KEY"),
            id_key=_key(home, ID_KEY_FILE, settings.id_key, "VOC_ID_KEY"),
        )
    except OSError as error:
        raise unusable(home, error) from error


def read_key(path: Path) -> bytes:
    """A key from a file of somebody's.

    Raises:
        ConfigError: there is none, or it is not base64 of 32 bytes (VOC-E201).
    """
    try:
        return _decoded(path.read_text(encoding="ascii", errors="replace"), str(path))
    except OSError:
        raise _no_key(str(path)) from None


def next_id_key(home: Path) -> bytes | None:
    """The next identity key, None where no change is under way."""
    path = home / NEXT_ID_KEY_FILE
    return read_key(path) if path.exists() else None


def make_next_id_key(home: Path) -> bytes:
    """The next identity key: the one that a change left behind that was cut short, else a new one.

    Raises:
        ConfigError: the home cannot be written (VOC-E206).
        FatalError: the disk is full (VOC-E500).
    """
    try:
        _make(home / NEXT_ID_KEY_FILE)
    except OSError as error:
        raise unusable(home, error) from error
    return read_key(home / NEXT_ID_KEY_FILE)


def promote_next_id_key(home: Path) -> None:
    """The next key takes the place of the one in force, whose bytes are overwritten; again: a no-op.

    What the disk or a backup has kept of the old file is beyond reach.
    """
    path, coming = home / ID_KEY_FILE, home / NEXT_ID_KEY_FILE
    old = os.open(path, os.O_RDWR) if path.exists() else None
    try:
        try:
            coming.replace(path)
        except FileNotFoundError:
            return  # another process was first
        _sync(home)
        if old is not None:
            os.pwrite(old, bytes(os.fstat(old).st_size), 0)
            os.fsync(old)
    except OSError as error:
        raise unusable(home, error) from error
    finally:
        if old is not None:
            os.close(old)


def _prepare(home: Path) -> None:
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    found = home.stat()
    # A folder that is ours alone (empty, or with our keys in it) is closed to others; /tmp is not.
    ours = found.st_uid == os.getuid() and not found.st_mode & stat.S_ISVTX
    if ours and found.st_mode & 0o077 and ((home / DATA_KEY_FILE).exists() or not any(home.iterdir())):
        home.chmod(0o700)


def _key(home: Path, name: str, given: SecretStr | None, variable: str) -> bytes:
    if given is not None:
        return _decoded(given.get_secret_value(), variable)
    path = home / name
    if not path.exists():
        if (home / LEDGER_FILE).exists():
            raise ConfigError(
                "the key of this ledger is missing",
                code="VOC-E201",
                value=str(path),
                cure=f"restore {name} from a backup, or set {variable}",
            )
        _make(path)
    if path.stat().st_mode & 0o077:
        path.chmod(0o600)
    return _decoded(path.read_text(encoding="ascii", errors="replace"), str(path))


def _make(path: Path) -> None:
    # Written aside and linked: whoever is first wins, and nobody ever reads half a key.
    aside = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
    try:
        with os.fdopen(os.open(aside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as out:
            out.write(base64.b64encode(os.urandom(_BYTES)) + b"\n")
            out.flush()
            os.fsync(out.fileno())
        os.link(aside, path)
    except FileExistsError:
        return
    finally:
        aside.unlink(missing_ok=True)  # on a full disk, half a key
    _sync(path.parent)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _decoded(encoded: str, place: str) -> bytes:
    try:
        key = base64.b64decode(encoded.strip(), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != _BYTES:
        raise _no_key(place)
    return key


def _no_key(place: str) -> ConfigError:
    return ConfigError(
        "a key must be base64 of 32 bytes",
        code="VOC-E201",
        value=place,
        cure="make one with: openssl rand -base64 32",
    )
