"""An opinion as the reader finds it, in places of the clean text: before consequences and the shown text."""

from __future__ import annotations

from dataclasses import dataclass

from voc.types import Label, Span


@dataclass(frozen=True, slots=True)
class RawOpinion:
    """An opinion with its label; spans are in the clean text. `opinion` None: a neutral statement."""

    clause: Span
    target: Span | None
    opinion: Span | None
    sentiment: str
    score: float
    confidence: float
    implicit: bool
    product: str | None
    term: str
    label: Label
