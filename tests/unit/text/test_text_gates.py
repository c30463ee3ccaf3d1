"""What a text is spared (`_NEAR`, `_plain`) hides nothing: with and without, the same is found."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from voc.text import blocks, chrome, pii

_HARD = Path(__file__).resolve().parents[2] / "hard" / "text"
_ROWS = [
    json.loads(line)["text"]
    for name in ("pii", "repair")
    for line in (_HARD / f"{name}.open.jsonl").read_text("utf-8").splitlines()
]


def test_texts_without_characters_near_each_other_hold_no_identifier_of_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gated = [pii.find(text) for text in _ROWS]
    monkeypatch.setattr(pii, "_NEAR", re.compile(""))
    assert gated == [pii.find(text) for text in _ROWS]
    assert any(gated)


def test_blocks_are_the_same_for_all_shapes_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    spared = [chrome.blocks(text) for text in _ROWS]
    monkeypatch.setattr(chrome, "_plain", lambda text, cut, sums: False)
    assert spared == [chrome.blocks(text) for text in _ROWS]
    assert any(spared)


@pytest.mark.parametrize(
    "phrase",
    [
        *blocks._GLUED_WORDS.split(),
        *(
            "登录后才能评论",
            "登录后回复",
            "分享到：",
            "回复(3)",
            "赞 (12)",
            "浏览(7)",
            "有用(0)",
            "copyright",
        ),
        *("Copyright", "All rights", "沪ICP", "请关注公众号", "关注微信公众号", "复制这段话", "点击链接"),
        *("戳下方蓝字", "长按识别", "| 首页", "· 首页", "【首页", "[首页", "> 首页", "■首页"),
    ],
)
def test_pieces_begin_at_every_phrase_that_no_sentence_holds(phrase: str) -> None:
    text = f"电池很耐用屏也好{phrase}"
    assert text.index(phrase) in [piece.start for piece in blocks.pieces(text)]
