"""The values that cross a layer: records in, documents and mentions out, and what is asked of them.

All are frozen. Times are aware datetimes in UTC; days are `YYYY-MM-DD` in the workspace's zone; every
offset counts code points in `Document.text`, end exclusive.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from voc.signs import Sign

Sentiment = Literal["positive", "neutral", "negative"]

KINDS: tuple[str, ...] = ("review", "post", "ticket", "chat", "survey")
ROLES: tuple[str, ...] = ("customer", "staff", "official", "kol", "koc", "unknown")
COUNTED_ROLES: tuple[str, ...] = ("customer", "koc", "unknown")
SENTIMENTS: tuple[str, ...] = ("positive", "neutral", "negative")
INTENTS: tuple[str, ...] = (
    "complaint",
    "wish",
    "question",
    "praise",
    "concern",
    "recommend",
    "churn",
    "repurchase",
    "switch",
)
EMOTIONS: tuple[str, ...] = ("angry", "sad", "happy", "fear", "surprise", "neutral")
HARM_LEVELS: tuple[int, ...] = (0, 1, 3, 10, 30, 100)
STAGES: tuple[str, ...] = ("acquisition", "activation", "retention", "revenue", "referral")
INTEGRITY: tuple[str, ...] = (
    "clean",
    "spun",
    "shuffled",
    "stuffed",
    "truncated",
    "copied",
    "default",
    "advert",
    "chrome",
)
QUARANTINED: frozenset[str] = frozenset({"spun", "shuffled", "stuffed", "advert"})
COLLAPSED: frozenset[str] = frozenset({"copied", "default"})
VERDICTS: tuple[str, ...] = ("release", "quarantine", "none")  # a person's; `none` takes it back


# ---------------------------------------------------------------- in


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote it, as the source says. `id` None: not an identity (anonymous, masked name)."""

    id: str | None = None
    name: str | None = None
    role: str = "unknown"
    contact: str | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of a dialogue; only those whose role is `customer` are analysed."""

    text: str
    role: str = "unknown"
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """One piece of feedback as a source gave it (DESIGN 4). Only `text` (or `turns`) is required."""

    text: str
    native_id: str | None = None
    title: str | None = None
    turns: tuple[Turn, ...] = ()
    created_at: datetime | None = None
    created_at_precision: str = "second"  # second minute hour day month year; `received` when unknown
    updated_at: datetime | None = None
    author: Author = Author()
    brand: str | None = None
    product: str | None = None
    version: str | None = None
    rating: float | None = None  # 1..5
    nps: int | None = None  # 0..10
    likes: int | None = None
    url: str | None = None
    thread_id: str | None = None
    reply_to: str | None = None
    status: str | None = None
    stage: str | None = None
    touchpoint: str | None = None
    region: str | None = None
    store: str | None = None
    segment: str | None = None
    value: float | None = None
    consent: tuple[str, ...] = ()
    attrs: Mapping[str, Any] = field(default_factory=dict)


# ---------------------------------------------------------------- text stage


@dataclass(frozen=True, slots=True)
class Span:
    """`text[start:end]`, code points."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Repair:
    """What was mended and how often."""

    kind: str
    count: int


@dataclass(frozen=True, slots=True)
class Pii:
    """Where a replacement `<TYPE>` stands in the shown text; `type` is the word in lower case."""

    type: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Integrity:
    """Whether the text can be trusted as somebody's own words; `label` is the gravest of `flags`.

    `score` (0 … 1) is the label's; of a clean text the highest that any label reached, below 0.5.
    `signs` hold one reason for each flag.
    """

    label: str = "clean"
    score: float = 0.0
    flags: tuple[str, ...] = ()
    signs: tuple[Sign, ...] = ()

    @property
    def quarantined(self) -> bool:
        """True when it is left out of every figure."""
        return self.label in QUARANTINED


@dataclass(frozen=True, slots=True)
class CleanText:
    """The text stage's answer.

    `text` is the original wording with personal data masked; `clean` the repaired, simplified form that
    models and search read; `offsets[i]` is where `clean[i]` begins in `text`, and `offsets[len(clean)]`
    is `len(text)` or, where furniture was cut off the end, where that begins (so
    `len(offsets) == len(clean) + 1`, non-decreasing). `signature` is a 16-hex digest
    of the content for exact duplicates (letters and digits of `clean`, lower case); empty text: "".
    """

    text: str
    clean: str
    offsets: tuple[int, ...]
    repairs: tuple[Repair, ...] = ()
    pii: tuple[Pii, ...] = ()
    integrity: Integrity = Integrity()
    signature: str = ""


