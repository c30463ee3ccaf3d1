"""`voc ingest`: files into the ledger; `--wait` until they are searchable."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from voc.cli import shared
from voc.cli.stopping import Stop, stopping
from voc.collect import ingest as collecting
from voc.collect.dropfolder import DropFolder
from voc.collect.files import expand
from voc.collect.mapping import load_mapping
from voc.collect.rows import FileMapping
from voc.errors import ROW_CURES, RetryableError, UsageError, VocError
from voc.language import LanguagePool
from voc.pipeline import Progress
from voc.runtime import Runtime
from voc.types import KINDS

_SHOWN = 20  # refused rows printed one by one; the rest is counted (all are in the dead letters)
_SEARCHABLE = "searchable; next: voc painpoints, voc search WORDS, voc serve"
_KEPT = "kept; a running `voc serve` makes it searchable, or: voc work --until-empty"


def ingest(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE…", help="CSV, TSV, JSONL, JSON, XLSX, XLS, ZIP or a folder of these."),
    ],
    source: Annotated[str | None, typer.Option(help="Source id; default: the file's stem.")] = None,
    kind: Annotated[str, typer.Option(help="review, post, ticket, chat or survey.")] = "review",
    mapping: Annotated[Path | None, typer.Option(help="Mapping file: which column is which field.")] = None,
    exported_at: Annotated[
        datetime | None,
        typer.Option(help="When the files were exported (workspace's zone): what 昨天 and 11-01 count from."),
    ] = None,
    wait: Annotated[bool, typer.Option("--wait", help="Return when everything is searchable.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show how the first rows would be read; keep nothing.")
    ] = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Drop folder: take what is laid there until stopped.")
    ] = False,
    workspace: shared.WorkspaceOption = None,
    as_json: shared.JsonOption = False,
) -> None:
    """Read files into the ledger. Good rows are kept, bad ones are named and kept as dead letters.

    Exit 0 when every row is on disk, 1 when some were refused, 2 on wrong use. The same file again adds
    nothing; a changed row makes a revision.

    Example: voc ingest 评价.csv --source tmall --kind review --wait
    """
    if kind not in KINDS:
        raise UsageError("unknown kind", code="VOC-E102", value=kind, cure="one of " + ", ".join(KINDS))
    began = time.perf_counter()
    columns = load_mapping(mapping) if mapping else None
    if dry_run:
        _preview(files, columns, workspace, exported_at)
        return
    opened = shared.runtime(workspace)
    known = opened.workspace()
    name = known.name
    how: dict[str, Any] = {
        "source": source,
        "kind": kind,
        "mapping": columns,
        "exported_at": _in_zone(exported_at, known.timezone),
    }
    if watch:
        _watch(opened, files, name, **how)
        return
    with stopping() as stop, ExitStack() as end:
        pool = opened.pool() if wait else None
        if pool is not None:
            end.callback(pool.close)
            pool.start()  # models load while the files are read
        reports, failed = _take(opened, files, name, quiet=as_json, check=stop.check, **how)
        taken = time.perf_counter()
        done = _until_searchable(opened, pool, stop) if pool is not None else None
        if wait:
            stop.check()
    if as_json:
        answer: dict[str, Any] = {"workspace": name, "files": reports, "searchable": wait}
        seconds = {"collect": round(taken - began, 3), "work": round(time.perf_counter() - taken, 3)}
        if done is not None:
            # Those of text, language and encode are summed over the language processes.
            seconds |= {stage: round(spent, 3) for stage, spent in done.seconds.items()}
        shared.out_json(answer | {"seconds": seconds})
    elif any(report["created"] + report["revised"] for report in reports):
        shared.say(_SEARCHABLE if wait else _KEPT)
    raise typer.Exit(1 if failed else 0)


def _take(
    opened: Runtime, files: list[Path], workspace: str, *, quiet: bool, source: str | None, **how: Any
) -> tuple[list[dict[str, Any]], bool]:
    """Every file in turn: (counts of each, whether anything was refused)."""
    reports, failed = [], False
    for path in expand(files):
        try:
            report = _one(opened, path, workspace, source=source, **how)
        except VocError as error:
            if len(files) == 1 and path == files[0] and isinstance(error, UsageError):
                raise
            shared.say(error.line())
            failed = True
            continue
        failed = failed or bool(report.refused_total)
        counts, name = _counts(report), shared.masked(path.name)
        reports.append({"file": name, "source": source or shared.masked(path.stem), **counts})
        if not quiet:
            shared.out(f"{name}: " + ", ".join(f"{counts[k]} {k}" for k in counts))
    return reports, failed


def _watch(opened: Runtime, files: list[Path], workspace: str, **how: Any) -> None:
    """Sweep a drop folder until SIGTERM or Ctrl-C; one line a file."""
    if len(files) != 1 or not files[0].is_dir():
        raise UsageError(
            "--watch takes one folder", code="VOC-E108", value=files[0].name, cure="name a folder"
        )
    folder = DropFolder(files[0], ingest=lambda path: _one(opened, path, workspace, **how))
    with stopping() as stop:
        _sweep(opened, folder, stop)


def _sweep(opened: Runtime, folder: DropFolder, stop: Stop) -> None:
    while not stop():
        try:
            for taken in folder.sweep():
                counts = _counts(taken.report) if taken.report else {}
                said = taken.error or ", ".join(f"{counts[k]} {k}" for k in counts)
                shared.out(shared.masked(f"{taken.name}: {said}"))
                sys.stdout.flush()
        except RetryableError as error:
            shared.say(error.line())
        stop.wait(opened.settings.poll_s)


def _until_searchable(opened: Runtime, pool: LanguagePool, stop: Stop) -> Progress | None:
    with shared.bar("reading and labelling") as bar:
        waiting = opened.pending()
        return opened.work_until_empty(
            note=shared.say,
            on_progress=lambda p: bar.to(p.documents + p.failed, total=waiting),
            stop=stop,
            sleep=stop.wait,
            pool=pool,
        )


def _one(
    opened: Runtime,
    path: Path,
    workspace: str,
    *,
    check: Callable[[], None] = lambda: None,
    **how: Any,
) -> collecting.IngestReport:
    with shared.bar(path.name) as bar:

        def tell(rows: int) -> None:
            check()  # may raise, between two batches: what is kept stays kept
            bar.to(rows)

        report = collecting.ingest_file(
            opened.ledger,
            path,
            workspace=workspace,
            settings=opened.settings,
            on_progress=tell,
            mask=shared.masked,
            **how,
        )
    for refused in report.refused[:_SHOWN]:
        cure = ROW_CURES.get(refused.code, "mend the row and read the file again")
        shared.say(f"error {refused.code}: {path.name} {refused.place}: {refused.reason}, {cure}")
    more = report.refused_total - _SHOWN
    if more > 0:
        shared.say(f"… and {more} more refused rows; all are dead letters, which `voc doctor` counts")
    for name, rows in report.warnings.items():
        shared.say(
            f"note: {path.name}: {rows} rows kept without {collecting.unread(name, how['exported_at'])}"
        )
    return report


def _in_zone(at: datetime | None, zone: str) -> datetime | None:
    return at.replace(tzinfo=ZoneInfo(zone)) if at is not None and at.tzinfo is None else at


def _counts(report: collecting.IngestReport) -> dict[str, int]:
    return {
        "created": report.created,
        "revised": report.revised,
        "unchanged": report.unchanged,
        "refused": report.refused_total,
    }


def _preview(
    files: list[Path], columns: FileMapping | None, workspace: str | None, exported_at: datetime | None
) -> None:
    settings = shared.settings(workspace)
    at = _in_zone(exported_at, settings.timezone)
    for path in expand(files):
        taken, rows = collecting.preview(path, mapping=columns, settings=settings, exported_at=at)
        shared.out_json({"file": shared.masked(path.name), "columns": taken, "rows": rows})
