"""A person's verdict on a document, as the API and the command line take it in and show it."""

from __future__ import annotations

from typing import Any

from voc.insight.present import time_json
from voc.ledger.types import Verdict
from voc.text.stage import TextStage


def masked(reason: str) -> str:
    """A reason without personal data: whoever decides may quote the document."""
    return TextStage().clean(reason).text


def verdict_json(verdict: Verdict) -> dict[str, Any]:
    """`{verdict, reason, by, at, in_force}`."""
    return {
        "verdict": verdict.verdict,
        "reason": verdict.reason,
        "by": verdict.actor,
        "at": time_json(verdict.at),
        "in_force": verdict.in_force,
    }
