"""Edit distances of many pairs at once: Myers' bit-parallel algorithm, a column of numpy words a step.

G. Myers, "A fast bit-vector algorithm for approximate string matching", 1999; blocks after H. Hyyrö, 2003.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

_WORD = 64
_PAIRS = 512  # at a time: their match masks are 2 MB a word of the pattern
_ONE = np.uint64(1)
_TOP = np.uint64(63)

Words = npt.NDArray[np.uint64]


def distances(left: Sequence[bytes], right: Sequence[bytes]) -> npt.NDArray[np.int64]:
    """Levenshtein's distance of each pair; linear in the text times words of 64 of the shorter one."""
    found = np.zeros(len(left), np.int64)
    lengths = np.array([(min(len(a), len(b)), max(len(a), len(b))) for a, b in zip(left, right, strict=True)])
    if not len(lengths):
        return found
    words = (lengths[:, 0] + _WORD - 1) // _WORD
    order = np.lexsort((-lengths[:, 1], words))
    for count in np.unique(words):
        rows = order[words[order] == count]
        if count == 0:
            found[rows] = lengths[rows, 1]
            continue
        for start in range(0, len(rows), _PAIRS):
            part = rows[start : start + _PAIRS]
            pairs = [sorted((left[row], right[row]), key=len) for row in part.tolist()]
            found[part] = _block([a for a, _ in pairs], [b for _, b in pairs], int(count))
    return found


def shared(left: Sequence[bytes], right: Sequence[bytes]) -> npt.NDArray[np.int64]:
    """Codes that both of a pair have, wherever they stand: the longer one's length less these is no more
    than their distance."""
    found = np.zeros(len(left), np.int64)
    for start in range(0, len(left), _PAIRS):
        part = slice(start, start + _PAIRS)
        found[part] = np.minimum(_counts(left[part]), _counts(right[part])).sum(axis=1)
    return found


def _counts(texts: Sequence[bytes]) -> npt.NDArray[np.int64]:
    rows = np.repeat(np.arange(len(texts)) << 8, [len(text) for text in texts])
    codes = np.frombuffer(b"".join(texts), np.uint8)
    return np.bincount(rows | codes, minlength=len(texts) << 8).reshape(len(texts), 256)


def padded(texts: Sequence[bytes], width: int) -> npt.NDArray[np.uint8]:
    """One row a text, 0 after its end."""
    joined = b"".join([text.ljust(width, b"\0") for text in texts])
    return np.frombuffer(joined, np.uint8).reshape(len(texts), width)


def _block(patterns: list[bytes], texts: list[bytes], words: int) -> npt.NDArray[np.int64]:
    """Pairs in the order of falling text length, patterns of the same number of words."""
    count = len(patterns)
    long = np.array([len(text) for text in texts])
    short = np.array([len(pattern) for pattern in patterns])
    row = np.arange(count)
    masks = np.zeros((256, words, count), np.uint64)
    codes = padded(patterns, int(short.max()))
    for place in range(codes.shape[1]):
        masks[codes[:, place], place // _WORD, row] |= _ONE << np.uint64(place % _WORD)
    masks[0] = 0
    steps = padded(texts, int(long[0])).T
    active = np.searchsorted(-long, -np.arange(1, int(long[0]) + 1), side="right")
    last = ((short - 1) % _WORD).astype(np.uint64)
    plus = np.full((words, count), ~np.uint64(0))
    minus = np.zeros((words, count), np.uint64)
    score = short.astype(np.int64)
    for step in range(int(long[0])):
        live = int(active[step])
        match = masks[steps[step, :live], :, row[:live]].T
        carry_plus = np.full(live, _ONE)  # the first row of the matrix rises by one a column
        carry_minus = np.zeros(live, np.uint64)
        for word in range(words):
            pv, mv = plus[word, :live], minus[word, :live]
            eq = match[word] | carry_minus
            xv = match[word] | mv
            xh = (((eq & pv) + pv) ^ pv) | eq
            ph = mv | ~(xh | pv)
            mh = pv & xh
            if word == words - 1:
                score[:live] += ((ph >> last[:live]) & _ONE).astype(np.int64)
                score[:live] -= ((mh >> last[:live]) & _ONE).astype(np.int64)
            over_plus, over_minus = ph >> _TOP, mh >> _TOP
            ph = (ph << _ONE) | carry_plus
            mh = (mh << _ONE) | carry_minus
            plus[word, :live] = mh | ~(xv | ph)
            minus[word, :live] = ph & xv
            carry_plus, carry_minus = over_plus, over_minus
    return score
