"""Files of an index that are not what was written: found by their checksums, and the note that says so.

Who finds damage while reading may not write the index; it leaves a note with the index's name, and the next
writer makes the index anew from the ledger. So does who knows that its rows must not be kept.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from voc.store.sidecar import NAME, replace_file

DAMAGED = "the index is damaged"
NOTE = "damaged"
_MAGIC = 1337  # of tantivy's footer: JSON with the crc of all before it, its length, this number
_BLOCK = 1 << 20
_TRIES = 5


@contextmanager
def panics_told() -> Iterator[None]:
    """A panic of tantivy's over garbage, which passes by every `except Exception`, becomes a ValueError."""
    try:
        yield
    except BaseException as error:
        if type(error).__name__ == "PanicException":
            raise ValueError("the index's files make no sense") from None
        raise


def damaged_files(folder: Path) -> int:
    """How many files of a tantivy index are not as they were written, or are missing (1 GB a second)."""
    found = 1
    for _ in range(_TRIES):
        before = _meta(folder)
        if before is None:
            continue
        found = _counted(folder, before)
        if not found or _meta(folder) == before:
            break  # else a writer merged meanwhile: look again
    return found


def _meta(folder: Path) -> bytes | None:
    try:
        return (folder / "meta.json").read_bytes()
    except OSError:
        return None


def _counted(folder: Path, meta: bytes) -> int:
    try:
        segments = {one["segment_id"].replace("-", "") for one in json.loads(meta)["segments"]}
        ours = [path for path in folder.iterdir() if path.name.partition(".")[0] in segments]
    except (OSError, ValueError, KeyError, TypeError):
        return 1
    missing = segments - {path.stem for path in ours if path.suffix == ".store"}
    return len(missing) + sum(not _whole(path) for path in ours)


def note(folder: Path, index: str, reason: str = DAMAGED) -> None:
    """Leave word for the next writer."""
    replace_file(folder / NOTE, lambda out: out.write(f"{index}\n{reason}".encode()))


def noted(folder: Path, index: str) -> str | None:
    """Why somebody wants this index made again, None where nobody does."""
    try:
        named, _, reason = (folder / NOTE).read_text("utf-8", errors="replace").partition("\n")
    except OSError:
        return None
    return (reason or DAMAGED) if named == index else None


def outdate(folder: Path, reason: str) -> None:
    """The index of a store's folder, whichever it is, must be made again: readers answer nothing from it."""
    try:
        index = json.loads((folder / NAME).read_bytes())["index"]
    except (OSError, ValueError, KeyError, TypeError):
        return  # there is none that anybody could read
    note(folder, str(index), reason)


def _whole(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            if size < 8:
                return False
            file.seek(size - 8)
            tail = file.read(8)
            length, magic = int.from_bytes(tail[:4], "little"), int.from_bytes(tail[4:], "little")
            if magic != _MAGIC or length > size - 8:
                return False
            left = size - 8 - length
            file.seek(left)
            wanted = json.loads(file.read(length))["crc"]
            file.seek(0)
            found = 0
            while left:
                block = file.read(min(left, _BLOCK))
                if not block:
                    return False
                found = zlib.crc32(block, found)
                left -= len(block)
            return bool(found == wanted)
    except (OSError, ValueError, KeyError, TypeError):
        return False
