"""Signs that a text was cut: an end or a beginning where, by the reference, words go on."""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt

from voc.text.reference import Reference
from voc.text.symbols import BREAK, PICTURE, edge, key

_ENDED = re.compile(r"[。！？!?…~～.;；”\"’』」）)\]】>\W]\s*\Z")
_STOPS = "。！？!?"
_MARKS = "，。！？；、,!?;"
_LAST = "。！？!?，,；\n "
FEATURES = (
    *("ended", "stops", "marks", "last", "end3", "end3_seen", "end2", "end2_seen", "end1"),
    *("start3", "start3_seen", "start2", "start2_seen", "start1", "length"),
)
_UNKNOWN = -9.0
_SIZES = (3, 2, 1)
_LONGEST = max(_SIZES)


def features(clean: str, reference: Reference) -> npt.NDArray[np.float64]:
    """(FEATURES,): whether a mark ends it, how it is punctuated, how often a break follows its last letters.

    That is log2 of the odds, and the level at which those letters were seen; the same before its first.
    """
    stops = sum(map(clean.count, _STOPS))
    marks = max(1, sum(map(clean.count, _MARKS)))
    last = max(map(clean.rfind, _LAST))
    whole = [float(_ENDED.search(clean) is not None), stops / marks, 100 * marks / max(1, len(clean))]
    edges = _edges(clean, reference)
    return np.array([*whole, len(clean) - 1 - last, *edges, np.log(max(1, len(clean)))])


def _edges(clean: str, reference: Reference) -> list[float]:
    """Odds of a break after the last 3, 2, 1 letters and levels of those 3 and 2; before the first ones too.

    Nothing but these letters is folded, and plain numbers are looked up: an array of a dozen takes longer.
    """
    found: list[float] = []
    for letters, ends in ((edge(reversed(clean), _LONGEST), True), (edge(clean, _LONGEST), False)):
        for size in _SIZES:
            if len(letters) < size or min(letters[:size]) <= PICTURE:
                found += [0.0, 0.0] if size > 1 else [0.0]
                continue
            run = letters[size - 1 :: -1] if ends else letters[:size]
            broken = reference.level(key([*run, BREAK] if ends else [BREAK, *run]))
            seen = reference.level(key(run)) if size > 1 else reference.level_of_one(run[0])
            odds = float(broken - max(seen, broken)) if broken else (_UNKNOWN if seen else 0.0)
            found += [odds, float(seen)] if size > 1 else [odds]
    return found
