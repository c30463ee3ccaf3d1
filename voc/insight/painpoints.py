"""Which pains hurt most, how sure we are, and whose words say so (DESIGN 6, 8, 8.1)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from voc.errors import UsageError
from voc.insight import ask
from voc.insight.answers import Limits, PainAnswer, PainDetail, PainItem, Quoted, Subnode, Tree
from voc.insight.counts import NOW, count_nodes
from voc.insight.evidence import DETAILED, LISTED, Candidate, best, quotes
from voc.insight.figures import disagreements, harm_of_nodes, points_of, ranked
from voc.insight.frame import Pains
from voc.insight.harm import PAIN_LEVELS, harm_of, wilson
from voc.insight.question import Asked, asked_of, strata_of, trend_kinds
from voc.insight.view import Source
from voc.types import Interval, PainPoint, Query

SORTS: tuple[str, ...] = ("harm", "people", "trend", "value", "impact")


def pain_points(
    store: Source,
    query: Query,
    *,
    taxonomy: Tree,
    settings: Limits,
    as_of: int,
    sort: str = "harm",
    level: int | None = None,
    limit: int | None = None,
    evidence: int = LISTED,
) -> PainAnswer:
    """Ranked pains of the window (default: `window_days` up to the newest document).

    Args:
        sort: `harm` (by the interval's low end), `people`, `trend` (surest rise first), `value`, `impact`
            (the largest loss of rating first). Critical nodes stand on top and thin ones at the end in all.
        level: 1..3 counts parents, each person once, at their worst; a node above that level keeps its own
            mentions. None: the nodes the mentions are labelled with.
        limit: only the first so many items; the totals are over all. evidence: quotes an item.

    Raises:
        UsageError: an unknown sort or level, or a window that is none (VOC-E102).
    """
    if sort not in SORTS:
        raise UsageError("unknown sort", code="VOC-E102", value=sort, cure="one of " + " ".join(SORTS))
    level = query.level if level is None else level
    if level is not None and level not in (1, 2, 3):
        raise UsageError("unknown level", code="VOC-E102", value=str(level), cure="1, 2 or 3")
    asked = asked_of(store, replace(query, level=None), taxonomy=taxonomy, settings=settings, as_of=as_of)
    return _answer(
        store,
        asked,
        taxonomy=taxonomy,
        settings=settings,
        sort=sort,
        level=level,
        limit=limit,
        evidence=evidence,
    )


def pain_point(
    store: Source, query: Query, node: str, *, taxonomy: Tree, settings: Limits, as_of: int
) -> PainDetail:
    """One node with its children by week and up to 20 quotes.

    Raises:
        UsageError: neither the taxonomy nor any mention has the node (VOC-E104).
    """
    asked = asked_of(
        store, replace(query, aspect=(node,), level=None), taxonomy=taxonomy, settings=settings, as_of=as_of
    )
    path = asked.view.path(node, taxonomy)
    if path is None:
        raise UsageError("no such node", code="VOC-E104", value=node, cure="see the taxonomy's node ids")
    depth = len(path)
    answer = _answer(
        store,
        asked,
        taxonomy=taxonomy,
        settings=settings,
        sort="harm",
        level=depth,
        limit=None,
        evidence=DETAILED,
    )
    mine = [item for item in answer.items if item.point.id == node]
    item = mine[0] if mine else _nobody(asked, node, taxonomy)
    pains = asked.view.pains(depth)
    below = asked.view.pains(depth + 1)
    return PainDetail(
        answer=replace(answer, items=(item,)),
        item=item,
        weeks=_weeks(asked, pains, node)[0],
        subnodes=_subnodes(asked, below, node, taxonomy),
    )


def _answer(
    store: Source,
    asked: Asked,
    *,
    taxonomy: Tree,
    settings: Limits,
    sort: str,
    level: int | None,
    limit: int | None,
    evidence: int,
) -> PainAnswer:
    pains = asked.view.pains(level)
    counts = count_nodes(pains, asked.bits, kinds=len(asked.view.kinds), selected=asked.selected)
    strata = strata_of(asked)
    harm = harm_of_nodes(counts, strata)
    points = points_of(asked, pains, counts, harm, taxonomy=taxonomy, settings=settings)
    ordered = ranked(points, sort=sort)
    shown = ordered[:limit]
    code = {node: index for index, node in enumerate(pains.nodes)}
    items = tuple(
        PainItem(
            replace(point, evidence=tuple(quote.evidence for quote in found)),
            _listing(asked, point.id, level, taxonomy),
            found,
        )
        for point in shown
        for found in (_quotes(store, asked, pains, code[point.id], wanted=evidence),)
    )
    return PainAnswer(
        head=asked.head,
        sort=sort,
        level=level,
        items=items,
        people=counts.people,
        mentions=int(counts.mentions.sum()),
        overlap=sum(point.people for point in ordered) - counts.people,
        unmapped=asked.view.unmapped(asked.bits & NOW, asked.selected),
        weights={name: float(weight) for name, weight in zip(strata.names, strata.weights, strict=True)},
        strata_left_out=strata.left_out,
        trend_left_out=tuple(asked.view.kinds[kind] for kind in trend_kinds(asked)[1]),
        disagreements=disagreements(ordered),
    )


def _listing(asked: Asked, node: str, level: int | None, taxonomy: Tree) -> str:
    """Mentions of exactly this figure: those labelled with the node itself, or with it and all below."""
    depth = len(asked.view.path(node, taxonomy) or (node,))
    own = level is None or depth < level
    query = replace(ask.pains(asked.query), aspect=(node,), level=depth if own else None)
    return ask.address(ask.MENTIONS, query)


def _quotes(store: Source, asked: Asked, pains: Pains, code: int, *, wanted: int) -> tuple[Quoted, ...]:
    if wanted < 1:
        return ()
    index = _now(asked, pains, code)
    rows, documents = pains.mention[index], pains.document[index]
    view, columns = asked.view, asked.view.columns
    facts = columns.documents
    chosen = best(
        pains.harm[index],
        facts.created[documents],
        facts.seq[documents],
        view.person[documents],
        wanted=2 * wanted,
    )
    candidates = (
        Candidate(columns.document_id(int(documents[one])), columns.mention_id(int(rows[one])))
        for one in chosen
    )
    return quotes(store, asked.query.workspace, candidates, wanted=wanted)


def _now(asked: Asked, pains: Pains, code: int) -> npt.NDArray[np.int64]:
    """Places in `pains` of the node's pains that count now."""
    first, last = np.searchsorted(pains.node, [code, code + 1])
    index = np.arange(first, last)
    keep = (asked.bits[pains.document[index]] & NOW) > 0
    if asked.selected is not None:
        keep &= asked.selected[pains.mention[index]]
    return index[keep]


def _weeks(asked: Asked, pains: Pains, node: str) -> tuple[dict[str, int], int, int]:
    """People in pain by Monday, in all, and mentions; weeks without anybody are left out."""
    if node not in pains.nodes:
        return {}, 0, 0
    index = _now(asked, pains, pains.nodes.index(node))
    documents = pains.document[index]
    person = asked.view.person[documents].astype(np.int64)
    monday = asked.view.day[documents].astype(np.int64)
    monday -= (monday + 3) % 7
    pairs = (
        np.unique(np.stack([monday, person], axis=1), axis=0) if index.size else np.zeros((0, 2), np.int64)
    )
    weeks, people = np.unique(pairs[:, 0], return_counts=True)
    by_week = {ask.day_name(int(week)): int(number) for week, number in zip(weeks, people, strict=True)}
    return by_week, int(np.unique(person).size), int(index.size)


def _subnodes(asked: Asked, pains: Pains, node: str, taxonomy: Tree) -> tuple[Subnode, ...]:
    found = []
    for child in pains.nodes:
        path = asked.view.path(child, taxonomy) or (child,)
        if node not in path[:-1]:
            continue
        weeks, people, mentions = _weeks(asked, pains, child)
        if people:
            found.append(Subnode(child, asked.view.names(child, taxonomy)[-1], people, mentions, weeks))
    return tuple(sorted(found, key=lambda one: (-one.people, one.id)))


def _nobody(asked: Asked, node: str, taxonomy: Tree) -> PainItem:
    """The item of a node nobody complains of."""
    names = asked.view.names(node, taxonomy)
    _, high = wilson(0, asked.people.total)
    strata = strata_of(asked)
    harm = harm_of(np.zeros((1, len(strata.kinds), len(PAIN_LEVELS))), n=strata.n, weights=strata.weights)
    point = PainPoint(
        kind="aspect",
        id=node,
        name=names[-1],
        path=names,
        status="insufficient_data",
        rank=None,
        lane=None,
        thin=True,
        harm=0.0,
        harm_ci=Interval(0.0, float(harm.high[0])),
        people=0,
        mentions=0,
        documents=0,
        share=0.0,
        share_ci=Interval(0.0, float(high)),
        by_harm=dict.fromkeys(PAIN_LEVELS, 0),
        heat=0,
        trend=None,
        value_weighted=None,
        impact_on_rating=None,
    )
    return PainItem(point, _listing(asked, node, len(asked.view.path(node, taxonomy) or (node,)), taxonomy))
