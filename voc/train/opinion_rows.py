"""Rows for the opinion models: which passage says what about which node, read from the aspect data sets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from voc.nlp.aspects import Mapper
from voc.nlp.clauses import passages
from voc.nlp.lexicon.polarity import opinion_words
from voc.nlp.taxonomy import Taxonomy
from voc.train.data import Row, read
from voc.types import Span

PACKS: dict[str, str] = {
    "car": "car_bdci2018",
    "cosmetics": "cosmetics_opinion",
    "food_beverage": "food_beverage_asqp",
}


@dataclass(slots=True)
class Passage:
    """A passage with its clauses and what was said in it: (node, sentiment, clause or None when unknown)."""

    text: str
    clauses: list[str]
    said: list[tuple[str, str, int | None]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Judged:
    """One opinion for the polarity model."""

    passage: str
    clause: str
    node: str
    sentiment: str
    weight: float = 1.0

    @property
    def vote(self) -> int:
        """Net opinion words of the clause, −2 … 2."""
        return max(-2, min(2, sum(w.polarity for w in opinion_words(self.clause))))


def pack_passages(datasets: Path, pack: str, split: str = "train") -> list[Passage]:
    """The passages of a pack's data set; an opinion that cannot be placed is left out of a long text."""
    taxonomy = Taxonomy.load(pack)
    mapper = Mapper(taxonomy)
    found: list[Passage] = []
    for row in read(datasets, PACKS[pack], split):
        groups = passages(row.text)
        if not groups:
            continue
        cut = [_passage(row.text, group) for group in groups]
        for aspect in row.fields["aspects"]:
            node = taxonomy.labels.get(aspect.get("category") or aspect.get("aspect"))
            if node is None:
                continue
            at = None if pack == "car" else _place(row, aspect)
            if at is None:
                if len(cut) == 1:
                    cut[0].said.append((node, aspect["sentiment"], None))
                else:  # where its words stand; a set without places: anywhere, when they stand nowhere
                    named = [one for one in cut if mapper.speaks_of(one.text, node)]
                    for one in named or (cut if pack == "car" else []):
                        one.said.append((node, aspect["sentiment"], None))
                continue
            for one, group in zip(cut, groups, strict=True):
                for i, clause in enumerate(group):
                    if clause.start <= at < clause.end:
                        one.said.append((node, aspect["sentiment"], i))
        found.extend(cut)
    return found


def background(datasets: Path, count: int) -> list[Passage]:
    """Passages about no product: what a head must leave alone."""
    found: list[Passage] = []
    for row in read(datasets, "weibo_emotion_usual", "train"):
        if len(found) >= count:
            break
        found.extend(_passage(row.text, group) for group in passages(row.text)[:1])
    return found


def other_judged(datasets: Path) -> Iterator[Judged]:
    """Opinions for the polarity of any product, from sets without a taxonomy of their own."""
    for row in read(datasets, "diaasq_phones", "train"):
        groups = passages(row.text)
        for aspect in row.fields["aspects"]:
            words = [aspect.get("aspect"), aspect.get("opinion")]
            for group in groups:
                for clause in group:
                    text = row.text[clause.start : clause.end]
                    if all(w and w in text for w in words):
                        yield Judged(_passage(row.text, group).text, text, "", aspect["sentiment"])
    for row in read(datasets, "implicit_ecisa2019", "train"):
        for group in passages(row.text)[:1]:
            one = _passage(row.text, group)
            yield Judged(one.text, one.clauses[-1], "", row.fields["sentiment"], 0.7)
    for name, most in (("online_shopping_10_cats", 8000), ("waimai_10k", 3000), ("hotel_chnsenticorp", 1500)):
        short = [r for r in read(datasets, name, "train") if 4 <= len(r.text) <= 45]
        for i, row in enumerate(short[:: max(1, len(short) // most)]):
            if row.fields["sentiment"] not in ("positive", "negative"):
                continue
            for group in passages(row.text)[:1]:
                one = _passage(row.text, group)
                yield Judged(one.text, one.clauses[i % len(one.clauses)], "", row.fields["sentiment"], 0.4)


def _passage(text: str, group: Sequence[Span]) -> Passage:
    return Passage(text[group[0].start : group[-1].end], [text[c.start : c.end] for c in group])


def _place(row: Row, aspect: dict[str, object]) -> int | None:
    """Where the opinion stands in the clean text: near its aspect when both are known."""
    text = row.text.lower()
    target, opinion = (str(aspect.get(k) or "").lower().strip() for k in ("aspect", "opinion"))
    start = aspect.get("opinion_start", aspect.get("start"))
    near = start if isinstance(start, int) else None
    if target and opinion:
        at = text.find(target, max(0, (near or 0) - 20))
        if at >= 0:
            after = text.find(opinion, at)
            return after if 0 <= after <= at + 30 else at
    word = opinion or target
    if not word:
        return None
    at = text.find(word, max(0, (near or 0) - 4))
    return at if at >= 0 else None
