"""A tantivy index on disk, opened: its newest state seen, its columns, and how a new one is made."""

from __future__ import annotations

import shutil
import uuid
from pathlib import Path

import tantivy

from voc.store import tantivy_schema
from voc.store.damage import panics_told
from voc.store.shelf import Shelf, last_change
from voc.store.sidecar import Sidecar

_PREFIX = "tantivy-"
_COLUMNS = "columns-"


class Opened:
    """One index of a store's folder; `searcher` is replaced by `reload`."""

    def __init__(self, folder: Path, name: str) -> None:
        self.name = name
        self.folder = folder / (_PREFIX + name)
        self._meta = self.folder / "meta.json"
        self._stamp = _stamp(self._meta)
        with panics_told():
            self.index = tantivy.Index.open(str(self.folder))
            self.index.config_reader(reload_policy="manual")
            self.index.reload()
            self.searcher = self.index.searcher()
        self.shelf = Shelf(name, folder / (_COLUMNS + name))

    @classmethod
    def checked(cls, folder: Path, name: str) -> Opened | str:
        """The index, or why it cannot be used."""
        try:
            made = cls(folder, name)
            with panics_told():
                last_change(made.searcher)
        except (OSError, ValueError) as error:
            return damaged(error)
        return made

    def reload(self) -> None:
        """See the newest commit."""
        stamp = _stamp(self._meta)
        self.index.reload()
        self.searcher = self.index.searcher()
        self._stamp = stamp

    def changed(self) -> bool:
        """Whether there was a commit since `reload`."""
        return _stamp(self._meta) != self._stamp


def damaged(error: Exception) -> str:
    """Why an index that tantivy cannot open must be made again."""
    return f"the index is damaged ({type(error).__name__})"


def make(folder: Path, reason: str) -> Sidecar:
    """An empty index in a folder of its own; its sidecar, not yet written, says that it is not whole."""
    name = uuid.uuid4().hex
    place = folder / (_PREFIX + name)
    place.mkdir(mode=0o700)
    tantivy.Index(tantivy_schema.schema(), path=str(place))
    return Sidecar(name, tantivy_schema.schema_hash(), built=False, unfinished=reason)


def remove_others(folder: Path, name: str) -> None:
    """Delete every index of the folder but one; readers keep what they have open."""
    for place in folder.iterdir():
        of = place.name.removeprefix(_PREFIX).removeprefix(_COLUMNS)
        if of != place.name and of != name:
            shutil.rmtree(place, ignore_errors=True)


def _stamp(meta: Path) -> tuple[int, int, int]:
    found = meta.stat()
    return found.st_mtime_ns, found.st_ino, found.st_size
