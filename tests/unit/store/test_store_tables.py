"""Ids by number: whatever comes, in whatever batches and widths, they agree with a dictionary."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voc.store import tables
from voc.store.tables import Ids, Words

NAMES = st.text(st.characters(exclude_characters="\x00"), max_size=20)


@given(batches=st.lists(st.lists(NAMES, max_size=8), max_size=8), asked=st.lists(NAMES, max_size=5))
def test_ids_are_a_dictionary(batches: list[list[str]], asked: list[str]) -> None:
    held, reference = Ids(), dict[str, int]()
    for batch in batches:
        for value in batch:
            reference.setdefault(value, len(reference))
        assert held.add(batch).tolist() == [reference[value] for value in batch]
        assert len(held) == len(reference)
        assert held.codes(asked).tolist() == [reference.get(value, -1) for value in asked]
    assert [held.decode(code) for code in range(len(held))] == list(reference)
    again = Ids(held.raw)
    assert again.codes([*reference, *asked]).tolist() == held.codes([*reference, *asked]).tolist()


def test_ids_stay_right_when_they_are_sorted_in_and_hashes_collide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "_RECENT", 10)
    plain = tables._hashes
    monkeypatch.setattr(tables, "_hashes", lambda values: plain(values) % np.uint64(50))
    rng = random.Random(1)
    held, reference = Ids(), dict[str, int]()
    for _ in range(60):
        batch = [f"{'长' * rng.randrange(9)}{rng.randrange(500)}" for _ in range(20)]
        for value in batch:
            reference.setdefault(value, len(reference))
        assert held.add(batch).tolist() == [reference[value] for value in batch]
    assert all(held.find(value) == code for value, code in reference.items())
    assert held.find("nobody") == -1
    with pytest.raises(IndexError):
        held.decode(len(held))


def test_words_number_as_they_come() -> None:
    words = Words(("a",))
    assert [words.add(value) for value in ("b", None, "a", "b")] == [1, -1, 0, 1]
    assert (words.decode(1), words.find("b"), words.find("c"), len(words)) == ("b", 1, -1, 2)
