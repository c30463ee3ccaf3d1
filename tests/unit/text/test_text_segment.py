"""Segmentation, search tokens, signatures, integrity, language."""

import subprocess
import sys
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voc.errors import ConfigError
from voc.text import language
from voc.text.integrity import judge
from voc.text.segment import Segmenter, search_tokens
from voc.text.signature import signature


@cache
def segmenter(implementation: str) -> Segmenter:
    return Segmenter(implementation=implementation)


def test_jieba_is_imported_only_when_chosen() -> None:
    code = "import sys; from voc.text import segment; segment.plain(); assert 'jieba' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("implementation", ["rjieba", "jieba"])
def test_words_with_places(implementation: str) -> None:
    tokens = Segmenter(implementation=implementation).tokens("手机电池不好 iPhone")
    assert "".join(word for word, _, _ in tokens) == "手机电池不好iPhone"
    for word, start, end in tokens:
        assert "手机电池不好 iPhone"[start:end] == word


@pytest.mark.parametrize("implementation", ["rjieba", "jieba"])
def test_a_users_word_is_cut_as_one(implementation: str) -> None:
    word = "灵犀快充"
    plain = [w for w, _, _ in Segmenter(implementation=implementation).tokens(f"支持{word}吗")]
    own = [
        w
        for w, _, _ in Segmenter([f"{word} 30000 n", "# 注释", ""], implementation=implementation).tokens(
            f"支持{word}吗"
        )
    ]
    assert word not in plain
    assert word in own


@pytest.mark.parametrize("line", ["iQOO充 9000 n", "iqoo充", "\ufeffiQOO充 9000  # 快充"])
def test_a_users_word_matches_in_any_case(line: str) -> None:
    assert ("IQOO充", 2, 7) in Segmenter([line]).tokens("支持IQOO充吗")


def test_a_bad_line_is_named() -> None:
    with pytest.raises(ConfigError):
        Segmenter(["Mate 60 Pro"])
    with pytest.raises(ConfigError):
        Segmenter(["一 二 三 四"])
    with pytest.raises(ConfigError):
        Segmenter(implementation="other")


def test_search_tokens_find_words_pairs_and_numbers() -> None:
    tokens = search_tokens("电池续航差，iPhone15 Pro 3.5mm")
    assert {"电池", "池续", "续航", "iphone15", "pro", "3.5mm"} <= set(tokens)
    assert len(tokens) == len(set(tokens))


@given(st.text(max_size=80))
def test_search_tokens_have_no_blanks(text: str) -> None:
    for token in search_tokens(text):
        assert token
        assert not any(char.isspace() for char in token)


@pytest.mark.parametrize("implementation", ["rjieba", "jieba"])
@given(
    text=st.text(alphabet=st.one_of(st.sampled_from("电池iPhone15İ😭 \n，𠮷"), st.characters(codec="utf-8")))
)
def test_words_stand_where_they_say(implementation: str, text: str) -> None:
    last = 0
    for word, start, end in segmenter(implementation).tokens(text):
        assert text[start:end] == word != ""
        assert start >= last
        last = end


def test_signature_reads_letters_and_digits_only() -> None:
    assert signature("很好！ ABC") == signature("很好abc。")
    assert signature("很好") != signature("不好")
    assert signature("！！") == ""
    assert len(signature("a")) == 16


@pytest.mark.parametrize(
    "text", ["此用户没有填写评价。", "该用户未填写评价内容", "系统默认好评！", "此用户没有填写评论"]
)
def test_default_praise(text: str) -> None:
    assert judge(text).label == "default"


@pytest.mark.parametrize("text", ["此用户没有填写评价，我来写一个：很好用", "默认好评太烦了", "评价很好"])
def test_own_words_are_clean(text: str) -> None:
    assert judge(text).label == "clean"


def test_language() -> None:
    assert [language.language_of(t) for t in ("电池不行", "battery is bad", "バッテリー", "666", "")] == [
        "zh",
        "en",
        "other",
        "zh",
        "zh",
    ]
