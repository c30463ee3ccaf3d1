"""Words looked for in bytes: every form at every place, across any cut, and nothing that is not there."""

from __future__ import annotations

import random
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voc.canaries import search as searching
from voc.canaries.forms import LEAST_BYTES, forms, squeezed
from voc.canaries.search import SQUEEZED, Hit, Search

MOBILE, NAME, MAIL = "13912345678", "鸩鸪鸯七鸰", "Canary.7x@mail7.example.com"
ALL = [MOBILE, NAME, MAIL]


def _found(*pieces: bytes) -> set[tuple[int, str]]:
    search = Search(ALL)
    feed = search.at("here")
    for piece in pieces:
        feed.add(piece)
    feed.end()
    assert all(hit.place == "here" for hit in search.hits)
    return {(hit.canary, hit.form) for hit in search.hits}


@pytest.mark.parametrize("number", range(len(ALL)))
def test_every_form_is_found_wherever_it_stands(number: int) -> None:
    for raw, form in forms(ALL[number]).items():
        assert len(raw) >= LEAST_BYTES
        for before in range(5):
            assert (number, form) in _found(b"x" * before + raw + b"yy"), (form, before)
        assert (number, form) in _found(raw)


@pytest.mark.parametrize(
    "written",
    [
        *(
            "139 1234 5678",
            "139-1234-5678",
            "１３９１２３４５６７８",
            "1.3.9.1.2.3.4.5.6.7.8",
            "139\u200b12345678",
        ),
        *("+86 139 1234 5678", "(139)12345678", "139_1234/5678", "1 3 9 1 2 3 4 5 6 7 8", "139　1234　5678"),
    ],
)
def test_digits_that_are_pulled_apart(written: str) -> None:
    assert _found(f"电话{written}，".encode()) == {(0, SQUEEZED)}


def test_digits_in_two_bytes_each_with_blanks_between() -> None:
    for encoding in ("utf-16-le", "utf-16-be"):
        assert _found("电话 139-1234 5678".encode(encoding)) == {(0, SQUEEZED)}


def test_what_is_nearly_one_is_none() -> None:
    assert (
        _found(b"13912345679 1391234567 39123456780", "鸩鸪鸯八鸰".encode(), b"Canary.7x@mail8.example.com")
        == set()
    )
    chance = random.Random(5)
    assert _found(*(chance.randbytes(1 << 20) for _ in range(8))) == set()


@given(st.integers(0, 40), st.sampled_from(sorted(forms(MOBILE))), st.lists(st.integers(1, 9), max_size=12))
def test_no_cut_hides_it(before: int, raw: bytes, cuts: list[int]) -> None:
    whole, pieces = b"z" * before + raw + b"z" * 9, []
    for size in cuts:
        pieces.append(whole[:size])
        whole = whole[size:]
    assert any(canary == 0 for canary, _ in _found(*pieces, whole))


@pytest.mark.parametrize("written", [MOBILE, "139 - 1234 - 5678", MAIL.lower()])
def test_nor_does_the_end_of_a_block(written: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "_BLOCK", 256)
    for before in range(200, 300):
        assert _found(b"z" * before + written.encode() + b"z" * 300), before


def test_squeezing_takes_nothing_but_separators() -> None:
    words = "电话：一三八，abc"
    assert squeezed(words.encode()).decode() == words
    assert squeezed(b"1 2\t3-4.5_6/7(8)+9") == b"123456789"


def test_a_hit_never_shows_the_words() -> None:
    search = Search(ALL)
    feed = search.at("here")
    feed.add(MOBILE.encode())
    feed.end()
    assert search.hits == {Hit("here", 0, "utf-8")}
    assert MOBILE not in repr(search.hits)


def test_memory_is_flat() -> None:
    search = Search(ALL)
    feed = search.at("here")
    piece = b"x" * 65_536
    feed.add(piece)
    tracemalloc.start()
    for _ in range(16 * 16):
        feed.add(piece)
    feed.end()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 40 * 1024 * 1024
