"""Where a listing goes on: opaque, signed, tied to its question, good for a day."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import orjson

from voc.clock import Clock
from voc.errors import UsageError
from voc.store.base import Position
from voc.types import Query

_VERSION = 1
_MAC_BYTES = 16


@dataclass(frozen=True, slots=True)
class Place:
    """The last hit shown, and the newest version of documents that the listing may show."""

    position: Position
    upto: int


class Cursors:
    """Makes and reads cursors of one installation; any API process of it can go on with another's."""

    def __init__(self, id_key: bytes, *, clock: Clock, ttl_s: float) -> None:
        self._key = hmac.new(id_key, b"voc listing cursor 1", hashlib.sha256).digest()
        self._clock, self._ttl_s = clock, ttl_s

    def write(self, route: str, query: Query, place: Place) -> str:
        """A cursor behind `place`."""
        until = int(self._clock().timestamp() + self._ttl_s)
        at = place.position
        body = orjson.dumps([_VERSION, until, _digest(route, query), place.upto, at.score, at.created, at.id])
        return base64.urlsafe_b64encode(self._mac(body) + body).rstrip(b"=").decode()

    def read(self, route: str, query: Query, cursor: str | None) -> Place | None:
        """Where to go on; None at the start.

        Raises:
            UsageError: VOC-E103, it is damaged, of another question, or too old.
        """
        if cursor is None:
            return None
        try:
            raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            raise _gone("cursor is damaged") from None
        mac, body = raw[:_MAC_BYTES], raw[_MAC_BYTES:]
        if not hmac.compare_digest(mac, self._mac(body)):
            raise _gone("cursor is damaged")
        version, until, digest, upto, *position = self._fields(body)
        if version != _VERSION or digest != _digest(route, query):
            raise _gone("cursor belongs to another question")
        if self._clock().timestamp() >= until:
            raise _gone("cursor is too old")
        return Place(Position(*position), upto)

    def _fields(self, body: bytes) -> Sequence[Any]:
        found: Sequence[Any] = orjson.loads(body)  # signed by us
        return found

    def _mac(self, body: bytes) -> bytes:
        return hmac.new(self._key, body, hashlib.sha256).digest()[:_MAC_BYTES]


def _digest(route: str, query: Query) -> str:
    whole = orjson.dumps([route, asdict(query)], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(whole).hexdigest()[:24]


def _gone(what: str) -> UsageError:
    return UsageError(what, code="VOC-E103", cure="ask again without it")
