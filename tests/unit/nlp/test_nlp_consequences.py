"""The harm scale by words: what happened counts; what is feared, denied or offered does not."""

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voc.nlp import consequences
from voc.nlp.lexicon import load
from voc.types import Span


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("用了两天自己烧起来了", 100),
        ("充电的时候突然冒烟", 100),
        ("吃完当晚上吐下泻", 100),
        ("菜里吃出一块玻璃", 100),
        ("孩子的手被烫伤了", 100),
        ("高速上刹车失灵", 100),
        ("玻璃面板突然炸了", 100),
        ("用完脸上过敏了", 100),
        ("屏幕突然炸裂", 100),
        ("手机充电时爆炸了", 100),
        ("我要退货", 30),
        ("已经打12315投诉", 30),
        ("以后再也不来了", 30),
        ("不给退款", 30),
        ("下次不会买了", 30),
        ("用了三天就坏了", 10),
        ("打了三次电话都没人处理", 10),
        ("买到假货", 10),
        ("多收了二十块钱", 10),
        ("一打游戏就发烫", 3),
        ("等了一个小时", 3),
        ("系统卡顿", 3),
        ("垃圾", 1),
        ("一般般", 1),
    ],
)
def test_words_decide(text: str, level: int) -> None:
    found, span = consequences.harm(text, Span(0, len(text)))
    assert found == level
    assert (span is None) == (level == 1)


@pytest.mark.parametrize(
    "text",
    [
        "颜值爆炸",
        "屏幕炸裂好看",
        "音质炸裂",
        "价格爆炸香",
        "爆炸好吃",
        "没有过敏",
        "敏感肌用了也不过敏",
        "担心会爆炸",
        "会不会起火",
        "支持七天无理由退货",
        "可以退货很放心",
        "没有退货",
        "生意火爆",
        "性能爆炸",
        "这个会漏电吗",
        "从来没坏过",
        "请问碎屏险在哪里买",
        "国外能不能用",
        "鱼骨也炸了端上来",
        "退货一点都不麻烦",
        "退款与价保",
        "退货流程清楚",
        "这款更容易爆炸",
    ],
)
def test_what_did_not_happen_is_no_consequence(text: str) -> None:
    assert consequences.harm(text, Span(0, len(text)))[0] < 10


def test_only_words_inside_the_clause_count() -> None:
    text = "外观漂亮，电池自己烧起来了"
    assert consequences.harm(text, Span(0, 4)) == (1, None)
    level, span = consequences.harm(text, Span(5, len(text)))
    assert level == 100
    assert span is not None
    assert "烧" in text[span.start : span.end]


def test_the_gravest_of_overlapping_hits_stays() -> None:
    hits = consequences.find("已经坏了要退货，还冒烟")
    assert [hit.level for hit in hits] == [10, 30, 100]


@given(st.text(max_size=80))
def test_hits_lie_in_the_text_and_do_not_overlap(text: str) -> None:
    hits = consequences.find(text)
    for hit in hits:
        assert 0 <= hit.start < hit.end <= len(text)
    for left, right in itertools.pairwise(hits):
        assert left.end <= right.start


def test_the_cited_words_are_whole() -> None:
    text = "闹钟没响，票钱白花了"
    [hit] = consequences.find(text)
    assert text[hit.start : hit.end] == "钱白花"


@pytest.mark.parametrize(
    "rule",
    [rule for level in load("consequences")["levels"].values() for rule in level.get("patterns", ())],
    ids=lambda rule: rule["pattern"],
)
@given(data=st.data())
def test_what_a_pattern_needs_is_in_everything_it_finds(rule: dict[str, Any], data: st.DataObject) -> None:
    found = data.draw(st.from_regex(rule["pattern"], fullmatch=True))
    assert any(need in found for need in rule["needs"])
