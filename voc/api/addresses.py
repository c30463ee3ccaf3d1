"""Addresses of listings inside answers, made so that this caller can follow them as they stand."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode

from voc.api.auth import Caller
from voc.api.deps import Filters


def followable(answer: dict[str, Any], caller: Caller) -> dict[str, Any]:
    """The answer with its `listing` addresses (its own and its items') for the caller's key.

    A key for every workspace must name it again; a comma inside a value must not split it.
    """
    for one in (answer, *answer.get("items", ())):
        if one.get("listing"):
            one["listing"] = address_for(one["listing"], caller)
    return answer


def address_for(address: str, caller: Caller) -> str:
    """One address."""
    route, _, question = address.partition("?")
    parts = [
        (name, value.replace(",", "\\,") if _takes_several(name) else value)
        for name, value in parse_qsl(question, keep_blank_values=True)
    ]
    if caller.every:
        parts.append(("workspace", caller.workspace))
    return f"{route}?{urlencode(parts)}" if parts else route


def _takes_several(name: str) -> bool:
    field = Filters.model_fields.get(name)
    return field is not None and isinstance(field.default, list)
