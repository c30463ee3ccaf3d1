"""Pinyin in brackets goes, any other bracket stays; the table of readings is whole."""

import random
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voc.text.offsets import shown_span
from voc.text.pinyin import glosses
from voc.text.readings import letters, reads
from voc.text.repair import repair

SYLLABLES = {
    "会": "huì",
    "员": "yuán",
    "电": "diàn",
    "池": "chí",
    "绿": "lǜ",
    "的": "de",
    "很": "hěn",
    "行": "xíng",
}


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("会(huì)员(yuán)到期了", "会员到期了"),
        ("會（huì）員（yuán）到期", "会员到期"),
        ("会员【huì yuán】没用", "会员没用"),
        ("会员(huìyuán)没用", "会员没用"),
        ("绿(lu\u0308\u0300)色(sè)", "绿色"),
        ("女(nǚ)生（ Shēng ）", "女生"),
        ("我(wǒ)的(de)电(diàn)池(chí)坏(huài)了(le)。", "我的电池坏了。"),
        ("(diàn)电(chí)池不行", "电池不行"),
        ("西安(xī'ān)", "西安"),
        ("一(yí)个(gè)花儿(huār)", "一个花儿"),
        ("屏(píng) 幕(mù) 很(hěn) 亮(liàng)", "屏幕很亮"),
        ("我(wo)要(yao)退(tui)货(huo)", "我要退货"),
    ],
)
def test_pinyin_goes(text: str, clean: str) -> None:
    found, _, mended = repair(text)
    assert found == clean
    assert next(one.count for one in mended if one.kind == "pinyin") == len(glosses(text))


@pytest.mark.parametrize(
    "text",
    [
        "用户价值(LTV)算错了",
        "三月(3月)买的（见图）（自营）",
        "这个字念(yīn)还是(yìn)",
        "“行”(háng)这个读音他读错了",
        "小王(wang)说还行",
        "我(me)和他(he)在中国(China)",
        "老板(boss)很好(fan)",
        "型号(a2)和(b3)都坏了",
        "狗头(doge)",
    ],
)
def test_honest_brackets_stay(text: str) -> None:
    assert repair(text)[0] == text


@given(st.lists(st.sampled_from(sorted(SYLLABLES)), min_size=4, max_size=30), st.integers(0, 1 << 30))
def test_any_annotated_text_comes_back_with_its_places(chars: list[str], seed: int) -> None:
    rng = random.Random(seed)
    shown, starts = "", []
    for char in chars:
        starts.append(len(shown))
        form = rng.choice(("NFC", "NFD"))
        shown += char + rng.choice("(（") + unicodedata.normalize(form, SYLLABLES[char]) + rng.choice(")）")
    if not any(char != "的" for char in chars):
        return
    clean, offsets, _ = repair(shown, blocks=False)
    if len(set(chars)) > 1 and max(len(run) for run in _runs(chars)) < 4:
        assert clean == "".join(chars)
        assert [shown_span(offsets, i, i + 1)[0] for i in range(len(chars))] == starts


def _runs(chars: list[str]) -> list[str]:
    runs = [chars[0]]
    for char in chars[1:]:
        if char == runs[-1][0]:
            runs[-1] += char
        else:
            runs.append(char)
    return runs


def test_readings_are_there() -> None:
    assert letters("LǙ4") == ("lv", True)
    assert reads("银行", "yinhang") == 2
    assert reads("银行", "yinxing") == 2
    assert reads("银行", "yinhong") == 0
    assert reads("", "a") == 0


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("排(pai2)队(dui4)的人太多", "排队的人太多"),
        ("鞋/xié/子/zi/开/kāi/胶/jiāo/了", "鞋子开胶了"),
        ("客服 kè fú 一直 yì zhí 不回 bù huí，三天了", "客服一直不回，三天了"),
        ("水(shuǐ)管(guǎng)爆了", "水管爆了"),
        ("那家花(huār)店", "那家花店"),
    ],
)
def test_other_ways_of_writing_pinyin(text: str, clean: str) -> None:
    assert repair(text)[0] == clean


@pytest.mark.parametrize("text", ['它分不清"炸(zhá)酱"和"炸(zhà)弹"', "这家 café 很好", "坐 Citroën 去的"])
def test_what_only_looks_so(text: str) -> None:
    assert repair(text)[0] == text
