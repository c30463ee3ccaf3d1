"""Integrity: damage is named with its evidence, what people write is left alone, neither takes long."""

from __future__ import annotations

import json
import random
import time
from itertools import pairwise
from pathlib import Path

import pytest

from voc.signs import Sign
from voc.text.default_praise import is_default
from voc.text.integrity import composed, judge
from voc.text.stage import TextStage
from voc.train import damage
from voc.types import QUARANTINED, Integrity

SAMPLES = Path(__file__).resolve().parents[3] / "samples"

# Written for this test: genres that look odd to counts of neighbours.
CLEAN = {
    "ticket": "工单描述：用户于9月3日20时反映宽带频繁掉线。处理过程：9月4日上门，更换光猫一台，测速下"
    "行487兆；"
    "9月6日用户再次来电，称夜间仍掉线两次。现场核实为楼道分光器接头松动，已重新熔接。用户要求减免当月"
    "费用，待审批。",
    "rage": "我服了！！！真的服了！！！等了四个小时！！！四个小时啊！！！打电话没人接，发消息没人回，"
    "去店里店门锁着！！！"
    "钱倒是收得比谁都快！！！我就问一句，你们还想不想干了？不想干趁早关门，别出来祸害人！！！",
    "verse": "春天来的时候\n我还没有修好那把旧伞\n雨就一下一下\n敲在铁皮上\n像谁在数钱\n师傅说放着吧"
    "\n放到夏天\n夏天我没去\n"
    "秋天也没去\n今年冬天路过\n店还在\n伞挂在门口\n替他看着天",
    "survey": "1、速度：慢。2、态度：好。3、价格：高。4、会不会再来：看情况。5、最想改进：排队。6、推"
    "荐给朋友：不会。"
    "7、其他意见：洗手间没有纸，门口的灯坏了，小票字太小看不清，老人座位不够，孩子没有地方玩。",
    "slang": "家人们谁懂啊，这个充电宝真的绝绝子，掏出来跟板砖似的，走哪都像要跟人干架。不过电是真的"
    "顶，追剧一下午才掉了"
    "三格，冲就完了。唯一的槽点就是指示灯太亮，晚上宿舍开着跟蹦迪一样，舍友差点跟我急眼。",
    "praise": "第三次回购了。妈妈用了说腿不那么沉，爸爸嘴上说浪费钱，晚上自己偷偷拿去用。客服很耐心，"
    "教了我两遍怎么调力度，"
    "还提醒我先从最轻的开始。包装也结实，寄到乡下一点都没磕碰。希望电源线能再长一点，插座离床有点远。",
    "offer": "冲着满两百减五十去的，凑单凑到两百零三，结账说酒水不算，又加了一份青菜才够。算下来人均"
    "一百一，不便宜也不贵。"
    "服务员没有逼着加微信，这点好评。优惠券有效期只有一周，我们住得远，多半用不上了。",
}
ADVERT = (
    "【老房翻新节】二十年装修团队，水电改造、防水补漏、墙面刷新一站式搞定，先施工后付款，不满意不收钱"
    "。本月签约送全屋"
    "开关面板，再减人工费一千二。免费上门量房，免费出报价，名额只有十五户，订满为止。咨询热线<MOBILE"
    ">，加微信<IM>领"
    "设计图，街坊邻居一起报名还有团购价，赶紧联系我们吧！"
)
STORY = (
    "上个月在这家店买了一台洗衣机，送货的师傅很准时，搬上六楼也没有多收钱。安装的时候发现进水管短了一"
    "截，师傅回车上拿了"
    "一根长的换上。用到第二个星期，脱水的时候开始抖，声音大得楼下都来敲门。打客服电话，排队排了二十分"
    "钟，客服说先把四个脚"
    "调平。我照着说明书调了，好了两天又抖。后来师傅上门，说是运输的螺丝没有拆干净，拆掉以后就安静了。"
    "整个过程态度都还可以，"
    "就是当初安装的时候要是仔细一点，也不会折腾这么久。"
)


