"""`voc doctor`: is everything where it should be, and if not, what cures it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from voc.cli import shared
from voc.diagnosis import diagnose
from voc.ops import home
from voc.runtime import open_runtime


def doctor(
    quick: Annotated[bool, typer.Option("--quick", help="Counts only, index not compared.")] = False,
    repair: Annotated[
        bool, typer.Option("--repair", help="First put right what needs nobody's words (noted in the audit).")
    ] = False,
    workspace: shared.WorkspaceOption = None,
    as_json: shared.JsonOption = False,
) -> None:
    """Check accepted = indexed + pending + dead + deleted for every source, and index against ledger.

    Exit 0 when balanced (pending is no problem), 1 when not.

    Example: voc doctor --json
    """
    settings = shared.settings(workspace)
    were_open = home.open_to_others(settings.home)
    opened = open_runtime(settings)
    names = [opened.workspace(workspace).name] if workspace else [w.name for w in opened.ledger.workspaces()]
    if repair:
        for name, count in opened.ledger.repair().items():
            shared.say(f"repaired: {count} {name}")
    found = diagnose(opened, names, compare=not quick, were_open=were_open)
    if as_json:
        problems = [asdict(problem) for problem in found.problems]
        shared.out_json({"ok": found.ok, "sources": found.sources, "problems": problems})
    else:
        for row in found.sources:
            shared.out(
                f"{row['workspace']}/{row['source']}: {row['accepted']} accepted = {row['indexed']} indexed"
                f" + {row['pending']} pending + {row['dead']} dead + {row['deleted']} deleted"
            )
        for problem in found.problems:
            shared.out(f"{problem.severity} {problem.problem}: {problem.what}; cure: {problem.cure}")
        shared.out("ok" if found.ok else "not ok")
    raise typer.Exit(0 if found.ok else 1)
