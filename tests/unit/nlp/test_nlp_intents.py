"""Intents by words, cited by their clause."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voc.nlp import intents
from voc.types import Opinion, Span


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("外观漂亮，希望下个版本能加快充，谢谢", "wish"),
        ("建议增加小份菜", "wish"),
        ("要是有深色模式就好了", "wish"),
        ("请问怎么连蓝牙", "question"),
        ("这个可以退吗？", "question"),
        ("担心用久了会坏", "concern"),
        ("强烈推荐给大家", "recommend"),
        ("再也不会买了", "churn"),
        ("已经是第二次购买了", "repurchase"),
        ("从苹果换成了华为", "switch"),
    ],
)
def test_a_marker_gives_its_intent(text: str, label: str) -> None:
    assert label in {intent.label for intent in intents.find(text)}


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("不推荐购买", "recommend"),
        ("不建议买", "wish"),
        ("哪怕贵一点", "concern"),
        ("不用担心质量", "concern"),
        ("不会再来了", "repurchase"),
        ("超出期待", "wish"),
        ("屏幕很好", "question"),
    ],
)
def test_a_silencer_keeps_it_quiet(text: str, label: str) -> None:
    assert label not in {intent.label for intent in intents.find(text)}


def test_the_clause_is_cited() -> None:
    text = "外观漂亮但电池拉胯，希望下个版本能加快充，电话<MOBILE>"
    wish = next(i for i in intents.find(text) if i.label == "wish")
    assert (wish.start, wish.end) == (10, 20)
    assert text[wish.start : wish.end] == "希望下个版本能加快充"


def test_opinions_give_complaints_and_praise_once_a_clause() -> None:
    clause = Span(0, 4)
    bad = Opinion(clause, "negative", -0.8, 0.9)
    again = Opinion(clause, "negative", -0.5, 0.7)
    good = Opinion(Span(5, 9), "positive", 0.8, 0.9)
    unsure = Opinion(Span(10, 12), "negative", -0.1, 0.4)
    found = intents.from_opinions([bad, again, good, unsure, Opinion(clause, "neutral", 0, 0.9)])
    assert [(i.label, i.start, i.end, i.confidence) for i in found] == [
        ("complaint", 0, 4, 0.9),
        ("praise", 5, 9, 0.9),
    ]


@given(st.text(alphabet="希望建议吗？，。 不推荐再来换成了ab", max_size=60))
def test_spans_hold(text: str) -> None:
    for intent in intents.find(text):
        assert 0 <= intent.start < intent.end <= len(text)
