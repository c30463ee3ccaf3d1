"""Near copies: which of the texts known so far a new one is an edited copy of. All in memory, no words.

A text is known by its sketch. KnownText ones that share rare grams with it are candidates; edit distance
decides. The work for a text does not depend on how many are known. See docs/decisions/0010-near-copies.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from voc.text.distance import distances, shared
from voc.text.postings import Postings, ranks
from voc.text.sketches import DECISIVE, LEVELS, LONGEST, at_level
from voc.types import KnownText, NearText

DIFFERENT = (0.38, 0.44)  # edits a code of the longer text up to which two are copies, short and long ones
SCATTERED = (0.5, 0.56)  # and where no stretch is another wording: two copies of an original that is lost
_MANY = 40  # codes from which on that many edits can be told from chance
_LONG = 26  # codes of the longer one of two near copies
_KEYS = 36  # grams under which a text is known, twice as many where it may meet texts of a higher level
_VOTES = 2  # of them a copy still has
_LOOKED_AT = 12  # candidates whose distance is taken, those with most votes
_BLOCK = 0.25  # of a text that is another wording altogether: two texts around the same boilerplate
_PATCH = 0.1  # the same for texts with many edits
_SHORTEST_BLOCK = 12  # codes
_WORD = 6  # codes of a word that was replaced
_NEAR_TOP = 0.75  # of `LONGEST` from which on a copy may be one level higher
_START_BITS = 14
_TYPICAL = 30  # grams under which a text finds room, on average
_SEATS = 1024  # texts there is room for in the beginning; then for twice as many
_ITEM, _SPACE, _LEVEL, _SIZE = range(4)
_FULL = 4.8  # texts a slot, on average, at which the table grows

_GRAM_BITS = 47
_GRAM = np.uint64((1 << _GRAM_BITS) - 1)
_AT_ONCE = 4096  # texts

_Ints = npt.NDArray[np.int64]
_Words = npt.NDArray[np.uint64]


class Duplicates:
    """The texts that stand for themselves. Equal calls in equal order give equal answers."""

    def __init__(self) -> None:
        self._postings = Postings(_START_BITS)
        self._sketches = [b""] * _SEATS
        self._facts = np.zeros((_SEATS, 4), np.int64)  # item, space, level, codes
        self._free = list(range(_SEATS - 1, -1, -1))
        self._place: dict[int, int] = {}

    def __len__(self) -> int:
        return len(self._place)

    def __contains__(self, item: int) -> bool:
        return item in self._place

    def sketch(self, item: int) -> bytes | None:
        """What an item is known by."""
        place = self._place.get(item)
        return None if place is None else self._sketches[place]

    def reserve(self, count: int) -> None:
        """Room for so many texts, so that nothing is put twice while they are added."""
        bits = self._postings.bits
        while len(self) == 0 and min(_KEYS, _TYPICAL) * count > _FULL * (1 << bits):
            bits += 1
        if bits > self._postings.bits:
            self._postings = Postings(bits)

    def add(self, texts: Iterable[KnownText]) -> None:
        """Know these; of an item that is known the old text is forgotten."""
        new = list({text.item: text for text in texts if text.sketch}.values())
        for start in range(0, len(new), _AT_ONCE):
            part = new[start : start + _AT_ONCE]
            self._learn(part, _grams([text.sketch for text in part]))

    def meet(self, texts: Sequence[KnownText]) -> list[list[NearText]]:
        """For each text the others, known or of these, that it is a copy of, the nearest first.

        All of them (at most 65,536, each item once, none with an empty sketch) are known afterwards.
        """
        grams = _grams([text.sketch for text in texts])
        self._learn(texts, grams)
        askers, places = self._candidates(texts, grams)
        pairs = [
            (texts[asker].sketch, self._sketches[place])
            for asker, place in zip(askers.tolist(), places.tolist(), strict=True)
        ]
        found: list[list[NearText]] = [[] for _ in texts]
        items = self._facts[places, _ITEM]
        for asker, item, share in zip(askers.tolist(), items.tolist(), differences(pairs), strict=True):
            if share is not None:
                found[asker].append(NearText(item, share))
        for matches in found:
            matches.sort(key=lambda match: (match.different, match.item))
        return found

    def difference(self, sketch: bytes, other: bytes) -> float | None:
        """The share of edits of two texts of one space, None where they are no copies or have no sketch."""
        return differences([(sketch, other)])[0] if sketch and other else None

    def remove(self, items: Iterable[int]) -> None:
        """Forget these; unknown ones are left alone."""
        places = [place for item in items if (place := self._place.pop(item, None)) is not None]
        for start in range(0, len(places), _AT_ONCE):
            part = places[start : start + _AT_ONCE]
            owners, grams = _grams([self._sketches[place] for place in part])
            self._postings.remove(_slots(grams, self._postings.bits), np.array(part)[owners])
        for place in places:
            self._sketches[place] = b""
        self._free.extend(places)

    def _candidates(self, texts: Sequence[KnownText], grams: tuple[_Ints, _Ints]) -> tuple[_Ints, _Ints]:
        """(place in `texts`, place of a known one) where a copy is possible, by text, most votes first."""
        askers, places = self._postings.find(grams[0], _slots(grams[1], self._postings.bits), votes=_VOTES)
        mine = self._facts[[self._place[text.item] for text in texts]][askers]
        other = self._facts[places]
        longer = np.maximum(mine[:, _SIZE], other[:, _SIZE])
        possible = (
            (mine[:, _SPACE] == other[:, _SPACE]) & (mine[:, _ITEM] != other[:, _ITEM]) & (longer >= _LONG)
        )
        levels = np.abs(mine[:, _LEVEL] - other[:, _LEVEL])
        sizes = np.abs(mine[:, _SIZE] - other[:, _SIZE])
        possible &= (levels == 1) | (levels == 0) & (sizes <= SCATTERED[1] * longer)
        askers, places = askers[possible], places[possible]
        first = ranks(askers) < _LOOKED_AT
        return askers[first], places[first]

    def _learn(self, texts: Sequence[KnownText], grams: tuple[_Ints, _Ints]) -> None:
        self.remove([text.item for text in texts])
        places = [self._seat(text) for text in texts]
        self._put(places, grams)
        if self._postings.crowded > _FULL:
            self._grow()

    def _seat(self, text: KnownText) -> int:
        if not self._free:
            seats = len(self._sketches)
            self._free.extend(range(2 * seats - 1, seats - 1, -1))
            self._sketches.extend([b""] * seats)
            self._facts = np.concatenate((self._facts, np.zeros_like(self._facts)))
        place = self._free.pop()
        self._sketches[place] = text.sketch
        self._facts[place] = text.item, text.space, text.sketch[0], len(text.sketch) - 1
        self._place[text.item] = place
        return place

    def _grow(self) -> None:
        """A table of twice the size; everything is put into it again (5 s for a million)."""
        self._postings = Postings(self._postings.bits + 1)
        known = list(self._place.values())
        for start in range(0, len(known), _AT_ONCE):
            part = known[start : start + _AT_ONCE]
            self._put(part, _grams([self._sketches[place] for place in part]))

    def _put(self, places: Sequence[int], owned: tuple[_Ints, _Ints]) -> None:
        owners, grams = owned
        slots = _slots(grams, self._postings.bits)
        crowd = self._postings.crowd(slots).astype(np.int64)
        # One number to sort by: text, then how crowded, then the gram.
        order = np.argsort(owners << 47 | crowd << 43 | grams >> (_GRAM_BITS - 43))
        keys = np.array([_KEYS << _reaches_up(self._sketches[place]) for place in places])
        chosen = order[ranks(owners[order]) < keys[owners[order]]]
        self._postings.add(slots[chosen], np.array(places)[owners[chosen]])


def differences(pairs: Sequence[tuple[bytes, bytes]]) -> list[float | None]:
    """Of each pair of sketches the share of edits, None where they are no copies of one another."""
    levels = [max(a[0], b[0]) for a, b in pairs]
    left = [at_level(a, level) for (a, _), level in zip(pairs, levels, strict=True)]
    right = [at_level(b, level) for (_, b), level in zip(pairs, levels, strict=True)]
    longer = np.array([max(len(a), len(b), 1) for a, b in zip(left, right, strict=True)], np.int64)
    most = longer * np.array(
        [
            (SCATTERED if size >= _MANY else DIFFERENT)[level > 0]
            for level, size in zip(levels, longer.tolist(), strict=True)
        ],
        np.float64,
    )
    near = np.flatnonzero(longer - shared(left, right) <= most).tolist()
    edits = distances([left[row] for row in near], [right[row] for row in near]).tolist()
    answer: list[float | None] = [None] * len(pairs)
    for row, count in zip(near, edits, strict=True):
        if count <= most[row]:
            share = count / int(longer[row])
            much = share > DIFFERENT[levels[row] > 0]
            if not count or _same(left[row], right[row], count, much=much):
                answer[row] = share
    return answer


def _same(a: bytes, b: bytes, edits: int, *, much: bool) -> bool:
    return not _another_word(a, b) and not _another_text(a, b, edits, _PATCH if much else _BLOCK)


def _another_word(a: bytes, b: bytes) -> bool:
    """Whether two texts are one template, filled in with other numbers, judgements or one other word."""
    bare = a.translate(None, DECISIVE), b.translate(None, DECISIVE)
    return bare[0] == bare[1] or _one_replaced(a, b) or _one_replaced(*bare)


def _one_replaced(a: bytes, b: bytes) -> bool:
    """Whether one word with nothing in common stands in each other's place, and all else is equal."""
    start = _common(a, b)
    mine, other = a[start:], b[start:]
    end = _common(mine[::-1], other[::-1])
    mine, other = mine[: len(mine) - end], other[: len(other) - end]
    least, most = sorted((len(mine), len(other)))
    return least >= 1 and 2 <= most <= _WORD and not set(mine) & set(other)


