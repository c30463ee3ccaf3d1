"""Strings by number: `Words` for facets of few values, `Ids` for millions of ids (50 bytes each)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from threading import Lock

import numpy as np
import numpy.typing as npt

_RECENT = 20_000  # ids kept in a dictionary before they are sorted in with the others
_ODD = 0x9E3779B97F4A7C15
_WORD = 8

Codes = npt.NDArray[np.int64]


class Words:
    """A facet's values, numbered as they come."""

    def __init__(self, words: Iterable[str] = ()) -> None:
        self._words = list(words)
        self._codes = {word: code for code, word in enumerate(self._words)}

    def __len__(self) -> int:
        return len(self._words)

    def __iter__(self) -> Iterator[str]:
        return iter(self._words)

    def decode(self, code: int) -> str:
        """The string of a code ≥ 0."""
        return self._words[code]

    def find(self, value: str) -> int:
        """The code of a string, −1 where it has none."""
        return self._codes.get(value, -1)

    def add(self, value: str | None) -> int:
        """The code of a string, a new one if need be; −1 of None."""
        if value is None:
            return -1
        code = self._codes.get(value)
        if code is None:
            code = self._codes[value] = len(self._words)
            self._words.append(value)
        return code


class Ids:
    """Many distinct strings, numbered as they come: bytes in one array, looked up by sorted hashes."""

    def __init__(self, raw: npt.NDArray[np.bytes_] | None = None) -> None:
        self._raw: npt.NDArray[np.bytes_] = np.zeros(0, dtype=f"S{_WORD}") if raw is None else raw
        self._size = int(self._raw.size)
        self._sorted: tuple[npt.NDArray[np.uint64], Codes] | None = None  # made when first needed
        self._recent: dict[bytes, int] = {}
        self._lock = Lock()  # one thread adds while others look codes up

    def __len__(self) -> int:
        return self._size

    @property
    def raw(self) -> npt.NDArray[np.bytes_]:
        """UTF-8 bytes by code."""
        return self._raw[: self._size]

    def decode(self, code: int) -> str:
        """The string of a code ≥ 0."""
        if code >= self._size:
            raise IndexError(code)
        return bytes(self._raw[code]).decode("utf-8", "surrogatepass")

    def find(self, value: str) -> int:
        """The code of a string, −1 where it has none."""
        return int(self.codes([value])[0])

    def codes(self, values: Sequence[str]) -> Codes:
        """The codes of strings, −1 where there is none."""
        with self._lock:
            return self._known([*map(encoded, values)])

    def add(self, values: Sequence[str]) -> Codes:
        """The codes of strings, new ones where need be."""
        raw = [*map(encoded, values)]
        with self._lock:
            found = self._known(raw)
            fresh = np.flatnonzero(found < 0)
            if fresh.size:
                new: list[bytes] = []
                for place in fresh.tolist():
                    value = raw[place]
                    code = self._recent.get(value)
                    if code is None:
                        code = self._recent[value] = self._size + len(new)
                        new.append(value)
                    found[place] = code
                self._append(new)
        return found

    def _known(self, raw: list[bytes]) -> Codes:
        recent = self._recent
        found = np.fromiter((recent.get(value, -1) for value in raw), dtype=np.int64, count=len(raw))
        missing = np.flatnonzero(found < 0)
        old = self._size - len(recent)
        if not missing.size or not old:
            return found
        if self._sorted is None:
            hashes = _hashes(self._raw[:old])
            order = np.argsort(hashes, kind="stable")
            self._sorted = hashes[order], order
        sorted_hashes, codes = self._sorted
        wanted = np.asarray([raw[place] for place in missing.tolist()], dtype=np.bytes_)
        mine = _hashes(_widened(wanted, self._raw.dtype.itemsize))
        left = np.searchsorted(sorted_hashes, mine, side="left")
        right = np.searchsorted(sorted_hashes, mine, side="right")
        for step in range(int((right - left).max(initial=0))):  # more than once only where hashes collide
            open_ = left + step < right
            code = codes[(left + step)[open_]]
            same = self._raw[code] == wanted[open_]
            found[missing[open_][same]] = code[same]
        return found

    def _append(self, new: list[bytes]) -> None:
        block = np.asarray(new, dtype=np.bytes_)
        self._raw = appended(self._raw, self._size, block)
        self._size += block.size
        if len(self._recent) > max(_RECENT, self._size // 4):
            self._recent = {}
            self._sorted = None


def encoded(value: str) -> bytes:
    """A string as the arrays hold it."""
    return value.encode("utf-8", "surrogatepass")


def appended(
    held: npt.NDArray[np.bytes_], size: int, block: npt.NDArray[np.bytes_]
) -> npt.NDArray[np.bytes_]:
    """`held[:size]` and the block after it, in place where there is room and width."""
    width = max(held.dtype.itemsize, -(-block.dtype.itemsize // _WORD) * _WORD)
    if width > held.dtype.itemsize or size + block.size > held.size:
        room = np.zeros(max(1024, size + block.size, held.size * 3 // 2), dtype=f"S{width}")
        room[:size] = held[:size]
        held = room
    held[size : size + block.size] = block
    return held


def _widened(values: npt.NDArray[np.bytes_], width: int) -> npt.NDArray[np.bytes_]:
    width = max(width, -(-values.dtype.itemsize // _WORD) * _WORD)
    return values.astype(f"S{width}")


def _hashes(values: npt.NDArray[np.bytes_]) -> npt.NDArray[np.uint64]:
    """By content, whatever the width: words of zero bytes add nothing."""
    words = np.ascontiguousarray(values).view(np.uint64).reshape(values.size, -1)
    mixed = np.zeros(values.size, dtype=np.uint64)
    for place in range(words.shape[1]):
        odd = np.uint64((_ODD * (2 * place + 1)) & 0xFFFFFFFFFFFFFFFF)
        part = words[:, place] * odd
        mixed += part ^ (part >> np.uint64(29))
    return mixed
