"""8.1 once more in plain Python over documents and mentions, to compare the counting with; no numpy."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from statistics import median

from insight_corpus import TREE
from scipy import stats

from voc.types import COUNTED_ROLES, QUARANTINED, Document, IndexRows, Mention, Query

LEVELS = (1, 3, 10, 30, 100)


@dataclass
class Expected:
    people: int
    mentions: int
    documents: int
    heat: int
    by_harm: dict[int, int]
    harm: float
    low: float
    high: float
    share: float
    expected: float | None
    ratio: float | None
    value_weighted: float | None
    impact_on_rating: float | None


@dataclass
class Answer:
    items: dict[str, Expected]
    people_total: int
    documents_total: int
    excluded: dict[str, int]
    weights: dict[str, float]
    strata_left_out: set[str]
    people: int
    unmapped: int


def why_left_out(document: Document) -> str | None:
    if document.integrity in QUARANTINED:
        return "quarantined"
    if document.duplicate_of or document.integrity == "default":
        return "copies"
    return None if document.role in COUNTED_ROLES else "staff"


def in_denominator(document: Document, query: Query) -> bool:
    for name in ("product", "brand", "version", "source", "kind", "segment", "role", "integrity"):
        wanted = getattr(query, name)
        if wanted and getattr(document, name) not in wanted:
            return False
    if query.rating_min is not None and (document.rating is None or document.rating < query.rating_min):
        return False
    return query.rating_max is None or (document.rating is not None and document.rating <= query.rating_max)


def in_numerator(document: Document, query: Query) -> bool:
    return not query.intent or any(intent.label in query.intent for intent in document.intents)


def chosen(mention: Mention, query: Query) -> bool:
    if mention.competitor:
        return False
    if query.product and mention.product is not None and mention.product not in query.product:
        return False
    if query.sentiment and mention.sentiment not in query.sentiment:
        return False
    if query.harm and mention.harm not in query.harm:
        return False
    return not query.aspect or any(node in query.aspect for node in mention.aspect_path)


def node_at(mention: Mention, level: int | None) -> str | None:
    if mention.aspect is None:
        return None
    path = TREE.path(mention.aspect)
    return path[-1] if level is None else path[min(level, len(path)) - 1]


def ran_days(days: list[date], start: date, stop: date) -> int:
    gaps = [(b - a).days for a, b in pairwise(days)]
    reach = 3 * median(gaps) if gaps else 0
    window = [start + timedelta(days=i) for i in range((stop - start).days)]
    return sum(any(abs((day - other).days) <= reach for other in days) for day in window)


def kinds_that_ran(corpus: Iterable[Document], start: date, stop: date) -> set[str]:
    days: dict[str, set[date]] = defaultdict(set)
    kinds: dict[str, set[str]] = defaultdict(set)
    for document in corpus:
        days[document.source].add(date.fromisoformat(document.day))
        kinds[document.source].add(document.kind)
    length = (stop - start).days
    return {
        kind
        for source, known in days.items()
        if ran_days(sorted(known), start, stop) >= 0.9 * length
        for kind in kinds[source]
    }


def answer(rows: list[IndexRows], query: Query, *, level: int | None = None) -> Answer:
    pairs = [(row.document, row.mentions) for row in rows if row.document is not None]
    documents = [document for document, _ in pairs]
    assert query.since and query.until
    since, until = date.fromisoformat(query.since), date.fromisoformat(query.until)
    length = until - since
    first = min(date.fromisoformat(document.day) for document in documents)
    windows = [(since - i * length, until - i * length) for i in range(7)]
    windows = [window for i, window in enumerate(windows) if i == 0 or window[0] > first]

    def window_of(document: Document) -> int | None:
        day = date.fromisoformat(document.day)
        return next((i for i, (start, stop) in enumerate(windows) if start <= day < stop), None)

    seen: dict[tuple[int, str], set[str]] = defaultdict(set)  # (window, kind) → people
    excluded = {"quarantined": 0, "copies": 0, "staff": 0}
    counted_now: list[Document] = []
    for document in documents:
        window = window_of(document)
        if window is None or not in_denominator(document, query):
            continue
        reason = why_left_out(document)
        if reason is None:
            seen[window, document.kind].add(document.person)
        if window == 0 and reason is None:
            counted_now.append(document)
        elif window == 0 and reason is not None:
            excluded[reason] += 1
    people_now = {document.person for document in counted_now}

    kinds = sorted({kind for _, kind in seen})
    small = [kind for kind in kinds if len(seen[0, kind]) < 30]
    strata = [{kind} for kind in kinds if kind not in small]
    left_out: set[str] = set()
    if small:
        if strata and len(set.union(set(), *(seen[0, kind] for kind in small))) < 30:
            left_out = set(small)
        else:
            strata.append(set(small))

    def people_of(stratum: set[str], window: int) -> set[str]:
        return set().union(*(seen[window, kind] for kind in stratum))

    sizes = [len(people_of(stratum, 0)) for stratum in strata]
    history = [sum(len(people_of(s, i)) for i in range(len(windows))) for s in strata]
    weights = (
        [size / sum(history) for size in history] if sum(history) else [1 / max(len(strata), 1)] * len(strata)
    )

    worst: dict[tuple[str, str, str], int] = defaultdict(int)  # (node, kind, person) → harm now
    then: dict[tuple[str, int, str], set[str]] = defaultdict(set)  # (node, window, kind) → people in pain
    mentions: dict[str, int] = defaultdict(int)
    with_pain: dict[str, set[str]] = defaultdict(set)
    heat: dict[str, set[str]] = defaultdict(set)
    unmapped = 0
    for document, said in pairs:
        window = window_of(document)
        reason = why_left_out(document)
        if window is None or not in_denominator(document, query) or not in_numerator(document, query):
            continue
        for mention in said:
            if mention.harm < 1 or not chosen(mention, query):
                continue
            node = node_at(mention, level)
            if node is None:
                unmapped += window == 0 and reason is None
                continue
            if window == 0 and reason in (None, "copies"):
                heat[node].add(document.id)
            if reason is not None:
                continue
            then[node, window, document.kind].add(document.person)
            if window == 0:
                mentions[node] += 1
                with_pain[node].add(document.id)
                key = (node, document.kind, document.person)
                worst[key] = max(worst[key], mention.harm)

    ran = [kinds_that_ran(documents, *window) for window in windows]
    usable = {
        kind: [i for i in range(1, len(windows)) if kind in ran[i]]
        for kind in kinds
        if kind in ran[0] and seen[0, kind]
    }
    usable = {kind: used for kind, used in usable.items() if sum(len(seen[i, kind]) for i in used)}
    values: dict[str, float] = {}
    for document in counted_now:
        if document.value is not None:
            values[document.person] = max(values.get(document.person, document.value), document.value)
    stars = [document.rating for document in counted_now if document.rating is not None]

    items = {}
    for node in {node for node, _, _ in worst}:
        at: dict[str, int] = {}
        for (other, _, person), harm in worst.items():
            if other == node:
                at[person] = max(at.get(person, 0), harm)
        y = v = star = 0.0
        for stratum, size, weight in zip(strata, sizes, weights, strict=True):
            inside: dict[str, int] = {}
            for (other, kind, person), harm in worst.items():
                if other == node and kind in stratum:
                    inside[person] = max(inside.get(person, 0), harm)
            for harm in LEVELS:
                c = 100 * weight * harm / size if size else 0.0
                k = sum(1 for one in inside.values() if one == harm)
                y, v, star = y + c * k, v + c * c * k, max(star, c)
        wide, mean = v + star**2, y + star
        expected = ratio = None
        if usable:
            expected = sum(
                len(seen[0, kind])
                * sum(len(then[node, i, kind]) for i in used)
                / sum(len(seen[i, kind]) for i in used)
                for kind, used in usable.items()
            )
            ratio = (2 + sum(len(then[node, 0, kind]) for kind in usable)) / (2 + expected)
        others = [d.rating for d in counted_now if d.rating is not None and d.id not in with_pain[node]]
        impact = None
        if stars and others and len(others) < len(stars):
            impact = sum(stars) / len(stars) - sum(others) / len(others)
        points = sum(values.get(person, 0.0) * harm for person, harm in at.items())
        items[node] = Expected(
            people=len(at),
            mentions=mentions[node],
            documents=len(with_pain[node]),
            heat=len(heat[node]),
            by_harm={harm: sum(1 for one in at.values() if one == harm) for harm in LEVELS},
            harm=y,
            low=v / (2 * y) * float(stats.chi2.ppf(0.05, 2 * y * y / v)) if y else 0.0,
            high=min(1e4, wide / (2 * mean) * float(stats.chi2.ppf(0.95, 2 * mean**2 / wide)))
            if star
            else 0.0,
            share=len(at) / len(people_now),
            expected=expected,
            ratio=ratio,
            value_weighted=100 * points / sum(values.values()) if values else None,
            impact_on_rating=impact,
        )
    return Answer(
        items=items,
        people_total=len(people_now),
        documents_total=len(counted_now),
        excluded=excluded,
        weights={"+".join(sorted(s)): w for s, w in zip(strata, weights, strict=True)},
        strata_left_out=left_out,
        people=len({person for _, _, person in worst}),
        unmapped=unmapped,
    )
