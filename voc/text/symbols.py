"""A text as symbols to count: letters as they are; a number, a Latin word, a run of marks as one each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

BREAK = 1
"""Any run of marks, blanks and line ends; also stands before and after every text."""
NUMBER = 2
LATIN = 3
PICTURE = 4
"""A run of characters beyond U+FFFF."""
_RUNS = 4  # symbols up to this one are written once for a run of them
_BASIC = 0x10000
_FACTOR = 0x9E3779B97F4A7C15
_WORD = 2**64 - 1


def _table() -> npt.NDArray[np.uint32]:
    table = np.full(_BASIC + 1, BREAK, np.uint32)
    for code in (*range(0x30, 0x3A), *range(0xFF10, 0xFF1A)):
        table[code] = NUMBER
    for code in (*range(0x41, 0x5B), *range(0x61, 0x7B), *range(0xC0, 0x250)):
        table[code] = LATIN
    table[0x3400:0x4DC0] = np.arange(0x3400, 0x4DC0)
    table[0x4E00:0xA000] = np.arange(0x4E00, 0xA000)
    table[0x3041:0x3100] = np.arange(0x3041, 0x3100)
    table[0x3105:0x3130] = LATIN
    table[0xAC00:0xD7A4] = LATIN
    table[_BASIC] = PICTURE
    return table


_TABLE = _table()
_PLAIN = _TABLE.data  # one number of it costs a third of what the array takes


@dataclass(frozen=True, slots=True)
class Symbols:
    """`codes[k]` stands for what begins at character `places[k]`; both (n,).

    The first and the last symbol are `BREAK` and stand before the first and after the last character.
    """

    codes: npt.NDArray[np.uint32]
    places: npt.NDArray[np.int64]

    @property
    def letters(self) -> npt.NDArray[np.bool_]:
        """(n,) True where a Chinese character stands."""
        return self.codes > PICTURE


def symbols(clean: str) -> Symbols:
    """Fold a text; linear in its length."""
    raw = np.frombuffer(f"\n{clean}\n".encode("utf-32-le", "surrogatepass"), np.uint32)
    codes = _TABLE[np.minimum(raw, np.uint32(_BASIC))]
    kept = np.empty(len(codes), np.bool_)
    kept[0] = True
    np.not_equal(codes[1:], codes[:-1], out=kept[1:])
    kept |= codes > _RUNS
    places = np.flatnonzero(kept)
    codes = codes[places]
    places -= 1
    places[0] = 0
    if places[-1] >= len(clean) or codes[-1] == BREAK:
        places[-1] = min(int(places[-1]), len(clean))
    return Symbols(codes, places)


def edge(clean: Iterable[str], most: int) -> list[int]:
    """The first symbols after the `BREAK` that stands before a text, at most so many.

    Of `reversed(clean)` these are the last ones, from the end. A text of fewer has the `BREAK` behind it too.

    >>> [chr(code) for code in edge("，好的3000块", 2)], edge("ab 12", 3)
    (['好', '的'], [3, 1, 2])
    """
    found: list[int] = []
    before = BREAK
    for char in clean:
        code = _PLAIN[min(ord(char), _BASIC)]
        if code > _RUNS or code != before:
            found.append(code)
            if len(found) == most:
                return found
        before = code
    if before != BREAK:
        found.append(BREAK)
    return found


def keys(codes: npt.NDArray[np.uint32], order: int) -> npt.NDArray[np.uint64]:
    """(n − order + 1,) 64-bit keys of the runs of `order` symbols, the same in every process."""
    usable = max(0, len(codes) - order + 1)
    rolling = np.full(usable, np.uint64(order))
    for step in range(order):
        rolling = (rolling ^ codes[step : step + usable].astype(np.uint64)) * np.uint64(_FACTOR)
        rolling ^= rolling >> np.uint64(29)
    return rolling


def key(run: Sequence[int]) -> int:
    """The key of one run, as `keys` gives it."""
    rolling = len(run)
    for code in run:
        rolling = ((rolling ^ code) * _FACTOR) & _WORD
        rolling ^= rolling >> 29
    return rolling
