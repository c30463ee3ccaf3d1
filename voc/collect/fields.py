"""From keys and values to a Record: which column is which field is decided once, then applied row by row."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from voc.collect import values as read
from voc.collect.dates import UNKNOWN, parse_when
from voc.collect.dialogue import transcript, turns_from
from voc.collect.headers import FIELDS, JOINED, TEXT_FIELDS, field_of, normalise
from voc.collect.rows import MOST_COLUMNS, Reading
from voc.errors import SkipRecord
from voc.types import Author, Record, Turn

FOLLOWUP_SUFFIX = "#followup"
"""A 追评 has its record's native id with this behind it."""
_PRECISIONS = ("second", "minute", "hour", "day", "month", "year", "received")
_ATTRIBUTE_DEPTH = 2  # an attribute lies two levels inside its record
_KEYS_REMEMBERED = 200  # plans of wider records are not kept: 256 of them would be 400 MB
_FACETS = (
    *("native_id", "brand", "product", "version", "thread_id", "reply_to", "status"),
    *("touchpoint", "region", "store", "segment"),
)


def _worded(name: str) -> Callable[[Any], Any]:
    return lambda value: read.word(value, name)


_DIRECT: dict[str, Callable[[Any], Any]] = {
    **{name: _worded(name) for name in _FACETS},
    "title": lambda value: read.text(value, "title").strip(),
    "rating": read.rating,
    "nps": read.nps,
    "likes": read.likes,
    "value": lambda value: read.number(value, "value"),
    "stage": read.stage,
    "consent": read.consent,
}
_JOINED = frozenset(normalise(name) for name in JOINED)


class Found(NamedTuple):
    """What a row holds: its record, the 追评 beside it, and the fields left out as not readable."""

    record: Record | None
    followup: Record | None = None
    warnings: tuple[str, ...] = ()
    native_id: str | None = None  # of a quick look


