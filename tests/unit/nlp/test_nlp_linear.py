"""A linear head: its scores by hand, its arrays, and arrays that cannot be a head."""

from __future__ import annotations

import numpy as np
import pytest

from voc.errors import ConfigError
from voc.nlp.features import grams
from voc.nlp.linear import LinearHead

BUCKETS = 1 << 8


def _head() -> LinearHead:
    rng = np.random.default_rng(5)
    return LinearHead(
        ("one", "two", "three"),
        np.ones(BUCKETS, np.float32),
        rng.normal(size=(BUCKETS, 3)).astype(np.float32),
        np.array([0.5, 0.0, -0.5], np.float32),
        np.array([1.0, 2.0, 3.0], np.float32),
        np.array([0.0, 0.1, 0.2], np.float32),
    )


def test_scores_by_hand() -> None:
    head = _head()
    # One character seen once: one n-gram of its own, two with an edge, one with both. Length of the row is 1.
    features = grams(["好"])
    columns = features.hashes & np.uint32(BUCKETS - 1)
    row = np.zeros(BUCKETS)
    np.add.at(row, columns, 1 / np.sqrt(len(columns)))
    expected = (row @ head.weights + head.bias) * head.slope + head.shift
    assert np.allclose(head.scores(features)[0], expected, atol=1e-5)


def test_a_text_without_features_gets_the_bias() -> None:
    head = _head()
    blind = LinearHead(
        head.labels, np.zeros(BUCKETS, np.float32), head.weights, head.bias, head.slope, head.shift
    )
    assert np.allclose(blind.scores(grams(["好"]))[0], head.bias * head.slope + head.shift)


def test_probabilities_and_shares_are_such() -> None:
    head, features = _head(), grams(["好", "电池不行", ""])
    probabilities, shares = head.probabilities(features), head.shares(features)
    assert ((probabilities >= 0) & (probabilities <= 1)).all()
    assert np.allclose(shares.sum(axis=1), 1, atol=1e-5)
    assert (shares.argmax(axis=1) == head.scores(features).argmax(axis=1)).all()


def test_weights_are_eight_bits_and_a_second_trip_changes_nothing() -> None:
    once = LinearHead.from_arrays(_head().arrays("a_"), "a_")
    twice = LinearHead.from_arrays(once.arrays())
    assert _head().arrays()["weights"].dtype == np.int8
    assert np.allclose(once.weights, twice.weights, atol=1e-6)
    assert once.labels == twice.labels == ("one", "two", "three")


@pytest.mark.parametrize("lost", ["labels", "idf", "weights", "scale", "bias", "slope", "shift"])
def test_a_lost_array_is_named(lost: str) -> None:
    arrays = _head().arrays()
    del arrays[lost]
    with pytest.raises(ConfigError, match="VOC-E202") as caught:
        LinearHead.from_arrays(arrays)
    assert lost in str(caught.value)


def test_arrays_that_do_not_fit() -> None:
    arrays = _head().arrays()
    arrays["idf"] = arrays["idf"][:-1]
    with pytest.raises(ConfigError, match="VOC-E202"):
        LinearHead.from_arrays(arrays)
