"""A record as canonical bytes and back: equal records give equal bytes, in every process and later versions.

Fields at their default are left out, so that a field added later changes no digest. The native id is not in
it (the ledger keeps it beside, as it may have made it).
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from typing import Any

import orjson

from voc.ledger.times import micros, moment
from voc.types import Author, Record, Turn

_DEFAULT = Record(text="")
_FLOATS = ("rating", "value")
_TIMES = ("created_at", "updated_at")
_SPECIAL = {"native_id", "text", "turns", "author", "consent", "attrs", *_FLOATS, *_TIMES}
_PLAIN = tuple(
    (field.name, getattr(_DEFAULT, field.name))
    for field in dataclasses.fields(Record)
    if field.name not in _SPECIAL
)
_OPTIONS = orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS


def encode(record: Record) -> bytes:
    """Canonical JSON: sorted keys, times in microseconds UTC."""
    body: dict[str, Any] = {"text": record.text}
    for name, default in _PLAIN:
        value = getattr(record, name)
        if value != default:
            body[name] = value
    for name in _FLOATS:
        value = getattr(record, name)
        if value is not None:
            body[name] = float(value)  # 5 and 5.0 stars are the same record
    for name in _TIMES:
        value = getattr(record, name)
        if value is not None:
            body[name] = micros(value)
    author = record.author
    if author != _DEFAULT.author:
        body["author"] = [author.id, author.name, author.role, author.contact]
    if record.turns:
        body["turns"] = [[t.text, t.role, None if t.at is None else micros(t.at)] for t in record.turns]
    if record.consent:
        body["consent"] = list(record.consent)
    if record.attrs:
        body["attrs"] = record.attrs if type(record.attrs) is dict else dict(record.attrs)
    try:
        return orjson.dumps(body, default=_plain, option=_OPTIONS)
    except (TypeError, ValueError):  # lone surrogates, integers beyond 64 bits: rare, so the slow way
        return json.dumps(_normal(body), sort_keys=True, separators=(",", ":")).encode("ascii")


def decode(raw: bytes, native_id: str) -> Record:
    """The record of `encode`; fields that this version does not know are ignored."""
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError:
        body = json.loads(raw)
    fields: dict[str, Any] = {name: body[name] for name, _ in _PLAIN if name in body}
    for name in _FLOATS:
        if name in body:
            fields[name] = body[name]
    for name in _TIMES:
        if name in body:
            fields[name] = moment(body[name])
    if "author" in body:
        fields["author"] = Author(*body["author"][:4])
    if "turns" in body:
        fields["turns"] = tuple(
            Turn(text, role, None if at is None else moment(at)) for text, role, at in body["turns"]
        )
    if "consent" in body:
        fields["consent"] = tuple(body["consent"])
    if "attrs" in body:
        fields["attrs"] = body["attrs"]
    return Record(text=body["text"], native_id=native_id, **fields)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, set | frozenset):
        return sorted(value, key=str)
    return str(value)


def _normal(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _normal(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_normal(item) for item in value]
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if value - value == 0 else None  # as orjson: no NaN, no infinity in JSON
    return _normal(_plain(value))
