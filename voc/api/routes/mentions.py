"""`/v1/mentions`: every opinion with the words that say it; what stands behind every figure."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from voc.api.auth import Reader
from voc.api.deps import Page
from voc.api.pages import Paged
from voc.api.replies import listing
from voc.api.schemas import MentionsOut
from voc.insight.present import mention_json

router = APIRouter(prefix="/v1", tags=["read"])


@router.get("/mentions", response_model=MentionsOut)
def mentions(caller: Reader, paged: Paged, params: Annotated[Page, Query()]) -> Response:
    """Mentions, newest first (best match of their document first with `q`)."""
    hits, cursor = paged.mentions(params, caller.workspace)
    scored = params.q is not None
    items = [mention_json(hit.mention, hit.document, score=hit.score if scored else None) for hit in hits]
    return listing(items, next_cursor=cursor)
