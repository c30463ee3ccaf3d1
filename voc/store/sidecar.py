"""The small file beside an index: which folder is valid, its format and schema, whether it is whole."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

FORMAT = 1
NAME = "index.json"


@dataclass(frozen=True, slots=True)
class Sidecar:
    """`built` False: never whole, nobody reads it. `unfinished`: why it must be made again, or None."""

    index: str  # names the folder and tells one index from the next
    schema: str
    built: bool
    unfinished: str | None
    format: int = FORMAT


def read(folder: Path, *, schema: str) -> Sidecar | str | None:
    """The sidecar; a reason where there is one that does not fit; None where there is none."""
    try:
        raw = (folder / NAME).read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        return f"the index cannot be read: {error.strerror}"
    try:
        found = json.loads(raw)
        if found["format"] != FORMAT:
            return f"the index has format {int(found['format'])}, this program writes {FORMAT}"
        if found["schema"] != schema:
            return "the index was made by a program with other fields"
        index, unfinished = found["index"], found["unfinished"]
        if not isinstance(index, str) or not index.isalnum() or not isinstance(unfinished, str | None):
            return "the index's description is damaged"
        return Sidecar(index, schema, found["built"] is True, unfinished)
    except (ValueError, KeyError, TypeError):
        return "the index's description is damaged"


def write(folder: Path, sidecar: Sidecar) -> None:
    """Replace the file, durably: after a crash there is the old one or the new, whole."""
    content = json.dumps(asdict(sidecar)).encode()
    replace_file(folder / NAME, lambda out: out.write(content))


def replace_file(path: Path, fill: Callable[[BinaryIO], object]) -> None:
    """Write a file that is there whole or not at all, on disk when this returns."""
    temporary = path.with_name(f"{path.name}.new")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as out:
            fill(out)
            out.flush()
            os.fsync(out.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)  # half a file helps nobody on a full disk
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
