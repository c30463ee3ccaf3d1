"""Shapes of what runs the service: keys, workspaces, sources, imports, taxonomies, health."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from voc.api.schemas import In, Listing, Out

Scope = Literal["ingest", "read", "write", "export", "admin"]


class KeyIn(In):
    """A key to make."""

    name: str = Field(min_length=1, max_length=200)
    scopes: list[Scope] = Field(min_length=1)
    workspace: str | None = Field(None, max_length=63, description="`*` for every one (admins only).")
    days: int = Field(365, ge=1, le=3650, description="Days until it expires.")


class KeyOut(Out):
    """A key without its secret."""

    id: str
    name: str
    workspace: str
    scopes: list[str]
    created_at: str
    expires_at: str | None
    revoked_at: str | None


class KeysOut(Listing):
    """Keys, oldest first."""

    items: list[KeyOut]  # type: ignore[assignment]


class MadeKeyOut(KeyOut):
    """`key` is shown this once."""

    key: str


class WorkspaceIn(In):
    """A workspace to make."""

    name: str = Field(max_length=63, pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")
    timezone: str | None = Field(None, max_length=64)
    taxonomy: str | None = Field(None, max_length=64)


class JobOut(Out):
    """An import on its way: `state` is queued, running, done or failed."""

    id: str
    kind: str
    state: Literal["queued", "running", "done", "failed"]
    progress: float | None
    counts: dict[str, int]
    errors: list[dict[str, str]]
    errors_total: int


class JobsOut(Listing):
    """Imports, newest first."""

    items: list[JobOut]  # type: ignore[assignment]


class WorkspaceOut(Out):
    """A workspace; `taxonomy_ref` is null where its taxonomy cannot be read."""

    name: str
    timezone: str
    taxonomy: str
    taxonomy_ref: str | None


class WorkspacesOut(Listing):
    """Workspaces that the key may see, and what it may do."""

    items: list[WorkspaceOut]  # type: ignore[assignment]
    current: str
    every: bool
    scopes: list[Scope]


class SourceOut(Out):
    """A source: accepted = indexed + pending + dead + deleted."""

    source: str
    kind: str
    first_seen: str
    last_received: str | None
    accepted: int
    indexed: int
    pending: int
    dead: int
    deleted: int


class SourcesOut(Listing):
    """Sources by name."""

    items: list[SourceOut]  # type: ignore[assignment]


class TaxonomyHead(Out):
    """A taxonomy without its nodes."""

    name: str
    version: int | str
    ref: str
    title: str
    size: int


class TaxonomiesOut(Listing):
    """The packs; `current` is the workspace's."""

    items: list[TaxonomyHead]  # type: ignore[assignment]
    current: str


class NodeOut(Out):
    """A node of a taxonomy; `path` holds names."""

    id: str
    name: str
    level: int
    parent: str | None
    path: list[str]
    aliases: list[str]
    examples: list[str]
    department: str | None


class TaxonomyOut(TaxonomyHead):
    """A taxonomy."""

    nodes: list[NodeOut]


class AliveOut(Out):
    """The process answers."""

    status: Literal["ok"]
    version: str


class ReadyOut(Out):
    """Whether the service can be used, and each of its parts."""

    status: Literal["ready", "degraded", "not ready"]
    parts: dict[str, str]
