"""How a question is read, and that literal grams find every text that has a term in it."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voc.store.tantivy_schema import search_text
from voc.store.tokens import Terms, document_tokens, parse, relevance

PIECES = st.lists(
    st.sampled_from(("电池", "慢", "iPhone 15", "，", " ", "USB-C", "100%", "é", "👍", "的")), max_size=8
)


@pytest.mark.parametrize(
    ("q", "words", "phrases"),
    [
        (None, (), ()),
        ("  ", (), ()),
        ("电池", ("电池",), ()),
        ("電池 电池", ("电池",), ()),
        ("ＵＳＢ", ("usb",), ()),
        ('"很 慢"', (), ("很 慢",)),
        ("“很慢” 卡", ("卡",), ("很慢",)),
        ("「快充」", (), ("快充",)),
        ('"', (), ()),
        ('""', (), ()),
    ],
)
def test_parse(q: str | None, words: tuple[str, ...], phrases: tuple[str, ...]) -> None:
    assert parse(q) == Terms(words, phrases)


def test_marks_alone_are_a_phrase() -> None:
    assert parse("%").phrases == ("%",)
    assert relevance(parse("%"), "100%") == 1
    assert relevance(parse("%"), "百分之百") == 0


def test_all_terms_must_be_there() -> None:
    terms = parse("电池 屏幕")
    assert relevance(terms, "电池和屏幕") == 4
    assert relevance(terms, "电池") == 0


@given(pieces=PIECES, start=st.integers(0, 12), size=st.integers(1, 4))
def test_grams_of_every_part_of_a_text_are_indexed(pieces: list[str], start: int, size: int) -> None:
    text = "".join(pieces)
    held = set(search_text(text).split(" "))
    assert set(document_tokens(text)) <= held
    part = text.lower()[start : start + size]
    for gram in (*part, *map("".join, pairwise(part))):
        if not any(map(str.isspace, gram)):
            assert gram in held or f"\x01{gram}" in held
