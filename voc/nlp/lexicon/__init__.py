"""Word lists of the rules, as YAML beside this file: open one to add words."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from voc.nlp import packfile


@cache
def load(name: str) -> Any:
    """The content of `name`.yaml; do not change it."""
    return packfile.read(Path(__file__).parent / f"{name}.yaml")