def _texts(least: int) -> list[str]:
    lines = (SAMPLES / "restaurant_reviews.jsonl").read_text("utf-8").splitlines()
    return [text for line in lines if len(text := json.loads(line)["text"]) >= least]


@pytest.mark.parametrize(
    "text",
    [
        "此用户没有填写评价。",
        "系统默认好评!",
        "该会员未在规定时间内评价，系统默认好评",
        "买家超时未作出评价，平台自动给予五星好评。",
        "您还没有发表评论",
        "15天内买家未作出评价",
    ],
)
def test_default_praise_in_its_forms(text: str) -> None:
    found = judge(text)
    assert (found.label, found.score, found.flags) == ("default", 1.0, ("default",))


@pytest.mark.parametrize(
    "text",
    [
        "懒得写了，默认好评",
        "没有评价就是最好的评价",
        "系统好评多，实际一般",
        "用户体验没有评论说的好",
        "客户没有填写",
        "",
    ],
)
def test_what_people_write_about_praise_is_theirs(text: str) -> None:
    assert not is_default(text)
    assert judge(text).label == "clean"


@pytest.mark.parametrize("genre", sorted(CLEAN))
def test_genres_are_not_quarantined(genre: str) -> None:
    found = judge(CLEAN[genre])
    assert not found.quarantined, found
    assert found.label == "clean" or found.label in ("truncated", "chrome")


def test_few_of_the_sample_reviews_are_quarantined() -> None:
    texts = _texts(0)
    wrong = [text for text in texts if judge(text).quarantined]
    assert len(wrong) <= 0.02 * len(texts)


def test_an_advert_is_named_by_what_it_says() -> None:
    found = judge(ADVERT)
    assert found.label == "advert"
    assert found.quarantined
    (sign,) = [sign for sign in found.signs if sign.label == "advert"]
    assert {"<MOBILE>", "免费"} & set(sign.words)
    assert all(ADVERT[start:end] in sign.words for start, end in sign.spans)


def test_an_advert_that_a_customer_quotes_is_no_advert() -> None:
    quoted = f"快递里夹了一张传单，写着“{ADVERT}”。我只买了个开关，看得哭笑不得，东西倒是没问题，装上"
    "就能用。"
    assert judge(quoted).label != "advert"


def test_a_copy_of_itself() -> None:
    assert judge(STORY).label == "clean"
    for text in (STORY + STORY, STORY + "\n" + STORY, "质量很好，下次还会再来买的，推荐大家。" * 9):
        found = judge(text)
        assert "copied" in found.flags, found
        assert found.score >= 0.5


def test_stuffing_is_named_by_its_phrase() -> None:
    parts = STORY.split("，")
    found = judge("，洗衣机维修电话，".join(parts))
    assert found.label == "stuffed"
    (sign,) = [sign for sign in found.signs if sign.label == "stuffed"]
    assert any(word.startswith("洗衣机维修电话×") for word in sign.words)
    assert ("洗衣机维修电话") in {"，洗衣机维修电话，".join(parts)[start:end] for start, end in sign.spans}


def test_replacements_are_named() -> None:
    new = STORY
    put = "声音声响 时候时刻 态度立场 仔细细心 发现发明 电话德律风 以后往后 开始起头 安静宁静"
    for pair in put.split():
        new = new.replace(pair[:2], pair[2:])
    found = judge(new)
    assert found.label == "spun"
    (sign,) = [sign for sign in found.signs if sign.label == "spun"]
    assert "德律风→电话" in sign.words
    assert "德律风" in [new[start:end] for start, end in sign.spans]


def test_words_in_another_order() -> None:
    mixed = damage.shuffle(STORY, random.Random(4), unit="words", part=1.0)
    assert "shuffled" in judge(mixed.text).flags
    assert judge(mixed.text).score > judge(STORY).score


def test_a_cut_end() -> None:
    place = STORY.index("师傅上门，说是运输的螺") + len("师傅上门，说是运输的螺")
    found = judge(STORY[:place])
    assert found.label == "truncated"
    assert not found.quarantined
    (sign,) = found.signs
    assert sign.spans[0][1] == place


