"""The table of counts holds what was counted, takes little else for it, and is the same each time."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from voc.text.measured import LONGEST, sample, sampled_place
from voc.text.neighbours import neighbours, row_bits
from voc.text.reference import GAP, Reference
from voc.text.symbols import BREAK, LATIN, NUMBER, edge, keys, symbols
from voc.train import reference

SAMPLES = Path(__file__).resolve().parents[3] / "samples"
SIZE = 1 << 17
TEXTS = [
    json.loads(line)["text"]
    for line in (SAMPLES / "restaurant_reviews.jsonl").read_text("utf-8").splitlines()
]


@pytest.fixture(scope="module")
def table() -> Reference:
    return Reference(reference.learn(TEXTS, size=SIZE, least={2: 1, 3: 2, 4: 3, GAP: 3}))


def test_folding_keeps_places() -> None:
    folded = symbols("好用，123元abc！！ok")
    assert folded.codes.tolist() == [
        BREAK,
        ord("好"),
        ord("用"),
        BREAK,
        NUMBER,
        ord("元"),
        LATIN,
        BREAK,
        LATIN,
        BREAK,
    ]
    assert folded.places.tolist() == [0, 0, 1, 2, 3, 6, 7, 10, 12, 14]
    assert symbols("").codes.tolist() == [BREAK]


def test_levels_are_counts(table: Reference) -> None:
    counted: dict[int, int] = {}
    for text in TEXTS:
        for key in keys(symbols(text).codes, 2).tolist():
            counted[key] = counted.get(key, 0) + 1
    asked = np.array(list(counted), np.uint64)
    levels = table.of(asked)
    wanted = [min(15, count.bit_length()) for count in counted.values()]
    # A key may meet another one's print first and show the higher level; never a lower one.
    assert (levels >= wanted).all()
    assert np.mean(levels == wanted) > 0.999


def test_what_was_never_counted_is_seldom_found(table: Reference) -> None:
    strangers = np.random.default_rng(5).integers(0, 2**63, 50_000).astype(np.uint64)
    assert np.mean(table.of(strangers) > 0) < 0.002


def test_one_key_at_a_time_gives_what_many_give(table: Reference) -> None:
    codes = symbols(TEXTS[0]).codes
    found = keys(codes, 3)
    strangers = np.random.default_rng(6).integers(0, 2**64, 500, dtype=np.uint64)
    for asked in (found, strangers):
        assert [table.level(one) for one in asked.tolist()] == table.of(asked).tolist()
    assert any(table.of(found))
    assert [table.level_of_one(code) for code in codes.tolist()] == table.single(codes).tolist()


@pytest.mark.parametrize(
    "text", ["", "!", "好", "，好的3000块", "ab 12", "。。好。。", "1😀😀a 好", "好用\ud800"]
)
def test_the_edges_of_a_text_are_those_of_its_symbols(text: str) -> None:
    codes = symbols(text).codes.tolist()
    for most in (1, 2, 3):
        assert edge(text, most) == codes[1 : most + 1]
        assert edge(reversed(text), most) == codes[-1 - most : -1][::-1]


def test_too_much_for_a_table_is_refused() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        reference.learn(TEXTS, size=1 << 10)


def test_learning_twice_gives_the_same_table() -> None:
    one, two = (reference.learn(TEXTS, size=SIZE, least={2: 2, 3: 2}) for _ in range(2))
    assert all((one[name] == two[name]).all() for name in one)


def test_many_rows_at_once_are_judged_like_one_text(table: Reference) -> None:
    codes = symbols(TEXTS[0]).codes[:14]
    alone = neighbours(codes, table).bits(table.total)
    assert row_bits(codes[None, :], table)[0, 3:] == pytest.approx(alone[3:])


def test_of_a_long_text_pieces_are_read_and_places_found_again() -> None:
    text = "".join(chr(0x4E00 + i % 20_000) for i in range(3 * LONGEST))
    read = sample(text)
    assert len(read) <= LONGEST + 8
    for place in range(0, len(read), 97):
        if read[place] != "\n":
            assert text[sampled_place(place, len(text))] == read[place]
    assert sample(text[:LONGEST]) == text[:LONGEST]
    assert sampled_place(7, 100) == 7
