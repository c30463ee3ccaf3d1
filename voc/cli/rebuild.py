"""`voc rebuild` makes the index again from the ledger; `voc replay` puts dead letters back to work."""

from __future__ import annotations

from typing import Annotated

import typer

from voc import rebuilding
from voc.cli import shared


def rebuild(workspace: shared.WorkspaceOption = None, as_json: shared.JsonOption = False) -> None:
    """Make the index again from the ledger's annotations, without running any model, to the same digest.

    Where a worker runs, it does it at its next batch, and this waits for it.

    Example: voc rebuild
    """
    opened = shared.runtime(workspace)
    names = [opened.workspace(workspace).name] if workspace else [w.name for w in opened.ledger.workspaces()]
    with shared.bar("rebuilding") as bar:
        documents = rebuilding.rebuilt(
            opened, names, note=shared.say, on_progress=lambda done, total: bar.to(done, total=total)
        )
    store = opened.reader()
    try:
        digests = {name: store.digest(name) for name in names}
    finally:
        store.close()
    if as_json:
        shared.out_json({"documents": documents, "digests": digests})
        return
    shared.out(f"{documents} documents indexed")
    for name, digest in digests.items():
        shared.out(f"{name}: digest {digest}")


def replay(
    source: Annotated[str | None, typer.Option(help="Only this source's dead letters.")] = None,
    workspace: shared.WorkspaceOption = None,
) -> None:
    """Put dead letters back to work (after a cure); rows that could never be read stay.

    Example: voc replay --source tmall && voc work --until-empty
    """
    opened = shared.runtime(workspace)
    count = opened.ledger.replay(opened.workspace().name, source=source)
    shared.out(f"{count} dead letters put back; `voc work --until-empty` takes them up")
