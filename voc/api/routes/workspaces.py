"""`/v1/workspaces`: brands or tenants; a key sees its own, a `*` key all."""

from __future__ import annotations

from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fastapi import APIRouter, Query, Response

from voc.api.auth import Admin, Anyone, Opened
from voc.api.deps import Params
from voc.api.reading import taxonomy_of
from voc.api.replies import answer, listing
from voc.api.run_schemas import WorkspaceIn, WorkspaceOut, WorkspacesOut
from voc.errors import AccessError, ConfigError, UsageError
from voc.ledger.types import Workspace
from voc.nlp.taxonomy import Taxonomy

router = APIRouter(prefix="/v1/workspaces", tags=["run"])


@router.get("", response_model=WorkspacesOut)
def workspaces(caller: Anyone, opened: Opened, params: Annotated[Params, Query()]) -> Response:
    """Name, time zone and taxonomy; `scopes` are those of the key, `every` whether it may name others."""
    rows = opened.ledger.workspaces() if caller.every else [opened.workspace(caller.workspace)]
    return listing(
        [_shown(row) for row in rows],
        current=caller.workspace,
        every=caller.every,
        scopes=list(caller.scopes),
    )


@router.post("", status_code=201, response_model=WorkspaceOut)
def make(caller: Admin, opened: Opened, body: WorkspaceIn, params: Annotated[Params, Query()]) -> Response:
    """Make a workspace (with an admin key for every workspace)."""
    if not caller.every:
        raise AccessError("the key is for another workspace", code="VOC-E602", cure="use a `*` key")
    zone = body.timezone or opened.settings.timezone
    taxonomy = body.taxonomy or opened.settings.taxonomy
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UsageError(
            "not a time zone", code="VOC-E105", cure="an IANA name such as Asia/Shanghai"
        ) from None
    if taxonomy != opened.settings.taxonomy and taxonomy not in Taxonomy.packs():
        raise UsageError("no such taxonomy", code="VOC-E105", cure="one of " + ", ".join(Taxonomy.packs()))
    if opened.ledger.workspace(body.name) is not None:
        raise UsageError("the workspace is there already", code="VOC-E111", value=body.name)
    row = opened.ledger.ensure_workspace(body.name, timezone=zone, taxonomy=taxonomy)
    opened.ledger.audit(row.name, actor=caller.key_id, action="workspace.create", target=row.name)
    return answer(_shown(row), status=201)


def _shown(row: Workspace) -> dict[str, Any]:
    try:
        ref: str | None = taxonomy_of(row.taxonomy).ref
    except ConfigError:
        ref = None  # told by `voc doctor`; listing workspaces must not fail by it
    return {"name": row.name, "timezone": row.timezone, "taxonomy": row.taxonomy, "taxonomy_ref": ref}
