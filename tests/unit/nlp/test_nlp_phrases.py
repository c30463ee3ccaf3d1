"""Many phrases as one pattern: the longest at each place, whatever their number."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from voc.nlp.phrases import compile_phrases

_LETTERS = [chr(0x4E00 + i) for i in range(60)] + ["]", "^", "-", "\\", "a"]


def _plainly(phrases: list[str], text: str) -> list[tuple[int, str]]:
    found, at = [], 0
    while at < len(text):
        longest = max((p for p in phrases if p and text.startswith(p, at)), key=len, default="")
        if longest:
            found.append((at, longest))
        at += len(longest) or 1
    return found


@given(
    st.lists(st.text(st.sampled_from(_LETTERS), max_size=4), max_size=120),
    st.text(st.sampled_from(_LETTERS), max_size=80),
)
def test_it_finds_what_trying_every_phrase_finds(phrases: list[str], text: str) -> None:
    text += "".join(phrases[:5])
    assert [(m.start(), m.group()) for m in compile_phrases(phrases).finditer(text)] == _plainly(
        phrases, text
    )


def test_many_first_characters_and_marks_of_expressions() -> None:
    phrases = [char * n for char in _LETTERS for n in (1, 3)]
    text = "".join(char * 4 + "z" for char in _LETTERS)
    assert [m.group() for m in compile_phrases(phrases).finditer(text)] == [
        char * n for char in _LETTERS for n in (3, 1)
    ]


def test_a_pattern_can_stand_in_another_one() -> None:
    many = compile_phrases(_LETTERS)
    assert re.fullmatch(f"(?:{many.pattern})+z", "".join(_LETTERS) + "z")


def test_no_phrases_match_nothing() -> None:
    assert compile_phrases([""]).search("一") is None
