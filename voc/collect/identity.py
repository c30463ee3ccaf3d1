"""Which row is which: native ids for rows that come without one, so that the same file again adds nothing."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, MutableMapping
from dataclasses import replace

from voc.collect.fields import FOLLOWUP_SUFFIX
from voc.ledger.identity import native_id_of
from voc.types import Record

_WORD = (1 << 64) - 1
_MIX = 0x9E3779B97F4A7C15  # 2^64 / golden ratio: spreads keys that have their low bits in common


class Occurrences(MutableMapping[int, int]):
    """How often each 64-bit key came, in about 24 bytes a key: a file may have tens of millions of rows.

    Open addressing; a count above one stands in a dict beside it. Keys cannot be taken out.
    """

    def __init__(self) -> None:
        self._mask, self._shift = (1 << 12) - 1, 52
        self._slots = array("Q", bytes(8 * (self._mask + 1)))
        self._used = 0
        self._more: dict[int, int] = {}

    def __getitem__(self, key: int) -> int:
        key = key & _WORD or 1
        if not self._slots[self._place(key)]:
            raise KeyError(key)
        return self._more.get(key, 1)

    def __setitem__(self, key: int, count: int) -> None:
        key = key & _WORD or 1
        at = self._place(key)
        if not self._slots[at]:
            self._fill(at, key)
        if count > 1:
            self._more[key] = count

    def __delitem__(self, key: int) -> None:
        raise TypeError("a count is never taken back")

    def __iter__(self) -> Iterator[int]:
        return (key for key in self._slots if key)

    def __len__(self) -> int:
        return self._used

    def count(self, key: int) -> int:
        """Count this key once more; how often it came before."""
        key = key & _WORD or 1
        at = self._place(key)
        if not self._slots[at]:
            self._fill(at, key)
            return 0
        before = self._more.get(key, 1)
        self._more[key] = before + 1
        return before

    def _fill(self, at: int, key: int) -> None:
        self._slots[at] = key
        self._used += 1
        if self._used * 3 > self._mask * 2:
            self._grow()

    def _place(self, key: int) -> int:
        slots, mask = self._slots, self._mask
        at = (key * _MIX & _WORD) >> self._shift
        while slots[at] and slots[at] != key:
            at = (at + 1) & mask
        return at

    def _grow(self) -> None:
        old = self._slots
        self._mask, self._shift = self._mask * 2 + 1, self._shift - 1
        self._slots = array("Q", bytes(8 * (self._mask + 1)))
        for key in old:
            if key:
                self._slots[self._place(key)] = key


class Identity:
    """Gives every record of one file its native id; rows must come in the file's order."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._occurrences = Occurrences()
        self._before: str | None = None

    def identified(self, record: Record, *, follows: bool = False) -> Record:
        """The record with a native id; one that `follows` is the 追评 of the record before.

        Without an id at the source it is made of source, author id, raw text and the occurrence number in
        the file (DESIGN 4): no time enters it.
        """
        if follows and record.native_id is None and self._before is not None:
            return replace(record, native_id=self._before + FOLLOWUP_SUFFIX, reply_to=self._before)
        if record.native_id is None:
            made = native_id_of(self._source, record, self._occurrences)
            record = replace(record, native_id=made)
        self._before = record.native_id
        return record
