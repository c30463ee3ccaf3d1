"""Hashed n-grams: the same for any batch, counted once, read back as a matrix of length-1 rows."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from voc.nlp.features import MAX_CHARS, grams

TEXTS = st.lists(st.text(alphabet="电池不行ab1 ，。\U0001f600", max_size=20), max_size=6)


@given(TEXTS)
def test_a_batch_equals_its_singles(texts: list[str]) -> None:
    batch = grams(texts)
    assert len(batch.starts) == len(texts) + 1
    for i, text in enumerate(texts):
        alone = grams([text])
        part = slice(batch.starts[i], batch.starts[i + 1])
        assert np.array_equal(batch.hashes[part], alone.hashes)
        assert np.array_equal(batch.counts[part], alone.counts)


@given(TEXTS)
def test_rows_have_length_one_or_none(texts: list[str]) -> None:
    matrix = grams(texts).matrix(np.ones(1 << 12, np.float32))
    for row in np.sqrt(np.asarray(matrix.power(2).sum(axis=1))).ravel():
        assert row == 0 or row > 0.9  # two n-grams may share a bucket


def test_the_hash_never_changes() -> None:
    # Weights on disk rest on it.
    assert int(grams(["电池不行"]).hashes.sum(dtype=np.uint64)) == 40971600730


def test_case_is_folded_and_long_texts_are_cut() -> None:
    assert np.array_equal(grams(["ABC"]).hashes, grams(["abc"]).hashes)
    long = grams(["甲" * MAX_CHARS * 3])
    assert int(long.counts.max()) == MAX_CHARS


def test_unseen_buckets_add_nothing() -> None:
    matrix = grams(["电池"]).matrix(np.zeros(1 << 10, np.float32))
    assert abs(matrix).sum() == 0
