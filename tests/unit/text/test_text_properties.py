"""What always holds of the text stage: places, idempotence, no planted identifier in any disguise."""

import itertools
import re
import unicodedata
from collections.abc import Callable
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from voc.text.offsets import shown_span
from voc.text.pii import mask
from voc.text.pii.checks import bank_card, identity_card
from voc.text.repair import repair
from voc.text.stage import TextStage

STAGE = TextStage()
PIECES = st.sampled_from(
    [
        "电池不行",
        "很好!!!!",
        "！！？",
        "體驗",
        "乾隆",
        "薴",
        "䰾,",
        "哈哈哈哈哈",
        "666666",
        "…",
        "...",
        "3...5",
        "～～",
        "  ",
        "\n \n",
        "\r\n",
        "\t",
        "\u200b",
        "\u202e",
        "\ufeff",
        "\u3000",
        "\x00",
        "\ud800",
        "ＡＢ１２",
        "①",
        "㎏",
        "&amp;",
        "&nbsp;",
        "&#49;",
        "&amp;lt;",
        "&",
        "amp;",
        "<b>",
        "<MOBILE>",
        "13800138000",
        "138",
        "0013",
        "8000",
        "4111 1111 1111 1111",
        "A",
        "😭😭😭😭",
        ",",
        "京A12345",
        "a@b.com",
        "@",
        ".",
        "-",
        "(",
        "）",
        "11010519491231002X",
        "010-62345678",
        "é",
        "e\u0301",
        "2026-11-01",
        "会(huì)员(yuán)",
        "(nǐ)",
        "的(de)",
        "很 好 用",
        " 好 ",
        " ，",
        "看著",
        "瞭解",
        "昇騰",
        "❤️",
        "👨‍👩‍👧",
        "\ue000",
        "の",
        "电池很耐用，用了三天还有电，就是充电慢。",
        "登录后才能评论",
        "赞(12) 回复(3) 举报",
        "\n上一篇：空调不制冷怎么办",
        "首页 > 手机 > 正文",
        " | ",
        "加微信领券！",
        "Copyright © 2009",
        "相关阅读\n",
    ]
)
DIRTY = st.lists(st.one_of(PIECES, st.characters()), max_size=25).map("".join)


@settings(max_examples=300)
@given(DIRTY, st.data())
def test_places_are_exact(raw: str, data: st.DataObject) -> None:
    found = STAGE.clean(raw)
    offsets, clean, text = found.offsets, found.clean, found.text
    assert len(offsets) == len(clean) + 1
    assert offsets[-1] <= len(text)
    assert all(a < b for a, b in itertools.pairwise(offsets))
    assert all(b.start >= a.end for a, b in itertools.pairwise(found.pii))
    for mark in found.pii:
        assert text[mark.start : mark.end] == f"<{mark.type.upper()}>"
    if clean:
        start = data.draw(st.integers(0, len(clean) - 1))
        end = data.draw(st.integers(start + 1, len(clean)))
        a, b = shown_span(offsets, start, end)
        assert 0 <= a < b <= len(text)
        # The first character of a span comes from the first character of its place.
        assert clean[start] in _forms(text[a:b])


def _forms(shown: str) -> str:
    plain = unicodedata.normalize("NFKC", shown)
    return (
        shown + plain + repair(shown)[0] + repair("中" + shown)[0] + repair(shown + "解")[0] + " \n&<>é1\xa0"
    )


@settings(max_examples=300)
@given(DIRTY)
def test_again_changes_nothing(raw: str) -> None:
    found = STAGE.clean(raw)
    assert repair(found.clean)[0] == found.clean
    assert mask(mask(raw)[0]) == (mask(raw)[0], ())
    again = STAGE.clean(found.text)
    assert (again.text, again.clean, again.pii) == (found.text, found.clean, ())
    assert STAGE.clean(found.clean).clean == found.clean


@given(DIRTY.filter(lambda text: not re.search(r"[\d@&\x00\ud800-\udfff]", text)))
def test_text_without_identifiers_is_shown_as_written(raw: str) -> None:
    if not STAGE.clean(raw).pii:
        assert STAGE.clean(raw).text == raw.replace("\x00", "\ufffd")


