"""The encoder's labels: what its numbers become, and what a missing part says."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voc.errors import ConfigError
from voc.nlp.deep import labelled, polarities, softmax
from voc.nlp.documents import DocumentReader
from voc.nlp.encoder import Head, batches, cut
from voc.nlp.features import grams
from voc.registry import Registry
from voc.train.encoder.seed import usable

LOGITS = np.array([[3.0, 0.0, 1.0], [0.0, 0.0, 2.0], [0.0, 5.0, 0.1]], np.float32)


def test_the_sign_is_between_the_leans_and_neutral_needs_the_card_s_share() -> None:
    sad, glad, none = polarities(["差", "好", "周一到货"], LOGITS, neutral=0.6)
    assert (sad.label, glad.label, none.label) == ("negative", "positive", "neutral")
    assert sad.score == pytest.approx((np.exp(1) - np.exp(3)) / (np.exp(1) + np.exp(3)), abs=1e-6)
    assert sad.confidence == pytest.approx((1 - sad.score) / 2)
    assert 0 < none.score < 0.01 and none.confidence > 0.9
    assert polarities(["差", "好", "周一到货"], LOGITS, neutral=1.0)[2].label == "positive"


def test_a_text_without_letters_has_no_lean() -> None:
    assert polarities(["！！"], LOGITS[:1], neutral=0.9)[0].label == "neutral"


def test_the_likeliest_label_with_its_share() -> None:
    head = Head("emotion", ("angry", "sad", "happy"), exclusive=True, used=True, temperature=1.0)
    found = labelled(head, LOGITS)
    assert [one.label for one in found] == ["angry", "happy", "sad"]
    assert found[0].confidence == pytest.approx(float(softmax(LOGITS)[0, 0]))


@given(st.lists(st.integers(0, 9), max_size=40), st.integers(2, 20))
def test_a_long_text_keeps_both_ends(ids: list[int], pieces: int) -> None:
    kept = cut(ids, pieces)
    assert len(kept) == min(len(ids), pieces)
    half = pieces // 2
    if len(ids) > pieces:
        assert kept[:half] == ids[:half] and kept[half:] == ids[-(pieces - half) :]


@given(st.lists(st.integers(1, 96), min_size=1, max_size=200))
def test_batches_hold_every_text_once_and_no_more_than_fits(lengths: list[int]) -> None:
    encoded = [[0] * length for length in lengths]
    order = sorted(range(len(lengths)), key=lambda i: lengths[i])
    found = batches(order, encoded, pieces=256)
    assert [i for rows in found for i in rows] == order
    assert all(len(rows) == 1 or len(rows) * max(lengths[i] for i in rows) <= 256 for rows in found)


def test_fast_needs_nothing_of_the_encoder() -> None:
    reader = DocumentReader(Registry(), profile="fast")
    (found,) = reader.read(["电池太差了，再也不买"], grams(["电池太差了，再也不买"]))
    assert found.sentiment.label == "negative"
    assert all("deep" not in version for version in found.models.values())


def test_a_folder_without_the_encoder_says_what_is_missing(tmp_path: Path) -> None:
    installed = Registry()
    manifest = {"models": {name: installed.entry(name) for name in installed.names() if name != "deep"}}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    for name in manifest["models"]:
        (tmp_path / str(manifest["models"][name]["file"])).write_bytes(installed.raw(name))
    with pytest.raises(ConfigError, match="VOC-E205"):
        DocumentReader(Registry(tmp_path), profile="deep")


def test_a_part_that_was_changed_is_refused(tmp_path: Path) -> None:
    (tmp_path / "part").write_bytes(b"changed")
    entry = {"file": "part", "sha256": "0" * 64, "parts": {"tokenizer": {"file": "part", "sha256": "0" * 64}}}
    (tmp_path / "manifest.json").write_text(json.dumps({"models": {"deep": entry}}), "utf-8")
    registry = Registry(tmp_path)
    for part in ("", "tokenizer"):
        with pytest.raises(ConfigError, match="damaged"):
            registry.raw("deep", part)
    with pytest.raises(ConfigError, match="missing"):
        registry.raw("deep", "nothing")


def test_pieces_of_other_languages_are_left_out() -> None:
    assert usable("▁电池") and usable("，") and usable("▁wifi") and usable("😀")
    assert not usable("▁Привет") and not usable("▁international") and not usable("พ")
