"""Records pushed as JSON: read as files are, good ones for the ledger, bad ones for dead letters."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from voc.api.replies import to_json
from voc.collect.fields import record_from
from voc.collect.rows import RAW_KEPT
from voc.config import Settings
from voc.errors import SkipRecord, UsageError
from voc.ledger.inbox import Delivery
from voc.ledger.types import Receipt, Reject, Workspace
from voc.types import KINDS, Record

SOURCE_CHARS = 200
_KEYS = frozenset({"source", "kind", "records"})


@dataclass(frozen=True, slots=True)
class Push:
    """A request's body: records of one source."""

    source: str
    kind: str
    records: Sequence[Any]


def parsed(body: bytes) -> Any:
    """Any JSON value; lone surrogates are let through (`collect` repairs them).

    Raises:
        UsageError: VOC-E105.
    """
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        pass
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise _wrong("the body is not JSON") from None


def push_from(body: bytes, *, most: int) -> Push:
    """The body of `POST /v1/records`.

    Raises:
        UsageError: VOC-E105, not of this form; VOC-E107, more than `most` records.
    """
    given = parsed(body)
    if not isinstance(given, Mapping):
        raise _wrong("the body is not an object")
    unknown = [key for key in given if key not in _KEYS]
    if unknown:
        raise _wrong("unknown key in the body", cure="source, kind and records are known")
    records, kind = given.get("records"), given.get("kind", "review")
    if not isinstance(records, list):
        raise _wrong("records is not a list")
    if kind not in KINDS:
        raise _wrong("unknown kind", cure="one of " + ", ".join(KINDS))
    if len(records) > most:
        raise UsageError(
            f"more than {most:,} records",
            code="VOC-E107",
            value=f"{len(records):,}",
            cure="send fewer at once",
        )
    return Push(source_name(given.get("source")), kind, records)


def source_name(given: Any) -> str:
    """A source's id.

    Raises:
        UsageError: VOC-E105, empty, too long, or not printable.
    """
    name = given.strip() if isinstance(given, str) else ""
    if not name or len(name) > SOURCE_CHARS or not name.isprintable():
        raise _wrong("source is not a name", cure=f"1 to {SOURCE_CHARS} printable characters")
    return name


@dataclass(frozen=True, slots=True)
class Read:
    """A push as it was read: records to keep, records refused, and what is said of each."""

    delivery: Delivery
    places: Sequence[int]
    refusals: Sequence[dict[str, Any] | None]

    def items(self, receipts: Sequence[Receipt]) -> list[dict[str, Any]]:
        """One item a record, in order, once the ledger has said what became of those to keep."""
        items = [one or {} for one in self.refusals]
        for index, receipt in zip(self.places, receipts, strict=True):
            items[index] = _kept(index, receipt)
        return items


def read(workspace: Workspace, push: Push, *, settings: Settings) -> Read:
    """Read the records of a push; nothing is kept yet."""
    zone = ZoneInfo(workspace.timezone)
    good: list[tuple[int, Record]] = []
    rejects: list[Reject] = []
    refusals: list[dict[str, Any] | None] = [None] * len(push.records)
    for index, given in enumerate(push.records):
        try:
            record = record_from(
                given,
                zone=zone,
                exported_at=None,
                max_text_chars=settings.max_text_chars,
                max_json_depth=settings.max_json_depth,
            )
        except SkipRecord as error:
            rejects.append(Reject(f"record {index}", error.code, error.what, _raw(given)))
            refusals[index] = _rejected(index, given, error)
        else:
            good.append((index, record))
    delivery = Delivery(workspace.name, push.source, push.kind, [record for _, record in good], rejects)
    return Read(delivery, [index for index, _ in good], refusals)


def _kept(index: int, receipt: Receipt) -> dict[str, Any]:
    item: dict[str, Any] = {
        "index": index,
        "native_id": receipt.native_id,
        "id": receipt.document_id,
        "result": receipt.result,
        "error": None,
    }
    if receipt.superseded:
        item["superseded"] = True  # a later record of this request has the same id and won
    if receipt.history:
        item["history"] = True  # older than the current revision: kept, never shown
    return item


def _rejected(index: int, given: Any, error: SkipRecord) -> dict[str, Any]:
    native_id = given.get("native_id") if isinstance(given, Mapping) else None
    return {
        "index": index,
        "native_id": native_id if isinstance(native_id, str | int) else None,
        "id": None,
        "result": "rejected",
        "error": {"code": error.code, "detail": error.what},
    }


def _raw(given: Any) -> bytes:
    try:
        return to_json(given)[:RAW_KEPT]
    except (RecursionError, ValueError):
        return b""  # nested too deep to be written again


def _wrong(what: str, *, cure: str = "see /openapi.json") -> UsageError:
    return UsageError(what, code="VOC-E105", cure=cure)
