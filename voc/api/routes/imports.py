"""`/v1/imports`: whole files in; an order is answered at once and its job tells how far it is."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import PurePath
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Path, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from voc.api import uploads
from voc.api.auth import Importer as MayImport
from voc.api.auth import Ingester, Opened
from voc.api.deps import Params, Some
from voc.api.importing import Importer, Order, masked, suffix_of
from voc.api.intake import parsed, source_name
from voc.api.replies import answer, listing
from voc.api.run_schemas import JobOut, JobsOut
from voc.collect.dates import parse_when
from voc.collect.files import SUPPORTED
from voc.collect.mapping import mapping_from
from voc.errors import UsageError
from voc.insight.present import time_json
from voc.ledger.types import Job, Workspace
from voc.types import KINDS

router = APIRouter(prefix="/v1/imports", tags=["in"])
_FORM = {
    "type": "object",
    "required": ["file"],
    "properties": {
        "file": {"type": "string", "format": "binary", "description": " ".join(sorted(SUPPORTED))},
        "source": {"type": "string", "description": "Source id; default: the file's stem."},
        "kind": {"type": "string", "enum": list(KINDS), "default": "review"},
        "mapping": {"type": "string", "description": "JSON: which column is which field (docs/files.md)."},
        "exported_at": {"type": "string", "description": "When the file was made; 3天前 counts from there."},
    },
    "additionalProperties": False,
}


@router.post(
    "",
    status_code=202,
    response_model=JobOut,
    openapi_extra={"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": _FORM}}}},
)
async def start(
    request: Request, caller: Ingester, opened: Opened, params: Annotated[Params, Query()]
) -> Response:
    """Send a file as the part `file`; 202 with the job once it is received."""
    importer: Importer = request.app.state.importer
    upload = await uploads.receive(
        request.stream(),
        content_type=request.headers.get("content-type", ""),
        folder=importer.folder,
        max_bytes=opened.settings.max_upload_bytes,
    )
    return await run_in_threadpool(_submitted, importer, upload, opened.workspace(caller.workspace))


def _submitted(importer: Importer, upload: uploads.Upload, workspace: Workspace) -> Response:
    try:
        job = importer.submit(_order(upload, workspace))
    except BaseException:
        upload.drop()
        raise
    return answer(_shown(job), status=202)


def _order(upload: uploads.Upload, workspace: Workspace) -> Order:
    fields, zone = upload.fields, ZoneInfo(workspace.timezone)
    kind = fields.get("kind") or "review"
    if kind not in KINDS:
        raise UsageError("unknown kind", code="VOC-E105", cure="one of " + ", ".join(KINDS))
    mapping = fields.get("mapping", "").strip()
    exported_at = None
    if fields.get("exported_at"):
        exported_at, _ = parse_when(fields["exported_at"], zone=zone, exported_at=None)
        if exported_at is None:
            raise UsageError("exported_at is not a time", code="VOC-E105", cure="2026-11-22T09:00:00+08:00")
    return Order(
        workspace=workspace.name,
        source=source_name(fields.get("source") or masked(PurePath(upload.name).stem)),
        kind=kind,
        file_name=upload.name,
        received=upload,
        suffix=suffix_of(upload.name, SUPPORTED),
        mapping=mapping_from(parsed(mapping.encode()), zone=zone) if mapping else None,
        exported_at=exported_at,
    )


@router.get("", response_model=JobsOut)
def jobs(caller: MayImport, opened: Opened, params: Annotated[Some, Query()]) -> Response:
    """Imports, newest first."""
    rows = opened.ledger.jobs(caller.workspace, limit=params.limit)
    return listing([_shown(row) for row in rows if row.kind == "import"])


@router.get("/{id}", response_model=JobOut)
def job(
    id: Annotated[str, Path(max_length=100)],
    caller: MayImport,
    opened: Opened,
    params: Annotated[Params, Query()],
) -> Response:
    """How far an import is; `errors` holds the first 100 refused rows, by place and reason."""
    row = opened.ledger.job(caller.workspace, id)
    if row is None or row.kind != "import":
        raise UsageError("no such import", code="VOC-E104", cure="see /v1/imports")
    return answer(_shown(row))


def _shown(row: Job) -> dict[str, Any]:
    return {
        "id": row.id,
        "workspace": row.workspace,
        "job": row.kind,
        "state": row.state,
        "progress": row.progress,
        **row.detail,
        "counts": dict(row.counts),
        "errors": [asdict(error) for error in row.errors],
        "errors_total": row.errors_total,
        "created_at": time_json(row.created_at),
        "updated_at": time_json(row.updated_at),
    }
