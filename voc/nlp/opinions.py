"""Finds opinions in clean texts: which clause, about which words, how it is found, how sure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from voc.nlp.aspects import Mapper, Term
from voc.nlp.catalogue import Catalogue
from voc.nlp.clauses import passages, turns
from voc.nlp.comparison import compared, products_of
from voc.nlp.features import Grams, grams
from voc.nlp.lexicon.polarity import OpinionWord, opinion_words
from voc.nlp.linear import Array
from voc.nlp.polarity import Place, PolarityModel
from voc.nlp.rawopinion import RawOpinion
from voc.nlp.taxonomy import Taxonomy
from voc.registry import Registry
from voc.types import SENTIMENTS, Label, Span

NAME = "opinions"
_ALIAS_SHARE = 0.8  # of a label's threshold, from which a word of it in the text is believed
TOP_SHARE = 0.4  # of a label's threshold, from which the likeliest label of a passage is believed
_LONGEST_OPINION = 6  # characters after a target that may be taken for its opinion
_OVERALL = "overall"
_ASKS = re.compile(
    r"(?:^|[^不没])(?:希望|建议|请问|想问|问一下|咨询|能不能|可不可以|要是能|如果能|什么时候能|最好能)"
)
_TOLD = 0.55  # the same where an implied word stands: it mostly says how it is found
_SURE = 0.72  # share of praise or blame that is believed without opinion words, where no head was learned
_WORDS_WEIGHT = 1.0  # log-odds an opinion word adds there


@dataclass(slots=True)
class _Candidate:
    """A node found in a clause, before its polarity is known."""

    text: int
    passage: int
    clause: int
    node: str
    confidence: float
    term: Term | None
    lead: int | None = None  # clause that decides the polarity of the node in its passage
    turn: bool = False  # the clause begins with 但 不过 …: it may say the opposite of the lead


@dataclass(slots=True)
class _Batch:
    """All passages and clauses of a batch. `clause_at[i]` = (text, passage, span)."""

    texts: Sequence[str]
    passage_clauses: list[list[int]]
    clause_at: list[tuple[int, int, Span]]
    clause_texts: list[str]
    passages: Grams
    clauses: Grams


class OpinionReader:
    """Opinions of one taxonomy and catalogue; pure, safe from several threads."""

    def __init__(self, registry: Registry, taxonomy: Taxonomy, catalogue: Catalogue) -> None:
        """Loads the model `opinions` (ConfigError VOC-E202: missing or damaged)."""
        arrays = registry.load(NAME)
        self.version = registry.version(NAME)
        self.mapper = Mapper(taxonomy, arrays, learned=self.version)
        self._polarity = PolarityModel.from_arrays(arrays, taxonomy.name)
        self._catalogue = catalogue

    def read(self, cleans: Sequence[str], products: Sequence[str | None]) -> list[list[RawOpinion]]:
        """Opinions of each text, in order of place.

        Args:
            products: the record's own product, as the source names it.
        """
        batch = _cut(cleans)
        found: list[list[RawOpinion]] = [[] for _ in cleans]
        candidates = self._candidates(batch) if batch.clause_texts else []
        if not candidates:
            return found
        words = {c.clause: opinion_words(batch.clause_texts[c.clause]) for c in candidates}
        words |= {
            c.lead: opinion_words(batch.clause_texts[c.lead])
            for c in candidates
            if c.lead is not None and c.lead not in words
        }
        shares = self._polarity.shares(
            batch.passages, batch.clauses, [self._place(c, words) for c in candidates]
        )
        if self.mapper.head is None:
            shares = self._cautious(batch, candidates, words, shares)
        sharing: dict[int, list[_Candidate]] = {}
        for candidate in candidates:
            sharing.setdefault(candidate.clause, []).append(candidate)
        named = {i: products_of(self._catalogue, text, products[i]) for i, text in enumerate(cleans)}
        best = shares.argmax(axis=1)
        judged = zip(
            candidates,
            best.tolist(),
            (shares[:, 0] - shares[:, 2]).tolist(),
            shares[np.arange(len(best)), best].tolist(),
            strict=True,
        )
        for candidate, label, score, share in judged:
            clause = batch.clause_at[candidate.clause][2]
            others = [c for c in sharing[candidate.clause] if c is not candidate]
            opinion = _opinion(
                batch.texts[candidate.text],
                clause,
                candidate,
                (SENTIMENTS[label], score, share),
                words[candidate.clause],
                others,
            )
            found[candidate.text].extend(compared(opinion, named[candidate.text], cleans[candidate.text]))
        for opinions in found:
            opinions.sort(key=lambda o: (o.clause.start, o.clause.end, o.target.start if o.target else -1))
        return found

    def _candidates(self, batch: _Batch) -> list[_Candidate]:
        terms = [self.mapper.terms(text) for text in batch.clause_texts]
        alike = self._by_likeness(batch, terms)
        if self.mapper.head is None:
            return _kept([c for i in range(len(terms)) for c in self._by_words(batch, i, terms[i])] + alike)
        whole = self.mapper.probabilities(batch.passages)
        parts = self.mapper.head.scores(batch.clauses)
        found: list[_Candidate] = []
        for passage, inside in enumerate(batch.passage_clauses):
            found.extend(self._in_passage(batch, passage, inside, terms, whole[passage], parts))
        return _kept(found + alike)

    def _by_likeness(self, batch: _Batch, terms: list[list[Term]]) -> list[_Candidate]:
        """Clauses without any word of a node that are like an example of a node no head was learned for."""
        found = []
        for clause, label in enumerate(self.mapper.by_example(batch.clauses)):
            if label.node is None or terms[clause] or self.mapper.covered(label.node) is not None:
                continue
            text, passage, _ = batch.clause_at[clause]
            found.append(_Candidate(text, passage, clause, label.node, label.confidence, None))
        return found

    def _place(self, candidate: _Candidate, words: dict[int, list[OpinionWord]]) -> Place:
        """Where its polarity is read: with its node's lead in the passage, unless its clause turns (但 …)."""
        clause = candidate.clause
        if candidate.lead is not None and not (words[clause] and candidate.turn):
            clause = candidate.lead
        vote = sum(word.polarity for word in words[clause])
        return Place(candidate.passage, clause, self.mapper.taxonomy.path(candidate.node), vote)

    def _cautious(
        self,
        batch: _Batch,
        candidates: list[_Candidate],
        words: dict[int, list[OpinionWord]],
        shares: Array,
    ) -> Array:
        """Words decide more where no labelled data taught what a plain statement is; else neutral."""
        votes = np.array([sum(word.polarity for word in words[c.clause]) for c in candidates]).clip(-1, 1)
        weight = np.exp(_WORDS_WEIGHT * votes).astype(np.float32)
        shares = shares * np.stack([weight, np.ones_like(weight), 1 / weight], axis=1)
        shares = shares / shares.sum(axis=1, keepdims=True)
        sure = np.array([_TOLD if c.term is not None and c.term.implied else _SURE for c in candidates])
        wordless = np.array([not words[c.clause] for c in candidates])
        asks = np.array([_asks(batch.clause_texts[c.clause], words[c.clause]) for c in candidates])
        plain = asks | (wordless & (np.maximum(shares[:, 0], shares[:, 2]) < sure))
        level = np.array([0.2, 0.6, 0.2], np.float32) + 0.25 * (shares - shares.mean(axis=1, keepdims=True))
        level = level / level.sum(axis=1, keepdims=True)
        return np.asarray(np.where(plain[:, None], level, shares), np.float32)

    def _by_words(self, batch: _Batch, clause: int, terms: list[Term]) -> list[_Candidate]:
        text, passage, _ = batch.clause_at[clause]
        return [
            _Candidate(text, passage, clause, t.node, 0.7 if t.implied else 0.9, t)
            for t in _distinct(terms, self.mapper)
        ]

    def _in_passage(
        self,
        batch: _Batch,
        passage: int,
        inside: list[int],
        terms: list[list[Term]],
        whole: Array,
        parts: Array,
    ) -> list[_Candidate]:
        """What the learned head finds in a passage, placed in clauses by words of the node or by the head."""
        mapper = self.mapper
        limits = mapper.thresholds
        believed = set(np.flatnonzero(whole >= limits).tolist())
        top = int(np.argmax(whole / limits))
        if whole[top] >= TOP_SHARE * limits[top]:
            believed.add(top)
        found: list[_Candidate] = []
        by_label: dict[int, list[_Candidate]] = {label: [] for label in sorted(believed)}
        for clause in inside:
            for candidate in self._by_words(batch, clause, terms[clause]):
                label = mapper.covered(candidate.node)
                if label is None:
                    found.append(candidate)
                elif label in believed or whole[label] >= _ALIAS_SHARE * limits[label]:
                    candidate.confidence = float(max(whole[label], 0.5 * candidate.confidence))
                    by_label.setdefault(label, []).append(candidate)
        for label, named in by_label.items():
            clause = max([c.clause for c in named] or inside, key=lambda i: parts[i, label])
            if not named:
                node, text = mapper.nodes[label], batch.clause_at[clause][0]
                named = [_Candidate(text, passage, clause, node, float(whole[label]), None)]
            for candidate in named:
                candidate.lead = clause
                candidate.turn = turns(batch.clause_texts[candidate.clause])
            found.extend(named)
        return found


