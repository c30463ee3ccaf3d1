"""Every type of personal data under every disguise that fits it, drawn at random: nothing stays to read."""

from __future__ import annotations

import string
from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voc.text.pii import find, mask
from voc.text.pii.checks import bank_card, identity_card, vehicle

DIGITS = string.digits
CODE = "ABCDEFGHJKLMNPRSTUVWXYZ" + DIGITS


def _digits(count: int) -> st.SearchStrategy[str]:
    return st.text(alphabet=DIGITS, min_size=count, max_size=count)


def _completed(base: str, valid: Callable[[str], bool]) -> str:
    return next(base.replace("?", last) for last in DIGITS + "X" if valid(base.replace("?", last)))


MOBILES = st.builds(
    lambda a, b: a + b, st.sampled_from(["138", "150", "186", "199", "166"]), _digits(8)
).filter(lambda number: not number.endswith("0000000"))
IDENTITIES = st.builds(
    lambda area, day, tail: _completed(f"{area}{day:%Y%m%d}{tail}?", identity_card),
    st.sampled_from(["110101", "440305", "510107", "320583", "650102"]),
    st.dates(min_value=date(1940, 1, 1), max_value=date(2015, 1, 1)),
    _digits(3),
)
CARDS = st.builds(
    lambda issuer, rest: _completed(
        issuer + rest[: (18 if issuer[0] == "6" else 15) - len(issuer)] + "?", bank_card
    ),
    st.sampled_from(["622202", "621700", "4367", "5187", "3568"]),
    _digits(18),
)
VEHICLES = st.builds(
    lambda a, b, c: _completed(f"L{a}?{b}{c}", vehicle),
    st.text(alphabet=CODE, min_size=7, max_size=7),
    st.text(alphabet=CODE, min_size=2, max_size=2),
    _digits(6),
)
PLATES = st.builds(
    lambda province, city, body: province + city + body,
    st.sampled_from("京沪粤苏浙鲁川渝湘鄂豫冀辽闽皖"),
    st.sampled_from("ABCDEFGHJ"),
    st.one_of(_digits(5), _digits(5).map("D".__add__), _digits(4).map(lambda body: body + "挂")),
)
MAILS = st.builds(
    lambda name, number, host: f"{name}{number}@{host}",
    st.sampled_from(["zhang", "li_lei", "amy.w", "k"]),
    _digits(3),
    st.sampled_from(["qq.com", "163.com", "gmail.com", "sina.com.cn", "corp.example.com"]),
)
LANDLINES = st.builds(
    lambda area, number, extension: f"{area}-6{number}{extension}",
    st.sampled_from(["010", "0755", "0592", "028"]),
    _digits(7),
    st.sampled_from(["", "转8012", "-801"]),
)
PASSPORTS = st.builds(lambda a, b: a + b, st.sampled_from(["E", "G"]), _digits(8))
ADDRESSES = st.builds(
    lambda places, number, rest: f"{places}{number}号{rest}",
    st.sampled_from(["南山区粤海街道科技路", "鼓楼区中央路", "龙泉镇大面村红星路", "徐汇区湖南路街道武康路"]),
    st.integers(1, 999),
    st.sampled_from(["", "3栋501", "2单元1203室", "院7号楼", "附6号"]),
)
NAMES = st.builds(
    lambda surname, given: surname + given,
    st.sampled_from([*"王李张刘陈杨黄赵吴周徐孙胡朱郭何罗", "欧阳", "诸葛", "慕容"]),
    st.sampled_from(["伟", "芳", "丽娟", "志强", "子涵", "晓明", "建华", "欣怡", "雨桐", "国庆"]),
)

WIDE = {ord(char): ord(char) + 0xFEE0 for char in string.ascii_letters + DIGITS + "@.-"}
HAN = str.maketrans(DIGITS, "零一二三四五六七八九")
SPOKEN = str.maketrans(DIGITS, "〇幺二三四五六七八九")
RINGS = str.maketrans(DIGITS, "⓪①②③④⑤⑥⑦⑧⑨")


def _groups(text: str, gap: str) -> str:
    parts = [text[start : start + 4] for start in range(0, len(text), 4)]
    if len(parts) > 1 and len(parts[-1]) == 1:
        parts[-2:] = [parts[-2] + parts[-1]]
    return gap.join(parts)


