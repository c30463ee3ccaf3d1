"""Masking: planted identifiers never survive in any disguise, ordinary numbers do."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voc.text.pii import find, mask
from voc.text.repair import repair
from voc.text.stage import TextStage

MOBILE = "13800138000"
IDENTITY = "11010519491231002X"
CARD = "4111111111111111"
MAIL = "zhang.san@example.com"


ORDINARY = (
    "iPhone 15 Pro Max 256G|1,999元起|2026-11-01 12:30:45|2026年11月01日|20261101123045|订单1234567"
    "|订单号20261101|199 1999 2999元|139、1399、1999|159/1599/2599|1500-2000-300元"
    "|16 256 1999 80元|1 2 3 4 5 6 7 8 9 10 11|1-3-5-7-9-11-13-15|iOS 18.1.1 17.6.1 16.7.1"
    "|Chrome 138.0.7204.168|固件1.18.0.2|3.14159265358979|新Y9000P 2024款|新R7000P真香|新A6 2023款"
    "|飞北京CA1234很准时|到天津MU5101|G1234次高铁|骁龙8 Gen3 16+512|RTX4090 24G 3999"
    "|尺寸156.8 74.5 8.2mm|4000 5000 6000 7000 8000|5000，4000，3000，2000|价格@1.99|400-820-8820"
    "|95588|10086|2024-2025 2025-2026|13:30-18:00|15-13 15-12 25-20|型号SM-S9280|Mate60Pro+ 12+512"
    "|贵A 2000块|0.618 0.382|010101010101|100000000000|88888888888888|满300减50 满500减100|13.8万公里"
    "|1700000000000"
)


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
        ("1380 0138 000", "<MOBILE>"),
        ("138.0013.8000", "<MOBILE>"),
        ("（138）0013-8000", "<MOBILE>"),
        ("(+86)13800138000", "<MOBILE>"),
        ("0086-13800138000", "<MOBILE>"),
        ("【13800138000】", "【<MOBILE>】"),
        ("1\ufe0f\u20e33\ufe0f\u20e38\ufe0f\u20e300138000", "<MOBILE>"),
        ("①③⑧⓪⓪①③⑧⓪⓪⓪", "<MOBILE>"),
        ("199 138 0013 8000", "199 <MOBILE>"),
        ("卡号4111 1111 1111 1111 100元", "卡号<CARD> 100元"),
        ("622202 1234567890128", "<CARD>"),
        ("110105-19491231-002X", "<ID>"),
        ("13800138000@163.com", "<EMAIL>"),
        ("zhang【at】qq。com。", "<EMAIL>。"),
        ("a@b.com. It works", "<EMAIL>. It works"),
        ("京A D12345", "<PLATE>"),
        ("京A 123 45", "<PLATE>"),
        ("粤Z1234港", "<PLATE>"),
        ("车牌新R9000P", "车牌<PLATE>"),
        ("+86-10-62345678", "<LANDLINE>"),
        ("010 6234 5678", "<LANDLINE>"),
    ],
)
def test_found(text: str, masked: str) -> None:
    assert mask(text)[0] == masked


@pytest.mark.parametrize(
    "text",
    [
        "iPhone 15 用了3年",
        "1999元买的，2026-11-01到货",
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
        *ORDINARY.split("|"),
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
    assert placeholder in repair(found.text, blocks=False)[0]  # a whole block may be left out, with its mask
    assert value not in found.text + found.clean


@given(st.text(alphabet="0123456789- Xx@a.com京A粤B1３８　电话", max_size=80))
def test_masking_the_masked_changes_nothing(text: str) -> None:
    masked, marks = mask(text)
    assert mask(masked) == (masked, ())
    for mark in marks:
        assert masked[mark.start : mark.end] == f"<{mark.type.upper()}>"


def test_overlapping_kinds_give_one() -> None:
    assert [kind for kind, _, _ in find(f"{IDENTITY} {MOBILE}")] == ["id", "mobile"]


@pytest.mark.parametrize(
    "piece",
    [
        "a",
        "1",
        "138 ",
        "1 ",
        "13800138000 ",
        "a@",
        "a@b.",
        "京A1 ",
        "110105 ",
        "41 ",
        "&#49;",
        "體１",
        "！ ",
        "\n ",
        "&amp;",
    ],
)
def test_time_is_linear(piece: str) -> None:
    stage = TextStage()

    def cost_s(size: int) -> float:
        began = time.process_time()
        stage.clean((piece * size)[:size])
        return time.process_time() - began

    # Ten times the text takes about 10 times as long, by quadratic code 100 times.
    assert any(cost_s(100_000) < 40 * cost_s(10_000) for _ in range(3))
