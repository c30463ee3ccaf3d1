"""What a text's integrity is judged by: one row of features a label, with the evidence behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from voc.text import cut, order
from voc.text.neighbours import BOXES, STEP, Floats, Neighbours, neighbours
from voc.text.reference import Reference
from voc.text.repetition import Repeated, repeated
from voc.text.replaced import KINDS, Pairs, Replacement, counts
from voc.text.swapped import Swap, swaps
from voc.text.symbols import Symbols, symbols

SWAPS = (2.0, 5.0, 8.0)
"""Bits from which on two words that would stand better the other way round are counted."""
STEPS = (2.0, 5.0, 8.0, 11.0, 15.0)
"""Bits from which on a replacement is counted."""
WORDING = (
    *(f"{kind}_{int(least)}" for kind in KINDS for least in STEPS),
    *(f"all_{int(least)}" for least in STEPS),
    *("strange_words", "strange_order", "unseen", "length"),
)
"""Names of the features of `spun`."""
ORDER = (
    *("strange_order", "strange_words", "boundary", "sentence", "clause", "first", "last", "sentence_sum"),
    *(
        "clause_sum",
        "odd_share",
        "back",
        "back_share",
        "swaps_2",
        "swaps_5",
        "swaps_8",
        "steps",
        "boundaries",
        "replaced",
        "passages",
        "length",
    ),
)
"""Names of the features of `shuffled`."""
LONGEST = 12_000
"""Characters that are read of a text: of a longer one `PIECES` pieces, evenly apart."""
PIECES = 8


@dataclass(frozen=True, slots=True)
class Measured:
    """Rows of features, and what they were counted from. Places are symbols of `folded`."""

    folded: Symbols
    wording: Floats
    order: Floats
    repetition: Repeated
    replacements: tuple[Replacement, ...]
    swaps: tuple[Swap, ...]
    odd: Floats
    """Log-odds of each boundary between clauses (`order.boundaries`) that they are no neighbours."""


class Measure:
    """Reads the reference, the pairs and the linear weights once.

    Arrays: those of `Reference` and `Pairs`, `strange_words` and `strange_order` (BOXES + 1,) weights of the
    square roots of the boxes and a bias, `boundary` (buckets,) weights of the hashed signs, and
    `boundary_bias` (1,).
    """

    def __init__(self, arrays: Mapping[str, npt.NDArray[np.generic]]) -> None:
        self.reference = Reference(arrays)
        self._pairs = Pairs(arrays)
        self._strange = {
            name: _weights(arrays, name, BOXES + 1) for name in ("strange_words", "strange_order")
        }
        self._boundary = _weights(arrays, "boundary", 1)
        scale = np.asarray(arrays.get("boundary_scale", np.ones(1)), np.float64)
        self._boundary_scale = float(scale[0])
        self._boundary_bias = float(_weights(arrays, "boundary_bias", 1)[0])

    def repeated(self, clean: str) -> tuple[Symbols, Neighbours, Repeated]:
        """Only what repetition needs."""
        folded = symbols(clean)
        around = neighbours(folded.codes, self.reference)
        return folded, around, repeated(folded, around, clean)

    def whole(self, clean: str) -> Measured:
        """All features of a text of at least four symbols."""
        folded, around, again = self.repeated(clean)
        bits = around.bits(self.reference.total)
        letters = max(1, int(folded.letters.sum()))
        boxes = np.sqrt(around.boxes())
        strange = {name: float(weights[:-1] @ boxes + weights[-1]) for name, weights in self._strange.items()}
        replaced = self._pairs.replacements(around, bits, self.reference)
        table = counts(replaced, STEPS) * (100.0 / letters)
        unseen = float((bits < -(self.reference.total - 3 * STEP)).sum()) / letters
        wording = [*table.reshape(-1), *table.sum(axis=0)]
        wording += [strange["strange_words"], strange["strange_order"], unseen, np.log(letters)]
        signs, ends = order.boundaries(folded, clean, around.one)
        places = signs & np.uint32(len(self._boundary) - 1)
        odds = self._boundary[places].sum(axis=1) * self._boundary_scale + self._boundary_bias
        inner, inner_ends = odds[1:-1], ends[1:-1]
        sentence, clause = inner[inner_ends], inner[~inner_ends]
        back, steps = order.backward(clean)
        swapping = swaps(folded, clean, around, bits, self.reference)
        swapped = [100.0 / letters * sum(one.gain >= least for one in swapping) for least in SWAPS]
        ordered = [
            strange["strange_order"],
            strange["strange_words"],
            _mean(inner),
            _mean(sentence),
            _mean(clause),
            odds[0],
            odds[-1],
            sentence.sum() / (1 + len(sentence)) ** 0.5,
            clause.sum() / (1 + len(clause)) ** 0.5,
            float((inner > 0).mean()) if len(inner) else 0.0,
            back,
            back / (steps + 1),
            *swapped,
            steps,
            np.log1p(len(inner)),
            float(table.sum(axis=0)[1]),
            again.passages,
            np.log(letters),
        ]
        return Measured(
            folded,
            np.array(wording, np.float64),
            np.array(ordered, np.float64),
            again,
            tuple(replaced),
            tuple(swapping),
            inner,
        )

    def cut(self, clean: str) -> Floats:
        """Features of `truncated`."""
        return cut.features(clean, self.reference)


def sample(clean: str) -> str:
    """What is read of a text: all of it up to `LONGEST` characters, else pieces with line ends between."""
    if len(clean) <= LONGEST:
        return clean
    size = LONGEST // PIECES
    gap = (len(clean) - size) / (PIECES - 1)
    return "\n".join(clean[int(i * gap) : int(i * gap) + size] for i in range(PIECES))


def sampled_place(place: int, length: int) -> int:
    """Where in a text of `length` characters the place of its `sample` is."""
    if length <= LONGEST:
        return place
    size = LONGEST // PIECES
    piece, inside = divmod(place, size + 1)
    return min(length, int(min(piece, PIECES - 1) * (length - size) / (PIECES - 1)) + inside)


def _mean(values: Floats) -> float:
    return float(values.mean()) if len(values) else 0.0


def _weights(arrays: Mapping[str, npt.NDArray[np.generic]], name: str, size: int) -> Floats:
    """Zeros where nothing was learned yet, as while learning."""
    held = arrays.get(name)
    return np.zeros(size) if held is None else np.asarray(held, np.float64)
