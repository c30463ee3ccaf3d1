"""Words of praise and blame in a text, with the negations and degrees before them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from voc.nlp.lexicon import load
from voc.nlp.phrases import compile_phrases

_REACH = 4  # characters a negation or degree may take before the word


@dataclass(frozen=True, slots=True)
class OpinionWord:
    """`clean[start:end]` with its negation and degree; `polarity` 1 or -1 after negation."""

    start: int
    end: int
    polarity: int


def opinion_words(clean: str) -> list[OpinionWord]:
    """Every opinion word of the text, in order of place.

    >>> [("不太好用"[w.start : w.end], w.polarity) for w in opinion_words("不太好用")]
    [('不太好用', -1)]
    """
    rules = _rules()
    found: list[OpinionWord] = []
    taken = 0
    for match in rules.words.finditer(clean):
        start, polarity = match.start(), rules.polarity[match.group()]
        if polarity == 0:
            taken = match.end()
            continue
        before = None
        if start > taken and clean[start - 1] in rules.last:
            before = rules.before.search(clean, max(taken, start - 2 * _REACH), start)
        if before is not None:
            start = before.start()
            turns = sum(word in rules.negations for word in rules.modifiers.findall(before.group()))
            polarity = -polarity if turns % 2 else polarity
        found.append(OpinionWord(start, match.end(), polarity))
        taken = match.end()
    return found


@dataclass(frozen=True, slots=True)
class _Rules:
    words: re.Pattern[str]
    polarity: dict[str, int]
    before: re.Pattern[str]
    modifiers: re.Pattern[str]
    negations: frozenset[str]
    last: frozenset[str]  # what `before` may end in: looked at first, it is rarely there


@cache
def _rules() -> _Rules:
    lists = load("opinions")
    polarity = dict.fromkeys(lists["other"], 0)
    polarity |= dict.fromkeys(lists["negative"], -1) | dict.fromkeys(lists["positive"], 1)
    modifiers = compile_phrases([*lists["negation"], *lists["degree"]])
    return _Rules(
        words=compile_phrases(polarity),
        polarity=polarity,
        before=re.compile(f"(?:{modifiers.pattern})+的?$"),
        modifiers=modifiers,
        negations=frozenset(lists["negation"]),
        last=frozenset({"的", "\n", *(word[-1] for word in (*lists["negation"], *lists["degree"]))}),
    )
