"""Shapes of bodies and answers for OpenAPI; bodies of small orders are checked with them, answers are not."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class In(BaseModel):
    """A body: nothing unknown in it."""

    model_config = ConfigDict(extra="forbid")


class Out(BaseModel):
    """An answer; more may come."""

    model_config = ConfigDict(extra="allow")


class Problem(Out):
    """RFC 9457; `code` is listed in docs/errors.md."""

    type: str
    title: str
    status: int
    code: str
    detail: str


class RecordsIn(In):
    """Records of one source. A record needs `text` (or `turns`); see docs/files.md for all fields."""

    source: str = Field(min_length=1, max_length=200, description="Source id; a new one is made.")
    kind: Literal["review", "post", "ticket", "chat", "survey"] = "review"
    records: list[dict[str, Any]] = Field(max_length=1000)


class RecordItem(Out):
    """What became of one record."""

    index: int
    native_id: str | None
    id: str | None
    result: Literal["created", "revised", "unchanged", "rejected"]
    error: dict[str, str] | None


class RecordsOut(Out):
    """Items in the order of the records."""

    items: list[RecordItem]
    counts: dict[str, int]


class Listing(Out):
    """A page; the same question with `cursor=next_cursor` gives the next, null is the end."""

    items: list[dict[str, Any]]
    next_cursor: str | None


class Span(Out):
    """Words of a document: `document.text[start:end] == text`, code points; UTF-16 beside."""

    text: str
    start: int
    end: int
    start_utf16: int
    end_utf16: int


class MentionOut(Out):
    """One opinion with what it is about."""

    id: str
    document_id: str
    native_id: str
    revision: int
    author_key: str | None
    person: str
    aspect: str | None
    aspect_name: str | None
    aspect_path: list[str]
    target: Span | None
    opinion: Span | None
    clause: Span
    sentiment: str
    score: float
    confidence: float
    harm: int
    theme: str | None


class DocumentOut(Out):
    """A cleaned record with personal data masked."""

    id: str
    source: str
    native_id: str
    kind: str
    revision: int
    text: str
    created_at: str
    author_key: str | None
    person: str
    sentiment: str
    integrity: str
    integrity_by: Literal["model", "person"]
    verdict: Literal["release", "quarantine"] | None
    counted: bool


class VerdictIn(In):
    """What a person decides; `none` takes the verdict before back."""

    verdict: Literal["release", "quarantine", "none"]
    reason: str = Field(min_length=1, max_length=1000, pattern=r"\S", description="In words; masked.")


class VerdictOut(Out):
    """A person's verdict; `by` is the id of a key or a verb of the command line."""

    verdict: Literal["release", "quarantine", "none"]
    reason: str
    by: str
    at: str
    in_force: bool


class JudgedOut(VerdictOut):
    """A verdict that was just given."""

    document_id: str


class DocumentDetail(DocumentOut):
    """A document, what it says, and what people decided about it, newest first."""

    mentions: list[MentionOut]
    verdicts: list[VerdictOut]


class DocumentsOut(Listing):
    """A page of documents."""

    items: list[DocumentOut]  # type: ignore[assignment]


class MentionsOut(Listing):
    """A page of mentions."""

    items: list[MentionOut]  # type: ignore[assignment]


class PainOut(Out):
    """A pain point."""

    kind: Literal["aspect", "theme"]
    id: str
    name: str
    path: list[str]
    status: Literal["ok", "insufficient_data"]
    rank: int | None
    lane: Literal["critical"] | None
    harm: float
    harm_ci: list[float]
    people: int
    mentions: int
    documents: int
    share: float
    share_ci: list[float]
    by_harm: dict[str, int]
    heat: int
    trend: dict[str, Any] | None
    value_weighted: float | None
    impact_on_rating: float | None
    corrected: Any
    evidence: list[dict[str, Any]]
    approximate: bool
    listing: str


class Head(Out):
    """What stands over every answer of figures."""

    workspace: str
    query: dict[str, Any]
    since: str
    until: str
    as_of: int
    people_total: int
    documents_total: int
    excluded: dict[str, int]
    sources: list[dict[str, Any]]


class PainsOut(Head):
    """A ranking."""

    items: list[PainOut]


class PainDetailOut(Head, PainOut):
    """One pain with its weeks, children and more of its evidence."""

    weeks: list[dict[str, Any]]
    subnodes: list[dict[str, Any]]


class TrendsOut(Head):
    """Figures over time."""

    interval: str
    items: list[dict[str, Any]]


class ExportIn(In):
    """What to export; `filters` are those of every route."""

    what: Literal["mentions", "documents"] = "mentions"
    format: Literal["jsonl", "csv"] = "jsonl"
    filters: dict[str, Any] = Field(default_factory=dict)
