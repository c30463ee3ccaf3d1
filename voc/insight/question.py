"""A pain question with everything counted for it once: windows, bits of documents, people, strata, head."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from voc.insight import ask
from voc.insight.answers import Head, Limits, Tree
from voc.insight.counts import HEAT, NOW, Denominators, Windows, denominators
from voc.insight.frame import Bits, Flags
from voc.insight.harm import Floats, choose_strata, small_kinds, weights_of
from voc.insight.view import COPIES, Source, View, view_of
from voc.types import Query


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with everything counted for it."""

    query: Query
    view: View
    windows: Windows
    bits: Bits  # by document, the numerator's
    base: Bits  # by document, the denominator's
    selected: Flags | None  # by mention
    people: Denominators
    head: Head


@dataclass(frozen=True, slots=True)
class StrataNow:
    """The strata of an answer: kind codes of each, people now, weights."""

    names: tuple[str, ...]
    kinds: tuple[tuple[int, ...], ...]
    n: Floats
    weights: Floats
    left_out: tuple[str, ...]


def asked_of(store: Source, query: Query, *, taxonomy: Tree, settings: Limits, as_of: int) -> Asked:
    """Count the denominators of a question and find what its numerator may count."""
    view = view_of(store, query.workspace)
    query = ask.in_window(query, newest=view.newest, days=settings.window_days)
    assert query.since is not None and query.until is not None
    since, until = ask.day_number(query.since), ask.day_number(query.until)
    windows = Windows.of(since, until, first=view.first)
    base = view.documents(ask.denominator(query))
    counted = view.excluded == 0
    base_bits = windows.bits(view.day, counted=counted & base, heat=(view.excluded == COPIES) & base)
    asked_for = view.numerator_documents(query)
    bits = base_bits.copy()
    bits[(base_bits & NOW) > 0] |= HEAT  # heat: what counts now and its collapsed copies
    if asked_for is not None:
        bits[~asked_for] = 0
    people = denominators(view.people, base_bits, kinds=len(view.kinds))
    head = head_of(view, query, base, people, taxonomy=taxonomy, as_of=as_of)
    return Asked(query, view, windows, bits, base_bits, view.numerator_mentions(query), people, head)


def head_of(
    view: View, query: Query, base: Flags, people: Denominators, *, taxonomy: Tree, as_of: int
) -> Head:
    """The head of an answer over the documents of the denominator's filters (`base`)."""
    assert query.since is not None and query.until is not None
    since, until = ask.day_number(query.since), ask.day_number(query.until)
    inside = base & (view.day >= since) & (view.day < until)
    reasons = np.bincount(view.excluded[inside], minlength=4)
    return Head(
        query=query,
        since=query.since,
        until=query.until,
        as_of=as_of,
        taxonomy=taxonomy.ref,
        people_total=people.total,
        documents_total=int(reasons[0]),
        excluded={"quarantined": int(reasons[1]), "copies": int(reasons[2]), "staff": int(reasons[3])},
        undated=int((inside & (view.excluded == 0) & view.columns.documents.undated).sum()),
        sources=view.coverage.of(sources=query.source, kinds=query.kind).absent(since, until),
        listing=ask.address(ask.DOCUMENTS, ask.denominator(query)),
    )


def strata_of(asked: Asked) -> StrataNow:
    """Strata and weights of 8.1 from the people of this and the earlier windows."""
    table, names = asked.people.by_kind, asked.view.kinds
    used = asked.windows.earlier + 1
    known = [kind for kind in range(len(names)) if table[kind, :used].sum() > 0]
    n = {names[kind]: int(table[kind, 0]) for kind in known}
    small = [names.index(kind) for kind in small_kinds(n)]
    chosen = choose_strata(n, pooled=int(asked.people.pooled(small)[0]) if small else 0)
    kinds = tuple(tuple(names.index(kind) for kind in group) for group in chosen.kept)
    tables = [asked.people.pooled(group) if len(group) > 1 else table[group[0]] for group in kinds]
    return StrataNow(
        names=chosen.names,
        kinds=kinds,
        n=np.asarray([row[0] for row in tables], dtype=np.float64),
        weights=weights_of([float(row[:used].sum()) for row in tables]),
        left_out=chosen.left_out,
    )


def trend_kinds(asked: Asked) -> tuple[dict[int, list[int]], list[int]]:
    """Kinds that ran now and before → the earlier windows they ran in; and kinds with people that did not."""
    coverage, windows, table = asked.view.coverage, asked.windows, asked.people.by_kind
    ran = [coverage.kinds_ran(*windows.span(index)) for index in range(windows.earlier + 1)]
    usable: dict[int, list[int]] = {}
    left_out = []
    for code, kind in enumerate(asked.view.kinds):
        if not table[code, : windows.earlier + 1].any():
            continue
        earlier = [index for index in range(1, windows.earlier + 1) if kind in ran[index]]
        if kind in ran[0] and earlier and table[code, earlier].sum() > 0 and table[code, 0] > 0:
            usable[code] = earlier
        else:
            left_out.append(code)
    return usable, left_out
