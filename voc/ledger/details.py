"""Small JSON beside a job or an audit row, in a form that every database can hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from voc.ledger.identity import storable


def dumped(detail: Mapping[str, Any]) -> str:
    """JSON text; what JSON or a database cannot hold (lone surrogates, NUL) is replaced, never an error."""
    return orjson.dumps(_plain(detail), option=orjson.OPT_NON_STR_KEYS, default=str).decode()


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, Mapping):
        return {storable(str(key)): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        return str(value)
    return value
