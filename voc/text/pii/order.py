"""Numbers of orders, parcels, tickets and payments: after the word for one, or by a carrier's letters."""

from __future__ import annotations

import re
from collections.abc import Iterator

from voc.text.pii.reading import GAP
from voc.text.pii.words import any_of

Candidate = tuple[int, str, int, int]  # how sure, type, start, end

SURE, BESIDE, BARE = 3, 6, 2  # somewhere after the word, right after it, without one
_CARRIER = re.compile(
    r"(?=[A-Za-z])(?:(?<![0-9A-Za-z])(?:SF|JD[A-Z]{0,2}|YT|JT|ZTO|STO|YD|DPK|DPL?|EMS|JTSD|UC|TT|HT|KY)"
    r"[ \-]?[0-9](?:[ \-_.·•]{0,2}[0-9]){9,15}(?![0-9A-Za-z])"
    r"|(?<![0-9A-Za-z])[A-Z]{2}[0-9]{9}CN(?![0-9A-Za-z])"
    r"|(?<![0-9A-Za-z])[A-Z](?: [A-Z]){1,2}(?: [0-9]){10,15}(?! ?[0-9A-Za-z]))",
    re.IGNORECASE,
)
_WORDS = """
订单 运单 快递 快递单 物流 物流单 工单 流水 流水单 退款单 退货单 保修单 报修单 维修单 面单 包裹 票据
合同号 保单号 票号 预约号 报案号 提单号 取货码 提货码 核销码 券码 券号 服务单 投诉单
"""
# Only with the word for a number: 服务还可以, 888.
_NUMBERED = """
交易 退款 退货 寄修 保修 报修 维修 发票 缴费 付款 支付 取件 受理 投诉 服务 案件 行程 凭证 回执 单据
"""
_LABEL = re.compile(
    any_of(_WORDS.split()) + r"(?:编?号码?|编码)?"
    "|" + any_of(_NUMBERED.split()) + r"(?:单?编?号码?|单?编码)"
    r"|(?=[单保Oo])(?:(?<![双限买下菜简])(?:单号|保单号?|单子?(?=[:： ]?[0-9A-Za-z]))"
    r"|[Oo]rder(?: ?(?:[Nn]o\.?|ID|id))?)"
)
_OTHER = re.compile(
    r"防伪码?|激活码|序列号|批号|货号|型号|专利|许可|条形?码|版本|错误|代码|书号|注册证|编码|固件|校验|卡号|账号|电话|手机|号段|"
    r"序号|金额|实付|原价|价格|总共"
)
_TOKEN = re.compile(rf"(?<![0-9A-Za-z])[0-9A-Za-z](?:[{GAP}]{{0,3}}[0-9A-Za-z]){{7,35}}(?![0-9A-Za-z])")
_COMPANY = re.compile(
    r"(?:中通|圆通|申通|韵达|顺丰|极兔|京东|德邦|邮政|百世|菜鸟|EMS)[^0-9A-Za-z。！？\n\x00\x01]{0,8}"
    r"(?P<number>[1-9](?:[ \-]?[0-9]){9,15})(?![0-9A-Za-z]|[.%\-][0-9])"
)
_PARCEL = re.compile(
    r"取件|送件|派件|快递|物流|签收|派送|揽收|到哪|查一下|查件|发货|退货|包裹|驿站|催单|骑手|配送|外卖|下单|取消|退款"
)
_BARE = re.compile(
    r"(?<![0-9A-Za-z])[A-Z]{2}[0-9]{11,15}(?![0-9A-Za-z])|(?<![0-9A-Za-z.\-])[1-9][0-9]{11,14}(?![0-9A-Za-z\-]|\.[0-9])"
)
_UNIT = re.compile(r" ?(?:元|块|万|亿|公里|千米|米|字节|步|人次|个|条|次|美元|GB|MB|KB|%|km|kg)")
_TIME = re.compile(r"(?:19|20)[0-9]{2}[\-./ ]?(?:0[1-9]|1[0-2])[\-./ ]?(?:0[1-9]|[12][0-9]|3[01])(?![0-9])")
_NOT_A_NUMBER = ("QQ", "VX", "WX", "TEL", "APP", "VIP", "IP")
_FAR = 28  # characters from the word to the number
_NEAR = 40  # characters from talk of a parcel to a number that has no word of its own


def find_orders(seen: str, read: str) -> Iterator[Candidate]:
    """Order, parcel, ticket and payment numbers of the reading. Linear."""
    for match in _CARRIER.finditer(seen):
        if _strange(seen, match.start(), match.end()):
            continue
        yield BESIDE, "order", match.start(), match.end()
    last = -1
    for text in dict.fromkeys((seen, read)):
        for label in _LABEL.finditer(text):
            place = label.end()
            while True:
                found = _after(text, place)
                if found is None or found[0] < last:
                    break
                yield BESIDE if found[0] - label.end() <= 3 else SURE, "order", *found
                place = last = found[1]
        last = -1
    for match in _COMPANY.finditer(seen):
        if not _strange(seen, *match.span("number")):
            yield SURE, "order", *match.span("number")
    for match in _BARE.finditer(seen):
        around = seen[max(0, match.start() - _NEAR) : match.end() + 12]
        if _PARCEL.search(around) and not _strange(seen, match.start(), match.end()):
            yield BARE, "order", match.start(), match.end()


def _after(text: str, place: int) -> tuple[int, int] | None:
    """The number the word at `place` is about: near, with nothing between that names another number."""
    for match in _TOKEN.finditer(text, place, place + _FAR + 60):
        start, end = match.span()
        if start - place > _FAR:
            return None
        token = match.group()
        words = [word for word in re.split(rf"[{GAP}]+", token) if word]
        figures = sum(char.isdigit() for char in token)
        letters = sum(char.isalpha() for char in token)
        between = text[place:start]
        if _OTHER.search(between) or re.search(r"[。！？!?]", between):
            return None
        if figures < 7 or letters > 8 or figures + letters < 8 or _strange(text, start, end):
            continue
        if len(words) > 1 and not _in_groups(words):
            continue
        return start, end
    return None


def _in_groups(words: list[str]) -> bool:
    """SF 1234 5678, 1234-5678-90, every character apart; not words beside a number."""
    sizes = [len(word) for word in words]
    if max(sizes) == 1:
        return True
    if len(sizes) > 8 or (min(sizes[:-1]) < 2 and sizes[0] != 1):
        return False
    return all(
        any(char.isdigit() for char in word)
        or ((word.isupper() or place == 0) and word.upper() not in _NOT_A_NUMBER)
        for place, word in enumerate(words)
    )


def _strange(text: str, start: int, end: int) -> bool:
    """A date, an amount, 8888…, or a number the words before call something else."""
    number = text[start:end]
    if len(set(number)) == 1:
        return True
    if _TIME.match(number) and len(re.sub(r"\D", "", number)) <= 14:
        return True
    if _UNIT.match(text, end):
        return True
    before = text[max(0, start - 10) : start]
    other = max((found.end() for found in _OTHER.finditer(before)), default=-1)
    return other >= 0 and other > max((found.end() for found in _LABEL.finditer(before)), default=-1)
