"""Long-running orders (imports, rebuilds): state, counts, first errors, for whoever asks how far one is."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import astuple
from typing import Any

import orjson
from sqlalchemy import Row, select

from voc.db.tables import jobs
from voc.db.transactions import locked
from voc.errors import UsageError
from voc.ledger.book import Book
from voc.ledger.details import dumped
from voc.ledger.identity import storable
from voc.ledger.times import moment
from voc.ledger.types import Job, JobError

STATES: tuple[str, ...] = ("queued", "running", "done", "failed")
MAX_ERRORS = 100


def create(book: Book, workspace: str, kind: str, detail: Mapping[str, Any]) -> Job:
    """A queued job. `detail` is JSON without anybody's words (a file's name, a source)."""
    now = book.now()
    values = {
        "workspace": workspace,
        "id": "j_" + secrets.token_hex(12),
        "kind": kind,
        "state": "queued",
        "detail": dumped(detail),
        "counts": "{}",
        "errors": "[]",
        "errors_total": 0,
        "created_at": now,
        "updated_at": now,
    }
    with book.writing() as conn:
        conn.execute(jobs.insert().values(values))
        return _job(conn.execute(select(jobs).where(jobs.c.id == values["id"])).one())


def update(
    book: Book,
    workspace: str,
    job_id: str,
    *,
    state: str | None,
    counts: Mapping[str, int] | None,
    errors: Sequence[JobError],
    progress: float | None,
) -> Job:
    """Set what is given; `errors` are added, the first 100 kept, all counted.

    Raises:
        UsageError: VOC-E104, no such job; VOC-E102, no such state.
    """
    if state is not None and state not in STATES:
        raise UsageError("unknown state of a job", code="VOC-E102", value=state[:40])
    mine = (jobs.c.workspace == workspace) & (jobs.c.id == job_id)
    with book.writing() as conn:
        row = conn.execute(locked(conn, select(jobs).where(mine))).one_or_none()
        if row is None:
            raise UsageError("no such job", code="VOC-E104", value=job_id[:40])
        values: dict[str, Any] = {"updated_at": book.now()}
        if state is not None:
            values["state"] = state
        if counts is not None:
            values["counts"] = dumped(counts)
        if progress is not None:
            values["progress"] = progress
        if errors:
            kept = [*orjson.loads(row.errors), *(list(map(storable, astuple(one))) for one in errors)]
            values["errors"] = orjson.dumps(kept[:MAX_ERRORS]).decode()
            values["errors_total"] = row.errors_total + len(errors)
        conn.execute(jobs.update().where(mine).values(values))
        return _job(conn.execute(select(jobs).where(mine)).one())


def get(book: Book, workspace: str, job_id: str) -> Job | None:
    """The job, or None."""
    with book.reading() as conn:
        query = select(jobs).where(jobs.c.workspace == workspace, jobs.c.id == job_id)
        row = conn.execute(query).one_or_none()
    return None if row is None else _job(row)


def listing(book: Book, workspace: str, *, limit: int) -> list[Job]:
    """Newest first."""
    query = (
        select(jobs)
        .where(jobs.c.workspace == workspace)
        .order_by(jobs.c.created_at.desc(), jobs.c.id.desc())
        .limit(limit)
    )
    with book.reading() as conn:
        return [_job(row) for row in conn.execute(query)]


def open_ones(book: Book, workspace: str, kind: str) -> list[Job]:
    """Queued or running, oldest first."""
    query = (
        select(jobs)
        .where(jobs.c.workspace == workspace, jobs.c.kind == kind, jobs.c.state.in_(("queued", "running")))
        .order_by(jobs.c.created_at, jobs.c.id)
    )
    with book.reading() as conn:
        return [_job(row) for row in conn.execute(query)]


def _job(row: Row[Any]) -> Job:
    return Job(
        id=row.id,
        workspace=row.workspace,
        kind=row.kind,
        state=row.state,
        detail=orjson.loads(row.detail),
        counts=orjson.loads(row.counts),
        errors=tuple(JobError(*error) for error in orjson.loads(row.errors)),
        errors_total=row.errors_total,
        progress=row.progress,
        created_at=moment(row.created_at),
        updated_at=moment(row.updated_at),
    )
