"""Accounts of WeChat, QQ and other messengers: what stands after (rarely before) one of their many names."""

from __future__ import annotations

import re
from collections.abc import Iterator

from voc.text.pii.reading import digits

Candidate = tuple[int, str, int, int]  # how sure, type, start, end

SURE = 1
_XIN = r"(?:信|心|❤|芯|xin|Xin|X|x|x信|星)"
_WECHAT = (
    rf"(?:(?:[微薇威葳徽魏围卫维唯]|(?<![A-Za-z])[VvWw])[ •]?{_XIN}|[Ww]ei ?信|绿泡泡|绿色软件|企微|小号"
    r"|小[Vv](?![A-Za-z])|(?<![A-Za-z])(?:[VvWw][Xx]|[Ww]e[Cc]hat|WECHAT|weixin)(?: ?(?:ID|id|Id))?"
    r"|[加+私找联]我?[ ]?[Vv薇微威卫](?![Xx](?![A-Za-z]))"
    r"|(?<![A-Za-z0-9])[Vv](?:我|(?=[:：]))|[微薇威葳](?=[:：]))"
)
_QQ = (
    r"(?:(?<![A-Za-z])[Qq] ?[Qq]|[扣抠蔻叩寇釦]{2}|企?鹅|球球|秋秋|(?<![A-Za-z])[Qq](?=号|[:：])|扣(?=[:：])"
    r"|[加+私联]我?[ ]?[Qq](?![A-Za-z]))"
)
_OTHERS = (
    r"(?:钉钉|小红书|抖音|快手|陌陌|飞书|[Tt]elegram|TG|(?<![A-Za-z])[Ll][Ii][Nn][Ee](?![A-Za-z])"
    r"|[Ww]hats[Aa]pp|[Ss]kype)"
)
_FIRSTS = "微薇威葳徽魏围卫维唯VvWw绿企小加+私找联Qq扣抠蔻球秋钉抖快陌飞叩寇釦鹅TtLlSs"
_LABEL = re.compile(rf"(?=[{_FIRSTS}])(?:(?P<wechat>{_WECHAT})|(?P<qq>{_QQ})|(?P<other>{_OTHERS}))")
# Between the name and the account: no sentence end, few words.
_FILL = r"[^0-9A-Za-z。！？!?\x00\x01]"
_BETWEEN = re.compile(rf"{_FILL}{{0,16}}")
_FURTHER = re.compile(rf"{_FILL}{{1,14}}")
_ACCOUNT = re.compile(r"[A-Za-z](?:[•.]?[0-9A-Za-z_\-]){5,23}")
_SPACED = re.compile(
    r"[A-Za-z](?:[ •\-.·][0-9A-Za-z_\-]){5,23}(?![ •\-.·]?[0-9A-Za-z])|[A-Za-z]{2,}[ •][0-9A-Za-z_]{2,}[0-9]"
)
_NUMBER = re.compile(r"[1-9](?:[ •\-.·]{0,2}[0-9]){4,10}(?![ •\-.·]?[0-9]|[.%][0-9]|[A-Za-z])")
_WXID = re.compile(r"(?:(?<![A-Za-z])[Ww][Xx][Ii][Dd][_\-]?|[Ww][Xx][Ii][Dd]_)(?:[ •]?[0-9A-Za-z]){8,20}")
_AFTER = re.compile(
    r"(?<![0-9A-Za-z.])(?P<account>[1-9][0-9]{5,10}|[A-Za-z][0-9A-Za-z_\-]{5,19})"
    r"(?: ?[(（]?(?:扣扣|QQ|qq|微信|vx|VX|wx|薇信|威信|v信|V信|企鹅)号?[)）]"
    r"|[，, ]?(?:就?是|为)(?:我|他|她|店主|老板|客服|本人|我们)?的?"
    r"(?:扣扣|QQ|qq|微信|vx|VX|wx|薇信|威信|v信|V信|企鹅)号?)"
)
_UNIT = re.compile(r" ?(?:[元块万亿个人条次年月日天号楼点%度]|公里|米|粉|积分|位|名|GB|MB|kg|mAh|钻|币|分)")
_WORDS = re.compile(
    r"(?:iphone|ipad|android|windows|macos|wechat|weixin|music|vivo|oppo|huawei|xiaomi|redmi|honor|samsung|galaxy|office|"
    r"google|qq\d|vx\d|tel\d|mate\d|app|download|version|https?|www|html|emoji|mini|plus|ultra)[0-9a-z]*\Z",
    re.IGNORECASE,
)
_GAME = re.compile(
    "音乐|飞车|会员|游戏|空间|浏览器|支付|版本|币|等级|钻|炫舞|农场|邮箱|群|输入法|阅读|活动|红包|客户端"
)
_MORE = re.compile(
    r"(?:另一?个?|还有|或者?|备用|和|、|,|，|/|小号|换了?|新的?是?)[^0-9A-Za-z。！？\n\x00\x01]{0,8}\Z"
)
_MOVED = re.compile(
    r"(?:新的?|改成|改为|换成|换了|现在|备用的?|另一个|小号|大号)(?:号|账号)?(?:是|叫|用)?[:： ]{0,2}"
    r"(?=[A-Za-z])"
)


