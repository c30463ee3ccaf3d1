"""What a customer wants: wishes, questions, concerns, recommendations, churn, repurchase, switches, by words.

Complaints and praise come from the opinions (`from_opinions`). An intent is cited by the clause that holds
its marker. Add words in `lexicon/intents.yaml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache

from voc.nlp.lexicon import load
from voc.nlp.phrases import compile_phrases
from voc.types import Intent, Opinion, Span

_CLAUSE_END = "，,。！!？?；;\n~…"
# Rules cannot weigh themselves: one figure a label, by judgement (explicit forms of leaving are the surest,
# switches and fears the least), until a checked sample measures them.
CONFIDENCE: dict[str, float] = {
    "wish": 0.9,
    "question": 0.85,
    "concern": 0.8,
    "recommend": 0.9,
    "churn": 0.95,
    "repurchase": 0.85,
    "switch": 0.8,
}
_SURE = 0.6  # an opinion below this is no complaint or praise by itself


def find(clean: str) -> list[Intent]:
    """Intents stated by words, in order of place; each (label, clause) once. Offsets in `clean`."""
    pattern, labels = _rules()
    found: dict[tuple[str, int, int], Intent] = {}
    for match in pattern.finditer(clean):
        for label in labels[match.group()]:
            start, end = _clause(clean, match.start(), match.end())
            found.setdefault((label, start, end), Intent(label, start, end, CONFIDENCE[label]))
    return list(found.values())


def from_opinions(opinions: Sequence[Opinion]) -> list[Intent]:
    """A complaint for each clause with a negative opinion, praise for each with a positive one.

    Offsets are those of the opinions (the shown text).
    """
    best: dict[tuple[str, Span], float] = {}
    for opinion in opinions:
        if opinion.sentiment == "neutral" or opinion.confidence < _SURE:
            continue
        label = "complaint" if opinion.sentiment == "negative" else "praise"
        key = (label, opinion.clause)
        best[key] = max(best.get(key, 0.0), opinion.confidence)
    return [Intent(label, span.start, span.end, confidence) for (label, span), confidence in best.items()]


def in_order(intents: Iterable[Intent]) -> tuple[Intent, ...]:
    """By place, then label."""
    return tuple(sorted(intents, key=lambda i: (i.start, i.end, i.label)))


def _clause(clean: str, start: int, end: int) -> tuple[int, int]:
    left, right = start, end
    while left > 0 and clean[left - 1] not in _CLAUSE_END:
        left -= 1
    while right < len(clean) and clean[right - 1] not in _CLAUSE_END and clean[right] not in _CLAUSE_END:
        right += 1
    while left < start and clean[left].isspace():
        left += 1
    while right > end and clean[right - 1].isspace():
        right -= 1
    return left, right


@cache
def _rules() -> tuple[re.Pattern[str], dict[str, tuple[str, ...]]]:
    """One pattern over all markers and silencers; a silencer keeps the labels it does not silence."""
    lists = load("intents")
    labels: dict[str, set[str]] = {}
    for label, rule in lists.items():
        for word in rule["words"]:
            labels.setdefault(word, set()).add(label)
    silent: dict[str, set[str]] = {}
    for label, rule in lists.items():
        for phrase in rule["not"]:
            silent.setdefault(phrase, set()).add(label)
    words = dict(labels)
    for phrase in silent:
        kept = {kind for word, kinds in words.items() if word in phrase for kind in kinds}
        quiet = {kind for other, kinds in silent.items() if other in phrase for kind in kinds}
        labels[phrase] = kept - quiet
    return compile_phrases(labels), {word: tuple(sorted(kinds)) for word, kinds in labels.items()}
