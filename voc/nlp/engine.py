"""All language models of one profile behind one call: clean texts in, analyses out.

The engine is never told which source, rating or data set a text is from.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from voc.nlp import consequences, intents
from voc.nlp.catalogue import Catalogue
from voc.nlp.consequences import SAFETY, Hit
from voc.nlp.documents import Document, DocumentReader
from voc.nlp.features import grams
from voc.nlp.opinions import OpinionReader
from voc.nlp.rawopinion import RawOpinion
from voc.nlp.sentiment import halves
from voc.nlp.taxonomy import Taxonomy
from voc.registry import Registry
from voc.types import Analysis, CleanText, Intent, Label, Opinion, Polarity, Span

_SENTENCE_END = re.compile(r"[。！!？?；;\n]")
_CLAUSE_END = re.compile(r"[，,。！!？?；;\n]")
_LOSS = 10  # from here on a consequence makes a statement negative by itself
_NOTHING = Analysis(Polarity("neutral", 0.0, 1.0))


class Engine:
    """The models, loaded once; `analyse` is pure and safe from several threads."""

    def __init__(
        self, registry: Registry, *, taxonomy: Taxonomy, catalogue: Catalogue, profile: str = "fast"
    ) -> None:
        self.taxonomy = taxonomy
        self._documents = DocumentReader(registry, profile=profile)
        self._opinions = OpinionReader(registry, taxonomy, catalogue)
        self.models: dict[str, str] = {
            **self._documents.models,
            "opinions": self._opinions.version,
            "aspects": self._opinions.mapper.version,
        }

    @classmethod
    def load(cls, *, profile: str, taxonomy: str, catalogue: Catalogue | None = None) -> Engine:
        """The engine of a profile.

        Raises:
            ConfigError: VOC-E205 the profile needs the extra `deep`, VOC-E202 a model is missing or damaged,
                VOC-E203 the taxonomy is not valid.
        """
        tree = Taxonomy.load(taxonomy)
        return cls(
            Registry(),
            taxonomy=tree,
            catalogue=catalogue or Catalogue.for_taxonomy(taxonomy),
            profile=profile,
        )

    def analyse(self, cleans: Sequence[CleanText], products: Sequence[str | None]) -> list[Analysis]:
        """One analysis a text, in order.

        Args:
            products: the record's own product, so that another one in the words is recognised as such.
        """
        # Text that nobody wrote (the shop's default praise) holds no opinion; neither does an empty one.
        rows = [i for i, clean in enumerate(cleans) if clean.clean and clean.integrity.label != "default"]
        texts = [cleans[i].clean for i in rows]
        nothing = replace(_NOTHING, models=self.models, taxonomy=self.taxonomy.ref)
        answers = [nothing] * len(cleans)
        if not texts:
            return answers
        features = grams(texts)
        raws = self._opinions.read(texts, [products[i] for i in rows])
        hits = [consequences.find(text) for text in texts]
        labels = self._labels(texts, raws, hits)
        documents = self._documents.read(texts, features)
        for row, document, raw, stated in zip(rows, documents, raws, hits, strict=True):
            answers[row] = self._join(cleans[row], document, raw, stated, labels)
        return answers

    def _labels(
        self, texts: Sequence[str], raws: Sequence[Sequence[RawOpinion]], hits: Sequence[Sequence[Hit]]
    ) -> dict[str, Label]:
        """Labels of the clauses that `_place` may ask for, in one call: cheaper than one by one."""
        asked = {
            _own_clause(text, hit)
            for text, raw, stated in zip(texts, raws, hits, strict=True)
            for hit in stated
            if hit.level >= _LOSS and not _stands_in(hit, raw)
        }
        clauses = sorted(asked)
        return dict(zip(clauses, self._opinions.mapper.labels(clauses), strict=True))

    def _join(
        self,
        clean: CleanText,
        document: Document,
        raw: Sequence[RawOpinion],
        hits: list[Hit],
        labels: Mapping[str, Label],
    ) -> Analysis:
        judged = self._judge(clean.clean, list(raw), hits, labels)
        opinions = tuple(_in_text(clean, opinion, harm, span) for opinion, harm, span in judged)
        stated = [
            Intent(i.label, span.start, span.end, i.confidence)
            for i in intents.find(clean.clean)
            for span in (to_text(clean, Span(i.start, i.end)),)
        ]
        sentiment = document.sentiment
        if halves([o.score for o in opinions if o.product is None]):
            sentiment = replace(sentiment, mixed=True)
        return Analysis(
            sentiment=sentiment,
            emotion=document.emotion,
            intents=intents.in_order([*stated, *intents.from_opinions(opinions)]),
            service_intent=document.service_intent,
            opinions=opinions,
            labels=tuple(opinion.label for opinion, _, _ in judged),
            models=self._all_models(document),
            taxonomy=self.taxonomy.ref,
        )

    def _all_models(self, document: Document) -> Mapping[str, str]:
        # The same mapping for nearly every text: `auto` alone has two kinds of answers.
        if document.models is self._documents.models:
            return self.models
        return {**self.models, **document.models}

    def _judge(
        self, clean: str, raw: list[RawOpinion], hits: list[Hit], labels: Mapping[str, Label]
    ) -> list[tuple[RawOpinion, int, Span | None]]:
        """Each opinion with its consequence; a loss in a clause of its own finds its opinion first."""
        for hit in hits:
            if hit.level >= _LOSS and not _stands_in(hit, raw):
                _place(clean, raw, hit, labels)
        judged: list[tuple[RawOpinion, int, Span | None]] = []
        for opinion in sorted(raw, key=lambda o: (o.clause.start, o.clause.end)):
            level, span = consequences.harm(clean, opinion.clause, hits=hits)
            if level >= _LOSS and opinion.sentiment == "neutral":
                opinion = replace(opinion, sentiment="negative", score=-0.6)
            if opinion.sentiment == "negative":
                judged.append((opinion, level, span or opinion.opinion or opinion.clause))
            elif level == SAFETY:
                judged.append((opinion, level, span))
            else:
                judged.append((opinion, 0, None))
        return judged


def _place(clean: str, raw: list[RawOpinion], hit: Hit, labels: Mapping[str, Label]) -> None:
    """Give a loss to the nearest opinion of its sentence that is not praise, or make one of its own."""
    start, end = _around(clean, hit, _SENTENCE_END)
    own = Span(*_around(clean, hit, _CLAUSE_END))
    near = [
        i
        for i, opinion in enumerate(raw)
        if start <= opinion.clause.start and opinion.clause.end <= end and opinion.sentiment != "positive"
    ]
    if near:
        best = min(
            near, key=lambda i: (raw[i].clause.start > hit.start, abs(raw[i].clause.start - hit.start))
        )
        clause = raw[best].clause
        raw[best] = replace(raw[best], clause=Span(min(clause.start, own.start), max(clause.end, own.end)))
        return
    label = labels[clean[own.start : own.end]]
    if label.node is None and hit.level < SAFETY:
        return  # about no aspect: the intents tell of those who leave
    raw.append(
        RawOpinion(
            clause=own,
            target=None,
            opinion=Span(hit.start, hit.end),
            sentiment="negative",
            score=-0.8,
            confidence=0.8,
            implicit=True,
            product=None,
            term="",
            label=label,
        )
    )


def _stands_in(hit: Hit, raw: Sequence[RawOpinion]) -> bool:
    return any(opinion.clause.start <= hit.start and hit.end <= opinion.clause.end for opinion in raw)


def _own_clause(clean: str, hit: Hit) -> str:
    start, end = _around(clean, hit, _CLAUSE_END)
    return clean[start:end]


def to_text(clean: CleanText, span: Span) -> Span:
    """A span of the repaired text as a span of the shown text, without the blanks that repair dropped."""
    start, end = clean.offsets[span.start], clean.offsets[span.end]
    if clean.text[end - 1 : end].isalnum():  # nearly every span: nothing to drop
        return span if (start, end) == (span.start, span.end) else Span(start, end)
    while (end > start and not clean.text[end - 1].isprintable()) or clean.text[end - 1 : end].isspace():
        end -= 1
    return Span(start, end)


def _in_text(clean: CleanText, raw: RawOpinion, harm: int, harm_span: Span | None) -> Opinion:
    return Opinion(
        clause=to_text(clean, raw.clause),
        sentiment=raw.sentiment,
        score=raw.score,
        confidence=raw.confidence,
        target=to_text(clean, raw.target) if raw.target else None,
        opinion=to_text(clean, raw.opinion) if raw.opinion else None,
        implicit=raw.implicit,
        harm=harm,
        harm_span=to_text(clean, harm_span) if harm_span else None,
        product=raw.product,
        term=raw.term,
    )


def _around(clean: str, hit: Hit, ends: re.Pattern[str]) -> tuple[int, int]:
    start = 0
    for match in ends.finditer(clean, 0, hit.start):
        start = match.end()
    after = ends.search(clean, hit.end)
    end = after.start() if after else len(clean)
    while start < hit.start and clean[start].isspace():
        start += 1
    return start, end
