"""`voc export`: everything a listing holds, as JSON lines or CSV, masked."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from voc.api.deps import ExportParams
from voc.api.reading import Index
from voc.api.routes.exports import export_lines
from voc.cli import filters, shared
from voc.errors import UsageError


def export(
    what: Annotated[str, typer.Argument(metavar="mentions|documents", help="Which rows.")] = "mentions",
    output: Annotated[
        str, typer.Option("-o", "--output", help="Where to write, or - for standard output.")
    ] = "-",
    form: Annotated[str, typer.Option("--format", help="jsonl or csv (UTF-8 with BOM).")] = "jsonl",
    words: Annotated[str | None, typer.Option("--q", help="Words that all must occur.")] = None,
    product: filters.Product = None,
    brand: filters.Brand = None,
    version: filters.Version = None,
    source: filters.Source = None,
    kind: filters.Kind = None,
    aspect: filters.Aspect = None,
    sentiment: filters.Sentiment = None,
    intent: filters.Intent = None,
    since: filters.Since = None,
    until: filters.Until = None,
    more: filters.More = None,
    workspace: shared.WorkspaceOption = None,
) -> None:
    """Write all mentions or documents of a question; personal data is masked as everywhere.

    Example: voc export mentions --aspect battery --format csv -o battery.csv
    """
    asked = filters.params(
        ExportParams, more, what=what, format=form, q=words, product=product, brand=brand, version=version,
        source=source, kind=kind, aspect=aspect, sentiment=sentiment, intent=intent, since=since, until=until,
    )  # fmt: skip
    opened = shared.runtime(workspace)
    name = opened.workspace().name
    lines = export_lines(Index(opened).at(name).store, asked, name)
    opened.ledger.audit(name, actor="command line", action="export", target=what, detail={"format": form})
    if output == "-":
        for line in lines:
            sys.stdout.buffer.write(line)
        sys.stdout.buffer.flush()
        return
    try:
        with Path(output).open("wb") as file:
            for line in lines:
                file.write(line)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise UsageError(
            f"cannot write: {reason}", code="VOC-E108", value=Path(output).name, cure="name another file"
        ) from None
