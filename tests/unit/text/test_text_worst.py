"""No text makes a pattern of the text stage slow: the worst pieces of each, repeated."""

import time

import pytest

from voc.text.repair import repair
from voc.text.source import visible

WORST = [
    *(
        "会(huì)",
        "会(hui)",
        "(nǐ)",
        "(",
        "（a",
        "会(a a a a a ",
        "很 好 ",
        "很  ",
        "好 ,",
        "\n \n",
        "a ",
        "。 ",
        "…",
    ),
    *(
        "同一句话写了很多很多很多很多遍了\n",
        "同一句话写了很多很多很多很多遍了",
        "ab\nab\ncd\n",
        "xyxyxyxyxyxyxyxz",
    ),
    *(
        "赞(1) ",
        "首页 > ",
        "|",
        "【",
        "> ",
        "-> ",
        "登录后评论",
        "© ",
        "展开全文",
        "·",
        "相关阅读\n标题\n",
        "”。”",
    ),
    *(
        "<a ",
        "<a href=x ",
        "<b b b b",
        "<o:p",
        "&amp;",
        "❤️",
        "👨‍",
        "\ufe0f",
        "電",
        "著",
        "昇騰",
        "の",
        "<EMAIL>",
    ),
]
_CHARS = 100_000
_LIMIT_S = 4.0  # ten times what it takes on a slow core; quadratic code takes minutes


@pytest.mark.parametrize("piece", WORST, ids=ascii)
def test_time_is_linear(piece: str) -> None:
    text = piece * (_CHARS // len(piece))
    began = time.process_time()
    repair(visible(text))
    assert time.process_time() - began < _LIMIT_S
