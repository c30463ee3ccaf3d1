"""Who asks: a bearer key with scopes, bound to one workspace or, with `*`, to all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from voc.api.deps import given_twice
from voc.api.gate import KEY
from voc.errors import AccessError, UsageError
from voc.ledger.types import AccessKey
from voc.runtime import Runtime

SCOPES: tuple[str, ...] = ("ingest", "read", "write", "export", "admin")
EVERY = "*"
_bearer = HTTPBearer(auto_error=False, description="`Authorization: Bearer voc_…`")


@dataclass(frozen=True, slots=True)
class Caller:
    """An authenticated caller and the workspace the request works in; `every`: the key is for all of them."""

    key_id: str
    scopes: tuple[str, ...]
    workspace: str
    every: bool

    def may(self, scope: str) -> bool:
        """Whether the key has the scope, itself or through `admin`."""
        return scope in self.scopes or "admin" in self.scopes


def runtime_of(request: Request) -> Runtime:
    """The opened home."""
    opened: Runtime = request.app.state.runtime
    return opened


def caller_with(*scopes: str) -> Callable[..., Caller]:
    """A dependency that lets a key with one of `scopes` (or `admin`) in, before all else."""

    def caller(
        request: Request, _: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)]
    ) -> Caller:
        opened = runtime_of(request)
        row: AccessKey | None = request.scope.get(KEY)  # looked up by the gate
        if row is None:
            raise AccessError("no key, or key not valid", cure="send Authorization: Bearer voc_…")
        if "admin" not in row.scopes and not set(scopes) & set(row.scopes):
            raise AccessError(
                "the key lacks a scope", code="VOC-E601", value=" or ".join(scopes), cure="make a key with it"
            )
        twice = given_twice(name for name, _ in request.query_params.multi_items())
        if twice is not None:
            raise UsageError(f"{twice} takes one value and is given twice", code="VOC-E102", cure="name one")
        named = request.query_params.getlist("workspace")
        if row.workspace != EVERY:
            if named and named[0] != row.workspace:
                raise AccessError(
                    "the key is for another workspace", code="VOC-E602", cure="leave `workspace` out"
                )
            return Caller(row.id, row.scopes, row.workspace, every=False)
        name = named[0] if named else opened.settings.workspace
        if opened.ledger.workspace(name) is None:
            raise UsageError("no such workspace", code="VOC-E104", value=name[:64], cure="see /v1/workspaces")
        return Caller(row.id, row.scopes, name, every=True)

    return caller


Anyone = Annotated[Caller, Depends(caller_with(*SCOPES))]
Reader = Annotated[Caller, Depends(caller_with("read"))]
Writer = Annotated[Caller, Depends(caller_with("write"))]
Ingester = Annotated[Caller, Depends(caller_with("ingest"))]
Importer = Annotated[Caller, Depends(caller_with("ingest", "read"))]
Exporter = Annotated[Caller, Depends(caller_with("export"))]
Admin = Annotated[Caller, Depends(caller_with("admin"))]
Opened = Annotated[Runtime, Depends(runtime_of)]
