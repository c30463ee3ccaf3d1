"""A reason why a text is not taken as it is: what integrity found, and where."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sign:
    """Why a text is not taken as it is: one label, how sure (0.5 … 1), the reason in words, the evidence.

    `spans` are (start, end) in the shown text; `words` say what stands there and what it may have been,
    where that is known (a replaced word → the likely one, a phrase and how often).
    """

    label: str
    score: float
    reason: str
    spans: tuple[tuple[int, int], ...] = ()
    words: tuple[str, ...] = ()
