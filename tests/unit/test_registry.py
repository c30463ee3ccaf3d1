"""Models load only if they are what the manifest says; a head survives being written and read."""

import json
from pathlib import Path

import numpy as np
import pytest

from voc.errors import ConfigError
from voc.nlp.features import grams
from voc.nlp.linear import LinearHead, sigmoid
from voc.registry import MANIFEST, Registry
from voc.train import cards


def _head() -> LinearHead:
    rng = np.random.default_rng(3)
    size = 1 << 10
    return LinearHead(
        ("a", "b"),
        rng.random(size).astype(np.float16).astype(np.float32),
        rng.normal(size=(size, 2)).astype(np.float32),
        np.array([0.1, -0.2], np.float32),
        np.array([2.0, 1.5], np.float32),
        np.array([0.0, 0.3], np.float32),
    )


def _saved(folder: Path) -> Registry:
    cards.save(folder, "tiny", _head().arrays(), version="1.2.3", task="sentiment", sets=["waimai_10k"])
    return Registry(folder)


def test_a_head_survives_the_disk(tmp_path: Path) -> None:
    registry = _saved(tmp_path)
    read = LinearHead.from_arrays(registry.load("tiny"))
    features = grams(["电池不行", "好用"])
    assert registry.version("tiny") == "tiny@1.2.3"
    assert read.labels == ("a", "b")
    assert np.abs(read.scores(features) - _head().scores(features)).max() < 0.1  # int8 weights
    assert np.allclose(read.shares(features).sum(axis=1), 1)


def test_the_same_arrays_give_the_same_bytes(tmp_path: Path) -> None:
    one = _saved(tmp_path / "one").folder / "tiny.npz"
    two = _saved(tmp_path / "two").folder / "tiny.npz"
    assert one.read_bytes() == two.read_bytes()


def test_damage_is_named(tmp_path: Path) -> None:
    registry = _saved(tmp_path)
    with pytest.raises(ConfigError, match="VOC-E202"):
        registry.load("other")
    path = tmp_path / "tiny.npz"
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 1
    path.write_bytes(raw)
    with pytest.raises(ConfigError, match="damaged"):
        registry.load("tiny")
    path.unlink()
    with pytest.raises(ConfigError, match="missing"):
        registry.load("tiny")


def test_a_pickle_is_not_loaded(tmp_path: Path) -> None:
    registry = _saved(tmp_path)
    np.savez(tmp_path / "tiny.npz", weights=np.array([{"a": 1}], dtype=object))
    raw = (tmp_path / "tiny.npz").read_bytes()
    manifest = json.loads((tmp_path / MANIFEST).read_text())
    import hashlib

    manifest["models"]["tiny"]["sha256"] = hashlib.sha256(raw).hexdigest()
    (tmp_path / MANIFEST).write_text(json.dumps(manifest))
    with pytest.raises(ConfigError, match="cannot be read"):
        Registry(tmp_path).load("tiny")
    assert registry.names() == ("tiny",)


def test_no_manifest(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="VOC-E202"):
        Registry(tmp_path)


def test_sigmoid_is_safe() -> None:
    assert sigmoid(np.array([-1e9, 0.0, 1e9], np.float32)).tolist() == [0.0, 0.5, 1.0]
