"""The encoder's trainer as far as it goes without torch: its start read from a file, what dev decides."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from voc.nlp.deep import softmax
from voc.train.encoder import measure
from voc.train.encoder.seed import load
from voc.train.encoder.tasks import SIGNS, Example, Head

HIDDEN = 32
WORDS = ("<s>", "<pad>", "</s>", "<unk>", "▁电池", "▁Привет")
SENTIMENT = Head("sentiment", SIGNS, exclusive=True, sets=())


def seed_file(words: np.ndarray) -> bytes:
    """A start without layers, as the package has it: four-bit blocks for the words, floats for the rest."""
    tensors = {"emb.word": (1, blocks(words)), "emb.pos": (0, np.ones((4, HIDDEN), "<f4").tobytes())}
    tensors |= {
        name: (0, np.full(HIDDEN, 2.0, "<f4").tobytes()) for name in ("emb.type", "emb.ln.w", "emb.ln.b")
    }
    blob = [word.encode() for word in WORDS]
    ends = np.cumsum([0, *map(len, blob)]).astype("<u4")
    head = b"voc-seed" + struct.pack("<7i", HIDDEN, 0, 1, 64, len(WORDS), 4, 1) + struct.pack("<fi", 1e-5, 4)
    head += struct.pack("<5i", len(WORDS), 0, 2, 1, 3) + struct.pack("<Q", int(ends[-1]))
    head += ends.tobytes() + np.arange(len(WORDS), dtype="<f4").tobytes() + b"".join(blob)
    head += struct.pack("<iI", 0, 3) + b"map" + struct.pack("<i", len(tensors))
    entry = sum(2 + len(name) + 1 + 20 for name in tensors)
    at, table, body = len(head) + entry, b"", b""
    for name, (kind, raw) in tensors.items():
        count = len(raw) // 4 if kind == 0 else len(raw) // 18 * 32
        table += struct.pack("<H", len(name)) + name.encode() + bytes([kind])
        table += struct.pack("<IQQ", count, at + len(body), len(raw))
        body += raw
    return head + table + body


def blocks(values: np.ndarray) -> bytes:
    """18 bytes for 32 numbers of −8 … 7: a scale of one half, then first and last sixteen as nibbles."""
    raw = b""
    for row in values.reshape(-1, 32).astype(int) + 8:
        raw += np.float16(0.5).tobytes() + bytes((row[:16] | (row[16:] << 4)).astype(np.uint8))
    return raw


def test_the_start_is_read_and_cut_down(tmp_path: Path) -> None:
    words = np.random.default_rng(1).integers(-8, 8, (len(WORDS), HIDDEN))
    (tmp_path / "seed.bin").write_bytes(seed_file(words))
    seed = load(tmp_path / "seed.bin")
    assert (seed.hidden, seed.layers, seed.inner, seed.positions) == (HIDDEN, 0, 64, 4)
    assert seed.pieces == [(word, float(i)) for i, word in enumerate(WORDS[:5])]
    assert np.array_equal(seed.tensors["embeddings.word_embeddings.weight"], words[:5] * 0.5)
    assert seed.tensors["embeddings.LayerNorm.weight"].tolist() == [2.0] * HIDDEN


def test_the_temperature_mends_numbers_that_are_too_sure() -> None:
    rng = np.random.default_rng(2)
    logits = rng.normal(size=(4000, 3)).astype(np.float32)
    shares = softmax(logits)
    truth = [int(rng.choice(3, p=share / share.sum())) for share in shares.astype(float)]
    examples = [Example("", (label,)) for label in truth]
    assert measure.temperature(SENTIMENT, logits * 4.0, examples) == pytest.approx(4.0, rel=0.1)
    several = Head("pairs", ("a", "b"), exclusive=False, sets=())
    assert measure.temperature(several, logits[:, :2], examples) == 1.0


def test_neutral_begins_where_few_reviews_are_lost() -> None:
    reviews = np.tile(np.array([[0.0, 1.0, 3.0]], np.float32), (100, 1))
    neutral = np.tile(np.array([[0.0, 4.0, 1.0]], np.float32), (20, 1))
    leaning = np.tile(np.array([[4.0, 0.0, 1.0]], np.float32), (20, 1))
    examples = [Example("", (2,), (0, 2))] * 100 + [Example("", (1,))] * 20 + [Example("", (0,))] * 20
    limit = measure.neutral_from(np.concatenate([reviews, neutral, leaning]), examples)
    assert softmax(reviews)[0, 1] <= limit < softmax(neutral)[0, 1]


def test_a_head_is_used_where_it_is_clearly_better() -> None:
    def rows(*values: float) -> list[dict[str, object]]:
        return [
            {"task": task, "set": "s", "metric": "m", "value": value}
            for task, value in zip(("sentiment", "emotion"), values, strict=True)
        ]

    assert measure.used(rows(0.95, 0.701), rows(0.94, 0.700)) == {"sentiment": True, "emotion": False}
