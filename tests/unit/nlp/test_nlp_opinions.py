"""Opinions with the models that travel along: what is said, about what, how, about which product."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voc.nlp.catalogue import Catalogue
from voc.nlp.lexicon.polarity import opinion_words
from voc.nlp.opinions import OpinionReader
from voc.nlp.rawopinion import RawOpinion
from voc.nlp.taxonomy import Taxonomy
from voc.registry import Registry
from voc.types import Span


@cache
def _reader(pack: str) -> OpinionReader:
    tree = Taxonomy.load(pack)
    return OpinionReader(Registry(), tree, Catalogue.of(tree))


def _read(pack: str, text: str, product: str | None = None) -> list[RawOpinion]:
    return _reader(pack).read([text], [product])[0]


def _brief(text: str, opinions: list[RawOpinion]) -> list[tuple[str | None, str, str | None, str | None]]:
    def words(span: Span | None) -> str | None:
        return None if span is None else text[span.start : span.end]

    return [(o.label.node, o.sentiment, words(o.target), words(o.opinion)) for o in opinions]


def test_two_aspects_of_a_sentence_are_two_opinions() -> None:
    text = "外观漂亮但电池拉胯"
    assert _brief(text, _read("phone", text)) == [
        ("design.look", "positive", "外观", "漂亮"),
        ("battery", "negative", "电池", "拉胯"),
    ]


@pytest.mark.parametrize("pack", Taxonomy.packs())
@pytest.mark.parametrize("text", ["今天是星期一", "我们去公园玩了一下午", "", "！！！", "12345"])
def test_nothing_about_any_aspect_is_no_opinion(pack: str, text: str) -> None:
    assert _read(pack, text) == []


def test_a_plain_statement_is_neutral_without_opinion_words() -> None:
    (fuel,) = _read("car", "油耗13.8")
    assert (fuel.label.node, fuel.sentiment, fuel.opinion) == ("fuel", "neutral", None)
    assert fuel.target == Span(0, 2) and not fuel.implicit


def test_a_wish_and_a_question_are_not_blame() -> None:
    for text in ("希望下个版本能加快充", "请问什么时候能发货"):
        assert [o.sentiment for o in _read("phone", text)] == ["neutral"]


def test_what_is_implied_has_no_target() -> None:
    (price,) = _read("general", "太贵了")
    assert price.label.node == "price" and price.sentiment == "negative"
    assert price.implicit and price.target is None and price.term == "太贵"


def test_better_than_another_product_praises_one_and_blames_the_other() -> None:
    text = "续航比苹果15好"
    found = [(o.label.node, o.sentiment, o.product) for o in _read("phone", text, "星河 X1")]
    assert found == [("battery.life", "positive", None), ("battery.life", "negative", "iPhone 15")]


def test_one_s_own_product_is_not_named() -> None:
    for text in ("星河X1续航很好", "星河的续航很好"):
        assert [o.product for o in _read("phone", text, "星河 X1")] == [None]
    assert [o.product for o in _read("phone", "小米的拍照很清晰", "星河 X1")] == ["小米"]
    assert [o.product for o in _read("phone", "从苹果15换过来的，信号很好", "星河 X1")] == [None]


def test_several_texts_at_once_give_what_each_gives_alone() -> None:
    texts = ["屏幕很清晰", "今天是星期一", "充电太慢，客服也不理人"]
    assert _reader("phone").read(texts, [None] * 3) == [_read("phone", text) for text in texts]


def test_a_new_node_gets_mentions_by_likeness_to_its_examples(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(
        "name: own\nversion: 1\nnodes:\n- {id: hinge, name: 铰链, examples: [合上的时候留了一条很宽的缝]}\n",
        "utf-8",
    )
    tree = Taxonomy.load(path)
    reader = OpinionReader(Registry(), tree, Catalogue.of(tree))
    (opinion,) = reader.read(["合上的时候有一条很宽的缝"], [None])[0]
    assert opinion.label.node == "hinge" and opinion.implicit


@pytest.mark.parametrize(
    ("text", "words", "polarity"),
    [
        ("非常好用", "非常好用", 1),
        ("不便宜", "不便宜", -1),
        ("一点都不卡", "不卡", 1),
        ("没有卡顿", "没有卡顿", 1),
        ("特别合适", "特别合适", 1),
        ("快递很快", "很快", 1),
        ("不是很耐用", "不是很耐用", -1),
    ],
)
def test_negation_and_degree_belong_to_the_words(text: str, words: str, polarity: int) -> None:
    (found,) = opinion_words(text)
    assert (text[found.start : found.end], found.polarity) == (words, polarity)


_PIECES = st.sampled_from(
    [
        "屏幕",
        "续航",
        "电池",
        "很好",
        "不行",
        "但",
        "，",
        "。",
        "比苹果15",
        "太贵了",
        "发烫",
        "😀",
        " ",
        "a",
        "İ",
        "\n",
        "小米",
    ]
)


@settings(max_examples=60, deadline=None)
@given(st.lists(_PIECES, max_size=25).map("".join), st.sampled_from(["phone", "car", "restaurant"]))
def test_every_span_is_inside_its_clause_and_the_text(text: str, pack: str) -> None:
    for opinion in _read(pack, text):
        assert 0 <= opinion.clause.start < opinion.clause.end <= len(text)
        for span in (opinion.target, opinion.opinion):
            if span is not None:
                assert opinion.clause.start <= span.start < span.end <= opinion.clause.end
        assert -1.0 <= opinion.score <= 1.0 and 0.0 <= opinion.confidence <= 1.0
        assert (opinion.target is None) == opinion.implicit
        assert opinion.sentiment != "neutral" or opinion.opinion is None
        assert opinion.label.node in _reader(pack).mapper.taxonomy.nodes