def _asks(clause: str, words: list[OpinionWord]) -> bool:
    return sum(word.polarity for word in words) >= 0 and _ASKS.search(clause) is not None


def _cut(cleans: Sequence[str]) -> _Batch:
    wholes: list[str] = []
    inside: list[list[int]] = []
    at: list[tuple[int, int, Span]] = []
    for text, clean in enumerate(cleans):
        for group in passages(clean):
            inside.append(list(range(len(at), len(at) + len(group))))
            at.extend((text, len(wholes), span) for span in group)
            wholes.append(clean[group[0].start : group[-1].end])
    parts = [cleans[text][span.start : span.end] for text, _, span in at]
    return _Batch(cleans, inside, at, parts, grams(wholes), grams(parts))


def _distinct(terms: list[Term], mapper: Mapper) -> list[Term]:
    """One term a node in a clause; a parent's word adds nothing beside its child's, nor 手机 beside 屏幕."""
    by_node: dict[str, Term] = {}
    for term in terms:
        held = by_node.get(term.node)
        if held is None or (held.implied and not term.implied):
            by_node[term.node] = term
    if len(by_node) < 2:
        return list(by_node.values())
    kept: dict[str, Term] = {}
    for node, term in by_node.items():
        above = [by_node[n] for n in mapper.taxonomy.path(node)[:-1] if n in by_node]
        if term.implied and above:
            term = replace(above[-1], node=node)  # 价格有点贵: the price level, by the price's name
        kept[node] = term
    if len(kept) > 1:
        kept.pop(_OVERALL, None)
    named = any(not term.implied for term in kept.values())
    return sorted(
        (
            term
            for node, term in kept.items()
            if not any(other != node and mapper.taxonomy.within(other, node) for other in kept)
            and not (term.implied and named)  # 屏幕好看: about the screen, not the look
        ),
        key=lambda term: term.start,
    )


