"""The filters of the API on the command line: the common ones by name, the rest as `--filter name=value`."""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

import typer
from pydantic import ValidationError

from voc.api.deps import Filters
from voc.api.problems import plain
from voc.errors import UsageError

Params = TypeVar("Params", bound=Filters)

Product = Annotated[list[str] | None, typer.Option(help="Product, canonical name.")]
Brand = Annotated[list[str] | None, typer.Option(help="Brand.")]
Version = Annotated[list[str] | None, typer.Option(help="Version of the product.")]
Source = Annotated[list[str] | None, typer.Option(help="Source id.")]
Kind = Annotated[list[str] | None, typer.Option(help="review post ticket chat survey.")]
Aspect = Annotated[list[str] | None, typer.Option(help="Node id; covers its children.")]
Sentiment = Annotated[list[str] | None, typer.Option(help="positive neutral negative.")]
Intent = Annotated[list[str] | None, typer.Option(help="complaint wish question praise ….")]
Since = Annotated[str | None, typer.Option(help="First day, YYYY-MM-DD.")]
Until = Annotated[str | None, typer.Option(help="The day behind the last.")]
More = Annotated[
    list[str] | None, typer.Option("--filter", metavar="NAME=VALUE", help="Any other filter of the API.")
]


def params(asked: type[Params], more: list[str] | None, /, **named: Any) -> Params:
    """The API's parameters from options; None and empty ones are left out.

    Raises:
        UsageError: VOC-E101 an unknown filter, VOC-E102 a value that is not understood.
    """
    given: dict[str, Any] = {name: value for name, value in named.items() if value not in (None, [])}
    for one in more or ():
        name, sign, value = one.partition("=")
        if not sign:
            raise UsageError(
                "filter not understood", code="VOC-E102", value=name[:40], cure="write NAME=VALUE"
            )
        if name not in Filters.model_fields or name == "workspace":
            known = ", ".join(sorted(set(Filters.model_fields) - {"workspace"}))
            raise UsageError("unknown filter", code="VOC-E101", value=name[:40], cure=f"one of {known}")
        given[name] = [*given.get(name, []), value] if _several(name) else value
    try:
        return asked.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "filters"
        shown = None if where == "q" else str(given.get(where))[:40]
        raise UsageError(
            f"{where}: {plain(first)}", code="VOC-E102", value=shown, cure="see docs/api.md"
        ) from None


def _several(name: str) -> bool:
    return isinstance(Filters.model_fields[name].default, list)
