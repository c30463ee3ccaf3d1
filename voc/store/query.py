"""What every filter of a Query means, in one place: `matches_document` and `matches_mention`.

The engines answer faster, never differently (tests/contract compares them with these two functions).

Of the document, in both listings: `source kind segment stage touchpoint region store rating_min rating_max
integrity role person language intent since until q`, and `brand version` (the record's). A document has an
intent when any of its sentences has it.

Of the mention: `aspect` (the node or any above it) `theme harm level` (depth of the node) `sentiment`.
A listing of documents with `aspect theme harm` or `level` keeps those with one mention that meets all of
these and `sentiment` at once; without them `sentiment` is the document's own.

`product`: documents by the record's product; mentions by the product they are about, which is the mention's
own where it names another, else the record's.

`counted`: True keeps exactly what figures count: documents that count (`Document.excluded` is None); mentions
of those that are not a competitor's and, with `product`, whose record is of that product too (people are
counted by the record's product). False keeps what matches the other filters and is not kept by True.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from voc.errors import UsageError
from voc.store.tokens import Terms, parse, relevance
from voc.types import HARM_LEVELS, INTEGRITY, INTENTS, KINDS, ROLES, SENTIMENTS, Document, Mention, Query

# Query field = Document field, any of
DOCUMENT_FACETS: tuple[str, ...] = (
    "source",
    "kind",
    "brand",
    "version",
    "segment",
    "stage",
    "touchpoint",
    "region",
    "store",
    "integrity",
    "role",
    "person",
    "language",
)
_WORDS = {"kind": KINDS, "role": ROLES, "sentiment": SENTIMENTS, "intent": INTENTS, "integrity": INTEGRITY}
_EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class Asked:
    """A valid query, its days as numbers and its words."""

    query: Query
    since: int | None
    until: int | None
    terms: Terms

    @property
    def of_mentions(self) -> bool:
        """Whether a document is kept for the sake of one of its mentions."""
        query = self.query
        return bool(query.aspect or query.theme or query.harm or query.level is not None)


def day_number(day: str) -> int:
    """Days since 1970-01-01.

    Raises:
        UsageError: not a date (VOC-E102).
    """
    try:
        return _day_number(day)
    except ValueError:
        raise UsageError("not a date", code="VOC-E102", value=day[:20], cure="write YYYY-MM-DD") from None


@lru_cache(maxsize=4096)
def _day_number(day: str) -> int:
    if len(day) != 10:
        raise ValueError(day)
    return date.fromisoformat(day).toordinal() - _EPOCH


def ask(query: Query) -> Asked:
    """Check a query.

    Raises:
        UsageError: a word outside its list, a date, a level or a rating that cannot be (VOC-E102).
    """
    for name, words in _WORDS.items():
        for value in getattr(query, name):
            if value not in words:
                raise _wrong(name, value, ", ".join(words))
    for level in query.harm:
        if level not in HARM_LEVELS:
            raise _wrong("harm", level, ", ".join(map(str, HARM_LEVELS)))
    if query.level is not None and query.level < 1:
        raise _wrong("level", query.level, "1 or more")
    for name in ("rating_min", "rating_max"):
        value = getattr(query, name)
        if value is not None and value != value:
            raise _wrong(name, value, "a number")
    since = None if query.since is None else day_number(query.since)
    until = None if query.until is None else day_number(query.until)
    return Asked(query, since, until, parse(query.q))


def _wrong(name: str, value: object, cure: str) -> UsageError:
    return UsageError(f"{name} not understood", code="VOC-E102", value=str(value)[:40], cure=cure)


def path_of(mention: Mention) -> tuple[str, ...]:
    """Nodes a mention counts under, from the root; () when it is unmapped."""
    return mention.aspect_path or ((mention.aspect,) if mention.aspect is not None else ())


def matches_document(asked: Asked, document: Document, mentions: Iterable[Mention]) -> int | None:
    """Relevance of a document that the query lists (0 without `q`), None when it does not."""
    query = asked.query
    if query.product and document.product not in query.product:
        return None
    score = _document(asked, document)
    if score is None:
        return None
    if query.counted is False:
        everything, counted = (_listed(asked, document, tuple(mentions), counted=c) for c in (None, True))
        return score if everything and not counted else None
    return score if _listed(asked, document, mentions, counted=query.counted) else None


def matches_mention(asked: Asked, document: Document, mention: Mention) -> int | None:
    """Relevance of a mention that the query lists, None when it does not."""
    query = asked.query
    if query.product and (mention.product or document.product) not in query.product:
        return None
    if not _mention(asked, mention):
        return None
    if query.counted is not None:
        counted = document.excluded is None and not mention.competitor
        if query.product and document.product not in query.product:
            counted = False
        if counted is not query.counted:
            return None
    return _document(asked, document)


def _listed(asked: Asked, document: Document, mentions: Iterable[Mention], *, counted: bool | None) -> bool:
    query = asked.query
    if counted and document.excluded is not None:
        return False
    if not asked.of_mentions:
        return not query.sentiment or document.sentiment in query.sentiment
    return any(
        _mention(asked, mention)
        and not (counted and mention.competitor)
        and (not query.product or (mention.product or document.product) in query.product)
        for mention in mentions
    )


def _mention(asked: Asked, mention: Mention) -> bool:
    query = asked.query
    path = path_of(mention)
    if query.aspect and not any(node in path for node in query.aspect):
        return False
    if query.theme and mention.theme not in query.theme:
        return False
    if query.harm and mention.harm not in query.harm:
        return False
    if query.level is not None and len(path) != query.level:
        return False
    return not query.sentiment or mention.sentiment in query.sentiment


def _document(asked: Asked, document: Document) -> int | None:
    """Filters of the document but `product`, `sentiment` and `counted`."""
    query = asked.query
    for name in DOCUMENT_FACETS:
        wanted: Sequence[str] = getattr(query, name)
        if wanted and getattr(document, name) not in wanted:
            return None
    if query.intent and not any(intent.label in query.intent for intent in document.intents):
        return None
    if query.rating_min is not None and (document.rating is None or document.rating < query.rating_min):
        return None
    if query.rating_max is not None and (document.rating is None or document.rating > query.rating_max):
        return None
    day = day_number(document.day)
    if (asked.since is not None and day < asked.since) or (asked.until is not None and day >= asked.until):
        return None
    if not asked.terms:
        return 0
    return relevance(asked.terms, document.clean_text) or None
