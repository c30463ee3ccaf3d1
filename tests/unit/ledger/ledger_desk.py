"""Short ways of saying what ledger tests do again and again."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine

from voc.ledger import Ledger
from voc.ledger.nearcopies import NearCopies
from voc.ledger.types import Balance, Claimed, Done, Finished, Pending, Receipt
from voc.text.sketches import Alphabet
from voc.types import Author, Record

DATA_KEY = bytes(range(32))
ID_KEY = bytes(range(32, 64))
ALPHABET = Alphabet(bytes(32))
LONG = "这手机续航太差了半天就没电充电还特别慢，客服也不理人"


class Ticking:
    """A clock that is moved by hand; `ticks` is the one that nobody sets."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 1, 12, tzinfo=UTC)
        self._ticks = 0.0

    def __call__(self) -> datetime:
        return self.at

    def forward(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)
        self._ticks += seconds

    def set(self, seconds: float) -> None:
        """Somebody sets it, by so much."""
        self.at += timedelta(seconds=seconds)

    def ticks(self) -> float:
        return self._ticks


def record(native_id: str | None, text: str = "不错", *, by: str | None = None, **fields: Any) -> Record:
    """A record; `by` is the author's id."""
    return Record(text=text, native_id=native_id, author=Author(id=by), **fields)


def done(claimed: Claimed, *, words: str | None = None) -> Done:
    """An annotation as the language stage would give it: the text is its own clean form."""
    content = "".join(filter(str.isalnum, words if words is not None else claimed.record.text)).lower()
    digest = hashlib.sha256(content.encode()).hexdigest()
    return Done(
        claimed,
        body=b"body:" + str(claimed.revision).encode(),
        signature=digest[:16] if content else "",
        content_chars=len(content),
        text_digest=hashlib.sha256(claimed.record.text.encode()).hexdigest(),
        taxonomy="phone@1",
        sketch=ALPHABET.sketch(content),
    )


@dataclass(frozen=True)
class Desk:
    """The ledger under test."""

    ledger: Ledger
    engine: Engine
    clock: Ticking

    def take_in(self, *records: Record, source: str = "tmall", **how: Any) -> list[Receipt]:
        return self.ledger.append("acme", source, "review", records, **how)

    def claim(self, worker: str = "w1", limit: int = 10_000) -> list[Claimed]:
        return self.ledger.claim(worker, limit=limit, lease_s=60)

    def annotate(self, near: NearCopies | None = None) -> list[Finished]:
        """Everything that waits, in one batch."""
        return self.ledger.finish("w1", [done(one) for one in self.claim()], near=near)

    def deliver(self) -> list[Pending]:
        """Everything in the outbox, acknowledged."""
        sent = self.ledger.outbox(limit=10_000)
        self.ledger.ack([(row.document_id, row.version) for row in sent])
        return sent

    def run(self, *records: Record, near: NearCopies | None = None) -> list[Receipt]:
        """In, annotated, in the index."""
        receipts = self.take_in(*records)
        self.annotate(near)
        self.deliver()
        return receipts

    def balance(self, source: str = "tmall") -> Balance:
        found = {row.source: row for row in self.ledger.balance("acme")}
        return found[source]

    def sound(self) -> None:
        """Balanced, and nothing wrong inside."""
        assert self.ledger.check() == []
        for row in self.ledger.balance("acme"):
            assert row.accepted == row.indexed + row.pending + row.dead + row.deleted, row

    def copies(self) -> dict[str, str | None]:
        """native id → native id of its representative."""
        rows = list(self.ledger.all_rows("acme"))
        names = {row.document_id: row.context.native_id for row in rows}
        return {
            row.context.native_id: names[row.context.duplicate_of] if row.context.duplicate_of else None
            for row in rows
        }


def ids_of(rows: Sequence[Any]) -> list[str]:
    """Native ids in order."""
    return [row.native_id for row in rows]
