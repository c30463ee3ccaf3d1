"""Near copies of texts: distances, sketches, lists, and who is a copy of whom."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voc.text.distance import distances, shared
from voc.text.duplicates import DIFFERENT, Duplicates, differences
from voc.text.postings import WIDTH, Postings
from voc.text.sketches import DECISIVE, LEAST, LONGEST, Alphabet, at_level
from voc.types import KnownText

ALPHABET = Alphabet(b"a key")
BASE = (
    "这款手机用了快半个月，屏幕显示细腻，续航能撑一整天，就是边框有点厚，充电时背面会发热，客服回复倒是及时"
)
OTHER = "昨天带孩子去了那家餐厅，服务员给我们换了靠窗座位，烤鱼端上来还冒着烟，甜品偏腻，停车场离门口太远"
# Two opinions each, equal but for what decides.
TEMPLATES = (
    ("质量不好", "质量好"),
    ("用了3天", "用了15天"),
    ("买了X1", "买了S2Pro"),
    ("买了华为", "买了荣耀"),
    ("速度快", "速度慢"),
)
CODES = st.binary(max_size=150).map(lambda raw: bytes(code % 6 + 1 for code in raw))


def slow_distance(a: bytes, b: bytes) -> int:
    """By the textbook."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        last, row = row, [i]
        for j, y in enumerate(b, 1):
            row.append(min(last[j] + 1, row[-1] + 1, last[j - 1] + (x != y)))
    return row[-1]


def edited(rng: random.Random, text: str, share: float, *, letters: str = OTHER) -> str:
    """The text with that share of random edits."""
    chars = list(text)
    for _ in range(round(len(text) * share)):
        place = rng.randrange(len(chars))
        kind = rng.random()
        if kind < 0.5:
            chars[place] = rng.choice(letters)
        elif kind < 0.75:
            chars.insert(place, rng.choice(letters))
        else:
            del chars[place]
    return "".join(chars)


def known(texts: Sequence[str], *, first: int = 0, space: int = 0) -> list[KnownText]:
    return [KnownText(first + n, space, ALPHABET.sketch(text)) for n, text in enumerate(texts)]


def invented(rng: random.Random, length: int = 60) -> str:
    """Words of nobody: characters at random."""
    return "".join(chr(rng.randrange(0x4E00, 0x9000)) for _ in range(length))


@given(st.lists(st.tuples(CODES, CODES), min_size=1, max_size=12))
def test_distances_are_those_of_the_textbook(pairs: list[tuple[bytes, bytes]]) -> None:
    left, right = [a for a, _ in pairs], [b for _, b in pairs]
    found = distances(left, right).tolist()
    assert found == [slow_distance(a, b) for a, b in pairs]
    bounds = [max(len(a), len(b)) for a, b in pairs] - shared(left, right)
    assert all(bound <= count for bound, count in zip(bounds.tolist(), found, strict=True))


def test_a_sketch_has_no_words_and_needs_the_key() -> None:
    sketch = ALPHABET.sketch(BASE)
    assert len(sketch) == 1 + sum(map(str.isalnum, BASE))
    assert Alphabet(b"a key").sketch(BASE) == sketch
    assert Alphabet(b"another").sketch(BASE) != sketch
    assert ALPHABET.sketch(BASE[: LEAST - 1]) == b""


def test_width_case_and_marks_make_no_difference() -> None:
    assert ALPHABET.codes("Wi-Fi 很稳！") == ALPHABET.codes("wifi很，稳")


def test_what_is_no_wording_is_not_in_a_sketch() -> None:
    bare = ALPHABET.codes("大家看看")
    for text in (
        "大家看看 https://item.example.com/1.html?from=share",
        "//@某某:大家看看",
        "大家看看<MOBILE>",
        "大家看看[哈哈]",
        "系统默认好评，大家看看",
    ):
        assert ALPHABET.codes(text) == bare, text


@pytest.mark.parametrize("length", [LONGEST + 1, 2000, 8000, 50_000])
def test_a_long_text_has_a_short_sketch_that_goes_on_to_higher_levels(length: int) -> None:
    text = invented(random.Random(length), length)
    sketch = ALPHABET.sketch(text)
    assert len(sketch) <= 1 + LONGEST and sketch[0] >= 1
    shorter = ALPHABET.sketch(text[: LONGEST - 10])
    assert ALPHABET.sketch(text).startswith(bytes((sketch[0],)) + at_level(shorter, sketch[0]))


def test_a_slot_takes_a_few_texts_and_a_full_one_tells_nothing() -> None:
    postings = Postings(4)
    texts = np.arange(WIDTH + 3)
    postings.add(np.full(WIDTH + 3, 5), texts)
    postings.add(np.full(2, 7), texts[:2])
    asked = np.array([1, 1]), np.array([5, 7])
    assert postings.crowd(np.array([5, 7, 1])).tolist() == [WIDTH, 2, 0]
    assert [found.tolist() for found in postings.find(*asked, votes=1)] == [[1, 1], [0, 1]]
    assert postings.find(*asked, votes=2)[1].tolist() == []
    postings.remove(np.array([5, 5, 7]), np.array([2, WIDTH + 1, 1]))
    assert postings.crowd(np.array([5, 7])).tolist() == [WIDTH - 1, 1]
    assert postings.crowded == WIDTH / 16
    assert [found.tolist() for found in postings.find(*asked, votes=2)] == [[1], [0]]