def test_a_page_is_furniture() -> None:
    page = (
        "首页 > 手机频道 > 商品评价\n登录 | 注册 | 我的订单 | 购物车 | 网站导航 | 帮助中心\n全部评价"
        " 好评(1200) 中评(30) 差评(8)\n"
        "挺好的\n有用(2) 回复(0) 举报\n上一页 1 2 3 下一页 尾页\n关于我们 | 联系我们 | 友情链接 | 隐"
        "私政策 | 版权所有 京ICP备"
    )
    found = judge(page)
    assert "chrome" in found.flags
    assert found.label not in QUARANTINED


@pytest.mark.parametrize("kinds", [{"synonyms": 1.0}, {"sounds": 1.0}, {"opposites": 1.0}], ids=str)
def test_the_score_of_spinning_rises_with_its_strength(kinds: dict[str, float]) -> None:
    texts = _texts(150)[:40]
    means = []
    for part in (0.0, 0.3, 0.6, 1.0):
        scores = []
        for place, text in enumerate(texts):
            spun = damage.spin(text, random.Random(place), part=part, kinds=kinds).text
            scores.append(_of(judge(spun), "spun"))
        means.append(sum(scores) / len(scores))
    assert means == sorted(means)
    assert means[-1] > means[0] + 0.2


@pytest.mark.parametrize("form", ["sentence", "bracket", "inside"])
def test_the_score_of_stuffing_rises_with_its_strength(form: str) -> None:
    texts = _texts(150)[:40]
    means = []
    for part in (0.0, 0.15, 0.3, 0.45):
        stuffed = [
            damage.stuff(
                text, random.Random(place), ["装修公司哪家好", "装修报价"], part=part, form=form
            ).text
            for place, text in enumerate(texts)
        ]
        means.append(sum(_of(judge(text), "stuffed") for text in stuffed) / len(stuffed))
    # Near 1 it stands still: phrases that meet one another look like passages, too.
    assert all(new >= old - 0.02 for old, new in pairwise(means))
    assert means[0] < 0.3 < 0.8 < means[-1]


def _of(found: Integrity, label: str) -> float:
    """The label's score, as far as the answer says it: of a clean text no label passes a half."""
    return next((sign.score for sign in found.signs if sign.label == label), min(found.score, 0.5))


def test_evidence_stands_in_the_shown_text() -> None:
    raw = (
        "  此 &amp; "
        + STORY.replace("声音", "声響\u200b").replace("电话", "德律风").replace("时候", "时刻") * 2
    )
    clean = TextStage().clean(raw)
    assert clean.integrity.signs
    for sign in clean.integrity.signs:
        assert sign.reason
        for start, end in sign.spans:
            assert 0 <= start < end <= len(clean.text)


def test_the_gravest_is_the_label() -> None:
    signs = [
        Sign("truncated", 0.9, "x"),
        Sign("copied", 0.6, "x"),
        Sign("stuffed", 0.55, "x"),
        Sign("advert", 0.4, "x"),
    ]
    found = composed(signs)
    assert (found.label, found.score, found.flags) == ("stuffed", 0.55, ("stuffed", "copied", "truncated"))
    assert composed([Sign("spun", 0.49, "x")]) == Integrity(score=0.49)


@pytest.mark.parametrize(
    "piece",
    [
        "在",
        "没有",
        "的时候",
        "此用户没有",
        "（好）",
        "1、",
        "第一，",
        "，",
        "9月3日",
        "<MOBILE>微信",
        "“",
        "首页 | ",
        STORY,
        "a ",
        "😀",
    ],
)
def test_a_megabyte_takes_linear_time(piece: str) -> None:
    text = (piece * (1_000_000 // len(piece.encode()) + 1)).encode()[:1_000_000].decode("utf-8", "ignore")
    judge(STORY)  # the model is read
    began = time.process_time()
    judge(text)
    assert time.process_time() - began <= 2.0
