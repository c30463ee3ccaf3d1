"""The figures of every node: harm, share, trend, value, rating; and the order they are shown in (8.1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from voc.insight.answers import Limits, Tree
from voc.insight.counts import NOW, NodeCounts, ratings_without
from voc.insight.frame import Pains
from voc.insight.harm import PAIN_LEVELS, Exposure, Harm, harm_of, trend_of, wilson
from voc.insight.question import Asked, StrataNow, trend_kinds
from voc.types import Interval, PainPoint, Trend


def harm_of_nodes(counts: NodeCounts, strata: StrataNow) -> Harm:
    """Harm points of every node over the strata kept."""
    nodes = counts.mentions.size
    k = np.zeros((nodes, len(strata.kinds), len(PAIN_LEVELS)))
    for index, kinds in enumerate(strata.kinds):
        k[:, index, :] = counts.stratum(kinds)
    return harm_of(k, n=strata.n, weights=strata.weights)


def points_of(
    asked: Asked, pains: Pains, counts: NodeCounts, harm: Harm, *, taxonomy: Tree, settings: Limits
) -> list[PainPoint]:
    """Every node somebody is in pain about, not yet ranked."""
    view, total = asked.view, asked.people.total
    people = counts.by_harm.sum(axis=1)
    low, high = wilson(people, total)
    value, known_value = view.value_of_people(asked.base & NOW)
    weighted = counts.weighted(value)
    impact = _impact(asked, pains)
    trends = _trends(asked, counts)
    points = []
    for code in np.flatnonzero(people).tolist():
        node, reach = pains.nodes[code], int(people[code])
        critical = int(counts.by_harm[code, -1]) > 0
        thin = reach < settings.min_people
        points.append(
            PainPoint(
                kind="aspect",
                id=node,
                name=view.names(node, taxonomy)[-1],
                path=view.names(node, taxonomy),
                status="insufficient_data" if thin and not critical else "ok",
                rank=None,
                lane="critical" if critical else None,
                thin=thin,
                harm=float(harm.harm[code]),
                harm_ci=Interval(float(harm.low[code]), float(harm.high[code])),
                people=reach,
                mentions=int(counts.mentions[code]),
                documents=int(counts.documents[code]),
                share=reach / total if total else 0.0,
                share_ci=Interval(float(low[code]), float(high[code])),
                by_harm={h: int(k) for h, k in zip(PAIN_LEVELS, counts.by_harm[code], strict=True)},
                heat=int(counts.heat[code]),
                trend=trends.get(code),
                value_weighted=100 * float(weighted[code]) / known_value if known_value else None,
                impact_on_rating=impact[code],
            )
        )
    return points


def _impact(asked: Asked, pains: Pains) -> list[float | None]:
    rating = asked.view.rating
    rated = ((asked.base & NOW) > 0) & ~np.isnan(rating)
    total, number = float(rating[rated].sum()), int(rated.sum())
    sums, numbers = ratings_without(pains, asked.bits, rating, selected=asked.selected)
    found: list[float | None] = []
    for theirs, documents in zip(sums.tolist(), numbers.tolist(), strict=True):
        others = number - documents
        found.append(total / number - (total - theirs) / others if documents and others else None)
    return found


def _trends(asked: Asked, counts: NodeCounts) -> Mapping[int, Trend]:
    usable, _ = trend_kinds(asked)
    if not usable:
        return {}
    n = asked.people.by_kind
    windows = len({index for earlier in usable.values() for index in earlier})
    found = {}
    for code in range(counts.mentions.size):
        exposures = [
            Exposure(
                n_now=float(n[kind, 0]),
                n_earlier=float(n[kind, earlier].sum()),
                k_now=float(counts.k[code, kind, 0]),
                k_earlier=float(counts.k[code, kind, earlier].sum()),
            )
            for kind, earlier in usable.items()
        ]
        trend = trend_of(exposures, windows=windows)
        if trend is not None:
            found[code] = trend
    return found


def ranked(points: Sequence[PainPoint], *, sort: str) -> list[PainPoint]:
    """Critical first, then what enough people say, then the rest, which has no rank number."""

    def key(point: PainPoint) -> tuple[object, ...]:
        place = 0 if point.lane else 1 if point.status == "ok" else 2
        return (place, *_by(point, sort), -point.harm_ci.low, -point.harm, -point.people, point.id)

    ordered = sorted(points, key=key)
    return [
        replace(point, rank=rank if point.status == "ok" else None) for rank, point in enumerate(ordered, 1)
    ]


def _by(point: PainPoint, sort: str) -> tuple[float, ...]:
    last = (float("inf"),)
    if sort == "people":
        return (-float(point.people),)
    if sort == "trend":
        return (-point.trend.low,) if point.trend else last
    if sort == "value":
        return (-point.value_weighted,) if point.value_weighted is not None else last
    if sort == "impact":
        return (point.impact_on_rating,) if point.impact_on_rating is not None else last
    return ()


def disagreements(ordered: Sequence[PainPoint]) -> tuple[str, ...]:
    """Ranked nodes whose place by customer value is another than by harm."""
    both = [point for point in ordered if point.status == "ok" and point.value_weighted is not None]
    by_harm = sorted(both, key=lambda point: (-point.harm_ci.low, -point.harm, -point.people, point.id))
    by_value = sorted(by_harm, key=lambda point: -(point.value_weighted or 0.0))
    return tuple(a.id for a, b in zip(by_harm, by_value, strict=True) if a.id != b.id)
