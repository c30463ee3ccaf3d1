"""`voc init`: make a home and a workspace."""

from __future__ import annotations

from typing import Annotated

import typer

from voc.cli import shared
from voc.nlp.taxonomy import Taxonomy


def init(
    workspace: shared.WorkspaceOption = None,
    taxonomy: Annotated[
        str | None, typer.Option(help="Taxonomy pack: general, phone, car, restaurant, … or a YAML file.")
    ] = None,
    timezone: Annotated[str | None, typer.Option(help="IANA time zone, for instance Asia/Shanghai.")] = None,
) -> None:
    """Make the home (keys, ledger) and a workspace. Running it again changes nothing that exists.

    Example: voc init --workspace phone --taxonomy phone
    """
    if taxonomy is not None:
        Taxonomy.load(taxonomy)  # refuse before anything is made
    opened = shared.runtime(workspace, taxonomy=taxonomy, timezone=timezone)
    made = opened.make_workspace()
    shared.out(f"home {opened.settings.home}")
    shared.out(f"workspace {made.name}: taxonomy {made.taxonomy}, time zone {made.timezone}")
    if taxonomy is not None and made.taxonomy != taxonomy:
        shared.say(f"note: the workspace exists and keeps its taxonomy {made.taxonomy}")
