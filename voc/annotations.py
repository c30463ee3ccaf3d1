"""What the models said of one record, as the ledger keeps it: enough to make its index rows without a model.

`encode` runs in the language processes; `composing` joins it with what the ledger decided (versions, copies,
persons). Masked text only: nothing in here identifies anybody.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import orjson

from voc.types import Analysis, CleanText, Label, Opinion, Record, Span

FORMAT = 1
_LEVEL = 1  # zlib: level 6 saves 4 % of the bytes for three times the time

# Facets copied from the record as they are; the string ones are masked like the text.
STRING_FACETS: tuple[str, ...] = (
    "brand",
    "product",
    "version",
    "url",
    "thread_id",
    "reply_to",
    "status",
    "stage",
    "touchpoint",
    "region",
    "store",
    "segment",
)
NUMBER_FACETS: tuple[str, ...] = ("rating", "nps", "likes", "value")
# What is kept of an opinion, in this order, by the names of a mention's fields.
OPINION: tuple[str, ...] = (
    *("clause", "target", "opinion", "sentiment", "score", "confidence", "implicit"),
    *("harm", "harm_span", "product", "competitor", "aspect", "aspect_confidence"),
)


def encode(
    record: Record,
    clean: CleanText,
    analysis: Analysis,
    *,
    mask: Callable[[str], str],
    competitors: frozenset[str] = frozenset(),
    language: str = "zh",
) -> bytes:
    """Compressed JSON of everything `composing` needs, short keys, masked strings.

    Args:
        mask: replaces personal data in a facet (the text stage's).
        competitors: canonical product names that are not the workspace's own.
        language: of the text (`text.language`).
    """
    body: dict[str, Any] = {
        "v": FORMAT,
        "text": clean.text,
        "clean": clean.clean,
        "ig": [clean.integrity.label, clean.integrity.score, clean.integrity.flags],
        "at": _micros(record.created_at),
        "pr": record.created_at_precision if record.created_at else "received",
        "role": record.author.role,
        "s": [
            analysis.sentiment.label,
            analysis.sentiment.score,
            analysis.sentiment.confidence,
            analysis.sentiment.mixed,
        ],
        "i": [(i.label, i.start, i.end, i.confidence) for i in analysis.intents],
        "o": [
            _opinion_out(opinion, label, competitors)
            for opinion, label in zip(analysis.opinions, analysis.labels, strict=True)
        ],
        "m": dict(analysis.models),
        "tax": analysis.taxonomy,
    }
    if language != "zh":
        body["lang"] = language
    if analysis.emotion:
        body["e"] = analysis.emotion.label
    if analysis.service_intent:
        body["si"] = analysis.service_intent.label
    facets: dict[str, Any] = {}
    for name in STRING_FACETS:
        value = getattr(record, name)
        if value is not None:
            facets[name] = mask(value)
    for name in NUMBER_FACETS:
        value = getattr(record, name)
        if value is not None:
            facets[name] = value
    if facets:
        body["f"] = facets
    if record.attrs:
        body["attrs"] = _masked(record.attrs, mask)
    return zlib.compress(orjson.dumps(body), _LEVEL)


def decode(body: bytes) -> dict[str, Any]:
    """What `encode` kept."""
    kept: dict[str, Any] = orjson.loads(zlib.decompress(body))
    return kept


def _opinion_out(opinion: Opinion, label: Label, competitors: frozenset[str]) -> list[Any]:
    return [  # as in `OPINION`
        _span_out(opinion.clause),
        _span_out(opinion.target),
        _span_out(opinion.opinion),
        opinion.sentiment,
        round(opinion.score, 4),
        round(opinion.confidence, 4),
        opinion.implicit,
        opinion.harm,
        _span_out(opinion.harm_span),
        opinion.product,
        opinion.product is not None and opinion.product in competitors,
        label.node,
        round(label.confidence, 4),
    ]


def _span_out(span: Span | None) -> tuple[int, int] | None:
    return None if span is None else (span.start, span.end)


def _masked(value: Any, mask: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, Mapping):
        return {mask(str(key)): _masked(item, mask) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_masked(item, mask) for item in value]
    return value if isinstance(value, bool | int | float) or value is None else mask(str(value))


def _micros(at: datetime | None) -> int | None:
    return None if at is None else round(at.timestamp() * 1_000_000)
