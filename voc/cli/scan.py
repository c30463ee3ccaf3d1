"""`voc scan`: do planted words stand anywhere they must not?"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from voc.canaries.forms import LEAST_BYTES
from voc.canaries.places import Places
from voc.canaries.search import Hit, Search
from voc.cli import shared
from voc.db.engine import open_engine
from voc.errors import UsageError


def scan(
    canaries: Annotated[
        str, typer.Argument(metavar="CANARIES", help="File of planted words, one a line, or -.")
    ],
    also: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[PATH]...", help="Also these files and folders: logs, exports."),
    ] = None,
    as_json: shared.JsonOption = False,
) -> None:
    """Look for planted words in the whole home (index, ledger, logs, uploads, keys), and in the database.

    They are never printed: only the line they stand on in CANARIES, and where they were found.
    Exit 0 when there are none, 1 when there are, or when something could not be read.

    Example: voc scan canaries.txt exports/
    """
    words = _read(canaries)
    settings = shared.settings()
    folders = [settings.home, *(also or ())]
    for folder in folders:
        if not folder.exists():
            raise UsageError(
                "no such file or folder",
                code="VOC-E108",
                value=shared.masked(folder.name),
                cure="see VOC_HOME",
            )
    places = Places(Search(list(words.values())))
    with shared.bar("scanning") as bar:
        for folder in folders:
            places.folder(folder, told=bar.to)
    url = settings.database_url.get_secret_value() if settings.database_url else None
    if url is not None:
        engine = open_engine(url)
        try:
            places.database(engine)
        finally:
            engine.dispose()
    lines = list(words)
    hits = sorted(places.search.hits, key=lambda hit: (hit.place, hit.canary, hit.form))
    clean = not hits and not places.unread
    if as_json:
        shared.out_json(
            {
                "ok": clean,
                "canaries": len(words),
                "files": places.files,
                "bytes": places.search.bytes,
                "found": [{"place": h.place, "line": lines[h.canary], "form": h.form} for h in hits],
                "unread": [{"place": place, "why": why} for place, why in places.unread],
            }
        )
    else:
        _tell(places, hits, words)
    raise typer.Exit(0 if clean else 1)


def _tell(places: Places, hits: list[Hit], words: dict[int, str]) -> None:
    lines = list(words)
    for hit in hits:
        line = lines[hit.canary]
        shared.out(f"{hit.place}: the canary of line {line} ({_masked(words[line])}), {hit.form}")
    for place, why in places.unread:
        shared.out(f"{place}: not read, {why}")
    shared.out(
        f"{len(words)} canaries, {places.files} files, {places.search.bytes / 1e6:.0f} MB looked through: "
        + (f"{len(hits)} finds" if hits else "none found" if not places.unread else "not all could be read")
    )


def _read(name: str) -> dict[int, str]:
    """Line number → canary."""
    try:
        raw = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        lines = raw.decode("utf-8-sig").splitlines()
    except OSError:
        raise UsageError(
            "no such file", code="VOC-E108", cure="name a file of canaries, one a line"
        ) from None
    except UnicodeDecodeError:
        raise UsageError(
            "the canaries are not UTF-8", code="VOC-E108", cure="save the file as UTF-8"
        ) from None
    words = {number: line.strip() for number, line in enumerate(lines, start=1) if line.strip()}
    if not words:
        raise UsageError("there is no canary in the file", code="VOC-E108", cure="one a line")
    for number, line in words.items():
        if len(line.encode()) < LEAST_BYTES:
            raise UsageError(
                f"the canary of line {number} is too short: it would be found by chance",
                code="VOC-E102",
                cure=f"at least {LEAST_BYTES} bytes of UTF-8",
            )
    return words


def _masked(words: str) -> str:
    return words[0] + "*" * (len(words) - 1)
