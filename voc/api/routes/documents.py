"""`/v1/documents`: what customers wrote, all of it, with what is left out of figures flagged."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from voc.api.auth import Opened, Reader, Writer
from voc.api.deps import Page, Params, RevisionParams
from voc.api.judging import masked, verdict_json
from voc.api.pages import Paged
from voc.api.reading import Indexed
from voc.api.replies import answer, listing
from voc.api.schemas import DocumentDetail, DocumentsOut, JudgedOut, VerdictIn
from voc.errors import UsageError
from voc.insight.present import document_json, mention_json

router = APIRouter(prefix="/v1", tags=["read"])


@router.get("/documents", response_model=DocumentsOut)
def documents(caller: Reader, paged: Paged, params: Annotated[Page, Query()]) -> Response:
    """Documents, newest first (best match first with `q`); copies and quarantined ones are flagged."""
    hits, cursor = paged.documents(params, caller.workspace)
    scored = params.q is not None
    return listing(
        [document_json(hit.document, score=hit.score if scored else None) for hit in hits], next_cursor=cursor
    )


@router.get("/documents/{id}", response_model=DocumentDetail)
def document(
    id: Annotated[str, Path(max_length=100)],
    caller: Reader,
    opened: Opened,
    index: Indexed,
    params: Annotated[RevisionParams, Query()],
) -> Response:
    """One document with its mentions. Only the current revision is kept as an answer for now."""
    store = index.at(caller.workspace).store
    found = store.document(caller.workspace, id)
    if found is None or (params.revision is not None and params.revision != found.revision):
        raise UsageError(
            "no such document or revision", code="VOC-E104", cure="it may still be waiting, ask again later"
        )
    mentions = store.mentions_of(caller.workspace, id)
    verdicts = opened.ledger.verdicts(caller.workspace, id)
    return answer(
        {
            **document_json(found),
            "mentions": [mention_json(one, found) for one in mentions],
            "verdicts": [verdict_json(one) for one in verdicts],
        }
    )


@router.post("/documents/{id}/integrity", response_model=JudgedOut)
def judge(
    id: Annotated[str, Path(max_length=100)],
    caller: Writer,
    opened: Opened,
    body: VerdictIn,
    params: Annotated[Params, Query()],
) -> Response:
    """Release or quarantine a document, or take that back; it stands above the label through every re-run."""
    given = opened.ledger.judge(
        caller.workspace, id, body.verdict, reason=masked(body.reason), actor=caller.key_id
    )
    return answer({"document_id": id, **verdict_json(given)})
