"""Hashed character n-grams of a batch of texts, computed once in numpy and shared by every linear head."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

LONGEST = 4
"""Characters of the longest n-gram."""
MAX_CHARS = 4000
"""Characters of a text that are read: a longer one by its first and last halves of this."""
_EDGE = 2  # code point that stands before and after every text
_MULTIPLY = np.uint32(0x9E3779B1)
_MIX = np.uint32(0x85EBCA6B)


@dataclass(frozen=True, slots=True)
class Grams:
    """The distinct n-grams of each text: those of text i are `hashes[starts[i]:starts[i + 1]]` (uint32).

    `counts` is how often each occurs in its text.
    """

    starts: npt.NDArray[np.int64]
    hashes: npt.NDArray[np.uint32]
    counts: npt.NDArray[np.int64]

    def matrix(self, weights: npt.NDArray[np.float32]) -> sparse.csr_matrix:
        """Rows of tf-idf, length 1: (texts, buckets). `weights` is the idf of each bucket (a power of two).

        tf is 1 + ln(count). Buckets of weight 0 (never seen in training) add nothing to the length.
        """
        size = len(weights)
        columns = (self.hashes & np.uint32(size - 1)).astype(np.int32)
        values = weights[columns] * (1.0 + np.log(self.counts.astype(np.float32)))
        rows = len(self.starts) - 1
        if len(values):
            squares = np.zeros(rows, np.float64)
            filled = np.flatnonzero(np.diff(self.starts))
            squares[filled] = np.add.reduceat(values.astype(np.float64) ** 2, self.starts[filled])
            length = np.sqrt(np.where(squares > 0, squares, 1.0)).astype(np.float32)
            values = values / np.repeat(length, np.diff(self.starts))
        return sparse.csr_matrix((values.astype(np.float32), columns, self.starts), shape=(rows, size))


def grams(texts: Sequence[str], *, longest: int = LONGEST) -> Grams:
    """Distinct n-grams of 1 to `longest` characters, lower case, edges marked; the same in every process."""
    if not texts:
        return Grams(np.zeros(1, np.int64), np.zeros(0, np.uint32), np.zeros(0, np.int64))
    shown = [_short(text.lower()) for text in texts]
    lengths = np.array([len(text) + 2 for text in shown], np.int64)
    joined = "".join(f"\x02{text}\x02" for text in shown)
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
    row = np.repeat(np.arange(len(shown), dtype=np.int64), lengths)
    keys = []
    rolling = np.zeros(len(codes), np.uint32)
    for n in range(1, longest + 1):
        usable = len(codes) - n + 1
        if usable <= 0:
            break
        # rolling[i] becomes the hash of codes[i : i + n]
        rolling = rolling[:usable] * _MULTIPLY + codes[n - 1 :] + np.uint32(1)
        whole = row[:usable] == row[n - 1 :]
        if n == 1:
            whole &= codes != _EDGE
        hashes = _mixed(rolling[whole] + np.uint32(n))
        keys.append((row[:usable][whole] << 32) | hashes.astype(np.int64))
    found, counts = np.unique(np.concatenate(keys), return_counts=True)
    starts = np.searchsorted(found, np.arange(len(shown) + 1, dtype=np.int64) << 32)
    return Grams(starts.astype(np.int64), (found & 0xFFFFFFFF).astype(np.uint32), counts)


def _mixed(hashes: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
    hashes = (hashes ^ (hashes >> np.uint32(15))) * _MIX
    return hashes ^ (hashes >> np.uint32(13))


def _short(text: str) -> str:
    half = MAX_CHARS // 2
    return text if len(text) <= MAX_CHARS else text[:half] + text[-half:]
