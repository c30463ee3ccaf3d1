"""Repair: every place is kept, repairing the repaired changes nothing."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voc.text.repair import repair
from voc.text.source import raw_text, visible
from voc.text.stage import TextStage
from voc.types import Record, Turn

DIRTY = st.text(
    alphabet=st.one_of(
        st.sampled_from(
            "电池 不行！!，,。.~～哈\n\r\t\u200b\ufeff\u3000ＡＢ１２①㎏體驗機電&<>-=\x00\ud800\ufffd…"
        ),
        st.characters(),
    ),
    max_size=120,
)


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("外观漂亮！！！！但是  很卡", "外观漂亮！但是 很卡"),
        ("這個手機電池不行", "这个手机电池不行"),
        ("ＡＢＣ１２３", "ABC123"),
        ("哈哈哈哈哈哈好用", "哈哈哈好用"),
        ("电\u200b池\ufeff差", "电池差"),
        ("手机,很好!", "手机，很好！"),
        ("3.5,4.5", "3.5,4.5"),
        ("  \n ", ""),
        ("一行\r\n\r\n二行", "一行\n二行"),
        ("①㎏", "1㎏"),  # one character never becomes two: offsets rise strictly
        ("好!!!! 真的???", "好！ 真的？"),
        ("6666元，3...5天，好...", "6666元，3...5天，好."),
        ("&amp;nbsp;好&amp;amp;&lt;b&gt;", "好&<b>"),
        ("乾隆沉著薴", "乾隆沉着苎"),
        ("a   \n b", "a\nb"),
        ("hhhhhh😭😭😭😭😭", "hhh😭😭😭"),
    ],
)
def test_known_dirt(text: str, clean: str) -> None:
    assert repair(text)[0] == clean


@given(DIRTY)
def test_offsets_hold(text: str) -> None:
    clean, offsets, _ = repair(text)
    assert len(offsets) == len(clean) + 1
    assert offsets[-1] <= len(text)
    assert all(a < b for a, b in itertools.pairwise(offsets))
    assert repair(clean)[0] == clean


@given(DIRTY)
def test_the_stage_never_fails_and_is_storable(text: str) -> None:
    found = TextStage().clean(text)
    found.text.encode("utf-8")
    found.clean.encode("utf-8")
    assert "\x00" not in found.text + found.clean
    for mark in found.pii:
        assert found.text[mark.start : mark.end] == f"<{mark.type.upper()}>"


@given(st.text(alphabet="电池不行很卡，。手机好用", max_size=60))
def test_plain_text_is_shown_as_written(text: str) -> None:
    assert TextStage().clean(text).text == text


def test_a_very_long_text_is_no_trouble() -> None:
    text = ("电池！！！！ \u200b不行ＡＢ１" * 10_000)[:100_000]
    clean, offsets, _ = repair(text)
    assert len(offsets) == len(clean) + 1


def test_counts_say_what_was_mended() -> None:
    kinds = {r.kind: r.count for r in repair("電池！！！\u200bＡ")[2]}
    assert kinds == {"traditional": 1, "repeated": 1, "invisible": 1, "width": 1}


def test_of_html_the_visible_text() -> None:
    assert (
        visible("<p>很好&nbsp;用</p><script>var x='坏';</script><br/>下次&amp;再来")
        == "很好\xa0用\n\n下次&再来"
    )
    assert visible("a < b 而且 <MOBILE> <3") == "a < b 而且 <MOBILE> <3"


@pytest.mark.parametrize("piece", ["<script>", "<!--", "<style ", "<a ", "&amp;", "</div>"])
def test_unclosed_html_takes_linear_time(piece: str) -> None:
    visible(piece * (100_000 // len(piece)))  # quadratic code takes many seconds here


def test_hidden_parts_end_at_their_own_tag() -> None:
    assert visible("a<SCRIPT>1</style>2</Script >b<!-- <p> -->c<script>d") == "abcd"


def test_title_and_turns() -> None:
    assert raw_text(Record(text="正文", title="标题")) == "标题\n正文"
    turns = (Turn("你好", "staff"), Turn("坏了", "customer"), Turn("要退", "customer"))
    assert raw_text(Record(text="", turns=turns)) == "坏了\n要退"
    assert raw_text(Record(text="正文", turns=turns)) == "正文"
