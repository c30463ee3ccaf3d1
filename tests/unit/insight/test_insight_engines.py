"""The same figures from the embedded columns as from the reference, also after rows were revised."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from insight_corpus import TREE, WORKSPACE, made_corpus
from insight_rows import Limits, store_of

from voc.insight.painpoints import pain_point, pain_points
from voc.insight.present import pain_answer_json, pain_detail_json, trend_answer_json
from voc.insight.trends import trends
from voc.store.embedded import EmbeddedStore
from voc.types import IndexRows, Query

QUERIES = (
    Query(WORKSPACE),
    Query(WORKSPACE, product=("A1",), since="2026-02-01", until="2026-04-01"),
    Query(WORKSPACE, aspect=("battery",), sentiment=("negative",)),
    Query(WORKSPACE, q="续航", kind=("review", "post")),
    Query(WORKSPACE, q="没有这样的话"),
    Query(WORKSPACE, intent=("wish",)),
)


def figures(store, query: Query) -> list[object]:
    more = {"taxonomy": TREE, "settings": Limits(), "as_of": 1}
    return [
        pain_answer_json(pain_points(store, query, **more)),
        pain_answer_json(pain_points(store, query, level=1, sort="people", **more)),
        pain_detail_json(pain_point(store, query, "battery", **more)),
        trend_answer_json(trends(store, query, interval="month", **more)),
    ]


def test_embedded_columns_give_the_reference_figures(tmp_path: Path) -> None:
    rows = made_corpus(11, documents=160, people=60)
    later = [
        *(replace(row, version=1000 + row.version, mentions=row.mentions[:1]) for row in rows[:40]),
        *(IndexRows(WORKSPACE, row.document_id, 1000 + row.version, None) for row in rows[40:60]),
    ]
    reference = store_of(rows)
    store = EmbeddedStore.open(tmp_path, writer=True)
    try:
        store.apply(rows)
        store.commit()
        for query in QUERIES:
            assert figures(store, query) == figures(reference, query)
        store.apply(later)
        store.commit()
        reference.apply(later)
        reference.commit()
        for query in QUERIES:
            assert figures(store, query) == figures(reference, query)
    finally:
        store.close()
