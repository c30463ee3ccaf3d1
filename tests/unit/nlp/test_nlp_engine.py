"""The committed models behind one call: spans, consequences, what is no opinion, whose product it is."""

from __future__ import annotations

import functools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voc.errors import ConfigError
from voc.nlp.engine import Engine
from voc.text.stage import TextStage
from voc.types import Analysis, CleanText

STAGE = TextStage()
# Pieces of reviews put together at random, with the dirt that real ones have.
_PIECES = (
    *("电池不耐用", "屏幕很清晰！！！", "充电的时候冒烟了", "客服不理人，", "物流很快。", "希望加快充"),
    *("油耗13.8", "\u200b", "這個手機", "　", "哈哈哈哈哈", "电话13800138000", "比iPhone好", "我要退货\n"),
    *("一般", "？", "ＡＢＣ"),
)
PIECES = st.lists(st.sampled_from(_PIECES), max_size=12).map("".join)


@functools.cache
def _engine(taxonomy: str) -> Engine:
    return Engine.load(profile="fast", taxonomy=taxonomy)


def _read(text: str, *, taxonomy: str = "phone", product: str | None = None) -> tuple[CleanText, Analysis]:
    clean = STAGE.clean(text)
    return clean, _engine(taxonomy).analyse([clean], [product])[0]


@given(PIECES)
@settings(max_examples=80)
def test_every_span_lies_in_the_shown_text(text: str) -> None:
    clean, found = _read(text)
    size = len(clean.text)
    assert len(found.labels) == len(found.opinions)
    for opinion in found.opinions:
        assert 0 <= opinion.clause.start < opinion.clause.end <= size
        for span in (opinion.target, opinion.opinion, opinion.harm_span):
            assert span is None or 0 <= span.start < span.end <= size
        assert (opinion.harm > 0) <= (opinion.sentiment == "negative" or opinion.harm == 100)
        assert opinion.harm_span is None or opinion.harm > 0
    for intent in found.intents:
        assert 0 <= intent.start < intent.end <= size


def test_a_batch_equals_its_singles() -> None:
    texts = ["电池不耐用，屏幕很清晰", "", "客服不理人，要退货", "今天天气", "充电冒烟！"]
    cleans = [STAGE.clean(text) for text in texts]
    batch = _engine("phone").analyse(cleans, [None] * len(cleans))
    assert batch == [_engine("phone").analyse([clean], [None])[0] for clean in cleans]


def test_two_aspects_two_opinions() -> None:
    clean, found = _read("外观漂亮但电池拉胯")
    assert {o.sentiment for o in found.opinions} == {"positive", "negative"}
    assert len(found.opinions) == 2
    assert [clean.text[o.target.start : o.target.end] for o in found.opinions if o.target] == ["外观", "电池"]


def test_a_loss_in_a_clause_of_its_own_finds_its_opinion() -> None:
    clean, found = _read("这电池用了两天，自己烧起来了")
    worst = max(found.opinions, key=lambda o: o.harm)
    assert worst.harm == 100
    assert worst.sentiment == "negative"
    assert "烧" in clean.text[worst.clause.start : worst.clause.end]
    assert worst.harm_span is not None
    assert "烧" in clean.text[worst.harm_span.start : worst.harm_span.end]


def test_safety_is_never_lost_for_want_of_a_node() -> None:
    _, found = _read("用着用着突然爆炸了", taxonomy="general")
    assert max(o.harm for o in found.opinions) == 100


def test_what_says_nothing_about_an_aspect_is_no_mention() -> None:
    for text in ("今天和同事一起来的", "哈哈哈", "666", ""):
        assert _read(text)[1].opinions == ()


def test_a_neutral_statement_is_a_mention_without_opinion_words() -> None:
    _, found = _read("油耗13.8", taxonomy="car")
    assert [(o.sentiment, o.opinion, o.harm) for o in found.opinions] == [("neutral", None, 0)]


def test_text_that_nobody_wrote_holds_no_opinion() -> None:
    clean, found = _read("此用户没有填写评价。")
    assert clean.integrity.label == "default"
    assert (found.opinions, found.intents, found.sentiment.label) == ((), (), "neutral")


def test_praise_is_no_pain() -> None:
    _, found = _read("支持七天无理由退货，客服态度很好")
    assert all(o.harm == 0 for o in found.opinions if o.sentiment == "positive")


def test_every_label_says_who_made_it() -> None:
    _, found = _read("电池不耐用")
    assert set(found.models) == {"sentiment", "emotion", "service_intent", "opinions", "aspects"}
    assert found.taxonomy.startswith("phone@")


def test_profiles_without_models_are_refused() -> None:
    with pytest.raises(ConfigError, match="VOC-E205"):
        Engine.load(profile="deep", taxonomy="phone")
    with pytest.raises(ConfigError, match="VOC-E203"):
        Engine.load(profile="fast", taxonomy="nothing")
