"""A drop folder: files laid there are ingested once they are whole, then moved to `done` or `failed`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from voc.collect.files import SUPPORTED
from voc.collect.ingest import IngestReport
from voc.errors import FatalError, RetryableError, VocError

DONE, FAILED = "done", "failed"
_UNFINISHED = (".tmp", ".part", ".crdownload", ".partial", ".filepart")


@dataclass(frozen=True, slots=True)
class Dropped:
    """What became of one file; `error` is one line when the file as a whole could not be read."""

    name: str
    moved_to: Path
    report: IngestReport | None
    error: str | None = None


class DropFolder:
    """Watches one folder. A file counts as whole when two sweeps see the same size and time."""

    def __init__(self, folder: Path, *, ingest: Callable[[Path], IngestReport]) -> None:
        """`ingest` takes one file into the ledger (`functools.partial` of `ingest_file`)."""
        self._folder = folder
        self._ingest = ingest
        self._seen: dict[Path, tuple[int, int]] = {}

    def sweep(self) -> list[Dropped]:
        """Look once: ingest what has been whole since the last look, in order of name.

        A file is moved after its rows are in the ledger, so an end between the two only makes it be read
        again, which adds nothing. Beside a failed file lies `NAME.error.txt` with the reason.

        Raises:
            RetryableError, FatalError: the ledger cannot be written; the file stays where it is.
        """
        now = {path: (stat.st_size, stat.st_mtime_ns) for path in self._waiting() if (stat := path.stat())}
        ready = [path for path, state in sorted(now.items()) if self._seen.get(path) == state]
        self._seen = {path: state for path, state in now.items() if path not in ready}
        return [self._take(path) for path in ready]

    def _waiting(self) -> list[Path]:
        return [
            path
            for path in self._folder.iterdir()
            if path.is_file()
            and not path.name.startswith((".", "~$"))
            and path.suffix.lower() not in _UNFINISHED
            and (path.suffix.lower() in SUPPORTED)
        ]

    def _take(self, path: Path) -> Dropped:
        try:
            report = self._ingest(path)
        except (RetryableError, FatalError):
            raise
        except VocError as error:
            target = self._move(path, FAILED)
            target.with_name(target.name + ".error.txt").write_text(error.line() + "\n", encoding="utf-8")
            return Dropped(path.name, target, None, error.line())
        return Dropped(path.name, self._move(path, DONE), report)

    def _move(self, path: Path, folder: str) -> Path:
        into = self._folder / folder
        into.mkdir(exist_ok=True)
        target, number = into / path.name, 1
        while target.exists():
            number += 1
            target = into / f"{path.stem}-{number}{path.suffix}"
        return path.rename(target)