# ---------------------------------------------------------------- language stage


@dataclass(frozen=True, slots=True)
class Polarity:
    """Document sentiment: `score` in [-1, 1], 0 = no lean; `confidence` is that of the label given."""

    label: str
    score: float
    confidence: float
    mixed: bool = False


@dataclass(frozen=True, slots=True)
class Labelled:
    """A label of the whole document with its confidence (emotion, service intent)."""

    label: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Intent:
    """What a sentence wants; a sentence may hold several."""

    label: str
    start: int
    end: int
    confidence: float


@dataclass(frozen=True, slots=True)
class Opinion:
    """What the models found in the words; no aspect in it (DESIGN 4). Spans are in the shown text.

    A neutral statement about something has `opinion` None. `harm` is 0 unless the opinion is negative
    or a level-100 event; `harm_span` cites the words that say so. `product` is the canonical name of
    another product than the record's own, else None.
    """

    clause: Span
    sentiment: str
    score: float
    confidence: float
    target: Span | None = None
    opinion: Span | None = None
    implicit: bool = False
    harm: int = 0
    harm_span: Span | None = None
    product: str | None = None
    term: str = ""  # what the mapper reads besides the clause: the target's clean words, else the opinion's


@dataclass(frozen=True, slots=True)
class Label:
    """What an opinion is about: a node of one taxonomy, by one mapper. `node` None: unmapped."""

    node: str | None
    confidence: float


@dataclass(frozen=True, slots=True)
class Analysis:
    """The language stage's answer for one document; `labels[i]` belongs to `opinions[i]`."""

    sentiment: Polarity
    emotion: Labelled | None = None
    intents: tuple[Intent, ...] = ()
    service_intent: Labelled | None = None
    opinions: tuple[Opinion, ...] = ()
    labels: tuple[Label, ...] = ()
    models: Mapping[str, str] = field(default_factory=dict)  # task → name@version
    taxonomy: str = ""  # name@version


# ---------------------------------------------------------------- index rows


@dataclass(frozen=True, slots=True)
class Document:
    """A cleaned record as it is indexed and shown (DESIGN 4)."""

    id: str
    workspace: str
    source: str
    native_id: str
    kind: str
    revision: int
    text_revision: int
    seq: int  # ledger sequence of the record
    text: str
    clean_text: str
    created_at: datetime
    created_at_precision: str
    received_at: datetime
    day: str
    week: str  # Monday's date
    month: str  # YYYY-MM
    author_key: str | None
    person: str  # an unknown author is one person of its own per document
    known_person: bool
    role: str = "unknown"
    brand: str | None = None
    product: str | None = None
    version: str | None = None
    rating: float | None = None
    nps: int | None = None
    likes: int | None = None
    url: str | None = None
    thread_id: str | None = None
    reply_to: str | None = None
    status: str | None = None
    stage: str | None = None
    touchpoint: str | None = None
    region: str | None = None
    store: str | None = None
    segment: str | None = None
    value: float | None = None
    language: str = "zh"
    integrity: str = "clean"
    integrity_score: float = 0.0
    integrity_flags: tuple[str, ...] = ()
    verdict: str | None = None  # a person's: `release` or `quarantine`; None: the label decides
    duplicate_of: str | None = None  # id of the representative when this copy is collapsed
    sentiment: str = "neutral"
    sentiment_score: float = 0.0
    sentiment_confidence: float = 0.0
    mixed: bool = False
    emotion: str | None = None
    intents: tuple[Intent, ...] = ()
    service_intent: str | None = None
    attrs: Mapping[str, Any] = field(default_factory=dict)

    @property
    def excluded(self) -> str | None:
        """Why figures leave it out (`quarantined`, `copies`, `staff`, disjoint in this order), or None.

        A person's verdict stands above the label: a release lifts what the label does, not that it is a copy.
        """
        label = "clean" if self.verdict == "release" else self.integrity
        if self.verdict == "quarantine" or label in QUARANTINED:
            return "quarantined"
        if self.duplicate_of is not None or label == "default":
            return "copies"
        if self.role not in COUNTED_ROLES:
            return "staff"
        return None


