"""Query parameters as a handler wants them: the filters of DESIGN 6, checked, and pages of a listing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
    model_validator,
)

from voc.collect.values import stage as stage_of
from voc.errors import SkipRecord
from voc.types import HARM_LEVELS, INTEGRITY, INTENTS, KINDS, ROLES, SENTIMENTS, Query

MAX_LIMIT = 500
_VALUES = 200
_CHARS = 1000
_COMMA = re.compile(r"(?<!\\),")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z", re.ASCII)


def split(given: Any) -> Any:
    r"""Repeated and comma-joined values as one list; `\,` is a comma inside a value.

    >>> split(["a,b", r"c\,d"])
    ['a', 'b', 'c,d']
    """
    if not isinstance(given, list):
        return given
    parts = [
        part.replace("\\,", ",").strip()
        for one in given
        for part in (_COMMA.split(one) if isinstance(one, str) else [str(one)])
    ]
    if any(not part or len(part) > _CHARS or "\x00" in part for part in parts):
        raise ValueError("a value is empty or too long")
    if len(parts) > _VALUES:
        raise ValueError(f"more than {_VALUES} values")
    return list(dict.fromkeys(parts))


def _one_of(known: tuple[Any, ...]) -> Callable[[list[Any]], list[Any]]:
    def check(values: list[Any]) -> list[Any]:
        if any(value not in known for value in values):
            raise ValueError("one or more of " + ", ".join(map(str, known)))
        return values

    return check


def _stages(values: list[str]) -> list[str]:
    try:
        return [stage_of(value) for value in values]
    except SkipRecord as error:
        raise ValueError(error.what) from None


def _day(value: str) -> str:
    if not _DAY.match(value):
        raise ValueError("write a day as YYYY-MM-DD")
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError:
        raise ValueError("there is no such day") from None


def _words(value: str) -> str:
    if not value.strip() or "\x00" in value:
        raise ValueError("is empty")
    return value


def _list_of(*, kind: str = "string", enum: tuple[Any, ...] = ()) -> WithJsonSchema:
    # What the checks take, for generated clients: a list that they would refuse is not described.
    words = {"minLength": 1, "maxLength": _CHARS, "pattern": r"\S"}
    items = {"type": kind, **({"enum": list(enum)} if enum else words)}
    return WithJsonSchema({"type": "array", "items": items, "maxItems": _VALUES})


Names = Annotated[list[str], BeforeValidator(split), _list_of()]
Day = Annotated[str, AfterValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]


class Params(BaseModel):
    """What every route takes; anything else is an error."""

    model_config = ConfigDict(extra="forbid")

    workspace: str | None = Field(None, max_length=63, description="Workspace, with a `*` key.")


class Filters(Params):
    """The filters, the same everywhere. Several values: repeat the name or join them by commas (any of)."""

    product: Names = Field(default=[], description="Product, canonical name.")
    brand: Names = Field(default=[], description="Brand.")
    version: Names = Field(default=[], description="Version of the product.")
    source: Names = Field(default=[], description="Source id.")
    kind: Annotated[Names, AfterValidator(_one_of(KINDS)), _list_of(enum=KINDS)] = Field(
        default=[], description=", ".join(KINDS)
    )
    aspect: Names = Field(default=[], description="Node id; covers its children.")
    theme: Names = Field(default=[], description="Theme id.")
    sentiment: Annotated[Names, AfterValidator(_one_of(SENTIMENTS)), _list_of(enum=SENTIMENTS)] = Field(
        default=[], description=", ".join(SENTIMENTS)
    )
    intent: Annotated[Names, AfterValidator(_one_of(INTENTS)), _list_of(enum=INTENTS)] = Field(
        default=[], description=", ".join(INTENTS)
    )
    segment: Names = Field(default=[], description="Customer segment.")
    stage: Annotated[Names, AfterValidator(_stages)] = Field(
        default=[], description="acquisition, activation, retention, revenue, referral, or the Chinese word."
    )
    touchpoint: Names = Field(default=[], description="Where it was said.")
    region: Names = Field(default=[], description="Region.")
    store: Names = Field(default=[], description="Shop.")
    rating_min: float | None = Field(None, ge=1, le=5, allow_inf_nan=False, description="Fewest stars.")
    rating_max: float | None = Field(None, ge=1, le=5, allow_inf_nan=False, description="Most stars.")
    harm: Annotated[
        list[int],
        BeforeValidator(split),
        AfterValidator(_one_of(HARM_LEVELS)),
        _list_of(kind="integer", enum=HARM_LEVELS),
    ] = Field(default=[], description="Consequence of a mention: " + ", ".join(map(str, HARM_LEVELS)))
    level: int | None = Field(None, ge=1, le=3, description="Depth of the node in the taxonomy.")
    integrity: Annotated[Names, AfterValidator(_one_of(INTEGRITY)), _list_of(enum=INTEGRITY)] = Field(
        default=[], description=", ".join(INTEGRITY)
    )
    role: Annotated[Names, AfterValidator(_one_of(ROLES)), _list_of(enum=ROLES)] = Field(
        default=[], description=", ".join(ROLES)
    )
    person: Names = Field(default=[], description="Person key.")
    language: Names = Field(default=[], description="Language code.")
    counted: bool | None = Field(
        None, description="true: exactly what figures count; false: exactly what they leave out."
    )
    since: Day | None = Field(None, description="First day (YYYY-MM-DD, the workspace's zone).")
    until: Day | None = Field(None, description="The day behind the last.")
    q: Annotated[str, AfterValidator(_words), WithJsonSchema({"type": "string", "pattern": r"\S"})] | None = (
        Field(None, max_length=_CHARS, description='Words that all must occur; "quoted" is a literal phrase.')
    )

    @model_validator(mode="after")
    def _ordered(self) -> Filters:
        if self.since is not None and self.until is not None and self.since >= self.until:
            raise ValueError("since is not before until")
        if None not in (self.rating_min, self.rating_max) and self.rating_min > self.rating_max:  # type: ignore[operator]
            raise ValueError("rating_min is above rating_max")
        return self

    def query(self, workspace: str) -> Query:
        """The question in a workspace."""
        given = {name: getattr(self, name) for name in Filters.model_fields if name != "workspace"}
        values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in given.items()}
        return Query(workspace, **values)


class Page(Filters):
    """A listing's parameters."""

    limit: int = Field(50, ge=1, le=MAX_LIMIT, description="Most items of the answer.")
    cursor: str | None = Field(
        None, max_length=2000, description="`next_cursor` of the page before, for the same question."
    )


