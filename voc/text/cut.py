"""Signs that a text was cut: an end or a beginning where, by the reference, words go on."""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt

from voc.text.reference import Codes, Reference
from voc.text.symbols import BREAK, PICTURE, key

_ENDED = re.compile(r"[。！？!?…~～.;；”\"’』」）)\]】>\W]\s*\Z")
_STOPS = re.compile(r"[。！？!?]")
_MARKS = re.compile(r"[，。！？；、,!?;]")
FEATURES = (
    *("ended", "stops", "marks", "last", "end3", "end3_seen", "end2", "end2_seen", "end1"),
    *("start3", "start3_seen", "start2", "start2_seen", "start1", "length"),
)
_UNKNOWN = -9.0
_SIZES = (3, 2, 1)


def features(codes: Codes, clean: str, reference: Reference) -> npt.NDArray[np.float64]:
    """(FEATURES,): whether a mark ends it, how it is punctuated, how often a break follows its last letters.

    That is log2 of the odds, and the level at which those letters were seen; the same before its first.
    """
    stops = len(_STOPS.findall(clean))
    marks = max(1, len(_MARKS.findall(clean)))
    last = max(clean.rfind(mark) for mark in "。！？!?，,；\n ")
    whole = [float(_ENDED.search(clean) is not None), stops / marks, 100 * marks / max(1, len(clean))]
    edges = _edges(codes, reference)
    return np.array([*whole, len(clean) - 1 - last, *edges, np.log(max(1, len(clean)))])


def _edges(codes: Codes, reference: Reference) -> list[float]:
    """Odds of a break after the last 3, 2, 1 letters and levels of those 3 and 2; before the first ones too.

    All runs are looked up at once: one by one they took half the time of a short text.
    """
    last, first = codes[-4:-1].tolist(), codes[1:4].tolist()
    asked: list[int] = []
    for size in _SIZES:
        asked += [key(last[-size:]), key([*last[-size:], BREAK])]
        asked += [key(first[:size]), key([BREAK, *first[:size]])]
    levels = reference.of(np.array(asked, np.uint64)).tolist()
    singles = reference.single(np.array([*last[-1:], *first[:1]], np.uint32)).tolist()
    found: list[float] = []
    for side, letters in enumerate((last[::-1], first)):
        for place, size in enumerate(_SIZES):
            if len(letters) < size or min(letters[:size]) <= PICTURE:
                found += [0.0, 0.0] if size > 1 else [0.0]
                continue
            seen, broken = levels[4 * place + 2 * side : 4 * place + 2 * side + 2]
            seen = seen if size > 1 else singles[side]
            odds = float(broken - max(seen, broken)) if broken else (_UNKNOWN if seen else 0.0)
            found += [odds, float(seen)] if size > 1 else [odds]
    return found
