"""Cuts a clean text into sentences, passages (what a model reads at once) and clauses (what is cited)."""

from __future__ import annotations

import re

from voc.types import Span

PASSAGE_CHARS = 80
_SENTENCE = re.compile(r"[^。！？!?；;\n…]+")
# A comma always cuts; a conjunction cuts where something stands on both sides of it.
_COMMA = re.compile(
    r"[，,、~～|]+|[ \u3000]+(?=[\u4e00-\u9fff])|(?<=[\u4e00-\u9fff])[ \u3000]+|(?<!\d)[:：]|[:：](?!\d)"
)
_TURN = re.compile(
    r"但是|可是|只是|就是(?=[\u4e00-\u9fff]{0,6}(?:太|有点|不|没))|不过|然而|虽然|尽管|而且|并且|另外|除了|"
    r"但(?!凡|愿|书)|却(?!步)|可惜|美中不足"
)
_LEAST = 2  # characters on the left of a conjunction that make a clause
_BLANK = " \t\r\u3000\"'“”‘’()（）[]【】《》<>"


def sentences(clean: str) -> list[Span]:
    """Sentences in order, without their end marks; none is empty or blank."""
    return [span for m in _SENTENCE.finditer(clean) if (span := _trimmed(clean, m.start(), m.end()))]


def clauses(clean: str, sentence: Span | None = None) -> list[Span]:
    """Clauses of a sentence (of the whole text when None): cut at commas and before 但 不过 虽然.

    >>> [("外观漂亮但电池拉胯")[c.start : c.end] for c in clauses("外观漂亮但电池拉胯")]
    ['外观漂亮', '但电池拉胯']
    """
    if sentence is None:
        return [clause for whole in sentences(clean) for clause in clauses(clean, whole)]
    found: list[Span] = []
    at = sentence.start
    for comma in _COMMA.finditer(clean, sentence.start, sentence.end):
        _cut_at_turns(clean, at, comma.start(), found)
        at = comma.end()
    _cut_at_turns(clean, at, sentence.end, found)
    return found


def passages(clean: str, limit: int = PASSAGE_CHARS) -> list[list[Span]]:
    """Clauses grouped as a model reads them: whole sentences together while they fit in `limit`.

    A sentence longer than that is a passage of its own, or several, cut between clauses.
    """
    groups: list[list[Span]] = []
    for sentence in sentences(clean):
        inside = clauses(clean, sentence)
        if not inside:
            continue
        if groups and inside[-1].end - groups[-1][0].start <= limit:
            groups[-1].extend(inside)
            continue
        groups.append([])
        for clause in inside:
            if groups[-1] and clause.end - groups[-1][0].start > limit:
                groups.append([])
            groups[-1].append(clause)
    return groups


def turns(clause: str) -> bool:
    """Whether a clause begins with 但 不过 虽然 and the like."""
    return _TURN.match(clause) is not None


def _cut_at_turns(clean: str, start: int, end: int, into: list[Span]) -> None:
    at = start
    for turn in _TURN.finditer(clean, start, end):
        if turn.start() - at >= _LEAST and end - turn.end() >= _LEAST:
            if span := _trimmed(clean, at, turn.start()):
                into.append(span)
            at = turn.start()
    if span := _trimmed(clean, at, end):
        into.append(span)


def _trimmed(clean: str, start: int, end: int) -> Span | None:
    while start < end and clean[start] in _BLANK:
        start += 1
    while end > start and clean[end - 1] in _BLANK:
        end -= 1
    if end <= start:
        return None
    if clean[start].isalnum() or any(map(str.isalnum, clean[start:end])):
        return Span(start, end)
    return None