class Some(Params):
    """Parameters of a short listing without pages."""

    limit: int = Field(100, ge=1, le=MAX_LIMIT, description="Most items of the answer.")


class PainParams(Filters):
    """Parameters of a ranking."""

    sort: Literal["harm", "people", "trend", "value", "impact"] = Field("harm", description="Order of items.")
    limit: int = Field(MAX_LIMIT, ge=1, le=MAX_LIMIT, description="Most items; totals are over all.")


class TrendParams(Filters):
    """Parameters of figures over time."""

    interval: Literal["day", "week", "month"] = Field("week", description="Length of a bucket.")


class RevisionParams(Params):
    """Parameters of one document."""

    revision: int | None = Field(None, ge=1, description="Revision; the current one when left out.")


class ExportParams(Filters):
    """Parameters of an export."""

    what: Literal["mentions", "documents"] = Field("mentions", description="Which rows.")
    format: Literal["jsonl", "csv"] = Field("jsonl", description="jsonl or csv (UTF-8 with BOM).")


_SINGLE = frozenset(
    name
    for model in (Page, Some, PainParams, TrendParams, RevisionParams, ExportParams)
    for name, field in model.model_fields.items()
    if not isinstance(field.default, list)
)


def given_twice(names: Iterable[str]) -> str | None:
    """The first parameter that takes one value and comes twice, or None.

    >>> given_twice(["product", "product", "since"]), given_twice(["since", "since"])
    (None, 'since')
    """
    return next((name for name, count in Counter(names).items() if count > 1 and name in _SINGLE), None)
