"""`voc doctor`: is everything where it should be, and if not, what cures it."""

from __future__ import annotations

from typing import Annotated

import typer

from voc.cli import shared
from voc.diagnosis import diagnose


def doctor(
    quick: Annotated[bool, typer.Option("--quick", help="Counts only, index not compared.")] = False,
    workspace: shared.WorkspaceOption = None,
    as_json: shared.JsonOption = False,
) -> None:
    """Check accepted = indexed + pending + dead + deleted for every source, and index against ledger.

    Exit 0 when balanced (pending is no problem), 1 when not.

    Example: voc doctor --json
    """
    opened = shared.runtime(workspace)
    names = [opened.workspace(workspace).name] if workspace else [w.name for w in opened.ledger.workspaces()]
    found = diagnose(opened, names, compare=not quick)
    if as_json:
        shared.out_json({"ok": found.ok, "sources": found.sources, "problems": found.problems})
    else:
        for row in found.sources:
            shared.out(
                f"{row['workspace']}/{row['source']}: {row['accepted']} accepted = {row['indexed']} indexed"
                f" + {row['pending']} pending + {row['dead']} dead + {row['deleted']} deleted"
            )
        for problem in found.problems:
            shared.out(f"problem: {problem['what']}; cure: {problem['cure']}")
        shared.out("ok" if found.ok else "not ok")
    raise typer.Exit(0 if found.ok else 1)
