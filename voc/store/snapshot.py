"""Columns on disk for a quick start: one `.npz` without pickle a workspace, with the change it reflects.

A snapshot is never needed: one that is missing, damaged, of another index or of an earlier generation is
ignored, and the columns are made from the index.
"""

from __future__ import annotations

import hashlib
import zipfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson

from voc.store.growing import GrowingColumns
from voc.store.sidecar import replace_file

_ABOUT = "about"


@dataclass(frozen=True, slots=True)
class About:
    """What a snapshot belongs to."""

    index: str
    schema: str
    workspace: str
    generation: int


def path_of(folder: Path, about: About) -> Path:
    """Its file; workspaces may have any name."""
    return folder / f"{hashlib.sha256(about.workspace.encode()).hexdigest()[:24]}.npz"


def save(folder: Path, about: About, columns: GrowingColumns) -> None:
    """Write it whole or not at all."""
    arrays, words = columns.dump()
    note = orjson.dumps({**asdict(about), "words": words})
    arrays[_ABOUT] = np.frombuffer(note, dtype=np.uint8)
    folder.mkdir(exist_ok=True)
    replace_file(path_of(folder, about), lambda out: np.savez(out, allow_pickle=False, **arrays))


def load(folder: Path, about: About) -> GrowingColumns | None:
    """The columns of a snapshot that belongs here, else None."""
    try:
        with path_of(folder, about).open("rb") as file, np.load(file, allow_pickle=False) as held:
            arrays: dict[str, npt.NDArray[Any]] = {name: held[name] for name in held.files}
        note = orjson.loads(arrays.pop(_ABOUT).tobytes())
        words = note.pop("words")
        if note != asdict(about):
            return None
        return GrowingColumns.restored(arrays, words)
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile):
        return None
