"""Site furniture, promotion and pasted paragraphs go; what customers say about them stays."""

import itertools
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voc.text.blocks import ALWAYS, ANY, LENGTHS, described, pieces, possible, shapes
from voc.text.chrome import blocks
from voc.text.repair import mend, repair
from voc.text.stage import TextStage
from voc.train.blocks.grammar import line, templates

BODY = "电池很耐用，用了三天还有电，就是充电慢。"


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ("首页 > 手机数码 > 手机 > 商品评价\n", "", "chrome"),
        ("", "\n赞(12) 回复(3) 举报", "chrome"),
        ("", "\n登录后才能发表评论 立即注册", "chrome"),
        ("", "\n上一篇：空调不制冷怎么办\n下一篇：十万块买什么车好", "chrome"),
        ("", "\n相关阅读\n· 新手上路怎么停车\n· 冬天要不要热车", "chrome"),
        ("", "\nCopyright © 2009-2022 某某网 版权所有 京ICP备12345678号", "chrome"),
        ("", "展开全文", "chrome"),
        ("", " 分享到：微信 微博 QQ空间", "chrome"),
        ("", "\n关于我们 | 联系我们 | 广告服务 | 网站地图", "chrome"),
        ("", "\n关注公众号“小鹿好物”，回复“领券”领取优惠券！", "promo"),
        ("", "\n加微信<IM>领5元红包，备注“好评”", "promo"),
        ("", "\n复制这段话，打开手机淘宝即可领券", "promo"),
    ],
)
def test_what_others_wrote_goes(before: str, after: str, kind: str) -> None:
    text = before + BODY + after
    clean, offsets, mended = repair(text)
    assert clean == BODY
    assert {one.kind for one in mended} == {kind}
    assert (offsets[0], offsets[-1]) == (len(before), len(before) + len(BODY))  # no span reaches into it


@pytest.mark.parametrize("text", templates("lookalikes")[::7])
def test_what_customers_say_stays(text: str) -> None:
    assert mend(BODY + "\n" + text).whole == repair(BODY + "\n" + text)[0]


def test_a_block_between_paragraphs_is_nobodys_span() -> None:
    text = f"{BODY}\n发表评论 登录 | 注册 回复(3) 举报\n客服三天没有回复我。"
    clean, offsets, _ = repair(text)
    assert clean == f"{BODY}\n客服三天没有回复我。"
    assert text[offsets[0] : offsets[len(BODY)]] == BODY
    assert text[offsets[len(BODY) + 1] :] == "客服三天没有回复我。"


@pytest.mark.parametrize("text", ["登录 | 注册", "加微信领券，全场包邮！", "举报", ""])
def test_something_is_always_left(text: str) -> None:
    assert repair(text)[0] == text


def test_integrity_and_questions_see_the_whole() -> None:
    text = BODY + "\n赞(12) 回复(3) 举报"
    assert mend(text).whole == text
    assert repair(text, blocks=False)[0] == text


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        (f"{BODY}\n{BODY}", BODY),
        (BODY * 3, BODY),
        (f"{BODY}\n包装破了。\n{BODY}\n包装破了。", f"{BODY}\n包装破了。"),
        ("退款！退款！退款！", "退款！退款！退款！"),
        ("下雨，没带伞。\n店员借我一把。\n下雨，没带伞。", "下雨，没带伞。\n店员借我一把。\n下雨，没带伞。"),
    ],
)
def test_pasted_again_goes_and_a_refrain_stays(text: str, clean: str) -> None:
    assert repair(text)[0] == clean


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 1 << 30))
def test_pages_hold_what_always_holds(seed: int) -> None:
    rng = random.Random(seed)
    names = ("chrome", "promotion", "lookalikes", "titles")
    lines = [line(rng.choice(templates(rng.choice(names))), rng) for _ in range(rng.randint(1, 8))]
    text = rng.choice(("\n", " ", "\n\n")).join(lines)
    clean, offsets, _ = repair(text)
    assert repair(clean)[0] == clean
    assert len(offsets) == len(clean) + 1
    assert all(a < b for a, b in itertools.pairwise(offsets))
    assert offsets[-1] <= len(text)
    assert bool(clean) == bool(text.strip())
    cut = pieces(clean)
    assert all(a.end <= b.start for a, b in itertools.pairwise(cut))
    assert len(list(described(clean, cut))) == len(cut)
    found = blocks(text)
    assert all(a.end <= b.start for a, b in itertools.pairwise(found))


def test_the_stage_masks_before_it_cuts() -> None:
    found = TextStage().clean(f"{BODY}\n订购热线：13800138000（微信同号）")
    assert "13800138000" not in found.text + found.clean
    assert found.clean == BODY


@pytest.mark.parametrize(
    "said",
    [
        "街坊们，新到山东蜜薯，前二十位半价，晚来没有！",
        "扫桌角的码加店长，领八元代金券，仅限今晚",
        "三二一，上链接，没抢到的宝宝扣2，运营再加三十单",
        "刷手日结，一单六元，不押金，想做的私我",
    ],
)
def test_promotion_in_other_words_goes(said: str) -> None:
    assert repair(f"{BODY}\n{said}")[0] == BODY


@pytest.mark.parametrize("text", templates("honest")[::5])
def test_what_customers_say_of_promotion_stays(text: str) -> None:
    said = line(text, random.Random(7))
    assert mend(f"{BODY}\n{said}").whole == repair(f"{BODY}\n{said}")[0]


def test_every_shape_of_a_piece_is_reckoned_with() -> None:
    text = f"{BODY}\n加微信领券，全场8折！\n相关阅读\n· 新手上路怎么停车\n首页 新闻 体育 登录 12\n我没领到"
    cut = pieces(text)
    reckoned = {"#comma", *LENGTHS, *ALWAYS, *(name for group in possible(text, cut) for name in group)}
    found = {name for names in shapes(text, cut) for name in names}
    assert found <= reckoned
    assert {name for group in possible(text, cut) for name in group} <= {
        name for group in ANY for name in group
    }
    assert {"#pitch offer call", "#listed", "#menu", "#digits"} <= found