def _kept(candidates: list[_Candidate]) -> list[_Candidate]:
    """One opinion a clause and node."""
    best: dict[tuple[int, str], _Candidate] = {}
    for candidate in candidates:
        best.setdefault((candidate.clause, candidate.node), candidate)
    return list(best.values())


def _opinion(
    clean: str,
    clause: Span,
    candidate: _Candidate,
    judged: tuple[str, float, float],
    words: list[OpinionWord],
    others: list[_Candidate],
) -> RawOpinion:
    """The opinion of a candidate; `judged` is its sentiment, its score and the share of the sentiment."""
    sentiment, score, share = judged
    term = candidate.term
    target = None
    if term is not None and not term.implied:
        target = Span(clause.start + term.start, clause.start + term.end)
    opinion = None
    if sentiment != "neutral":
        opinion = _words_of(clean, clause, term, words, 1 if sentiment == "positive" else -1, others)
    told = Span(clause.start + term.start, clause.start + term.end) if term is not None else opinion
    return RawOpinion(
        clause=clause,
        target=target,
        opinion=opinion,
        sentiment=sentiment,
        score=score,
        confidence=share * candidate.confidence,
        implicit=target is None,
        product=None,
        term=clean[told.start : told.end] if told else "",
        label=Label(candidate.node, candidate.confidence),
    )


def _words_of(
    clean: str,
    clause: Span,
    term: Term | None,
    words: list[OpinionWord],
    sign: int,
    others: list[_Candidate],
) -> Span | None:
    """The words that say it: an opinion word of the sign, the nearest after the target; else the rest."""
    at = term.end if term is not None and not term.implied else 0
    fitting = [w for w in words if w.polarity == sign] or words
    if fitting:
        word = min(fitting, key=lambda w: (w.start < at, abs(w.start - at)))
        start, end = word.start, word.end
        if term is not None and not term.implied and start < term.end and end > term.start:
            if end <= term.end:
                return None  # the target's own letters
            start = term.end
        return Span(clause.start + start, clause.start + end)
    if term is None:
        return None
    if term.implied:
        return Span(clause.start + term.start, clause.start + term.end)
    later = [o.term.start for o in others if o.term is not None and o.term.start >= term.end]
    end = clause.start + min(later) if later else clause.end
    start = clause.start + term.end
    while start < end and clean[start] in "的了呢就也都是, ，":
        start += 1
    return Span(start, end) if 0 < end - start <= _LONGEST_OPINION else None
