"""`voc config show`: every setting, its value and what it means; secrets never."""

from __future__ import annotations

from typing import Any

import typer
from pydantic import SecretStr

from voc.cli import shared
from voc.config import Settings

app = typer.Typer(help="Settings.", no_args_is_help=True)


@app.command("show")
def show(as_json: shared.JsonOption = False) -> None:
    """Show every setting: value, default and meaning. Secrets are shown as set or unset.

    Example: voc config show
    """
    current = shared.settings()
    rows = {}
    for name, field in Settings.model_fields.items():
        value = _shown(getattr(current, name))
        rows[name] = {"value": value, "default": _shown(field.default), "meaning": field.description}
    if as_json:
        shared.out_json(rows)
        return
    for name, row in rows.items():
        shared.out(f"VOC_{name.upper()} = {row['value']}    {row['meaning']}")


def _shown(value: Any) -> Any:
    if isinstance(value, SecretStr):
        return "set"
    return value if isinstance(value, int | float | str | bool) or value is None else str(value)


@app.callback()
def _group() -> None:
    """Settings."""
