"""Script, language and blanks: characters change, words and names stay, other languages pass through."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voc.text.language import language_of
from voc.text.repair import repair
from voc.text.script import script_of, simplified


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("這個滑鼠的軟體品質很好", "这个滑鼠的软体品质很好"),
        ("請先瞭解清楚，別找藉口", "请先了解清楚，别找借口"),
        ("看著螢幕發呆，著名的店，顯著變差", "看着萤幕发呆，著名的店，显著变差"),
        ("頭髮乾淨，乾隆年間", "头发干净，乾隆年间"),
        ("華為昇騰晶片，昇腾也行，乾崑智駕", "华为昇腾晶片，昇腾也行，乾崑智驾"),
        ("電池の持ちが悪い、充電が遅い", "電池の持ちが悪い、充電が遅い"),
        ("很 好 用 , 推 荐", "很好用，推荐"),
        ("尺码有 大 中 小 三种", "尺码有 大 中 小 三种"),
        ("用 iPhone 拍照 很好", "用 iPhone 拍照 很好"),
        ("很好 ！下次 ，再来", "很好！下次，再来"),
        ("电\ue000池\U000f0000差", "电池差"),
        ("开心❤️👨‍👩‍👧[doge][哭]", "开心❤️👨‍👩‍👧[doge][哭]"),
        ("等等……再看看…………好", "等等……再看看……好"),
    ],
)
def test_known_text(text: str, clean: str) -> None:
    assert repair(text)[0] == clean
    assert repair(clean)[0] == clean


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("电池不行", "zh"),
        ("iPhone 15 Pro Max 的 OLED 很好", "zh"),
        ("物流OK，nice", "zh"),
        ("电池不行，the battery is dead by noon", "mixed"),
        ("배터리가 나빠요 电池不行", "mixed"),
        ("The battery is bad", "en"),
        ("バッテリーが悪い", "other"),
        ("батарея плохая", "other"),
        ("배터리가 나빠요", "other"),
        ("666", "zh"),
        ("", "zh"),
    ],
)
def test_language(text: str, language: str) -> None:
    assert language_of(text) == language


def test_script() -> None:
    assert [script_of(text) for text in ("電池不行", "电池不行", "ok", "電池が悪い")] == [
        "hant",
        "hans",
        "",
        "",
    ]


@given(
    st.text(
        alphabet=st.one_of(
            st.sampled_from("著瞭藉昇騰腾乾崑薴衹発の電池看名"),
            st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF),
        ),
        max_size=40,
    )
)
def test_simplifying_again_changes_nothing(text: str) -> None:
    once = simplified(text)
    assert len(once) == len(text)
    assert simplified(once) == once
