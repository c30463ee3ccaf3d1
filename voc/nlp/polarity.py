"""How a thing is found, positive, neutral or negative: from clause, passage and opinion words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from voc.nlp.features import Grams
from voc.nlp.linear import Array, LinearHead
from voc.nlp.registry import Registry

NAME = "opinions"


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
        version: str,
    ) -> None:
        """`extra`: (nodes + 5, 3) weights of the node and of the vote −2 … 2."""
        self._passage = passage
        self._clause = clause
        self._nodes = {node: i for i, node in enumerate(nodes)}
        self._extra = extra
        self._slope = slope
        self._shift = shift
        self.version = version

    @classmethod
    def for_taxonomy(cls, registry: Registry, taxonomy: str) -> PolarityModel:
        """The pack's own model, else the one for all (ConfigError VOC-E202: missing or damaged)."""
        own = f"{NAME}-{taxonomy}"
        name = own if own in registry.names() else NAME
        return cls.from_arrays(registry.load(name), version=registry.version(name))

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[np.generic]], *, version: str) -> PolarityModel:
        """The model that `voc.train.opinions` wrote."""
        return cls(
            LinearHead.from_arrays(arrays, "passage_"),
            LinearHead.from_arrays(arrays, "clause_"),
            nodes=[str(n) for n in arrays["nodes"]],
            extra=arrays["extra"].astype(np.float32),
            slope=arrays["slope"].astype(np.float32),
            shift=arrays["shift"].astype(np.float32),
            version=version,
        )

    def shares(self, passages: Grams, clauses: Grams, places: Sequence[Place]) -> Array:
        """(places, 3): probabilities of positive, neutral, negative."""
        rows = np.array([p.passage for p in places], np.int64)
        parts = np.array([p.clause for p in places], np.int64)
        raw = self._passage.scores(passages)[rows] + self._clause.scores(clauses)[parts]
        for i, place in enumerate(places):
            raw[i] += self._extra[len(self._nodes) + max(-2, min(2, place.vote)) + 2]
            for node in reversed(place.path):
                at = self._nodes.get(node)
                if at is not None:
                    raw[i] += self._extra[at]
                    break
        odds = raw * self._slope + self._shift
        raised = np.exp(odds - odds.max(axis=1, keepdims=True))
        return np.asarray(raised / raised.sum(axis=1, keepdims=True), np.float32)
