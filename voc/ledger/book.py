"""What every part of the ledger works with: the database, the cipher, the clock."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass

from sqlalchemy import Connection, Engine

from voc.clock import Clock, Onward
from voc.db import transactions
from voc.ledger.cipher import Cipher
from voc.ledger.times import micros


@dataclass(frozen=True, slots=True)
class Book:
    """One opened ledger."""

    engine: Engine
    cipher: Cipher
    id_key: bytes
    clock: Clock
    onward: Onward

    def reading(self) -> AbstractContextManager[Connection]:
        """One consistent state."""
        return transactions.reading(self.engine)

    def writing(self) -> AbstractContextManager[Connection]:
        """One transaction, on disk when it ends."""
        return transactions.writing(self.engine)

    def now(self) -> int:
        """Microseconds since 1970 UTC."""
        return micros(self.clock())

    def expired(self, at: int | None) -> bool:
        """Whether a time is over, for good: also when the clock is set back after it."""
        return at is not None and at <= micros(self.onward())
