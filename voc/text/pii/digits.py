"""Personal numbers: mobile and landline, identity and bank cards; by format, checksum and context.

A number may be written in groups with blanks, dashes, dots or pictures between them; a group is never taken
apart, so that a longer number is not mistaken for a shorter one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from voc.text.pii.checks import bank_card, born, identity_card, identity_card_15
from voc.text.pii.reading import GAP, HAN_DIGIT, digits

Candidate = tuple[int, str, int, int]  # how sure, type, start, end

_ANY = f"[0-9OoIl{HAN_DIGIT}]"
_SEP = rf"[{GAP}]{{1,3}}"
_CHAIN = re.compile(rf"[0-9](?:(?:{_SEP})?[0-9]){{10,}}")
_SPELLED = re.compile(rf"[0-9{HAN_DIGIT}](?:[,，、/ ]{{1,2}}[0-9{HAN_DIGIT}]){{10,}}(?![0-9{HAN_DIGIT}])")
_READ_OUT = re.compile(
    rf"[{HAN_DIGIT}]{{2,5}}(?:[,，、/… \-]{{1,2}}[{HAN_DIGIT}]{{2,5}}){{2,3}}(?![{HAN_DIGIT}])"
)
_GROUP = re.compile(r"[0-9]+")
_TAIL = re.compile(r"[ \-_.·•]{0,3}[Xx×](?![A-Za-z])")
# A list of prices or sizes, not a number in groups.
_UNIT = re.compile(r" ?(?:元(?!旦)|块钱?|万|毫安|[mM][aA][hH]|[GMTKW][Bb]?(?![A-Za-z])|寸|%|℃|°)")
_COUNTED = re.compile(
    r" ?(?:字节|[步元块万亿米票帧秒]|个(?!人)|人次|人民币|名|公里|千米|毫秒|积分|粉丝|美元|多|km|"
    r"[KMGT]?[Bb](?:ytes?)?\b)"
)
_COUNT = re.compile(
    r"(?:销量|播放量?|阅读量?|浏览量?|步数|计步|粉丝|热度|总数|累计|大小|序列号|防伪码?|条形?码|批号|型号|编码|货号|"
    r"激活码|余额|营收|票房|距离|流量|SN|sn|IMEI|imei|MEID)[^，。；,;\n]{0,6}\Z"
)
_CALL = re.compile(r"(?:电话|手机|号码|联系|[Tt][Ee][Ll]|致电|拨|短信)[^，。；,;\n0-9]{0,6}\Z")
_PHONE = re.compile(
    r"(?:电话|座机|固话|总机|传真|办公室|单位|家里|前台|致电|拨打?|打|[Tt][Ee][Ll])"
    r"(?:号码?)?(?:就?是|为|打)?[:： ]{0,2}"
    r"(?P<number>[2-8][0-9]{2,3}[ \-]?[0-9]{4})(?![ \-]?[0-9A-Za-z.])"
)
# Between these marks only where the text calls it a phone: 138，0013，8000 may be prices.
_CALLED = re.compile(
    r"(?:电话|手机|联系|号码?|[Tt][Ee][Ll]|拨|打)[^，。；\n0-9]{0,6}"
    r"(?P<number>1[3-9][0-9][,，、/*~|:=+\n]{1,2}[0-9]{4}[,，、/*~|:=+\n]{1,2}[0-9]{4})(?![0-9,，、*])"
)
_LETTERED = re.compile(r"(?<![0-9A-Za-z])1[3-9][0-9][A-Za-z][0-9]{4}[A-Za-z][0-9]{4}(?![0-9A-Za-z])")
_SLASHED = re.compile(r"(?<![0-9/])0(?:10|2[0-9]|[3-9][0-9]{2})[/~_][2-8][0-9]{6,7}(?![0-9/])")
_EXTENSION = re.compile(
    rf" ?(?:转接?|分机号?|[Ee]xt\.?|#)[:： ]?{_ANY}{{1,6}}(?!{_ANY})|\-[0-9]{{1,5}}(?![0-9\-])"
)
_OWN_EXTENSION = re.compile(rf" ?(?:转接?|分机号?)[:： ]?{_ANY}{{3,6}}(?!{_ANY})")
_HOTLINE = re.compile(r"(?<![0-9])(?:[48]00[ \-]?[0-9]{3,4}[ \-]?[0-9]{3,4}|95[0-9]{3,9})(?=[ ]?(?:转|分机))")
_AREA = r"(?:10|2\d|[3-9]\d\d)"
_LANDLINE = re.compile(r"0(?:(?:10|2\d)[2-8]\d{7}|[3-9]\d\d[2-8]\d{6,7})\Z")
_ABROAD = re.compile(rf"(?:00)?86{_AREA}[2-8]\d{{6,7}}\Z")
_MOBILE = re.compile(r"(?:(?:00)?86|0)?1[3-9]\d{9}\Z")
_OVERSEAS = re.compile(
    r"(?<![0-9A-Za-z)）])(?:\+|00)(?:852|853|886|65|60|81|82|1|44|61|49|33)"
    r"[ \-.]{0,2}(?:[0-9()][ \-.]?){7,10}[0-9](?![0-9])"
)
_CARD_LABEL = re.compile(r"(?:银行卡|储蓄卡|信用卡|借记卡|卡号|账号|收款卡|工资卡)[^，。；\n0-9]{0,6}\Z")
_ID_LABEL = re.compile(r"(?:身份证|证件)[^，。；\n0-9]{0,8}\Z")
_NOT_ID = re.compile(r"(?:IMEI|imei|序列号|单号|订单|SN|编码|批号|条码|型号|校验)[^，。；\n0-9]{0,6}\Z")
_PHONE_SHAPES = ((3, 4, 4), (3, 3, 5), (4, 3, 4), (4, 4, 3), (4, 4, 4), (3, 8), (4, 7), (4, 8))
_CARD_GROUPS = ((4, 4, 4), (4, 6, 5), (6,), (6, 4, 4), (6, 6))  # how the groups of a written card begin
_SHORTEST, _LONGEST = 11, 19  # digits
_OLD = "old id"  # without a checksum it yields to a longer card
_SURE = {"landline": 4, "mobile": 5, "card": 5, _OLD: 5, "id": 9}


def find_numbers(seen: str, read: str) -> Iterator[Candidate]:
    """Every personal number, with overlaps, of a reading and of the same with its `digits` read. Linear."""
    yield from _plain(seen)
    if read != seen:
        yield from _plain(read)
    for spelled in _SPELLED.finditer(seen):
        yield from _one(seen, spelled.start(), spelled.end())
    for spoken in _READ_OUT.finditer(seen):
        yield from _one(seen, spoken.start(), spoken.end())


def _one(seen: str, start: int, end: int) -> Iterator[Candidate]:
    """A number of which every digit or group stands between commas, taken whole."""
    groups = re.findall(rf"[0-9{HAN_DIGIT}]+", seen[start:end])
    number = digits("".join(groups))
    if not number.isdigit():
        return
    if _MOBILE.match(number) and (set(map(len, groups)) == {1} or tuple(map(len, groups)) in _PHONE_SHAPES):
        yield _SURE["mobile"], "mobile", start, end
    elif _LANDLINE.match(number) and len(groups) <= 4:
        yield _SURE["landline"], "landline", start, end
    elif identity_card(number):
        yield _SURE["id"], "id", start, end
    elif len(number) in (16, 19) and bank_card(number):
        yield _SURE["card"], "card", start, end


def _plain(read: str) -> Iterator[Candidate]:
    for chain in _CHAIN.finditer(read):
        yield from _in_chain(read, chain.start(), chain.end())
    for match in _PHONE.finditer(read):
        if not _day(match["number"]):
            yield _SURE["landline"], "landline", *match.span("number")
    for match in _HOTLINE.finditer(read):  # with an extension it is one person's
        extension = _OWN_EXTENSION.match(read, match.end())
        if extension:
            yield _SURE["landline"], "landline", match.start(), extension.end()
    for match in _CALLED.finditer(read):
        yield _SURE["mobile"], "mobile", *match.span("number")
    for match in _LETTERED.finditer(read):
        yield _SURE["landline"], "mobile", match.start(), match.end()
    for match in _SLASHED.finditer(read):
        yield _SURE["landline"], "landline", match.start(), match.end()
    for match in _OVERSEAS.finditer(read):
        yield _SURE["landline"], "mobile", match.start(), match.end()


def _in_chain(text: str, start: int, end: int) -> Iterator[Candidate]:
    spans = [group.span() for group in _GROUP.finditer(text, start, end)]
    groups = [text[a:b] for a, b in spans]
    tail = _TAIL.match(text, end)
    first = 0
    while first < len(groups):
        found = _from_group(text, groups, spans, first, tail)
        if found is None:
            first += 1
            continue
        kind, last, stop = found
        begin = _with_prefix(text, spans[first][0], stop)
        if kind == "landline":
            extension = _EXTENSION.match(text, stop)
            stop = extension.end() if extension else stop
        elif kind == "mobile":
            extension = _OWN_EXTENSION.match(text, stop)
            stop = extension.end() if extension else stop
        yield _SURE[kind], "id" if kind == _OLD else kind, begin, stop
        first = last + 1


def _from_group(
    text: str,
    groups: list[str],
    spans: list[tuple[int, int]],
    first: int,
    tail: re.Match[str] | None,
) -> tuple[str, int, int] | None:
    """What begins with this group: (type, last group, end); the surest and longest."""
    best: tuple[str, int, int] | None = None
    best_key = (-1, 0)
    number = ""
    for last in range(first, len(groups)):
        number += groups[last]
        if len(number) > _LONGEST:
            break
        if len(number) < _SHORTEST:
            continue
        start, stop = spans[first][0], spans[last][1]
        if tail and last == len(groups) - 1 and len(number) == 17 and _identity(text, number + "X", start):
            return "id", last, tail.end()
        kind = _kind(text, number, groups[first : last + 1], start, stop)
        if kind and (_SURE[kind], len(number)) > best_key:
            best, best_key = (kind, last, stop), (_SURE[kind], len(number))
    return best


def _kind(text: str, number: str, groups: list[str], start: int, stop: int) -> str | None:
    length = len(number)
    if length == 18 and _identity(text, number, start):
        return "id"
    if length <= 15 and _MOBILE.match(number) and _phone(text, number, groups, start, stop):
        return "mobile"
    if length >= 13 and _card(text, number, groups, start, stop):
        return "card"
    if length == 15 and _old_identity(text, number, groups, start, stop):
        return _OLD
    if length <= 14 and _landline(text, number, start) and _grouped_phone(text, groups, start, stop):
        return "landline"
    return None


def _before(text: str, start: int) -> str:
    return text[max(0, start - 16) : start]


def _identity(text: str, number: str, start: int) -> bool:
    """By its checksum; where the text calls it an identity card also with a slip of the pen in it."""
    if identity_card(number):
        return True
    return born(number[6:14]) and number[0] in "1234568" and bool(_ID_LABEL.search(_before(text, start)))


def _old_identity(text: str, number: str, groups: list[str], start: int, stop: int) -> bool:
    if not identity_card_15(number) or _NOT_ID.search(_before(text, start)):
        return False
    return len(groups) == 1 or not (_UNIT.match(text, stop) or _counting(groups) or "." in text[start:stop])


def _phone(text: str, number: str, groups: list[str], start: int, stop: int) -> bool:
    if not _grouped_phone(text, groups, start, stop):
        return False
    before = _before(text, start)
    if _CALL.search(before):
        return True
    if number.endswith("0000000") or _COUNTED.match(text, stop):
        return False
    return not _COUNT.search(before)


def _card(text: str, number: str, groups: list[str], start: int, stop: int) -> bool:
    if bank_card(number):
        usual = len(number) >= 16 or (len(number) == 15 and number[:2] in ("34", "37"))
        if usual or _CARD_LABEL.search(_before(text, start)):
            return _grouped_card(text, groups, start, stop)
        return False
    slip = number.startswith("62") and len(number) in (16, 17, 18, 19)
    return (
        slip and bool(_CARD_LABEL.search(_before(text, start))) and _grouped_card(text, groups, start, stop)
    )


def _landline(text: str, number: str, start: int) -> bool:
    if _LANDLINE.match(number):
        return True
    return bool(_ABROAD.match(number)) and (number[0] == "0" or text[start - 1 : start] == "+")


def _grouped_phone(text: str, groups: list[str], start: int, stop: int) -> bool:
    """False for numbers that only stand beside one another: prices, versions, addresses of machines."""
    if len(groups) == 1:
        return True
    shape = tuple(map(len, groups))
    usual = shape in _PHONE_SHAPES or shape[1:] in _PHONE_SHAPES or set(shape) == {1}
    if "." in text[start:stop] and not usual and (min(shape) < 2 or not _CALL.search(_before(text, start))):
        return False
    if text.find("(", start, stop) > text.find(")", start, stop):
        return False  # 1799(1999-200)
    return not _UNIT.match(text, stop) and not _counting(groups) and not _dated(groups)


def _grouped_card(text: str, groups: list[str], start: int, stop: int) -> bool:
    if len(groups) == 1:
        return True
    if _UNIT.match(text, stop) or _counting(groups) or _dated(groups):
        return False
    shape = tuple(map(len, groups))
    if set(shape) == {1}:
        return True
    if max(shape) <= 6 and all(group.endswith("00") for group in groups):
        return False
    if any(shape[: len(begin)] == begin for begin in _CARD_GROUPS):
        return True
    if "." not in text[start:stop]:
        return sum(shape) in (16, 19)
    # Dots alone, and no group of one digit: not a list of prices.
    return min(shape) >= 2 and len(shape) <= 7 and re.fullmatch(r"[0-9.]+", text[start:stop]) is not None


def _counting(groups: list[str]) -> bool:
    """13 14 15 16: steps of one size."""
    if len(groups) < 4 or max(map(len, groups)) > 3:
        return False
    steps = {int(b) - int(a) for a, b in pairwise(groups)}
    return len(steps) == 1 and 0 not in steps


def _dated(groups: list[str]) -> bool:
    """2026 11 01 among the groups."""
    return any(
        len(a) == 4 and len(b) == len(c) == 2 and _day(a + b + c)
        for a, b, c in zip(groups, groups[1:], groups[2:], strict=False)
    )


def _day(number: str) -> bool:
    """20261101, and what begins so."""
    return number[:2] in ("19", "20") and "01" <= number[4:6] <= "12" and "01" <= number[6:8] <= "31"


def _with_prefix(text: str, start: int, stop: int) -> int:
    """The start with a plus sign, and with the bracket that opens before an area code: (0755)…, (+86)…"""
    closed = ")" in text[start:stop]
    for before in "(+(":
        if start and text[start - 1] == before and (closed or before == "+"):
            start -= 1
    return start
