"""Sentences, clauses and passages: cut where a reader would, spans always inside the text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voc.nlp.clauses import clauses, passages, sentences, turns


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("外观漂亮但电池拉胯", ["外观漂亮", "但电池拉胯"]),
        ("屏幕不错，不过太重。拍照也行！", ["屏幕不错", "不过太重", "拍照也行"]),
        ("虽然贵，但是好用", ["虽然贵", "但是好用"]),
        ("但是好用", ["但是好用"]),
        ("油耗13.8，时间12:30到的", ["油耗13.8", "时间12:30到的"]),
        ("外观：好看", ["外观", "好看"]),
        ("……！！", []),
        ("", []),
    ],
)
def test_clauses(text: str, parts: list[str]) -> None:
    assert [text[c.start : c.end] for c in clauses(text)] == parts


def test_turns() -> None:
    assert turns("但电池拉胯") and turns("不过太重") and not turns("电池但")


def test_short_sentences_share_a_passage_and_long_ones_are_cut() -> None:
    text = "好看。好用。" + "，".join(["这一句话说的是同一件事情"] * 12)
    groups = passages(text, limit=40)
    assert [text[c.start : c.end] for c in groups[0]][:2] == ["好看", "好用"]
    assert all(group[-1].end - group[0].start <= 40 for group in groups)
    assert [c for group in groups for c in group] == clauses(text)


@given(st.text(alphabet=st.sampled_from("电池好但是不过，。！ \n：a1~…（）虽然\u3000\ud800"), max_size=80))
def test_spans_are_ordered_and_inside(text: str) -> None:
    at = 0
    for clause in clauses(text):
        assert at <= clause.start < clause.end <= len(text)
        at = clause.end
    for sentence in sentences(text):
        assert text[sentence.start : sentence.end].strip()
    assert [c for group in passages(text) for c in group] == clauses(text)
