"""Trouble for real processes of the program: killed at their start or at a text, hung, no models.

`sitecustomize` of a folder on `PYTHONPATH` runs in every Python process before the program does. What a
process suffers is decided by files in the folder, so that a cause can be put there and taken away.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from voc_program import Program

_SOURCE = """
import os, signal, sys
from pathlib import Path

folder = Path(__file__).parent
language = "--multiprocessing-fork" in sys.orig_argv
worker = sys.orig_argv[-2:] == ["voc", "work"]


def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)


def note(name):
    with open(folder / "started", "a") as out:
        out.write(f"{name} {os.getpid()}\\n")


if worker:
    note("worker")
    if (folder / "worker-killed").exists():
        die()
    if (folder / "worker-raises").exists():
        import voc.cli.work
        def broken(*_, **__):
            raise ValueError("words of a customer")
        voc.cli.work.work_forever = broken
if language:
    note("language")
    if (folder / "language-killed").exists():
        die()
    if (folder / "language-hangs").exists():
        signal.pause()
    from voc import language as pool, reader, resources
    if (folder / "language-memory").exists():
        def no_memory(*_):
            raise MemoryError("words of a customer")
        reader.Reader.warm = no_memory
    if (folder / "models-gone").exists():
        real = resources.folder
        resources.folder = lambda name: folder if name == "models" else real(name)
    poison = folder / "poison"
    if poison.exists():
        words, read = poison.read_text("utf-8"), reader.Reader.read
        def deadly(self, tasks):
            return die() if any(words in task.record.text for task in tasks) else read(self, tasks)
        reader.Reader.read = deadly
"""


class Gremlin:
    """The folder; a cause is there from `cause` until `over`."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder = folder
        (folder / "sitecustomize.py").write_text(_SOURCE, "utf-8")

    def cause(self, name: str, words: str = "") -> None:
        """From now on processes that start suffer it."""
        (self.folder / name).write_text(words, "utf-8")

    def over(self, name: str) -> None:
        """It is gone."""
        (self.folder / name).unlink()

    def started(self, name: str) -> list[int]:
        """The processes of that name (`worker`, `language`) that have started."""
        path = self.folder / "started"
        lines = path.read_text().splitlines() if path.exists() else []
        return [int(pid) for of, pid in map(str.split, lines) if of == name]

    def among(self, voc: Program) -> Program:
        """The program with the gremlin in its processes (`run` and `start`; not those of the nursery)."""
        return Program(voc.home, {**voc.env, "PYTHONPATH": self._path()})

    def here(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """In processes that this one starts."""
        monkeypatch.setenv("PYTHONPATH", self._path())

    def _path(self) -> str:
        return f"{self.folder}:{Path(__file__).resolve().parents[2]}"