def _common(a: bytes, b: bytes) -> int:
    """Length of what both begin with."""
    for place, (x, y) in enumerate(zip(a, b, strict=False)):
        if x != y:
            return place
    return min(len(a), len(b))


def _another_text(a: bytes, b: bytes, edits: int, block: float) -> bool:
    """Whether both have a long stretch, that share of the text, of which the other has nothing."""
    least = max(_SHORTEST_BLOCK, block * min(len(a), len(b)))
    if edits < least:
        return False
    return _longest_alone(a, b) >= least and _longest_alone(b, a) >= least


def _longest_alone(a: bytes, b: bytes) -> int:
    """Codes in a row of which no two neighbours stand in `b`."""
    table = np.zeros(0x10000, np.bool_)
    table[_twos(b)] = True
    return max(map(len, table[_twos(a)].tobytes().split(b"\1")))


def _twos(codes: bytes) -> npt.NDArray[np.uint16]:
    row = np.frombuffer(codes, np.uint8).astype(np.uint16)
    return (row[:-1] << np.uint16(8)) | row[1:]


def _reaches_up(sketch: bytes) -> bool:
    """Whether a slightly longer copy has a sketch of the next level."""
    return len(sketch) > _NEAR_TOP * LONGEST and sketch[0] < LEVELS