class Plan:
    """Which column becomes which field, for one tuple of keys."""

    __slots__ = ("_attrs", "_direct", "_id", "_more", "_other", "_texts", "fields", "keys")

    def __init__(self, keys: Sequence[str], columns: Mapping[str, str]) -> None:
        self.keys = tuple(keys)
        best: dict[str, tuple[int, int]] = {}
        texts: list[tuple[int, int]] = []
        self._more: list[int] = []
        losers: list[int] = []
        for index, key in enumerate(self.keys):
            name, rank = _meaning(key, columns)
            if name == "":
                continue
            if name is None:
                losers.append(index)
            elif name == "text" and rank >= 0 and normalise(key) in _JOINED:
                self._more.append(index)
            elif name == "text":
                texts.append((rank, index))
            elif name in best and best[name][0] <= rank:
                losers.append(index)
            else:
                if name in best:
                    losers.append(best[name][1])
                best[name] = (rank, index)
        self._texts = [index for _, index in sorted(texts)]
        self._direct = [(index, name, _DIRECT[name]) for name, (_, index) in best.items() if name in _DIRECT]
        self._id = best["native_id"][1] if "native_id" in best else None
        self._other = {name: index for name, (_, index) in best.items() if name not in _DIRECT}
        self._attrs = [(index, self.keys[index].strip()[:200] or str(index + 1)) for index in sorted(losers)]
        self.fields = frozenset(best) | ({"text"} if texts or self._more else frozenset())

    @property
    def has_text(self) -> bool:
        """Whether there is a column that can hold feedback."""
        return any(name in self.fields for name in TEXT_FIELDS)

    @property
    def columns(self) -> dict[str, str]:
        """Header → the field it was taken for, `attrs`, or `left out`."""
        meant: dict[int, str] = dict.fromkeys([*self._texts, *self._more], "text")
        meant |= {index: name for index, name, _ in self._direct}
        meant |= {index: name for name, index in self._other.items()}
        meant |= {index: "attrs" for index, _ in self._attrs}
        return {key: meant.get(index, "left out") for index, key in enumerate(self.keys)}

    def read(self, values: Sequence[Any], how: Reading) -> Found:
        """The record of one row.

        Raises:
            SkipRecord: no text (VOC-E301), too long (E302), a value not understood (E305).
        """
        given: dict[str, Any] = {}
        attrs: dict[str, Any] = {}
        warnings: list[str] = []
        for index, name, convert in self._direct:
            value = values[index]
            if not read.is_empty(value):
                given[name] = convert(value)
        if self._other:
            self._read_others(values, how, given, attrs, warnings)
        else:
            given["created_at_precision"] = "received"
        self._read_text(values, how, given, attrs)
        depth = how.max_json_depth - _ATTRIBUTE_DEPTH
        for index, key in self._attrs:
            value = values[index]
            if not read.is_empty(value):
                attrs[key] = read.attribute(value, depth)
        followup = given.pop("followup", None)
        followup_at = given.pop("followup_at", UNKNOWN)
        if attrs:
            given["attrs"] = attrs
        if how.mapping.defaults:
            _fill(given, how)
        return _found(given, followup, followup_at, how, tuple(warnings))

    def id_of(self, values: Sequence[Any]) -> str | None:
        """Nothing but the native id of a row."""
        value = None if self._id is None else values[self._id]
        return None if read.is_empty(value) else read.word(value, "native_id")

    def _read_text(
        self, values: Sequence[Any], how: Reading, given: dict[str, Any], attrs: dict[str, Any]
    ) -> None:
        said = ""
        for index in self._texts:
            value = values[index]
            if read.is_empty(value):
                continue
            if not said:
                said = read.text(value, "text")
            else:
                attrs[self.keys[index]] = read.attribute(value, how.max_json_depth - _ATTRIBUTE_DEPTH)
        for index in self._more:
            if not read.is_empty(values[index]):
                more = read.text(values[index], "text").strip()
                said = f"{said}\n{more}" if said else more
        cell = self._other.get("transcript")
        if cell is not None and not read.is_empty(values[cell]):
            spoken = read.text(values[cell], "text")
            turns = transcript(spoken, how)
            if turns:
                given["turns"] = turns
            elif not said:
                said = spoken
            else:
                attrs[self.keys[cell]] = spoken
        given["text"] = said

    def _read_others(
        self,
        values: Sequence[Any],
        how: Reading,
        given: dict[str, Any],
        attrs: dict[str, Any],
        warnings: list[str],
    ) -> None:
        author: dict[str, Any] = {}
        given["created_at_precision"] = "received"
        for name, index in self._other.items():
            value = values[index]
            if read.is_empty(value) or name == "transcript":
                continue
            if name in ("created_at", "updated_at", "followup_at"):
                when, precision = parse_when(value, zone=how.zone, exported_at=how.exported_at)
                if when is None:
                    warnings.append(name)
                    continue
                given[name] = (when, precision) if name == "followup_at" else when
                if name == "created_at":
                    given["created_at_precision"] = precision
            elif name == "author":
                author = _author_object(value) | author
            elif name.startswith("author."):
                author[name[7:]] = read.role(value) if name == "author.role" else read.word(value, name)
            elif name == "url":
                given["url"] = read.url(value)
                if given["url"] is None:
                    attrs[self.keys[index]] = read.attribute(value, 1)
            elif name == "followup":
                given["followup"] = read.text(value, "text")
            elif name == "turns":
                given["turns"] = turns_from(value, how)
            elif name == "attrs":
                if not isinstance(value, Mapping):
                    raise read.refuse("attrs", "is not an object")
                attrs.update(read.attribute(value, how.max_json_depth - 1))
        stated = self._other.get("created_at_precision")
        if stated is not None and values[stated] in _PRECISIONS and "created_at" in given:
            given["created_at_precision"] = values[stated]
        if author:
            given["author"] = _author(author)


def records_from(obj: Mapping[str, Any], how: Reading) -> Found:
    """The record of a JSON object, and the 追评 beside it.

    Raises:
        SkipRecord: VOC-E300 (not an object), E301, E302, E305.
    """
    if not isinstance(obj, Mapping):
        raise SkipRecord("the record is not an object")
    if len(obj) > MOST_COLUMNS:
        raise SkipRecord(f"the record has more than {MOST_COLUMNS:,} fields", code="VOC-E305")
    planned = plan_for if len(obj) <= _KEYS_REMEMBERED else plan_for.__wrapped__
    plan = planned(tuple(obj), tuple(how.mapping.columns.items()) if how.mapping.columns else ())
    if how.only_ids:
        return Found(None, native_id=plan.id_of(list(obj.values())))
    return plan.read(list(obj.values()), how)