def _checked(base: str, valid: Callable[[str], bool]) -> str:
    return next(base + last for last in "0123456789X" if valid(base + last))


digits = st.text(alphabet="0123456789", min_size=17, max_size=17)
MOBILES = st.builds(lambda a, b: "1" + a + b[:9], st.sampled_from("3456789"), digits).filter(
    lambda number: not number.endswith("0000000")  # a round count, unless it is called a phone
)
BIRTH = st.dates(min_value=date(1930, 1, 1)).filter(lambda day: day.year <= 2025)
IDENTITIES = st.builds(
    lambda area, born, tail: _checked(f"{area}{born:%Y%m%d}{tail}", identity_card),
    st.sampled_from(["110105", "440301", "320102", "510104", "653101"]),
    BIRTH,
    st.text(alphabet="0123456789", min_size=3, max_size=3),
)
CARDS = st.builds(
    lambda issuer, rest, length: _checked((issuer + rest)[: length - 1], bank_card),
    st.sampled_from(["622202", "621700", "4392", "5187", "3568", "955880", "403361"]),
    digits,
    st.sampled_from([16, 19]),
)
GAPS = st.sampled_from(["", "", "", " ", "-", "\u200b", "\u3000", "－", "—", " - ", "\u200d\ufeff", "\xa0"])
BEFORE = st.sampled_from(
    ["", "电话", "【", "（", "[", "联系:", "好用。", "\u200b", "《", "號碼：", "iPhone 15，", "abc "]
)
AFTER = st.sampled_from(
    ["", "】", "）", "谢谢", "。", "\n", "\u200b", "，3天了", " 1999元", "！！！", "]吧", "轉"]
)


@st.composite
def disguised(draw: st.DrawFn, numbers: st.SearchStrategy[str]) -> tuple[str, str]:
    number = draw(numbers)
    wide = draw(st.booleans())
    shown = "".join(chr(ord(char) + 0xFEE0) for char in number) if wide else number
    style = draw(st.sampled_from(["whole", "anywhere", "every"]))
    if style == "every":
        shown = draw(GAPS).join(shown)
    elif style == "anywhere":
        shown = "".join(char + draw(GAPS) for char in shown[:-1]) + shown[-1]
    return number, draw(BEFORE) + shown + draw(AFTER)


def _bare(text: str) -> str:
    return re.sub(r"[^0-9X]", "", unicodedata.normalize("NFKC", text).upper())


def _gone(planted: tuple[str, str], kinds: set[str]) -> None:
    number, raw = planted
    found = STAGE.clean(raw)
    assert kinds & {mark.type for mark in found.pii}, raw
    assert number not in _bare(found.text)
    assert number not in _bare(found.clean)


@settings(max_examples=300)
@given(disguised(MOBILES))
def test_no_mobile_survives_in_any_disguise(planted: tuple[str, str]) -> None:
    _gone(planted, {"mobile"})


@settings(max_examples=300)
@given(disguised(IDENTITIES))
def test_no_identity_card_survives_in_any_disguise(planted: tuple[str, str]) -> None:
    _gone(planted, {"id"})


@settings(max_examples=300)
@given(disguised(CARDS))
def test_no_bank_card_survives_in_any_disguise(planted: tuple[str, str]) -> None:
    _gone(planted, {"card", "id"})


@given(
    BEFORE,
    AFTER,
    st.sampled_from(["zhang.san", "13800138000", "a_b-c", "ｌｉ"]),
    st.sampled_from(["@", "＠", " @ ", "@\u200b", "[at]", "（at）", "【艾特】"]),
    st.sampled_from(["qq.com", "qq。com", "mail.example.com.cn", "１６３．com", "q\u200bq.com"]),
)
def test_no_mail_survives_in_any_disguise(before: str, after: str, name: str, at: str, host: str) -> None:
    found = STAGE.clean(f"{before}{name}{at}{host}{after}")
    assert [mark.type for mark in found.pii] == ["email"]
    assert name not in found.text
    assert "com" not in found.text + found.clean
