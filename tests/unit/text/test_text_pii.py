"""Masking: planted identifiers never survive in any disguise, ordinary numbers do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voc.text.pii import find, mask
from voc.text.stage import TextStage

MOBILE = "13800138000"
IDENTITY = "11010519491231002X"
CARD = "4111111111111111"
MAIL = "zhang.san@example.com"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        (f"电话{MOBILE}谢谢", "电话<MOBILE>谢谢"),
        ("１３８ 0013-8000", "<MOBILE>"),
        ("+86 138-0013-8000", "<MOBILE>"),
        ("1 3 8 0 0 1 3 8 0 0 0", "<MOBILE>"),
        (f"身份证{IDENTITY}吧", "身份证<ID>吧"),
        ("11010519491231002x", "<ID>"),
        ("110105 1949 1231 002X", "<ID>"),
        ("卡号4111 1111 1111 1111。", "卡号<CARD>。"),
        (f"邮箱{MAIL}哦", "邮箱<EMAIL>哦"),
        ("邮箱ａ＠example.com", "邮箱<EMAIL>"),
        ("京A·12345的车主", "<PLATE>的车主"),
        ("粤BD12345", "<PLATE>"),
        ("010-62345678", "<LANDLINE>"),
        ("(0755)26001234", "<LANDLINE>"),
    ],
)
def test_found(text: str, masked: str) -> None:
    assert mask(text)[0] == masked


@pytest.mark.parametrize(
    "text",
    [
        "iPhone 15 用了3年",
        "1999元买的，2026-11-01到货",
        "订单1234567890123",
        "新A6L 2023款",
        "12个小时，100%电量，5000毫安",
        "比13 14 15 16 17 18都好",
        "110105194912310021",  # wrong checksum
        "4111111111111112",  # fails Luhn
        "11:30-12:45 分 20260101",
        "12800138000",
        "京东 12345 元",
        "@客服 你好",
        "分辨率2560*1440，120Hz",
    ],
)
def test_ordinary_numbers_stay(text: str) -> None:
    assert mask(text) == (text, ())


NOISE = st.text(alphabet="电池好用，。！ 的了吗\n", max_size=12)
SEPARATOR = st.sampled_from(["", " ", "-", "\u200b", " \u200b"])


def _wide(digits: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if c.isalnum() else c for c in digits)


@given(NOISE, NOISE, SEPARATOR, st.booleans(), st.sampled_from([MOBILE, "15912345678", "+8619812345678"]))
def test_no_mobile_survives(before: str, after: str, sep: str, wide: bool, number: str) -> None:
    tail = number[-11:]
    said = number[:-11] + sep.join((tail[:3], tail[3:7], tail[7:]))
    found = TextStage().clean(before + (_wide(said) if wide else said) + after)
    assert "<MOBILE>" in found.text
    digits = "".join(str(int(c)) for c in found.text + found.clean if c.isdigit())
    assert tail[3:] not in digits


@given(
    NOISE, NOISE, st.booleans(), st.sampled_from([(IDENTITY, "<ID>"), (CARD, "<CARD>"), (MAIL, "<EMAIL>")])
)
def test_no_identifier_survives(before: str, after: str, wide: bool, planted: tuple[str, str]) -> None:
    value, placeholder = planted
    found = TextStage().clean(before + (_wide(value) if wide and "@" not in value else value) + after)
    assert placeholder in found.text
    assert placeholder in found.clean
    assert value not in found.text + found.clean


@given(st.text(alphabet="0123456789- Xx@a.com京A粤B1３８　电话", max_size=80))
def test_masking_the_masked_changes_nothing(text: str) -> None:
    masked, marks = mask(text)
    assert mask(masked) == (masked, ())
    for mark in marks:
        assert masked[mark.start : mark.end] == f"<{mark.type.upper()}>"


def test_overlapping_kinds_give_one() -> None:
    assert [kind for kind, _, _ in find(f"{IDENTITY} {MOBILE}")] == ["id", "mobile"]