DISGUISES: dict[str, Callable[[str], str]] = {
    "plain": str,
    "wide": lambda text: text.translate(WIDE),
    "half wide": lambda text: text[:5].translate(WIDE) + text[5:],
    "han": lambda text: text.translate(HAN),
    "spoken": lambda text: text.translate(SPOKEN),
    "half han": lambda text: text[:4] + text[4:8].translate(HAN) + text[8:],
    "rings": lambda text: text.translate(RINGS),
    "key caps": lambda text: "".join(char + "\ufe0f\u20e3" if char in DIGITS else char for char in text),
    "letters": lambda text: text.replace("0", "O", 1).replace("1", "l", 1),
    "invisible": "\u200b".join,
    "blanks": lambda text: _groups(text, " "),
    "dashes": lambda text: _groups(text, "-"),
    "dots": lambda text: _groups(text, "·"),
    "pictures": lambda text: _groups(text, "🔥"),
    "each": " ".join,
    "each dot": "·".join,
    "lower": str.lower,
    "traditional": lambda text: text.translate(
        str.maketrans("号区单张刘陈杨黄赵吴罗伟国强华", "號區單張劉陳楊黃趙吳羅偉國強華")
    ),
    "at in words": lambda text: text.replace("@", "艾特").replace(".", "点"),
    "at in brackets": lambda text: text.replace("@", "[at]").replace(".", "(dot)"),
}
OF_DIGITS = [
    "plain",
    "wide",
    "half wide",
    "han",
    "spoken",
    "half han",
    "rings",
    "key caps",
    "letters",
    "invisible",
]
OF_DIGITS += ["blanks", "dashes", "dots", "pictures", "each"]
TYPES: dict[str, tuple[st.SearchStrategy[str], list[str], list[str]]] = {
    "mobile": (MOBILES, OF_DIGITS, ["电话", "联系我 ", "号码是", "，"]),
    "id": (IDENTITIES, [*OF_DIGITS, "lower"], ["身份证", "证件号：", "我的"]),
    "card": (CARDS, OF_DIGITS, ["卡号", "打到", "银行卡 "]),
    "vin": (
        VEHICLES,
        ["plain", "wide", "invisible", "blanks", "dashes", "pictures", "each", "lower"],
        ["车架号", "这台"],
    ),
    "plate": (PLATES, ["plain", "wide", "invisible", "each", "lower", "letters"], ["车牌", "那辆", ""]),
    "email": (
        MAILS,
        ["plain", "wide", "invisible", "at in words", "at in brackets", "each", "lower"],
        ["邮箱", "发到"],
    ),
    "landline": (
        LANDLINES,
        ["plain", "wide", "invisible", "han", "rings", "key caps", "letters"],
        ["座机", "打", "固话："],
    ),
    "passport": (
        PASSPORTS,
        ["plain", "wide", "invisible", "blanks", "dashes", "each", "lower", "rings"],
        ["护照", "护照号："],
    ),
    "address": (
        ADDRESSES,
        ["plain", "wide", "han", "invisible", "traditional"],
        ["寄到深圳市", "地址：", "住在"],
    ),
    "name": (
        NAMES,
        ["plain", "invisible", "each", "each dot", "traditional"],
        ["联系人", "收件人：", "我叫"],
    ),
}
AFTER = st.sampled_from(["，谢谢", "", "。", "\n", "！", "（急）"])


@pytest.mark.parametrize("kind", TYPES)
@settings(max_examples=250)
@given(st.data())
def test_nothing_stays_to_read(kind: str, data: st.DataObject) -> None:
    numbers, disguises, before = TYPES[kind]
    shown = DISGUISES[data.draw(st.sampled_from(disguises))](data.draw(numbers))
    start = data.draw(st.sampled_from(before))
    text = start + shown + data.draw(AFTER)
    left = {place for place in range(len(start), len(start) + len(shown)) if text[place].isalnum()}
    for _, first, last in find(text):
        left -= set(range(first, last))
    assert not left, text


WORDS = st.sampled_from(
    [
        "收件人",
        "客服",
        "师傅",
        "联系人：",
        "张三",
        "王丽丽",
        "诸葛亮",
        "李 雷",
        "阿依古丽",
        "深圳市",
        "南山区科技路12号",
        "3栋501",
        "微信",
        "加v",
        "zhang_88",
        "QQ",
        "12345678",
        "护照",
        "E12345678",
        "订单号",
        "SF1234567890123",
        "IP",
        "10.0.0.1",
        "1.2.3.4",
        "13800138001",
        "京A12345",
        "1M8GDM9AXKP042788",
        "艾特",
        "a@b.com",
        "电话",
        "一二三",
        "①②③",
        "\u200b",
        "🔥",
        "<NAME>",
        "<MOBILE>",
        "，",
        "。",
        "、",
        " ",
        "\n",
        "的",
        "和",
        "在",
        "是",
        "说",
    ]
)


@settings(max_examples=400)
@given(st.lists(WORDS, max_size=14).map("".join))
def test_masking_again_changes_nothing(text: str) -> None:
    masked, marks = mask(text)
    assert mask(masked) == (masked, ())
    for mark in marks:
        assert masked[mark.start : mark.end] == f"<{mark.type.upper()}>"
