"""`/v1/exports`: all rows of a question as one file, streamed; a scope of its own, and noted in the audit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.responses import StreamingResponse

from voc.api import table
from voc.api.auth import Caller, Exporter, Opened
from voc.api.deps import MAX_LIMIT, ExportParams, Params
from voc.api.reading import Index, Indexed
from voc.api.schemas import ExportIn
from voc.insight.ask import address
from voc.insight.present import document_json, mention_json
from voc.runtime import Runtime
from voc.store.base import Position, Store

router = APIRouter(prefix="/v1/exports", tags=["keep"])
_FILE: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/x-ndjson": {}, "text/csv": {}}, "description": "The rows."}
}
_TYPES = {"jsonl": "application/x-ndjson", "csv": "text/csv; charset=utf-8"}


@router.get("", response_class=Response, responses=_FILE)
def export(
    caller: Exporter, opened: Opened, index: Indexed, params: Annotated[ExportParams, Query()]
) -> Response:
    """Every mention or document of the question, as JSON lines or CSV."""
    return _streamed(caller, opened, index, params)


@router.post("", response_class=Response, responses=_FILE)
def export_by_body(
    caller: Exporter, opened: Opened, index: Indexed, body: ExportIn, params: Annotated[Params, Query()]
) -> Response:
    """The same with the question in the body, for long ones."""
    # As a query would give them: lists of words, single values by themselves.
    filters: dict[str, Any] = {
        name: [value] if _is_list(name) and not isinstance(value, list) else value
        for name, value in body.filters.items()
    }
    try:
        asked = ExportParams.model_validate({**filters, "what": body.what, "format": body.format})
    except ValidationError as error:
        places = [{**item, "loc": ("filters", *item["loc"])} for item in error.errors(include_input=False)]
        raise RequestValidationError(places) from None
    return _streamed(caller, opened, index, asked)


def _is_list(name: str) -> bool:
    field = ExportParams.model_fields.get(name)
    return field is not None and isinstance(field.default, list)


def _streamed(caller: Caller, opened: Runtime, index: Index, params: ExportParams) -> Response:
    store = index.at(caller.workspace).store
    opened.ledger.audit(
        caller.workspace,
        actor=caller.key_id,
        action="export",
        target=params.what,
        detail={
            "format": params.format,
            "question": address("", _without_words(params).query(caller.workspace)),
        },
    )
    return StreamingResponse(
        _blocks(export_lines(store, params, caller.workspace)),
        media_type=_TYPES[params.format],
        headers={"Content-Disposition": f'attachment; filename="{params.what}.{params.format}"'},
    )


def export_lines(store: Store, params: ExportParams, workspace: str) -> Iterator[bytes]:
    """The file, line by line, of the index as it is now."""
    if params.what == "documents":
        rows, columns = _documents(store, params, workspace), table.DOCUMENT_COLUMNS
    else:
        rows, columns = _mentions(store, params, workspace), table.MENTION_COLUMNS
    return table.csv_lines(rows, columns) if params.format == "csv" else table.json_lines(rows)


def _without_words(params: ExportParams) -> ExportParams:
    return params.model_copy(update={"q": None})


def _documents(store: Store, params: ExportParams, workspace: str) -> Iterator[dict[str, Any]]:
    query, upto = params.query(workspace), store.version(workspace)
    after: Position | None = None
    while True:
        hits = store.documents(query, limit=MAX_LIMIT, after=after, upto=upto)
        yield from (document_json(hit.document) for hit in hits)
        if len(hits) < MAX_LIMIT:
            return
        after = Position.of(hits[-1])


def _mentions(store: Store, params: ExportParams, workspace: str) -> Iterator[dict[str, Any]]:
    query, upto = params.query(workspace), store.version(workspace)
    after: Position | None = None
    while True:
        hits = store.mentions(query, limit=MAX_LIMIT, after=after, upto=upto)
        yield from (mention_json(hit.mention, hit.document) for hit in hits)
        if len(hits) < MAX_LIMIT:
            return
        after = Position.of(hits[-1])


def _blocks(lines: Iterator[bytes], size: int = 256 * 1024) -> Iterator[bytes]:
    # Every block is a turn of a thread: a line at a time would cost more than the lines.
    held = bytearray()
    for line in lines:
        held += line
        if len(held) >= size:
            yield bytes(held)
            held.clear()
    yield bytes(held)