def _grams(sketches: Sequence[bytes]) -> tuple[_Ints, _Ints]:
    """(row of its sketch, mixed gram of `_GRAM_BITS`), each gram of a sketch once, by row; ≤ 65,536 rows."""
    owners: list[_Ints] = []
    grams: list[_Words] = []
    for level in range(LEVELS + 1):
        rows, codes = [], []
        for row, sketch in enumerate(sketches):
            if not sketch:
                continue
            if sketch[0] == level:
                rows.append(row)
                codes.append(sketch[1:])
            elif sketch[0] == level - 1 and _reaches_up(sketch):
                rows.append(row)
                codes.append(at_level(sketch, level))
        if rows:
            owners.append(np.repeat(np.array(rows), [len(code) + 1 for code in codes]))
            grams.append(_windows(level, codes))
    if not owners:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    both = np.concatenate(owners).astype(np.uint64) << np.uint64(_GRAM_BITS) | np.concatenate(grams)
    both = both[both & _GRAM != 0]
    if not both.size:  # texts of three letters have no gram
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    both.sort()
    both = both[np.concatenate(([True], both[1:] != both[:-1]))]
    return (both >> np.uint64(_GRAM_BITS)).astype(np.int64), (both & _GRAM).astype(np.int64)


def _windows(level: int, codes: Sequence[bytes]) -> _Words:
    """Grams of four codes, mixed with their level; 0: over an end."""
    row = np.frombuffer(b"\0".join(codes) + b"\0\0\0\0", np.uint8).astype(np.uint64)
    size = len(row) - 3
    gram = row[:size].copy()
    whole = row[:size] != 0
    for offset in range(1, 4):
        ahead = row[offset : size + offset]
        gram |= ahead << np.uint64(8 * offset)
        whole &= ahead != 0
    gram |= np.uint64((level + 1) << 32)
    gram *= np.uint64(0x9E3779B97F4A7C15)
    gram ^= gram >> np.uint64(29)
    gram *= np.uint64(0xBF58476D1CE4E5B9)
    return np.where(whole, gram >> np.uint64(64 - _GRAM_BITS) | np.uint64(1), np.uint64(0))


def _slots(grams: _Ints, bits: int) -> _Ints:
    return grams >> (_GRAM_BITS - bits)
