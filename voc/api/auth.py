"""Who asks: a bearer key with scopes, bound to one workspace or, with `*`, to all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Query, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from voc.errors import AccessError, UsageError
from voc.runtime import Runtime

_bearer = HTTPBearer(auto_error=False, description="`Authorization: Bearer voc_…`")


@dataclass(frozen=True, slots=True)
class Caller:
    """An authenticated caller and the workspace the request works in."""

    key_id: str
    scopes: tuple[str, ...]
    workspace: str


def runtime_of(request: Request) -> Runtime:
    """The opened home."""
    opened: Runtime = request.app.state.runtime
    return opened


def caller_with(scope: str) -> Callable[..., Caller]:
    """A dependency that lets a key with `scope` (or `admin`) in."""

    def caller(
        request: Request,
        credentials: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)],
        workspace: Annotated[str | None, Query(description="Workspace, with a `*` key.")] = None,
    ) -> Caller:
        opened = runtime_of(request)
        row = opened.ledger.find_key(credentials.credentials) if credentials else None
        if row is None:
            raise AccessError("no key, or key not valid", cure="send Authorization: Bearer voc_…")
        if scope not in row.scopes and "admin" not in row.scopes:
            raise AccessError("the key lacks a scope", code="VOC-E601", value=scope, cure="make a key with it")
        if row.workspace != "*":
            if workspace not in (None, row.workspace):
                raise AccessError("the key is for another workspace", code="VOC-E602", cure="leave `workspace` out")
            return Caller(row.id, row.scopes, row.workspace)
        name = workspace or opened.settings.workspace
        if opened.ledger.workspace(name) is None:
            raise UsageError("no such workspace", code="VOC-E104", value=name[:64], cure="see voc init --workspace")
        return Caller(row.id, row.scopes, name)

    return caller


Reader = Annotated[Caller, Depends(caller_with("read"))]
Ingester = Annotated[Caller, Depends(caller_with("ingest"))]
Exporter = Annotated[Caller, Depends(caller_with("export"))]
Admin = Annotated[Caller, Depends(caller_with("admin"))]
Opened = Annotated[Runtime, Depends(runtime_of)]
