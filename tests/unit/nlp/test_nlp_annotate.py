"""`voc annotate` keeps the shape of its contract, whatever stands in a line."""

from __future__ import annotations

import functools
import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from voc.nlp.annotate import Limits, annotate_lines
from voc.nlp.engine import Engine
from voc.text.stage import TextStage
from voc.types import EMOTIONS, INTENTS, SENTIMENTS


@functools.cache
def _engine() -> Engine:
    return Engine.load(profile="fast", taxonomy="phone")


def _annotate(*lines: Any, limits: Limits | None = None) -> list[dict[str, Any]]:
    raw = [
        line if isinstance(line, bytes) else json.dumps(line, ensure_ascii=False).encode() for line in lines
    ]
    return list(annotate_lines(raw, engine=_engine(), stage=TextStage(), limits=limits))


def _holds(answer: dict[str, Any]) -> None:
    text = answer["text"]
    assert answer["sentiment"]["label"] in SENTIMENTS
    assert answer["emotion"]["label"] in (*EMOTIONS, None)
    for intent in answer["intents"]:
        assert intent["label"] in INTENTS
        assert 0 <= intent["start"] < intent["end"] <= len(text)
    for mention in answer["mentions"]:
        for name in ("target", "opinion", "harm_words"):
            span = mention[name]
            assert span is None or span["text"] == text[span["start"] : span["end"]] != ""
        assert 0 <= mention["clause"]["start"] < mention["clause"]["end"] <= len(text)
        assert mention["sentiment"] in SENTIMENTS
        assert -1 <= mention["score"] <= 1
        assert 0 <= mention["confidence"] <= 1
        assert mention["aspect_path"] == [] or mention["aspect_path"][-1] == mention["aspect_name"]
    for mark in answer["pii"]:
        assert text[mark["start"] : mark["end"]] == f"<{mark['type'].upper()}>"


def test_the_example_of_the_contract() -> None:
    [answer] = _annotate({"id": "r1", "text": "外观漂亮但电池拉胯，希望下个版本能加快充，电话13800138000"})
    _holds(answer)
    assert answer["text"] == "外观漂亮但电池拉胯，希望下个版本能加快充，电话<MOBILE>"
    assert answer["pii"] == [{"type": "mobile", "start": 23, "end": 31}]
    assert {"label": "wish", "start": 10, "end": 20, "confidence": 0.9} in answer["intents"]
    looks = next(m for m in answer["mentions"] if m["target"] and m["target"]["text"] == "外观")
    assert looks["sentiment"] == "positive"
    assert looks["opinion"] == {"text": "漂亮", "start": 2, "end": 4}
    power = next(m for m in answer["mentions"] if m["target"] and m["target"]["text"] == "电池")
    assert power["sentiment"] == "negative"
    assert power["harm"] >= 1


def test_ids_order_and_bad_lines() -> None:
    answers = _annotate(
        {"native_id": "n1", "text": "很好"},
        b"   \n",
        {"text": "一般"},
        b"{broken",
        [1],
        {"id": 7},
        {"id": "t", "turns": [{"role": "staff", "text": "您好"}, {"role": "customer", "text": "屏幕坏了"}]},
        {"id": "long", "text": "长" * 50},
        {"id": "x", "text": 5},
        limits=Limits(max_text_chars=20, max_line_bytes=1000),
    )
    assert [a["id"] for a in answers] == ["n1", "3", "4", "5", "7", "t", "long", "x"]
    codes = [a.get("error", {}).get("code") for a in answers]
    assert codes == [None, None, "VOC-E300", "VOC-E300", "VOC-E301", None, "VOC-E302", "VOC-E305"]
    assert answers[5]["text"] == "屏幕坏了"


def test_copies_are_judged_inside_the_input() -> None:
    long = "这个手机的电池真的非常不耐用，一天要充三次电，太麻烦了"
    answers = _annotate(
        {"text": long, "author": {"id": "a"}},
        {"text": long + "！", "author": {"id": "b"}},
        {"text": "物流太慢", "author": {"id": "a"}},
        {"text": "物流太慢", "author": {"id": "b"}},
        {"text": "物流太慢", "author": {"id": "a"}},
    )
    assert [a["integrity"]["label"] for a in answers] == ["clean", "copied", "clean", "clean", "copied"]


def test_labels_and_ratings_never_reach_a_model() -> None:
    plain, labelled = (
        _annotate({"text": "电池不行", **more})[0] for more in ({}, {"rating": 5, "sentiment": "positive"})
    )
    assert plain == labelled


@given(st.lists(st.text(max_size=60), max_size=5))
@settings(max_examples=40)
def test_any_text_keeps_the_contract(texts: list[str]) -> None:
    answers = _annotate(*[json.dumps({"text": text}).encode() for text in texts])
    assert len(answers) == len(texts)
    for answer in answers:
        if "error" not in answer:
            _holds(answer)
