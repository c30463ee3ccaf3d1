"""JSON shapes of answers, documents and mentions (DESIGN 6), the same for the API and the command line.

Every span also says where it stands in UTF-16 code units; `span.text == document.text[start:end]`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

from voc.insight.answers import Bucket, Head, PainAnswer, PainDetail, PainItem, Quoted, TrendAnswer
from voc.types import Document, Interval, Mention, Query, Span, Trend

_DIGITS = 4
_DOCUMENT_AS_IS: tuple[str, ...] = (
    "id",
    "workspace",
    "source",
    "native_id",
    "kind",
    "revision",
    "text_revision",
    "seq",
    "text",
    "clean_text",
    "created_at_precision",
    "day",
    "week",
    "month",
    "author_key",
    "person",
    "role",
    "brand",
    "product",
    "version",
    "rating",
    "nps",
    "likes",
    "url",
    "thread_id",
    "reply_to",
    "status",
    "stage",
    "touchpoint",
    "region",
    "store",
    "segment",
    "value",
    "language",
    "integrity",
    "integrity_score",
    "duplicate_of",
    "sentiment",
    "sentiment_score",
    "sentiment_confidence",
    "mixed",
    "emotion",
    "service_intent",
)


def document_json(document: Document, *, score: int | None = None) -> dict[str, Any]:
    """A document as listings and `GET /v1/documents/{id}` show it; `excluded`: why no figure has it."""
    shown: dict[str, Any] = {name: getattr(document, name) for name in _DOCUMENT_AS_IS}
    shown["created_at"] = time_json(document.created_at)
    shown["received_at"] = time_json(document.received_at)
    shown["integrity_flags"] = list(document.integrity_flags)
    shown["integrity_by"] = "model" if document.verdict is None else "person"
    shown["verdict"] = document.verdict
    shown["quarantined"] = document.excluded == "quarantined"
    shown["counted"] = document.excluded is None
    shown["excluded"] = document.excluded
    shown["intents"] = [
        {
            "label": intent.label,
            **span_json(document.text, intent.start, intent.end),
            "confidence": intent.confidence,
        }
        for intent in document.intents
    ]
    shown["attrs"] = dict(document.attrs)
    if score is not None:
        shown["relevance"] = score
    return shown


def mention_json(mention: Mention, document: Document, *, score: int | None = None) -> dict[str, Any]:
    """A mention with what it needs of its document; `aspect_path` holds names, as in `voc annotate`."""
    text = document.text
    shown: dict[str, Any] = {
        "id": mention.id,
        "opinion_id": mention.opinion_id,
        "document_id": document.id,
        "native_id": document.native_id,
        "revision": document.revision,
        "author_key": document.author_key,
        "person": document.person,
        "source": document.source,
        "kind": document.kind,
        "created_at": time_json(document.created_at),
        "day": document.day,
        "aspect": mention.aspect,
        "aspect_name": mention.aspect_names[-1] if mention.aspect_names else None,
        "aspect_path": list(mention.aspect_names),
        "aspect_path_ids": list(mention.aspect_path),
        "theme": mention.theme,
        "target": _span(text, mention.target),
        "opinion": _span(text, mention.opinion),
        "clause": _span(text, mention.clause),
        "sentiment": mention.sentiment,
        "score": mention.score,
        "confidence": mention.confidence,
        "harm": mention.harm,
        "harm_span": _span(text, mention.harm_span),
        "implicit": mention.implicit,
        "product": mention.product,
        "competitor": mention.competitor,
        "document_product": document.product,
        "rating": document.rating,
        "url": document.url,
        "counted": document.excluded is None and not mention.competitor,
        "excluded": document.excluded,
        "model": mention.model,
        "taxonomy": mention.taxonomy,
    }
    if score is not None:
        shown["relevance"] = score
    return shown


def pain_answer_json(answer: PainAnswer) -> dict[str, Any]:
    """`GET /v1/pain-points`."""
    return {
        **head_json(answer.head),
        "sort": answer.sort,
        "level": answer.level,
        "people": answer.people,
        "mentions": answer.mentions,
        "overlap": answer.overlap,
        "unmapped": answer.unmapped,
        "weights": {name: round(weight, 6) for name, weight in answer.weights.items()},
        "strata_left_out": list(answer.strata_left_out),
        "trend_left_out": list(answer.trend_left_out),
        "disagreements": list(answer.disagreements),
        "items": [pain_item_json(item) for item in answer.items],
        "next_cursor": None,
    }


def pain_item_json(item: PainItem) -> dict[str, Any]:
    """A pain point."""
    point = item.point
    return {
        "kind": point.kind,
        "id": point.id,
        "name": point.name,
        "path": list(point.path),
        "status": point.status,
        "rank": point.rank,
        "lane": point.lane,
        "thin": point.thin,
        "harm": round(point.harm, _DIGITS),
        "harm_ci": _pair(point.harm_ci, _DIGITS),
        "people": point.people,
        "mentions": point.mentions,
        "documents": point.documents,
        "share": round(point.share, 6),
        "share_ci": _pair(point.share_ci, 6),
        "by_harm": {str(level): people for level, people in point.by_harm.items()},
        "heat": point.heat,
        "trend": _trend(point.trend),
        "value_weighted": _rounded(point.value_weighted),
        "impact_on_rating": _rounded(point.impact_on_rating),
        "corrected": "uncorrected",
        "evidence": [quoted_json(quote) for quote in item.quotes],
        "approximate": point.approximate,
        "listing": item.listing,
    }


def pain_detail_json(detail: PainDetail) -> dict[str, Any]:
    """`GET /v1/pain-points/aspect/{id}`: the item with the head of its answer and its children by week."""
    answer = pain_answer_json(detail.answer)
    for name in (
        "items",
        "next_cursor",
        "people",
        "mentions",
        "overlap",
        "unmapped",
        "disagreements",
        "sort",
        "level",
    ):
        del answer[name]
    return {
        **answer,
        **pain_item_json(detail.item),
        "weeks": [{"start": week, "people": people} for week, people in detail.weeks.items()],
        "subnodes": [
            {
                "id": node.id,
                "name": node.name,
                "people": node.people,
                "mentions": node.mentions,
                "weeks": [{"start": week, "people": people} for week, people in node.weeks.items()],
            }
            for node in detail.subnodes
        ],
    }


def trend_answer_json(answer: TrendAnswer) -> dict[str, Any]:
    """`GET /v1/trends`."""
    return {
        **head_json(answer.head),
        "interval": answer.interval,
        "people": answer.people,
        "mentions": answer.mentions,
        "overlap": answer.overlap,
        "listing": answer.listing,
        "items": [_bucket(bucket) for bucket in answer.items],
        "next_cursor": None,
    }


def head_json(head: Head) -> dict[str, Any]:
    """What every answer of figures repeats."""
    return {
        "workspace": head.query.workspace,
        "query": query_json(head.query),
        "since": head.since,
        "until": head.until,
        "as_of": head.as_of,
        "taxonomy": head.taxonomy,
        "people_total": head.people_total,
        "documents_total": head.documents_total,
        "excluded": dict(head.excluded),
        "undated": head.undated,
        "sources": [
            {"source": one.source, "status": one.status, "ran_days": one.ran_days, "days": one.days}
            for one in head.sources
        ],
        "listing": head.listing,
    }


def query_json(query: Query) -> dict[str, Any]:
    """The filters that are set, by their names; lists where several values may stand."""
    shown: dict[str, Any] = {}
    for field in fields(Query):
        value = getattr(query, field.name)
        if field.name == "workspace" or value is None or value == ():
            continue
        shown[field.name] = list(value) if isinstance(value, tuple) else value
    return shown


def quoted_json(quoted: Quoted) -> dict[str, Any]:
    """A piece of evidence."""
    found = quoted.evidence
    return {
        "document_id": found.document_id,
        "native_id": found.native_id,
        "revision": found.revision,
        "mention_id": found.mention_id,
        "quote": found.quote,
        "start": found.start,
        "end": found.end,
        "start_utf16": quoted.start_utf16,
        "end_utf16": quoted.end_utf16,
        "harm": found.harm,
        "created_at": time_json(found.created_at),
        "source": found.source,
        "product": found.product,
        "url": found.url,
    }


def span_json(text: str, start: int, end: int) -> dict[str, Any]:
    """`{text, start, end, start_utf16, end_utf16}`.

    >>> span_json("好😀电池", 2, 4)
    {'text': '电池', 'start': 2, 'end': 4, 'start_utf16': 3, 'end_utf16': 5}
    """
    return {
        "text": text[start:end],
        "start": start,
        "end": end,
        "start_utf16": utf16(text, start),
        "end_utf16": utf16(text, end),
    }


def utf16(text: str, offset: int) -> int:
    """UTF-16 code units before the code point `offset`."""
    return offset + sum(1 for character in text[:offset] if character > "\uffff")


def time_json(at: datetime) -> str:
    """ISO 8601 with `Z` for UTC."""
    return at.isoformat().replace("+00:00", "Z")


def _span(text: str, span: Span | None) -> dict[str, Any] | None:
    return None if span is None else span_json(text, span.start, span.end)


def _pair(interval: Interval, digits: int) -> list[float]:
    return [round(interval.low, digits), round(interval.high, digits)]


def _trend(trend: Trend | None) -> Mapping[str, Any] | None:
    if trend is None:
        return None
    return {
        "ratio": round(trend.ratio, _DIGITS),
        "low": round(trend.low, _DIGITS),
        "high": round(trend.high, _DIGITS),
        "verdict": trend.verdict,
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, _DIGITS)


def _bucket(bucket: Bucket) -> dict[str, Any]:
    return {
        "start": bucket.start,
        "people": bucket.people,
        "people_negative": bucket.people_negative,
        "mentions": bucket.mentions,
        "rating": _rounded(bucket.rating),
        "status": bucket.status,
    }
