"""`/v1/keys`: access keys; a secret is shown once, in the answer that makes it."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response

from voc.api.auth import EVERY, Admin, Opened
from voc.api.deps import Params
from voc.api.replies import answer, listing
from voc.api.run_schemas import KeyIn, KeysOut, MadeKeyOut
from voc.clock import system_clock
from voc.errors import AccessError, UsageError
from voc.insight.present import time_json
from voc.ledger.types import AccessKey

router = APIRouter(prefix="/v1/keys", tags=["run"])


@router.get("", response_model=KeysOut)
def keys(caller: Admin, opened: Opened, params: Annotated[Params, Query()]) -> Response:
    """Keys without their secrets; with a `*` key those of every workspace unless one is named."""
    mine = None if caller.every and params.workspace is None else caller.workspace
    return listing([_shown(row) for row in opened.ledger.list_keys(mine)])


@router.post("", status_code=201, response_model=MadeKeyOut)
def make(caller: Admin, opened: Opened, body: KeyIn, params: Annotated[Params, Query()]) -> Response:
    """Make a key for one's own workspace; a `*` key may make them for any, and for all of them (`*`)."""
    bound = body.workspace or caller.workspace
    if not caller.every and bound != caller.workspace:
        raise AccessError("the key is for another workspace", code="VOC-E602", cure="leave `workspace` out")
    if bound == EVERY and "admin" not in body.scopes:
        raise UsageError("a key for every workspace needs the scope admin", code="VOC-E105")
    if bound != EVERY and opened.ledger.workspace(bound) is None:
        raise UsageError("no such workspace", code="VOC-E104", value=bound, cure="see /v1/workspaces")
    made = opened.ledger.create_key(
        name=body.name,
        workspace=bound,
        scopes=tuple(dict.fromkeys(body.scopes)),
        expires_at=system_clock() + timedelta(days=body.days),
    )
    opened.ledger.audit(
        caller.workspace, actor=caller.key_id, action="key.create", target=made.row.id, detail={"for": bound}
    )
    return answer({**_shown(made.row), "key": made.secret}, status=201)


@router.delete("/{id}", status_code=204, response_model=None)
def revoke(
    id: Annotated[str, Path(max_length=100)],
    caller: Admin,
    opened: Opened,
    params: Annotated[Params, Query()],
) -> Response:
    """Make a key worthless at once."""
    if not opened.ledger.revoke_key(id, None if caller.every else caller.workspace):
        raise UsageError("no such key", code="VOC-E104", value=id[:40], cure="see /v1/keys")
    opened.ledger.audit(caller.workspace, actor=caller.key_id, action="key.revoke", target=id)
    return Response(status_code=204)


def _shown(row: AccessKey) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": row.name,
        "workspace": row.workspace,
        "scopes": list(row.scopes),
        "created_at": time_json(row.created_at),
        "expires_at": time_json(row.expires_at) if row.expires_at else None,
        "revoked_at": time_json(row.revoked_at) if row.revoked_at else None,
    }
