"""`/v1/pain-points`: what hurts most, how sure that is, and whose words say so."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from voc.api.addresses import followable
from voc.api.answers import Kept
from voc.api.auth import Opened, Reader
from voc.api.deps import Filters, PainParams
from voc.api.reading import Reading, taxonomy_of
from voc.api.replies import to_json
from voc.api.schemas import PainDetailOut, PainsOut
from voc.insight.painpoints import pain_point, pain_points
from voc.insight.present import pain_answer_json, pain_detail_json

router = APIRouter(prefix="/v1/pain-points", tags=["product teams"])


@router.get("", response_model=PainsOut)
def ranking(caller: Reader, opened: Opened, kept: Kept, params: Annotated[PainParams, Query()]) -> Response:
    """Pain points ranked by formula 8.1, leaves by default; `level` counts parents."""

    def make(now: Reading) -> bytes:
        found = pain_points(
            now.store,
            params.query(caller.workspace),
            taxonomy=taxonomy_of(opened.workspace(caller.workspace).taxonomy),
            settings=opened.settings,
            as_of=now.as_of,
            sort=params.sort,
            limit=params.limit,
        )
        return to_json(followable(pain_answer_json(found), caller))

    return kept(caller.workspace, ("pain-points", caller.every, params.model_dump_json()), make)


@router.get("/aspect/{id}", response_model=PainDetailOut)
def one(
    id: Annotated[str, Path(max_length=200)],
    caller: Reader,
    opened: Opened,
    kept: Kept,
    params: Annotated[Filters, Query()],
) -> Response:
    """One node: its weeks, its children by week, and more of its evidence."""

    def make(now: Reading) -> bytes:
        found = pain_point(
            now.store,
            params.query(caller.workspace),
            id,
            taxonomy=taxonomy_of(opened.workspace(caller.workspace).taxonomy),
            settings=opened.settings,
            as_of=now.as_of,
        )
        return to_json(followable(pain_detail_json(found), caller))

    return kept(caller.workspace, ("pain-point", id, caller.every, params.model_dump_json()), make)
