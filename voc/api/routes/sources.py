"""`/v1/sources`: where feedback comes from, with the balance of promise 1 for each."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from voc.api.auth import Opened, Reader
from voc.api.deps import Params
from voc.api.replies import listing
from voc.api.run_schemas import SourcesOut
from voc.insight.present import time_json

router = APIRouter(prefix="/v1", tags=["run"])


@router.get("/sources", response_model=SourcesOut)
def sources(caller: Reader, opened: Opened, params: Annotated[Params, Query()]) -> Response:
    """accepted = indexed + pending + dead + deleted, for every source."""
    balance = {row.source: row for row in opened.ledger.balance(caller.workspace)}
    items = []
    for source in opened.ledger.sources(caller.workspace):
        row = balance.get(source.name)
        items.append(
            {
                "source": source.name,
                "kind": source.kind,
                "first_seen": time_json(source.first_seen),
                "last_received": time_json(source.last_received) if source.last_received else None,
                "accepted": row.accepted if row else source.accepted,
                "indexed": row.indexed if row else 0,
                "pending": row.pending if row else 0,
                "dead": row.dead if row else 0,
                "deleted": row.deleted if row else 0,
            }
        )
    return listing(items)
