"""Who comes in: the key is looked up before anything is read, and nobody takes more than their share.

In this order: a place among all running requests (503), the address's rate (429; those with a valid key do
not count), on a route that is not open the key (401), the key's rate and its running requests (429). A place
is given back when the work is over, not when an answer has been given for it (see `deadline`).
"""

from __future__ import annotations

import hashlib
import ipaddress
import math
import time
from collections import Counter, OrderedDict
from collections.abc import Callable

from fastapi import Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from voc.api.problems import failed, problem
from voc.api.rates import Buckets
from voc.config import Settings
from voc.errors import VocError
from voc.ledger.types import AccessKey

KEY = "voc.key"
"""Where in the ASGI scope the valid key of a request stands, None without one."""
OPEN: frozenset[str] = frozenset({"/", "/healthz", "/readyz", "/openapi.json"})
_OPEN_FOLDER = "/console/"
_ALIVE = "/healthz"  # answers even when all places are taken: nobody should restart a busy service
_SECRET_CHARS = 200
_RECENT_KEYS = 1024
Finder = Callable[[str], AccessKey | None]


class Gate:
    """ASGI middleware; for one event loop."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        find: Finder,
        settings: Settings,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._app, self._find, self._settings = app, find, settings
        self._addresses = Buckets(
            per_s=settings.address_requests_per_s, burst=settings.address_burst, monotonic=monotonic
        )
        self._keys = Buckets(per_s=settings.key_requests_per_s, burst=settings.key_burst, monotonic=monotonic)
        # Digests of keys that were valid a moment ago: they need no token of their address to be looked up.
        self._recent: OrderedDict[bytes, None] = OrderedDict()
        self._running: Counter[str] = Counter()
        self._places = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if self._places >= self._settings.running_requests and scope["path"] != _ALIVE:
            busy = problem(503, "VOC-E410", "too many requests are running, ask again in a moment")
            await busy(scope, receive, send)
            return
        self._places += 1
        try:
            await self._seated(scope, receive, send)
        finally:
            self._places -= 1

    async def _seated(self, scope: Scope, receive: Receive, send: Send) -> None:
        address = address_of(scope)
        try:
            key = await self._admitted(scope, address)
        except VocError as error:
            key = failed(error)
        if isinstance(key, Response):
            await key(scope, receive, send)
            return
        name = f"address {address}" if key is None else key.id
        if self._running[name] >= self._settings.key_running:
            await _too_many("more requests at once than one caller may have", 1.0)(scope, receive, send)
            return
        scope[KEY] = key
        self._running[name] += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._running[name] -= 1
            if not self._running[name]:
                del self._running[name]

    async def _admitted(self, scope: Scope, address: str) -> AccessKey | Response | None:
        """The request's key, None on an open route without one, or the refusal."""
        secret = secret_of(scope)
        digest = hashlib.sha256(secret.encode()).digest()
        known = digest in self._recent
        wait = 0.0 if known else self._addresses.take(address)
        if wait:
            return _too_many("too many requests without a valid key from this address", wait)
        if scope["path"] in OPEN or scope["path"].startswith(_OPEN_FOLDER):
            return None  # a key is not looked up: these answer while the ledger is away
        key = await run_in_threadpool(self._find, secret) if 0 < len(secret) <= _SECRET_CHARS else None
        if key is None:
            if known:  # revoked or expired since
                self._recent.pop(digest, None)
                self._addresses.take(address)
            return problem(401, "VOC-E600", "no key, or key not valid, send Authorization: Bearer voc_…")
        if not known:
            self._addresses.give_back(address)
        self._remember(digest)
        wait = self._keys.take(key.id)
        return _too_many("more requests than this key may make", wait) if wait else key

    def _remember(self, digest: bytes) -> None:
        self._recent[digest] = None
        self._recent.move_to_end(digest)
        while len(self._recent) > _RECENT_KEYS:
            self._recent.popitem(last=False)


def secret_of(scope: Scope) -> str:
    """What stands behind `Bearer`, empty when there is nothing."""
    scheme, _, secret = Headers(scope=scope).get("authorization", "").partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else ""


def address_of(scope: Scope) -> str:
    """The caller's address as it is counted: of IPv6 the /64, which one caller has whole.

    >>> address_of({"client": ("2001:db8::5", 1)}), address_of({"client": ("::ffff:192.0.2.1", 1)})
    ('2001:db8::/64', '192.0.2.1')
    """
    host = (scope.get("client") or ("",))[0]
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((int(address) >> 64 << 64, 64)))


def _too_many(what: str, wait_s: float) -> Response:
    return problem(429, "VOC-E603", what, retry_after_s=max(1, math.ceil(wait_s)))