@pytest.mark.parametrize("share", [0.05, 0.1, 0.2])
def test_copies_meet_whichever_comes_first(share: float) -> None:
    rng = random.Random(5)
    duplicates = Duplicates()
    duplicates.add(known([invented(rng) for _ in range(3000)]))
    copies = [BASE, *(edited(rng, BASE, share) for _ in range(5)), OTHER]
    rng.shuffle(copies)
    where = copies.index(OTHER)
    answers = duplicates.meet(known(copies, first=10_000))
    of_base = set(range(10_000, 10_007)) - {10_000 + where}
    for place, matches in enumerate(answers):
        mine = {10_000 + place}
        found = {match.item for match in matches}
        assert found <= of_base - mine if place != where else not found
        # Two copies may be twice as far from each other as from what they were copied from.
        least = 6 if share < 0.2 or copies[place] == BASE else 5
        assert place == where or len(found | mine) >= least
        assert [m.different for m in matches] == sorted(m.different for m in matches)


@pytest.mark.parametrize(("one", "another"), TEMPLATES)
def test_the_decisive_word_makes_another_text(one: str, another: str) -> None:
    frame = "朋友推荐才下单的，包装严实没有磕碰，{}，外观跟图片一样，家里人都说划算，下次还会再来看看"
    a, b = ALPHABET.sketch(frame.format(one)), ALPHABET.sketch(frame.format(another))
    assert differences([(a, b), (a, a)]) == [None, 0.0]


def test_another_letter_is_a_slip() -> None:
    typed = BASE.replace("边框", "边筐").replace("及时", "即时")
    (share,) = differences([(ALPHABET.sketch(BASE), ALPHABET.sketch(typed))])
    assert share is not None and 0 < share < 0.06


@pytest.mark.parametrize(
    "around",
    [
        "{} https://item.example.com/918273645.html?spm=a1z10.1",
        "系统默认好评。{}",
        "{}——来自我的客户端，欢迎关注本店公众号领券",
    ],
)
def test_different_words_around_the_same_words_are_no_copies(around: str) -> None:
    texts = [around.format(BASE[:32]), around.format(OTHER[:32])]
    assert Duplicates().meet(known(texts)) == [[], []]


def test_decisive_codes_have_one_meaning_each() -> None:
    digits = ALPHABET.codes("0123456789不没好坏")
    assert len(set(digits)) == len(digits) and set(digits) <= set(DECISIVE)


@pytest.mark.parametrize("length", [240, 257, 500, 530, 3000])
def test_long_copies_meet_across_levels(length: int) -> None:
    rng = random.Random(length)
    text = invented(rng, length)
    shorter, longer = text[: round(length * 0.93)], text + invented(rng, length // 12)
    answers = Duplicates().meet(known([shorter, longer, edited(rng, text, 0.1), invented(rng, length)]))
    assert [{match.item for match in matches} for matches in answers] == [{1, 2}, {0, 2}, {0, 1}, set()]


def test_spaces_do_not_meet_and_what_is_removed_is_forgotten() -> None:
    duplicates = Duplicates()
    duplicates.add(known([BASE], space=1))
    assert duplicates.meet(known([BASE], first=1, space=2)) == [[]]
    assert [match.item for match in duplicates.meet(known([BASE], first=2, space=1))[0]] == [0]
    duplicates.remove([0, 99])
    assert 0 not in duplicates and duplicates.sketch(2) == ALPHABET.sketch(BASE)
    assert [match.item for match in duplicates.meet(known([BASE], first=3, space=1))[0]] == [2]


def test_an_item_that_comes_again_is_known_by_its_new_words() -> None:
    duplicates = Duplicates()
    duplicates.add(known([BASE]))
    duplicates.add(known([OTHER]))
    assert len(duplicates) == 1
    assert duplicates.meet(known([BASE, OTHER], first=1)) == [
        [],
        [duplicates.meet(known([OTHER], first=2))[0][0]],
    ]


@pytest.mark.parametrize("reserved", [0, 9000])
def test_growing_loses_nobody(reserved: int) -> None:
    rng = random.Random(1)
    texts = [invented(rng, 40) for _ in range(9000)]
    duplicates = Duplicates()
    duplicates.reserve(reserved)
    for start in range(0, len(texts), 1500):
        duplicates.add(known(texts[start : start + 1500], first=start))
    asked = range(0, 9000, 37)
    answers = duplicates.meet(known([edited(rng, texts[n], 0.1) for n in asked], first=10_000))
    assert sum(
        [m.item for m in matches] == [n] for n, matches in zip(asked, answers, strict=True)
    ) >= 0.99 * len(asked)


def test_the_same_words_everywhere_cost_no_more_than_elsewhere() -> None:
    """Grams of a frame that all share are refused; what a text has of its own still finds its copy."""
    rng = random.Random(2)
    frame = "包裹收到了，外箱完好，打开看了看，{}，先用一段时间，有问题再来追加"
    texts = [frame.format(invented(rng, 40)) for _ in range(2000)]
    duplicates = Duplicates()
    duplicates.add(known(texts))
    answers = duplicates.meet(known([edited(rng, text, 0.1) for text in texts[:200]], first=5000))
    assert sum(bool(m) and m[0].item == n for n, m in enumerate(answers)) >= 190
    assert all(a.different <= b.different <= DIFFERENT[1] for m in answers for a, b in pairwise(m))


def test_a_long_text_of_two_letters_may_leave_nothing_to_look_for() -> None:
    for first, second in pairwise(dict.fromkeys(BASE + OTHER)):
        known = Duplicates()
        text = KnownText(1, 1, ALPHABET.sketch((first + second) * 2000))
        assert known.meet([text] if text.sketch else []) in ([], [[]])
        known.remove([1])
    emptied = Duplicates()
    assert emptied.meet([KnownText(1, 1, b"\1"), KnownText(2, 1, b"\1")]) == [[], []]
    emptied.remove([1, 2])
