"""How a thing is found, positive, neutral or negative: from clause, passage and opinion words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from voc.errors import ConfigError
from voc.nlp.features import Grams
from voc.nlp.linear import Array, LinearHead


@dataclass(frozen=True, slots=True)
class Place:
    """One thing to be judged: rows of its passage and clause, its node's path, net opinion words (−2 … 2)."""

    passage: int
    clause: int
    path: tuple[str, ...]
    vote: int


class PolarityModel:
    """Log-odds of the three sentiments = passage head + clause head + node + opinion words, calibrated."""

    def __init__(
        self,
        passage: LinearHead,
        clause: LinearHead,
        *,
        nodes: Sequence[str],
        extra: Array,
        slope: Array,
        shift: Array,
    ) -> None:
        """`extra`: (nodes + 5, 3) weights of the node and of the vote −2 … 2."""
        self._passage = passage
        self._clause = clause
        self._nodes = {node: i for i, node in enumerate(nodes)}
        self._extra = extra
        self._slope = slope
        self._shift = shift

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[np.generic]], taxonomy: str) -> PolarityModel:
        """The pack's own model, else the one for all, of what `voc.train.opinions` wrote."""
        own = f"{taxonomy}_" if f"{taxonomy}_extra" in arrays else "all_"
        try:
            return cls(
                LinearHead.from_arrays(arrays, f"{own}passage_"),
                LinearHead.from_arrays(arrays, f"{own}clause_"),
                nodes=[str(n) for n in arrays[f"{own}nodes"]],
                extra=arrays[f"{own}extra"].astype(np.float32),
                slope=arrays[f"{own}slope"].astype(np.float32),
                shift=arrays[f"{own}shift"].astype(np.float32),
            )
        except KeyError as error:
            raise ConfigError("a model lacks an array", code="VOC-E202", value=str(error.args[0])) from None

    def shares(self, passages: Grams, clauses: Grams, places: Sequence[Place]) -> Array:
        """(places, 3): probabilities of positive, neutral, negative."""
        rows = np.array([p.passage for p in places], np.int64)
        parts = np.array([p.clause for p in places], np.int64)
        raw = self._passage.scores(passages)[rows] + self._clause.scores(clauses)[parts]
        votes = np.array([p.vote for p in places], np.int64)
        raw += self._extra[len(self._nodes) + votes.clip(-2, 2) + 2]
        known = np.array([self._known(p.path) for p in places], np.int64)
        raw[known >= 0] += self._extra[known[known >= 0]]
        odds = raw * self._slope + self._shift
        raised = np.exp(odds - odds.max(axis=1, keepdims=True))
        return np.asarray(raised / raised.sum(axis=1, keepdims=True), np.float32)

    def _known(self, path: tuple[str, ...]) -> int:
        """Row of the deepest node of the path that was learned, −1 when none was."""
        return next((self._nodes[node] for node in reversed(path) if node in self._nodes), -1)
