"""Makes the pairs of replaced words that the text layer knows, from the word lists of the damage."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from voc.text.reference import Reference
from voc.text.replaced import KINDS, LONGEST
from voc.text.symbols import keys, symbols
from voc.train.damage import lists

_COMMON = 8  # level
_MEASURES = 14  # of the list's first, which are the common ones


def learn(reference: Reference) -> dict[str, npt.NDArray[np.generic]]:
    """Arrays of `text.replaced.Pairs`: the replacements of the lists read backwards, opposites both ways."""
    known = lists()
    pairs: dict[tuple[str, str], str] = {}
    for kind in KINDS:
        for word, news in known[kind].items():
            for new in news:
                if kind == "measures":
                    if word in list(known[kind])[:_MEASURES]:
                        pairs.setdefault((new, word), kind)
                    continue
                pairs.setdefault((new, word), kind)
                if kind == "opposites":
                    pairs.setdefault((word, new), kind)
    rows = []
    for (found, likely), kind in pairs.items():
        codes = symbols(found).codes[1:-1]
        if (
            found == likely
            or not 0 < len(codes) <= LONGEST
            or len(likely) > LONGEST
            or len(codes) < len(found)
        ):
            continue
        padded = [ord(char) for char in likely] + [0] * (LONGEST - len(likely))
        common = _level(found, reference)
        odds = max(0, _level(likely, reference) - common) if common >= _COMMON else 0
        rows.append((int(keys(codes, len(codes))[0]), len(codes), padded, KINDS.index(kind), odds))
    rows.sort()
    return {
        "pair_keys": np.array([row[0] for row in rows], np.uint64),
        "pair_lengths": np.array([row[1] for row in rows], np.uint8),
        "pair_words": np.array([row[2] for row in rows], np.uint16),
        "pair_kinds": np.array([row[3] for row in rows], np.uint8),
        "pair_odds": np.array([row[4] for row in rows], np.uint8),
    }


def _level(word: str, reference: Reference) -> int:
    codes = symbols(word).codes[1:-1]
    return int(reference.single(codes)[0] if len(codes) == 1 else reference.of(keys(codes, len(codes)))[0])
