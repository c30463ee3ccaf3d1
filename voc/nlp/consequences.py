"""How bad it was for the person: the harm scale of DESIGN 8.1, by words, with the words cited.

1 annoyed · 3 hindered in use · 10 function or money lost, or contacted again · 30 leaves, returns,
complains to an authority · 100 bodily safety. Words decide, never a classifier's confidence:
用了两天自己烧起来了 is 100, 垃圾 is 1. Add words in `lexicon/consequences.yaml`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from voc.nlp.lexicon import load
from voc.nlp.phrases import compile_phrases
from voc.types import Span

SAFETY = 100
_LOOK_BACK = 10  # characters a guard may reach before the words
_LOOK_AHEAD = 8


@dataclass(frozen=True, slots=True)
class Hit:
    """Words that state a consequence: their level and place in the clean text."""

    level: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Rules:
    phrases: re.Pattern[str]
    level_of: dict[str, int]
    patterns: tuple[tuple[int, tuple[str, ...], re.Pattern[str]], ...]  # level, one must be there, what
    before: re.Pattern[str]
    after: re.Pattern[str]
    offer: re.Pattern[str]
    subject: re.Pattern[str]


def find(clean: str) -> list[Hit]:
    """Every stated consequence, in order of place; overlapping ones: the gravest, then the longest."""
    rules = _rules()
    hits, harmless = [], []
    for match in rules.phrases.finditer(clean):
        level = rules.level_of[match.group()]
        if not level:
            harmless.append(match.span())
        elif _happened(rules, clean, level, match.start(), match.end()):
            hits.append(Hit(level, match.start(), match.end()))
    for level, needs, pattern in rules.patterns:
        for need in needs:
            if need in clean:
                break
        else:
            continue  # one look for a word takes a twentieth of the time of one for a pattern
        for match in pattern.finditer(clean):
            start, end = match.span()
            if start == end or any(start < until and since < end for since, until in harmless):
                continue  # 屏幕炸裂好看: the harmless word is part of it
            if _happened(rules, clean, level, start, end):
                hits.append(Hit(level, start, end))
    if len(hits) < 2:
        return hits
    kept: list[Hit] = []
    for hit in sorted(hits, key=lambda h: (-h.level, h.start - h.end, h.start)):
        if all(hit.end <= other.start or hit.start >= other.end for other in kept):
            kept.append(hit)
    return sorted(kept, key=lambda h: h.start)


def harm(clean: str, clause: Span, *, hits: list[Hit] | None = None) -> tuple[int, Span | None]:
    """The gravest consequence that the clause states: (level, where), or (1, None) when it states none.

    Args:
        hits: `find(clean)`, when the caller has it.

    >>> harm("用了两天自己烧起来了", Span(0, 10))[0], harm("垃圾", Span(0, 2))[0]
    (100, 1)
    """
    known = find(clean) if hits is None else hits
    inside = [hit for hit in known if clause.start <= hit.start and hit.end <= clause.end]
    if not inside:
        return 1, None
    worst = max(inside, key=lambda hit: hit.level)
    return worst.level, Span(worst.start, worst.end)


def _happened(rules: _Rules, clean: str, level: int, start: int, end: int) -> bool:
    before = clean[max(0, start - _LOOK_BACK) : start]
    if level >= 10:
        if rules.before.search(before) or rules.after.search(clean[end : end + _LOOK_AHEAD]):
            return False
        return level != 30 or not (rules.offer.search(before) or rules.subject.search(clean[end : end + 4]))
    return not rules.before.search(before)


@cache
def _rules() -> _Rules:
    lists = load("consequences")
    level_of = dict.fromkeys(lists["harmless"], 0)
    patterns = []
    for level, rules in lists["levels"].items():
        for word in rules["words"]:
            level_of.setdefault(word, int(level))
        for rule in rules.get("patterns", ()):
            patterns.append((int(level), tuple(rule["needs"]), re.compile(rule["pattern"])))
    guards = lists["guards"]
    return _Rules(
        compile_phrases(level_of),
        level_of,
        tuple(patterns),
        re.compile(guards["before"]),
        re.compile(guards["after"]),
        re.compile(guards["offer"]),
        re.compile(guards["subject"]),
    )
