"""A small installation behind the API: a real ledger, the reference index, a client without a network."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
from anyio.from_thread import BlockingPortal, start_blocking_portal
from fastapi import FastAPI

from voc.api.app import create_app
from voc.clock import calendar
from voc.config import Settings, load
from voc.db.engine import migrate, open_engine
from voc.ids import document_id, mention_id, opinion_id
from voc.ledger import Ledger
from voc.ledger.keys_at_rest import Keys
from voc.runtime import Runtime
from voc.store.base import Store
from voc.store.memory import MemoryStore
from voc.types import Document, IndexRows, Mention, Span

NOW = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
KEYS = Keys(bytes(range(32)), bytes(range(32, 64)))
_ZONE = ZoneInfo("Asia/Shanghai")


class Ticking:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> datetime:
        return self.at

    def forward(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


class Ticks:
    """Seconds of a monotonic clock, moved by hand: no test runs into a rate by being slow or quick."""

    at = 0.0

    def __call__(self) -> float:
        return self.at


@dataclass(frozen=True, slots=True)
class SmallRuntime(Runtime):
    """A home whose index is in memory."""

    store: MemoryStore = field(default_factory=MemoryStore)

    def reader(self) -> Store:
        return self.store


class Client:
    """Requests to the application in its own event loop; keeps one key unless a call names another."""

    def __init__(self, app: FastAPI, portal: BlockingPortal) -> None:
        self.app, self._portal = app, portal
        self.key: str | None = None

    def request(self, method: str, path: str, *, key: str | None = "", **how: Any) -> httpx.Response:
        headers = dict(how.pop("headers", {}))
        secret = self.key if key == "" else key
        if secret is not None:
            headers["Authorization"] = f"Bearer {secret}"

        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://voc.test") as client:
                return await client.request(method, path, headers=headers, **how)

        return self._portal.call(send)

    def call(self, function: Any, *arguments: Any) -> Any:
        """Run something of asyncio where the application runs."""
        return self._portal.call(function, *arguments)

    def start(self, function: Any, *arguments: Any) -> Any:
        """Start something there; a future of its end."""
        return self._portal.start_task_soon(function, *arguments)

    def get(self, path: str, **how: Any) -> httpx.Response:
        return self.request("GET", path, **how)

    def post(self, path: str, **how: Any) -> httpx.Response:
        return self.request("POST", path, **how)

    def delete(self, path: str, **how: Any) -> httpx.Response:
        return self.request("DELETE", path, **how)


@dataclass
class Desk:
    """The installation under test."""

    runtime: Any  # SmallRuntime, or a Runtime with the embedded index
    clock: Ticking
    client: Client
    ticks: Ticks
    version: int = 0

    def key(self, *scopes: str, workspace: str = "default") -> str:
        return self.runtime.ledger.create_key(name="test", workspace=workspace, scopes=scopes).secret

    def index(self, *rows: IndexRows) -> None:
        self.runtime.store.apply(rows)
        self.runtime.store.commit()

    def say(self, native_id: str, text: str, *, workspace: str = "default", **how: Any) -> str:
        """Put a document into the index; `aspects` are (node, clause words, harm). Its id."""
        self.version += 1
        rows = rows_of(native_id, text, workspace=workspace, version=self.version, **how)
        self.index(rows)
        return rows.document_id


def rows_of(
    native_id: str,
    text: str,
    *,
    workspace: str = "default",
    version: int,
    by: str | None = None,
    days_ago: float = 1.0,
    aspects: tuple[tuple[str, str, int], ...] = (),
    **more: Any,
) -> IndexRows:
    """Index rows as the pipeline would make them."""
    source = more.pop("source", "tmall")
    found = document_id(workspace, source, native_id)
    at = NOW - timedelta(days=days_ago)
    day, week, month = calendar(at, _ZONE)
    author = None if by is None else "a_" + by
    person = "p_" + (by or hashlib.sha256(found.encode()).hexdigest()[:8])
    document = Document(
        **{
            "id": found,
            "workspace": workspace,
            "source": source,
            "native_id": native_id,
            "kind": "review",
            "revision": 1,
            "text_revision": 1,
            "seq": version,
            "text": text,
            "clean_text": text,
            "created_at": at,
            "created_at_precision": "second",
            "received_at": at,
            "day": day,
            "week": week,
            "month": month,
            "author_key": author,
            "person": person,
            "known_person": by is not None,
            "role": "customer",
            **more,
        }
    )
    return IndexRows(workspace, found, version, document, tuple(_mentions(document, aspects)))


def _mentions(document: Document, aspects: tuple[tuple[str, str, int], ...]) -> Iterator[Mention]:
    for ordinal, (node, words, harm) in enumerate(aspects):
        start = document.text.index(words)
        clause = Span(start, start + len(words))
        opinion = opinion_id(document.id, 1, clause.start, clause.end, ordinal)
        parts = node.split(".")
        path = tuple(".".join(parts[: depth + 1]) for depth in range(len(parts)))
        yield Mention(
            id=mention_id(opinion),
            opinion_id=opinion,
            document_id=document.id,
            ordinal=ordinal,
            aspect=node,
            aspect_path=path,
            aspect_names=path,
            clause=clause,
            target=None,
            opinion=clause,
            sentiment="negative" if harm else "positive",
            score=-0.8 if harm else 0.8,
            confidence=0.9,
            harm=harm,
            harm_span=clause if harm else None,
            implicit=False,
            product=None,
            competitor=False,
            model="test@1",
            taxonomy="general@1",
        )


@contextmanager
def installation(
    home: Path, *, runtime: type[Runtime] = SmallRuntime, clock: Ticking | None = None, **settings: Any
) -> Iterator[Desk]:
    """An opened home with the workspaces `default` and `other`, and a client.

    Args:
        clock: of the ledger, too, which has the machine's else.
    """
    configured: Settings = load(home=home, **settings)
    home.mkdir(parents=True, exist_ok=True)
    engine = open_engine(f"sqlite:///{home / 'ledger.sqlite'}")
    migrate(engine)
    ledger = Ledger(engine, keys=KEYS) if clock is None else Ledger(engine, keys=KEYS, clock=clock)
    clock = clock or Ticking()
    for name in ("default", "other"):
        ledger.ensure_workspace(name, timezone="Asia/Shanghai", taxonomy="general")
    opened = runtime(configured, KEYS, ledger)
    ticks = Ticks()
    app = create_app(opened, clock=clock, ticks=ticks)
    try:
        with start_blocking_portal() as portal:
            with portal.wrap_async_context_manager(app.router.lifespan_context(app)):
                yield Desk(opened, clock, Client(app, portal), ticks)
    finally:
        engine.dispose()
