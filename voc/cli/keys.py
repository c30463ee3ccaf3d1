"""`voc keys`: access keys of the API, shown once; and the key behind pseudonyms, rotated or destroyed."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from voc.cli import shared
from voc.cli.stopping import stopping
from voc.clock import system_clock
from voc.errors import UsageError
from voc.ledger.types import Rekeyed

SCOPES: tuple[str, ...] = ("ingest", "read", "write", "export", "admin")
app = typer.Typer(help="Access keys of the API.", no_args_is_help=True)


@app.command("create")
def create(
    name: Annotated[str, typer.Option(help="What the key is for.")],
    scopes: Annotated[str, typer.Option(help="Joined by commas: ingest read write export admin.")] = "read",
    all_workspaces: Annotated[bool, typer.Option("--all", help="For every workspace (admins).")] = False,
    days: Annotated[int, typer.Option(min=1, max=3650, help="Days until it expires.")] = 365,
    workspace: shared.WorkspaceOption = None,
    as_json: shared.JsonOption = False,
) -> None:
    """Make a key. It is shown once and stored as a hash.

    Example: voc keys create --name dashboard --scopes read --json
    """
    wanted = tuple(part.strip() for part in scopes.split(",") if part.strip())
    unknown = [scope for scope in wanted if scope not in SCOPES]
    if unknown or not wanted:
        raise UsageError(
            "unknown scope",
            code="VOC-E102",
            value=",".join(unknown),
            cure="one or more of " + ", ".join(SCOPES),
        )
    opened = shared.runtime(workspace)
    bound = "*" if all_workspaces else opened.workspace().name
    made = opened.ledger.create_key(
        name=name, workspace=bound, scopes=wanted, expires_at=system_clock() + timedelta(days=days)
    )
    if as_json:
        shared.out_json({"id": made.row.id, "key": made.secret})
        return
    shared.out(made.secret)
    shared.say(f"key {made.row.id} ({', '.join(wanted)}) for workspace {bound}; it is not shown again")


@app.command("list")
def list_keys(as_json: shared.JsonOption = False) -> None:
    """List keys, without their secrets.

    Example: voc keys list
    """
    rows = shared.runtime().ledger.list_keys()
    if as_json:
        shared.out_json({"items": [key_as_json(row) for row in rows]})
        return
    for row in rows:
        state = (
            "revoked" if row.revoked_at else f"until {row.expires_at:%Y-%m-%d}" if row.expires_at else "valid"
        )
        shared.out(f"{row.id}  {row.workspace}  {','.join(row.scopes)}  {state}  {row.name}")


@app.command("revoke")
def revoke(key_id: Annotated[str, typer.Argument(help="Id as `voc keys list` shows it.")]) -> None:
    """Make a key worthless at once.

    Example: voc keys revoke k_abc
    """
    if not shared.runtime().ledger.revoke_key(key_id):
        raise UsageError("no such key", code="VOC-E104", value=key_id[:40], cure="see voc keys list")
    shared.out(f"revoked {key_id}")


NewKey = Annotated[
    Path | None,
    typer.Option(
        help="File with the next key (base64 of 32 bytes), where VOC_ID_KEY holds the one in force."
    ),
]


@app.command("rotate-identity")
def rotate_identity(new_key: NewKey = None, as_json: shared.JsonOption = False) -> None:
    """Make every pseudonym anew with another key: who is who stays, the old pseudonyms fit nothing any more.

    Cut off at any moment, the same command goes on. Figures answer 503 while the index is made again.

    Example: voc keys rotate-identity
    """
    done = _changed(destroy=False, new_key=new_key)
    if as_json:
        shared.out_json(asdict(done))
        return
    shared.out(f"{done.authors} pseudonyms made anew, {done.documents} documents indexed again")
    if done.links:
        shared.say(f"{done.links} links of persons had no record any more and are gone")
    if done.lost:
        shared.say(f"{done.lost} authors could not be read: their documents are unknown persons now")
    if new_key is not None:
        shared.say("set VOC_ID_KEY to the new key and start every process of this ledger again")


@app.command("destroy-identity")
def destroy_identity(
    yes: Annotated[bool, typer.Option("--yes", help="Do it; nobody can undo it.")] = False,
    new_key: NewKey = None,
    as_json: shared.JsonOption = False,
) -> None:
    """Leave no pseudonym: every document becomes an unknown person of its own, for ever.

    Documents that come later have pseudonyms under a new key, which connect with nothing from before.

    Example: voc keys destroy-identity --yes
    """
    if not yes:
        raise UsageError(
            "every document would become an unknown person of its own, and nobody can undo that",
            cure="add --yes",
        )
    done = _changed(destroy=True, new_key=new_key)
    if as_json:
        shared.out_json(asdict(done))
        return
    shared.out(f"{done.authors} pseudonyms destroyed: {done.documents} documents are now unknown persons")
    if new_key is not None:
        shared.say("set VOC_ID_KEY to the new key and start every process of this ledger again")
    shared.say("destroy the copies of the old key in backups as well")


def _changed(*, destroy: bool, new_key: Path | None) -> Rekeyed:
    opened = shared.runtime()
    with shared.bar("pseudonyms") as bar:
        done = opened.change_identity_key(
            destroy=destroy, new_key=new_key, actor="voc keys", on_progress=lambda n, of: bar.to(n, total=of)
        )
    with stopping() as stop:
        opened.follow(note=shared.say, stop=stop, sleep=stop.wait)
        stop.check()
    return done


def key_as_json(row: object) -> dict[str, object]:
    """A key row as the API and the command line show it."""
    names = ("id", "name", "workspace", "scopes", "created_at", "expires_at", "revoked_at")
    return {name: getattr(row, name) for name in names}
