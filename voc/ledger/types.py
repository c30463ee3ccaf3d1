"""Everything the ledger takes and gives; all frozen, times aware and UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from voc.types import Record


@dataclass(frozen=True, slots=True)
class Workspace:
    """A brand or tenant. `taxonomy` is the name of a pack or a path."""

    name: str
    timezone: str
    taxonomy: str


@dataclass(frozen=True, slots=True)
class Source:
    """Where feedback comes from. `accepted` counts documents and refused rows ever taken in."""

    name: str
    kind: str
    first_seen: datetime
    last_received: datetime | None
    cursor: str | None
    accepted: int


# ---------------------------------------------------------------- in


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that could not be read: `place` in its file, why (no customer's words), and its bytes."""

    place: str
    code: str
    reason: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one record, in the order given.

    `result` is `created`, `revised` or `unchanged`; `seq` the ledger sequence of the revision that holds
    it. `superseded`: a later record of the same batch has the same id and won; nothing of this one was kept.
    `history`: kept, but older than the current revision.
    """

    native_id: str
    document_id: str
    result: str
    seq: int
    superseded: bool = False
    history: bool = False


# ---------------------------------------------------------------- work


@dataclass(frozen=True, slots=True)
class Claimed:
    """A revision lent until its lease ends. `attempts` counts this time too; `token` proves the claim."""

    item: int
    workspace: str
    source: str
    native_id: str
    kind: str
    document_id: str
    revision: int
    seq: int
    received_at: datetime
    record: Record
    author_key: str | None
    attempts: int
    token: int


@dataclass(frozen=True, slots=True)
class Done:
    """A claimed revision with its annotation.

    `body` is opaque and kept as it is (masked text only!). `signature` and `content_chars` decide copies,
    `sketch` near ones (b"": has none), `text_digest` whether the shown wording changed.
    """

    claimed: Claimed
    body: bytes
    signature: str
    content_chars: int
    text_digest: str
    taxonomy: str
    sketch: bytes = b""


@dataclass(frozen=True, slots=True)
class Failed:
    """A claimed revision that could not be annotated: error code, and a reason without any words of it."""

    claimed: Claimed
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Finished:
    """A document whose index rows have a new version. `other`: its representative changed by this."""

    document_id: str
    version: int
    text_revision: int
    duplicate_of: str | None
    person: str
    other: bool = False


# ---------------------------------------------------------------- out


@dataclass(frozen=True, slots=True)
class ItemContext:
    """What the ledger knows of a document besides its annotation: all of the annotated revision.

    `received_at` is when the document first came in, so that a revision does not move an undated one.
    `verdict` is a person's about its integrity (`release`, `quarantine`), None where nobody gave one.
    """

    source: str
    native_id: str
    kind: str
    revision: int
    text_revision: int
    seq: int
    received_at: datetime
    duplicate_of: str | None
    author_key: str | None
    person: str
    verdict: str | None = None


@dataclass(frozen=True, slots=True)
class Pending:
    """The newest state of one document's index rows; `deleted` (then `body` is None) removes them."""

    workspace: str
    document_id: str
    version: int
    deleted: bool
    body: bytes | None
    context: ItemContext


@dataclass(frozen=True, slots=True)
class Change:
    """An acknowledged change, in the order readers follow."""

    ack_seq: int
    pending: Pending


# ---------------------------------------------------------------- care


@dataclass(frozen=True, slots=True)
class Balance:
    """One source in newest revisions: accepted = indexed + pending + dead + deleted, or it is damaged."""

    source: str
    accepted: int
    indexed: int
    pending: int
    dead: int
    deleted: int


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """Something accepted that could not be used. `document_id` None: a row that could never be read."""

    id: int
    source: str
    document_id: str | None
    native_id: str | None
    place: str | None
    code: str
    reason: str
    digest: str
    attempts: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a person decided about a document: `release`, `quarantine`, or `none`, which takes the last back.

    The newest is in force, unless it is `none`. `actor` is a key id or a verb of the command line.
    """

    id: int
    verdict: str
    reason: str = field(repr=False)
    actor: str
    at: datetime
    in_force: bool


@dataclass(frozen=True, slots=True)
class Rekeyed:
    """What a change of the identity key did, in all workspaces.

    `authors` pseudonyms that were in use, `documents` whose rows go to the index again, `links` of persons
    that went with pseudonyms for which there is no record any more, `lost` authors whose record cannot be
    decrypted: their documents are unknown persons now.
    """

    authors: int
    documents: int
    links: int
    lost: int


@dataclass(frozen=True, slots=True)
class AccessKey:
    """An access key without its secret. `workspace` is `*` for every workspace."""

    id: str
    name: str
    workspace: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class MadeKey:
    """A new access key; `secret` is shown once and kept nowhere."""

    row: AccessKey
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class JobError:
    """One refused row of an import."""

    place: str
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Job:
    """A long-running order. `state`: queued running done failed. `errors`: the first of `errors_total`."""

    id: str
    workspace: str
    kind: str
    state: str
    detail: Mapping[str, Any]
    counts: Mapping[str, int]
    errors: tuple[JobError, ...]
    errors_total: int
    progress: float | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class AuditRow:
    """Who did what to what, when."""

    id: int
    workspace: str
    at: datetime
    actor: str
    action: str
    target: str
    detail: Mapping[str, Any]
