"""The deep engine's encoder at work: texts in, logits of every head out, by onnxruntime in 8 bits."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from voc.errors import ConfigError
from voc.registry import Registry

NAME = "deep"
Floats = npt.NDArray[np.float32]
_BATCH_PIECES = 2048  # of a call, padding included
_LONGEST_CHARS = 4000  # more than the pieces read can cover: the middle is never looked at


@dataclass(frozen=True, slots=True)
class Head:
    """What the card says of a head: its labels, whether one of them holds, and how sure its numbers are."""

    name: str
    labels: tuple[str, ...]
    exclusive: bool
    used: bool
    temperature: float


class Encoder:
    """Loaded once; safe from several threads."""

    def __init__(
        self, session: Any, tokenizer: Any, table: Mapping[str, npt.NDArray[Any]], entry: Mapping[str, Any]
    ) -> None:
        self._session = session
        self._tokenizer = tokenizer
        self._codes = table["codes"]
        self._scales = table["scales"]
        self._pieces = int(entry["pieces"])
        self.heads = tuple(
            Head(one["name"], tuple(one["labels"]), one["exclusive"], one["used"], one["temperature"])
            for one in entry["heads"]
        )

    @classmethod
    def load(cls, registry: Registry, *, threads: int = 1) -> Encoder:
        """From the registry.

        Raises:
            ConfigError: VOC-E205 the extra `deep` is not installed, VOC-E202 missing or damaged.
        """
        try:
            import onnxruntime
            from tokenizers import Tokenizer
        except ImportError:
            raise ConfigError(
                "the deep engine needs the extra deep",
                code="VOC-E205",
                value="onnxruntime",
                cure="pip install 'voc[deep]'",
            ) from None
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        graph = registry.raw(NAME)
        session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
        tokenizer = Tokenizer.from_str(registry.raw(NAME, "tokenizer").decode("utf-8"))
        with np.load(io.BytesIO(registry.raw(NAME, "embeddings")), allow_pickle=False) as held:
            table = {key: held[key] for key in held.files}
        return cls(session, tokenizer, table, registry.entry(NAME))

    def logits(self, texts: Sequence[str]) -> dict[str, Floats]:
        """Head → (texts, labels), divided by the head's temperature."""
        encoded = [self._ids(text) for text in texts]
        order = sorted(range(len(texts)), key=lambda i: len(encoded[i]))
        found = {head.name: np.zeros((len(texts), len(head.labels)), np.float32) for head in self.heads}
        for rows in batches(order, encoded, pieces=_BATCH_PIECES):
            longest = max(len(encoded[i]) for i in rows)
            ids = np.ones((len(rows), longest), np.int64)
            mask = np.zeros((len(rows), longest), np.int64)
            for place, i in enumerate(rows):
                ids[place, : len(encoded[i])] = encoded[i]
                mask[place, : len(encoded[i])] = 1
            words = self._codes[ids].astype(np.float32) * self._scales[ids][..., None]
            answers = self._session.run(None, {"words": words, "mask": mask})
            for head, values in zip(self.heads, answers, strict=True):
                found[head.name][rows] = values / head.temperature
        return found

    def _ids(self, text: str) -> list[int]:
        if len(text) > _LONGEST_CHARS:
            text = text[: _LONGEST_CHARS // 2] + text[-_LONGEST_CHARS // 2 :]
        ids: list[int] = self._tokenizer.encode(text).ids
        return cut(ids, self._pieces)


def cut(ids: list[int], pieces: int) -> list[int]:
    """At most so many pieces: the first half and the last half, where reviews say what they think.

    >>> cut([1, 2, 3, 4, 5], 4)
    [1, 2, 4, 5]
    """
    if len(ids) <= pieces:
        return ids
    half = pieces // 2
    return ids[:half] + ids[half - pieces :]


def batches(order: Sequence[int], encoded: Sequence[list[int]], *, pieces: int) -> list[list[int]]:
    """Rows of `order` (by rising length) in lists of at most so many pieces, padding included."""
    found: list[list[int]] = []
    for i in order:
        if found and (len(found[-1]) + 1) * len(encoded[i]) <= pieces:
            found[-1].append(i)
        else:
            found.append([i])
    return found