@dataclass(frozen=True, slots=True)
class Mention:
    """One opinion with its label: one index row. The parent's facets are read through `document_id`."""

    id: str
    opinion_id: str
    document_id: str
    ordinal: int
    aspect: str | None  # node id, None = unmapped
    aspect_path: tuple[str, ...]  # ids from the root to `aspect`
    aspect_names: tuple[str, ...]
    clause: Span
    target: Span | None
    opinion: Span | None
    sentiment: str
    score: float
    confidence: float
    harm: int
    harm_span: Span | None
    implicit: bool
    product: str | None  # another product than the record's own
    competitor: bool  # True: `product` is a competitor's, left out of pains
    model: str
    taxonomy: str
    theme: str | None = None


@dataclass(frozen=True, slots=True)
class IndexRows:
    """All rows of one document at one version (outbox sequence); `document` None removes it."""

    workspace: str
    document_id: str
    version: int
    document: Document | None
    mentions: tuple[Mention, ...] = ()


# ---------------------------------------------------------------- questions


@dataclass(frozen=True, slots=True)
class Query:
    """Filters, the same everywhere (DESIGN 6). A tuple means any of; empty means no filter.

    `since` inclusive, `until` exclusive, days (`YYYY-MM-DD`) in the workspace's zone. `aspect` covers
    children. `counted` True keeps exactly what figures count, False exactly what they leave out.
    `q`: words that must all occur (quoted = literal phrase), through the same segmentation as the index.
    `integrity`, `level` (aspect depth 1..3), `harm` (mention harm levels) as in DESIGN.
    """

    workspace: str
    product: tuple[str, ...] = ()
    brand: tuple[str, ...] = ()
    version: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    aspect: tuple[str, ...] = ()
    theme: tuple[str, ...] = ()
    sentiment: tuple[str, ...] = ()
    intent: tuple[str, ...] = ()
    segment: tuple[str, ...] = ()
    stage: tuple[str, ...] = ()
    touchpoint: tuple[str, ...] = ()
    region: tuple[str, ...] = ()
    store: tuple[str, ...] = ()
    rating_min: float | None = None
    rating_max: float | None = None
    harm: tuple[int, ...] = ()
    level: int | None = None
    integrity: tuple[str, ...] = ()
    role: tuple[str, ...] = ()
    person: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    counted: bool | None = None
    since: str | None = None
    until: str | None = None
    q: str | None = None


@dataclass(frozen=True, slots=True)
class DocumentHit:
    """One document of a listing with its relevance (0 without `q`)."""

    document: Document
    score: int = 0


@dataclass(frozen=True, slots=True)
class MentionHit:
    """One mention of a listing with its parent."""

    mention: Mention
    document: Document
    score: int = 0


@dataclass(frozen=True, slots=True)
class Interval:
    """A 90 % interval."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Trend:
    """Ratio of now against expected, with its interval and a verdict (8.1)."""

    ratio: float
    low: float
    high: float
    verdict: str  # rising falling steady unclear


@dataclass(frozen=True, slots=True)
class Evidence:
    """Somebody's own words: `document.text[start:end] == quote`, always."""

    document_id: str
    native_id: str
    revision: int
    mention_id: str
    quote: str
    start: int
    end: int
    harm: int
    created_at: datetime
    source: str
    product: str | None
    url: str | None


@dataclass(frozen=True, slots=True)
class PainPoint:
    """A node ranked by formula 8.1; fields as the API shows them."""

    kind: str
    id: str
    name: str
    path: tuple[str, ...]
    status: str  # ok | insufficient_data
    rank: int | None
    lane: str | None
    thin: bool
    harm: float
    harm_ci: Interval
    people: int
    mentions: int
    documents: int
    share: float
    share_ci: Interval
    by_harm: Mapping[int, int]
    heat: int
    trend: Trend | None
    value_weighted: float | None
    impact_on_rating: float | None
    evidence: tuple[Evidence, ...] = ()
    approximate: bool = False


@dataclass(frozen=True, slots=True)
class KnownText:
    """A text by its sketch (`text.sketches`), for who looks for copies; of different `space`s none meet."""

    item: int
    space: int
    sketch: bytes


@dataclass(frozen=True, slots=True)
class NearText:
    """A text that another is an edited copy of, with the share of letters that differ (0 … 1)."""

    item: int
    different: float