def find_accounts(seen: str) -> Iterator[Candidate]:
    """Messenger accounts of the reading, which has `TAKEN` in the place of what is found already. Linear."""
    for match in _WXID.finditer(seen) if "x" in seen or "X" in seen else ():
        yield SURE + 1, "im", match.start(), match.end()
    for match in _AFTER.finditer(seen):
        if any(char.isdigit() or char == "_" for char in match["account"]):
            yield SURE, "im", *match.span("account")
    for text in dict.fromkeys((seen, digits(seen))):
        label = None
        for label in _LABEL.finditer(text):
            found = _account(text, label)
            while found is not None:
                yield SURE, "im", *found
                found = _another(text, found[1])
        for moved in _MOVED.finditer(text) if label else ():
            found = _name(text, moved.end(), near=False)
            if found is not None:
                yield SURE, "im", *found


def _account(text: str, label: re.Match[str]) -> tuple[int, int] | None:
    place = label.end()
    gap = _BETWEEN.match(text, place)
    if gap is None:
        return None
    start = gap.end()
    between = gap.group()
    kind = label.lastgroup
    near = len(between) <= 4
    if kind == "qq" or (kind == "wechat" and near):
        number = _NUMBER.match(text, start)
        told = near or "号" in between or "加" in between or _GAME.search(between) is None
        if number and told and not _UNIT.match(text, number.end()):
            least = 5 if kind == "qq" else 6
            if sum(char.isdigit() for char in number.group()) >= least:
                return number.span()
    called = kind != "other" or "号" in between or "ID" in between
    return _name(text, start, near=near and called) if called else None


def _another(text: str, place: int) -> tuple[int, int] | None:
    """A further account in the same sentence: 还有备用的…"""
    gap = _FURTHER.match(text, place)
    if gap is None or not _MORE.search(gap.group()):
        return None
    return _name(text, gap.end(), near=False)


def _name(text: str, start: int, *, near: bool) -> tuple[int, int] | None:
    found = _ACCOUNT.match(text, start) or _SPACED.match(text, start)
    if found is None or _WORDS.match(re.sub("[ •]", "", found.group())):
        return None
    token = found.group().rstrip("-_")
    marked = any(char.isdigit() or char == "_" for char in token)
    if text[start - 1 : start].isascii() and text[start - 1 : start].isalnum() and not (marked and near):
        return None
    plain = near and token.isascii() and token.islower() and len(token) >= 6
    upper_model = token.upper() == token and "_" not in token
    if not (marked or plain) or (upper_model and not near):
        return None
    return start, start + len(token)
