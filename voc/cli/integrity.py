"""`voc integrity`: a person releases or quarantines a document, takes it back, or sees what was decided."""

from __future__ import annotations

import re
from typing import Annotated

import typer

from voc import ids
from voc.api.judging import masked, verdict_json
from voc.cli import shared
from voc.errors import UsageError
from voc.runtime import Runtime

app = typer.Typer(help="A person's verdict on a document.", no_args_is_help=True)
Document = Annotated[str, typer.Argument(help="Its id (d_…), or SOURCE/NATIVE_ID as `voc search` shows it.")]
Reason = Annotated[str, typer.Option(help="Why, in words; personal data in it is masked.")]
_ID = re.compile(r"d_[0-9a-f]{24}\Z")
_LONGEST = 1000
_ACTOR = "voc integrity"


@app.command("release")
def release(
    document: Document,
    reason: Reason,
    workspace: shared.WorkspaceOption = None,
    as_json: shared.JsonOption = False,
) -> None:
    """Let a document count, whatever its label; a copy stays a copy.

    Example: voc integrity release tmall/r17 --reason "a poem, not stuffed"
    """
    _judge(document, "release", reason, workspace, as_json=as_json)


@app.command("quarantine")
def quarantine(
    document: Document,
    reason: Reason,
    workspace: shared.WorkspaceOption = None,
    as_json: shared.JsonOption = False,
) -> None:
    """Leave a document out of every figure, whatever its label; it stays findable.

    Example: voc integrity quarantine tmall/r17 --reason "written by an agency"
    """
    _judge(document, "quarantine", reason, workspace, as_json=as_json)


@app.command("reset")
def reset(
    document: Document,
    reason: Reason,
    workspace: shared.WorkspaceOption = None,
    as_json: shared.JsonOption = False,
) -> None:
    """Take the verdict back: the label decides again.

    Example: voc integrity reset tmall/r17 --reason "the agency's list was wrong"
    """
    _judge(document, "none", reason, workspace, as_json=as_json)


@app.command("show")
def show(
    document: Document, workspace: shared.WorkspaceOption = None, as_json: shared.JsonOption = False
) -> None:
    """What people decided about a document, newest first.

    Example: voc integrity show tmall/r17
    """
    opened = shared.runtime(workspace)
    identity = _id(opened, document)
    found = [verdict_json(one) for one in opened.ledger.verdicts(opened.workspace().name, identity)]
    if as_json:
        shared.out_json({"document_id": identity, "items": found})
        return
    for one in found:
        shared.out(f"{one['at']}  {one['verdict']}  {one['by']}  {one['reason']}")


def _judge(document: str, verdict: str, reason: str, workspace: str | None, *, as_json: bool) -> None:
    if not reason.strip() or len(reason) > _LONGEST:
        raise UsageError(
            "the reason is empty or too long", code="VOC-E102", cure=f"1 to {_LONGEST} characters"
        )
    opened = shared.runtime(workspace)
    identity = _id(opened, document)
    given = opened.ledger.judge(
        opened.workspace().name, identity, verdict, reason=masked(reason), actor=_ACTOR
    )
    if as_json:
        shared.out_json({"document_id": identity, **verdict_json(given)})
        return
    shared.out(f"{identity}: {'taken back' if verdict == 'none' else verdict}")
    shared.say("figures follow when a worker has taken it up (`voc work --until-empty` where none runs)")


def _id(opened: Runtime, document: str) -> str:
    source, sign, native_id = document.partition("/")
    if _ID.match(document) or not sign:
        return document
    return ids.document_id(opened.workspace().name, source, native_id)
