"""Writes the pages that follow from the code: `python -m tools.docs` after a setting or an error changed."""

from __future__ import annotations

from pathlib import Path

from pydantic_core import PydanticUndefined

from voc.config import Settings

PAGE = Path(__file__).resolve().parents[1] / "docs" / "settings.md"
_HEAD = """# Settings

`voc.toml` in the home folder holds settings by their lower-case names without `VOC_`; the environment
overrides it, the command line overrides both. `voc config show` prints what is in force, secrets hidden.
A setting that is unknown or out of range stops `voc` with VOC-E200 and its name.
This page is written by `python -m tools.docs`.

| setting | default | range | meaning |
|---|---|---|---|
"""


def settings_page() -> str:
    """docs/settings.md as it should be."""
    lines = []
    for name, field in Settings.model_fields.items():
        default = "" if field.default in (None, PydanticUndefined) else f"`{field.default}`"
        limits = [_limit(constraint) for constraint in field.metadata]
        lines.append(
            f"| `VOC_{name.upper()}` | {default} | {' '.join(filter(None, limits))} | {field.description} |\n"
        )
    return _HEAD + "".join(lines)


def _limit(constraint: object) -> str:
    for name, sign in (("ge", "≥"), ("gt", ">"), ("le", "≤"), ("lt", "<")):
        if hasattr(constraint, name):
            return f"{sign} {getattr(constraint, name)}"
    pattern = getattr(constraint, "pattern", None)
    return f"`{pattern.strip('^$()').replace('|', ' ')}`" if pattern else ""


if __name__ == "__main__":
    PAGE.write_text(settings_page(), "utf-8")
