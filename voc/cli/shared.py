"""What every verb needs: settings with the command line on top, output, a progress bar on terminals."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import orjson
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from voc.config import Settings, load
from voc.errors import one_line
from voc.ops import logging
from voc.runtime import Runtime, open_runtime

_FEWEST_DIGITS = 3  # of what is personal data, but for mail addresses
WorkspaceOption = Annotated[
    str | None, typer.Option("--workspace", "-w", help="Workspace; default VOC_WORKSPACE, else `default`.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


def settings(workspace: str | None = None, **more: Any) -> Settings:
    """Settings with the command line's on top."""
    return load(workspace=workspace, **more)


def runtime(workspace: str | None = None, **more: Any) -> Runtime:
    """The opened home; from here on events go to standard error."""
    found = settings(workspace, **more)
    logging.configure(found.log_level)
    return open_runtime(found)


def say(line: str) -> None:
    """A line for people, on standard error."""
    print(masked(line), file=sys.stderr, flush=True)


def masked(words: str) -> str:
    """On one line and without personal data: file names and places may hold some."""
    if sum(map(str.isdigit, words)) < _FEWEST_DIGITS and "@" not in words:
        return one_line(words)
    from voc.text.pii import mask  # not needed for most lines, and its tables take time to load

    return mask(one_line(words))[0]


def out(line: str) -> None:
    """A line of the answer, on standard output."""
    sys.stdout.write("\n".join(map(one_line, line.split("\n"))) + "\n")


def out_json(value: Any) -> None:
    """The answer as JSON."""
    sys.stdout.write(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode() + "\n")


class Bar:
    """A progress bar while standard error is a terminal, silent otherwise."""

    def __init__(self, progress: Progress | None, label: str, total: int | None) -> None:
        self._progress = progress
        self._task = progress.add_task(label, total=total) if progress else None

    def to(self, done: int, *, total: int | None = None) -> None:
        """Show that `done` of `total` are done."""
        if self._progress is not None and self._task is not None:
            self._progress.update(self._task, completed=done, total=total)


@contextmanager
def bar(label: str, *, total: int | None = None) -> Iterator[Bar]:
    """`with bar("reading") as b: b.to(5)`."""
    if not sys.stderr.isatty():
        yield Bar(None, label, total)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        yield Bar(progress, label, total)
