"""`voc demo`: the bundled sample through every layer, then API and console on 127.0.0.1."""

from __future__ import annotations

import os
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml

from voc import resources
from voc.cli import answers, serve, shared
from voc.clock import system_clock
from voc.collect.ingest import ingest_file
from voc.errors import ConfigError
from voc.runtime import Runtime, open_runtime

HOME = Path(".voc-demo")
_KEY = "demo"


def demo(
    no_serve: Annotated[bool, typer.Option("--no-serve", help="End after the ingest.")] = False,
    home: Annotated[
        Path | None, typer.Option(help="Data folder; default VOC_DEMO_HOME, else .voc-demo.")
    ] = None,
    port: Annotated[int | None, typer.Option(help="Port; default 8400.")] = None,
) -> None:
    """Take the bundled sample (two workspaces, twelve weeks) through every layer and show the first answer.

    Example: voc demo
    """
    began = time.perf_counter()
    plan = _plan()
    first = plan["workspaces"][0]
    folder = home or Path(os.environ.get("VOC_DEMO_HOME") or HOME)
    opened = open_runtime(
        shared.settings(first["name"], home=folder, taxonomy=first["taxonomy"], port=port, store_url=None)
    )
    exported = datetime.fromisoformat(str(plan["exported_at"]))
    for part in plan["workspaces"]:
        opened.ledger.ensure_workspace(part["name"], timezone=part["timezone"], taxonomy=part["taxonomy"])
        for file in part["files"]:
            _take(opened, part["name"], file, exported)
    with shared.bar("reading and labelling") as bar:
        waiting = opened.pending()
        opened.work_until_empty(
            note=shared.say, on_progress=lambda p: bar.to(p.documents + p.failed, total=waiting)
        )
    shared.say(f"searchable after {time.perf_counter() - began:.1f} s\n")
    # The last four weeks, so that the weeks before can say whether it gets worse.
    since = (exported - timedelta(days=27)).date().isoformat()
    shared.out(f"What hurts the customers of `{first['name']}` most since {since}:\n")
    answers.show_painpoints(opened, first["name"], limit=8, since=since)
    if no_serve:
        return
    for row in opened.ledger.list_keys():
        if row.name == _KEY and row.revoked_at is None:
            opened.ledger.revoke_key(row.id)
    made = opened.ledger.create_key(
        name=_KEY,
        workspace="*",
        scopes=("ingest", "read", "write", "export", "admin"),
        expires_at=system_clock() + timedelta(days=30),
    )
    shared.say(f"\nkey for API and console (30 days): {made.secret}")
    serve.run(opened, with_worker=True)


def _take(opened: Runtime, workspace: str, file: dict[str, Any], exported: datetime) -> None:
    path = resources.folder("samples") / file["file"]
    report = ingest_file(
        opened.ledger,
        path,
        workspace=workspace,
        source=file["source"],
        kind=file["kind"],
        settings=opened.settings,
        exported_at=exported,
    )
    shared.say(
        f"{workspace}: {file['file']}: {report.created} created, {report.revised} revised, "
        f"{report.unchanged} unchanged, {report.refused_total} refused"
    )


def _plan() -> dict[str, Any]:
    path = resources.folder("samples") / "demo.yaml"
    try:
        plan: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    except OSError:
        raise ConfigError(
            "the sample data is missing", code="VOC-E206", cure="install the package again"
        ) from None
    return plan
