"""`voc annotate`: lines of JSON in, one annotated line out for each, in order (DESIGN 5's contract)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson

from voc.errors import SkipRecord
from voc.nlp.engine import Engine
from voc.signs import Sign
from voc.text.source import raw_text
from voc.text.stage import TextStage
from voc.types import Analysis, Author, CleanText, Integrity, Label, Opinion, Record, Span, Turn

_BATCH = 512
_LONG_COPY = 20  # characters of content from which copies by different authors are copies


@dataclass(frozen=True, slots=True)
class Limits:
    """What a line may hold at most."""

    max_text_chars: int = 100_000
    max_line_bytes: int = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Line:
    id: str
    record: Record | None = None
    error: SkipRecord | None = None


def annotate_lines(
    lines: Iterable[bytes], *, engine: Engine, stage: TextStage, limits: Limits | None = None
) -> Iterator[dict[str, Any]]:
    """Annotated lines as dicts, one for each input line that is not blank."""
    limits = limits or Limits()
    copies = _Copies()
    batch: list[_Line] = []
    for number, raw in enumerate(lines, start=1):
        if not raw.strip():
            continue
        batch.append(_read(raw, number, limits))
        if len(batch) == _BATCH:
            yield from _annotate(batch, engine, stage, copies)
            batch = []
    yield from _annotate(batch, engine, stage, copies)


def line_json(line_id: str, clean: CleanText, analysis: Analysis, *, names: Engine) -> dict[str, Any]:
    """One output line of the contract. Every span obeys `span.text == text[start:end]`."""
    sentiment = analysis.sentiment
    answer: dict[str, Any] = {
        "id": line_id,
        "text": clean.text,
        "clean_text": clean.clean,
        "sentiment": {
            "label": sentiment.label,
            "score": round(sentiment.score, 4),
            "confidence": round(sentiment.confidence, 4),
        },
        "emotion": _labelled(analysis.emotion),
        "intents": [
            {"label": i.label, "start": i.start, "end": i.end, "confidence": round(i.confidence, 4)}
            for i in analysis.intents
        ],
        "service_intent": _labelled(analysis.service_intent),
        "mentions": [
            _mention(clean.text, opinion, label, names)
            for opinion, label in zip(analysis.opinions, analysis.labels, strict=True)
        ],
        "integrity": {
            "label": clean.integrity.label,
            "score": round(clean.integrity.score, 4),
            "quarantined": clean.integrity.quarantined,
            "flags": list(clean.integrity.flags),
            "reasons": [_reason(clean.text, sign) for sign in clean.integrity.signs],
        },
        "pii": [{"type": p.type, "start": p.start, "end": p.end} for p in clean.pii],
        "repairs": [{"kind": r.kind, "count": r.count} for r in clean.repairs],
        "models": dict(analysis.models),
        "taxonomy": analysis.taxonomy,
    }
    if sentiment.mixed:
        answer["sentiment"]["mixed"] = True
    return answer


def _annotate(
    batch: Sequence[_Line], engine: Engine, stage: TextStage, copies: _Copies
) -> Iterator[dict[str, Any]]:
    readable = [line for line in batch if line.record is not None]
    records = [line.record for line in readable if line.record is not None]
    cleans = [copies.judge(stage.clean(raw_text(record)), record.author.id) for record in records]
    analyses = iter(zip(cleans, engine.analyse(cleans, [record.product for record in records]), strict=True))
    for line in batch:
        if line.error is not None:
            yield {"id": line.id, "error": {"code": line.error.code, "detail": line.error.what}}
            continue
        clean, analysis = next(analyses)
        yield line_json(line.id, clean, analysis, names=engine)


class _Copies:
    """Exact copies inside the input: the same author's always, others' when long."""

    def __init__(self) -> None:
        self._seen: set[str] = set()
        self._by_author: set[tuple[str, str]] = set()

    def judge(self, clean: CleanText, author: str | None) -> CleanText:
        """The text with the flag `copied` when it was seen before."""
        if not clean.signature:
            return clean
        long = sum(map(str.isalnum, clean.clean)) >= _LONG_COPY
        copied = (long and clean.signature in self._seen) or (
            author is not None and (author, clean.signature) in self._by_author
        )
        self._seen.add(clean.signature)
        if author is not None:
            self._by_author.add((author, clean.signature))
        if not copied:
            return clean
        known = clean.integrity
        label = "copied" if known.label == "clean" else known.label
        flags = tuple(dict.fromkeys((*known.flags, "copied")))
        return replace(clean, integrity=Integrity(label, max(known.score, 1.0), flags, known.signs))


def _read(raw: bytes, number: int, limits: Limits) -> _Line:
    line_id = str(number)
    try:
        if len(raw) > limits.max_line_bytes:
            raise SkipRecord("line longer than the limit", code="VOC-E303")
        try:
            fields = orjson.loads(raw.removeprefix(b"\xef\xbb\xbf"))
        except orjson.JSONDecodeError as error:
            raise SkipRecord(f"line {number} is not JSON: {error.msg}", code="VOC-E300") from None
        if not isinstance(fields, dict):
            raise SkipRecord(f"line {number} is not a JSON object", code="VOC-E300")
        for name in ("id", "native_id"):
            if isinstance(fields.get(name), str | int) and str(fields[name]):
                line_id = str(fields[name])
                break
        record = _record(fields)
        if len(raw_text(record)) > limits.max_text_chars:
            raise SkipRecord("text longer than the limit", code="VOC-E302")
        return _Line(line_id, record)
    except SkipRecord as error:
        return _Line(line_id, error=error)


def _record(fields: dict[str, Any]) -> Record:
    """Only what the text and language stages read; labels and ratings never reach a model."""
    author = fields.get("author")
    author_id = author.get("id") if isinstance(author, dict) else None
    text = fields.get("text")
    if text is not None and not isinstance(text, str):
        raise SkipRecord("text is not a string", code="VOC-E305")
    turns = _turns(fields.get("turns"))
    title = fields.get("title")
    record = Record(
        text=text or "",
        title=title if isinstance(title, str) else None,
        turns=turns,
        author=Author(id=str(author_id) if author_id is not None else None),
        product=fields["product"] if isinstance(fields.get("product"), str) else None,
    )
    if text is None and not turns:
        raise SkipRecord("record has no text", code="VOC-E301")
    return record


def _turns(value: Any) -> tuple[Turn, ...]:
    if not isinstance(value, list):
        return ()
    return tuple(
        Turn(text=turn["text"], role=turn["role"] if isinstance(turn.get("role"), str) else "unknown")
        for turn in value
        if isinstance(turn, dict) and isinstance(turn.get("text"), str)
    )


def _mention(text: str, opinion: Opinion, label: Label, names: Engine) -> dict[str, Any]:
    node = names.taxonomy.nodes[label.node] if label.node else None
    mention: dict[str, Any] = {
        "aspect": node.id if node else None,
        "aspect_name": node.name if node else None,
        "aspect_path": list(names.taxonomy.names(node.id)) if node else [],
        "target": _span(text, opinion.target),
        "opinion": _span(text, opinion.opinion),
        "clause": {"start": opinion.clause.start, "end": opinion.clause.end},
        "sentiment": opinion.sentiment,
        "score": round(opinion.score, 4),
        "harm": opinion.harm,
        "harm_words": _span(text, opinion.harm_span),
        "confidence": round(opinion.confidence, 4),
        "implicit": opinion.implicit,
    }
    if opinion.product is not None:
        mention["product"] = opinion.product
    return mention


def _reason(text: str, sign: Sign) -> dict[str, Any]:
    return {
        "label": sign.label,
        "score": round(sign.score, 4),
        "reason": sign.reason,
        "words": list(sign.words),
        "evidence": [
            {"text": text[start:end], "start": start, "end": end} for start, end in sorted(sign.spans)
        ],
    }


def _span(text: str, span: Span | None) -> dict[str, Any] | None:
    return (
        None if span is None else {"text": text[span.start : span.end], "start": span.start, "end": span.end}
    )


def _labelled(value: Any) -> dict[str, Any]:
    """A text that says nothing has a label of null: the shape is always there."""
    if value is None:
        return {"label": None, "confidence": 0.0}
    return {"label": value.label, "confidence": round(value.confidence, 4)}
