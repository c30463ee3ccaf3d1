"""Every document that an index still holds on disk, removed ones too: to look for what must not be there.

A removed document stays in its segment until that is merged. Its index is opened through a description that
knows of no removals, beside links to the same files; nothing is written to the index itself.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import tantivy

from voc.errors import RetryableError
from voc.store.damage import panics_told
from voc.store.tantivy_schema import blob_of

_META = "meta.json"
_TRIES = 5


class Everything:
    """One index on disk, made by `opened`."""

    def __init__(self, searcher: tantivy.Searcher, sizes: list[int]) -> None:
        self._searcher, self._sizes = searcher, sizes

    def blobs(self) -> Iterator[bytes]:
        """What is stored of each document and marker.

        Raises:
            RetryableError: the files cannot be read (VOC-E401).
        """
        try:
            with panics_told():
                for segment, size in enumerate(self._sizes):
                    for place in range(size):
                        yield blob_of(self._searcher.doc(tantivy.DocAddress(segment, place)))
        except (OSError, ValueError) as error:
            raise _unread() from error

    def has_term(self, beginning: str) -> bool:
        """Whether a word of the search text begins so."""
        with panics_told():
            return bool(self._searcher.terms_with_prefix("text", beginning, limit=1))


def indexes(folder: Path) -> list[Path]:
    """Folders below this one that hold an index."""
    return sorted(meta.parent for meta in folder.rglob(_META) if meta.with_name(".managed.json").exists())


@contextmanager
def opened(folder: Path) -> Iterator[Everything]:
    """The index in a folder, with all that its segments hold.

    Raises:
        RetryableError: it cannot be read (VOC-E401).
    """
    with tempfile.TemporaryDirectory() as beside:
        yield _read(folder, Path(beside))


def _read(folder: Path, beside: Path) -> Everything:
    failure: Exception | None = None
    for number in range(_TRIES):
        try:
            with panics_told():
                return _open(folder, beside / str(number))
        except (OSError, ValueError, KeyError, TypeError) as error:
            failure = error  # a writer merged meanwhile: look again
    raise _unread() from failure


def _unread() -> RetryableError:
    return RetryableError("an index cannot be read", code="VOC-E401", cure="voc rebuild")


def _open(folder: Path, beside: Path) -> Everything:
    beside.mkdir()
    meta = json.loads((folder / _META).read_bytes())
    for segment in meta["segments"]:
        segment["deletes"] = None
    for path in folder.iterdir():
        if path.name != _META and not path.name.endswith(".lock"):
            (beside / path.name).symlink_to(path.absolute())
    (beside / _META).write_text(json.dumps(meta), "utf-8")
    index = tantivy.Index.open(str(beside))
    index.config_reader(reload_policy="manual")
    index.reload()
    searcher = index.searcher()
    # Segments stand in the order of the description: were it another, a document would be missing.
    sizes = [int(segment["max_doc"]) for segment in meta["segments"]]
    if len(sizes) != searcher.num_segments or sum(sizes) != searcher.num_docs:
        raise ValueError("segments and their description differ")
    return Everything(searcher, sizes)