def record_from(
    obj: Mapping[str, Any],
    *,
    zone: ZoneInfo,
    exported_at: datetime | None,
    max_text_chars: int = 100_000,
    max_json_depth: int = 32,
) -> Record:
    """One record of the push API: known fields with their types, unknown keys in `attrs`.

    A 追评 in it is kept in `attrs`. A time that cannot be read is left out (`received`).

    Raises:
        SkipRecord: VOC-E300 (not an object), E301 (no text), E302 (too long), E305 (which field and why).
    """
    how = Reading(zone, exported_at, max_text_chars=max_text_chars, max_json_depth=max_json_depth)
    found = records_from(obj, how)
    if found.record is None:
        raise _no_text()
    if found.followup is None:
        return found.record
    return replace(found.record, attrs={**found.record.attrs, "followup": found.followup.text})


@lru_cache(maxsize=256)
def plan_for(keys: tuple[str, ...], columns: tuple[tuple[str, str], ...]) -> Plan:
    """The plan of these keys under a mapping's columns."""
    return Plan(keys, dict(columns))


def _meaning(key: str, columns: Mapping[str, str]) -> tuple[str | None, int]:
    mapped = columns.get(normalise(key)) if columns else None
    if mapped is not None:
        return mapped, -1
    if key in FIELDS:
        return key, 0
    return field_of(key) or (None, 0)


def _author_object(value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        return {"name": read.word(value, "author")}
    found: dict[str, Any] = {}
    for key, inner in value.items():
        if read.is_empty(inner):
            continue
        name = key if key in ("id", "name", "role", "contact") else (field_of(key) or ("", 0))[0]
        name = name.removeprefix("author.")
        if name == "native_id":
            name = "id"
        if name == "role":
            found["role"] = read.role(inner)
        elif name in ("id", "name", "contact"):
            found.setdefault(name, read.word(inner, f"author.{name}"))
    return found


def _author(parts: dict[str, Any]) -> Author:
    name = parts.get("name")
    # A nickname is the only identity many shops export; whether it is a masked one is judged by the ledger.
    return Author(parts.get("id") or name, name, parts.get("role", "unknown"), parts.get("contact"))


def _fill(given: dict[str, Any], how: Reading) -> None:
    for name, value in how.mapping.defaults.items():
        if name.startswith("author."):
            held = given.get("author", Author())
            part = name[7:]
            if part == "role" and held.role == "unknown":
                given["author"] = replace(held, role=read.role(value))
        elif given.get(name) is None and name in _DIRECT:
            given[name] = _DIRECT[name](value)


def _found(
    given: dict[str, Any],
    followup: str | None,
    followup_at: tuple[datetime | None, str],
    how: Reading,
    warnings: tuple[str, ...],
) -> Found:
    turns: tuple[Turn, ...] = given.get("turns", ())
    size = len(given["text"]) + len(given.get("title") or "") + sum(len(turn.text) for turn in turns)
    if size > how.max_text_chars or len(followup or "") > how.max_text_chars:
        raise SkipRecord(f"text is longer than {how.max_text_chars:,} characters", code="VOC-E302")
    if not given["text"] and not turns and followup is None and given.get("title"):
        given["text"] = given.pop("title")  # a post that is nothing but its title
    record = Record(**given) if given["text"] or turns else None
    if followup is None:
        if record is None:
            raise _no_text()
        return Found(record, None, warnings)
    native_id = given.get("native_id")
    later = Record(
        **given
        | {
            "text": followup,
            "title": None,
            "turns": (),
            "native_id": f"{native_id}{FOLLOWUP_SUFFIX}" if native_id else None,
            "reply_to": native_id,
            "created_at": followup_at[0],
            "created_at_precision": followup_at[1],
            "rating": None,
            "likes": None,
        }
    )
    return Found(record, later, warnings)


def _no_text() -> SkipRecord:
    return SkipRecord("the record has no text", code="VOC-E301")
