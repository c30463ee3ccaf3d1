"""`/v1/trends`: figures by day, week or month."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from voc.api.addresses import followable
from voc.api.answers import Kept
from voc.api.auth import Opened, Reader
from voc.api.deps import TrendParams
from voc.api.reading import Reading, taxonomy_of
from voc.api.replies import to_json
from voc.api.schemas import TrendsOut
from voc.insight.present import trend_answer_json
from voc.insight.trends import trends

router = APIRouter(prefix="/v1", tags=["product teams"])


@router.get("/trends", response_model=TrendsOut)
def over_time(
    caller: Reader, opened: Opened, kept: Kept, params: Annotated[TrendParams, Query()]
) -> Response:
    """People, people in pain, mentions and rating by interval; a gap in the data is `no_data`, never zero."""

    def make(now: Reading) -> bytes:
        found = trends(
            now.store,
            params.query(caller.workspace),
            taxonomy=taxonomy_of(opened.workspace(caller.workspace).taxonomy),
            settings=opened.settings,
            as_of=now.as_of,
            interval=params.interval,
        )
        return to_json(followable(trend_answer_json(found), caller))

    return kept(caller.workspace, ("trends", caller.every, params.model_dump_json()), make)
