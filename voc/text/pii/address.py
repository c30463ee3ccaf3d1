"""Postal addresses: two levels of places and a number; the city before them stays readable.

From each house number the names of places before it are read backwards, then what narrows it down (building,
unit, room) forwards. A street without a number, a district in a sentence, a shop's mall are no addresses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from voc.text.pii.places import CITIES
from voc.text.segment import known

Candidate = tuple[int, str, int, int]  # how sure, type, start, end

SURE = 1
_HAN = "\u4e00-\u9fff"
_S = r"[ •·\-_~*|/]{0,3}"
_HAN_NUM = "一二三四五六七八九十百〇零两"
_NUM = rf"[A-Za-z甲乙丙丁负]?(?:[0-9](?:[ •]?[0-9]){{0,4}}|[{_HAN_NUM}]{{1,5}})(?: ?[\-/] ?[0-9]{{1,4}})?"
_NUM += "[A-Za-z]?"
_FLAT = r"[0-9]{1,3}-[0-9]{1,2}-[0-9]{3,4}"  # building, unit, room
_HOUSE = re.compile(
    rf"(?P<number>{_NUM}){_S}(?P<unit>号[楼院库仓铺]|号(?![线码机称店牌召令桌球床位])|"
    rf"[栋幢弄巷组社屯队座舍库室排铺档]|单元|厂房|# ?楼?)"
    rf"|(?P<flat>{_FLAT})(?![0-9\-])|(?<![0-9A-Za-z])[A-Z] ?[座栋幢]"
)
_MAYBE = re.compile(
    rf"[0-9A-Z{_HAN_NUM}][ •·\-_~*|/]{{0,3}}(?:[号栋幢弄巷组社屯队座舍库室排铺档#]|单元|厂房)|[0-9]-[0-9]"
)
_PLACE = re.compile(
    r"高新区|经开区|保税区|街道办?|[一二三四五六七八九十]区"
    r"|大街|胡同|工业园区?|产业园区?|科技园区?|开发区|新区|社区|小区|新村|花园|家园|公寓"
    r"|广场|大厦|山庄|宿舍|村民委员会|村委会|(?:(?<![景务校片灾战专展])区|[县镇乡旗])(?![域别块间长政])|[弄里村屯庄组社苑园]"
    r"|(?:大道|(?:[路街巷]|(?<![一二三四五六七八九十两几])道)(?!街道))"
    rf"(?:\(?[东西南北中]\)?(?=[ 0-9{_HAN_NUM}]))?"
    r"(?:[东西南北中]?[一二三四五六七八九十]?段)?"
)
_SEPARATORS = " •·-_~*|/，,、\n"
_SHORT = frozenset("区县镇乡")  # their names have two or three characters
_NAMELESS = frozenset(("高新区", "经开区", "保税区", "开发区"))
_ADMIN = re.compile("高新区|经开区|保税区|街道办?|开发区|新区|[区县镇乡旗]")
_PRECISE = frozenset(("栋", "幢", "单元", "室", "号楼", "座", "舍"))
# Words that stand before a place or between two sentences, never inside a name.
_STOP = re.compile(
    "[的了是我给寄在到于住去从往址送您你他她它们把被让说这有没跟]|自提|坐标|位置|家住|店铺|商户"
)
_BEGIN = re.compile(_STOP.pattern + "|[市省州 •·\\-_~*|/()，,、\n]")
# A comma or a new line between two places is no end: 朝阳区，建国路88号.
_OUTSIDE = re.compile(rf"(?<![区县镇乡道村路街社苑园])[，,、\n]|[^{_HAN} •·\-_~*|/0-9A-Za-z()，,、\n]")
_CALLED = re.compile(
    r"(?:(?:收货|家庭|我的|家的|寄件|退货|寄修|收件|现|新|旧|老)地址|住址|住在|家住|收货|寄到|寄回|送到|寄往|自提|搬到)"
    r"[^，。；！？\n]{0,4}\Z"
)
_ALONE = frozenset("东西南北城郊矿")  # districts of one character
_LONGEST = 48  # characters of places before a number
_PARTS = 8  # of a building after the house number, at most
_NAME = 8  # characters of one place's name
# What stands in every place before a number.
_SOME_PLACE = re.compile("[街道区胡园社小新花家公广大山宿村县镇乡旗弄里屯庄组苑路巷高经保]")
_MORE = re.compile(
    rf"{_S}(?:(?:附{_S})?{_NUM}{_S}(?:号[楼院库仓门铺]|单元|厂房|[号栋幢弄巷组社屯队座舍库室楼层院房户排门铺档#])"
    rf"|[A-Za-z]{_S}[座栋幢区单]元?|之(?:[一二三四五六七八九十]+|[0-9]+)|[大前后内]?院内?|内(?![{_HAN}])|[东西南北中前后][屋楼侧]"
    rf"|负?[0-9]{{1,3}}(?:-[0-9]{{1,4}}){{1,2}}(?![0-9\-])|[甲乙丙丁]单元|[东西中左右]户"
    rf"|(?P<name>[A-Za-z]{{0,10}}[{_HAN}]{{2,8}}?(?: [{_HAN}]{{2,6}}?)?)"
    rf"{_S}(?:{_NUM}{_S}(?:号楼|单元|厂房|[号栋幢座室楼层])|[A-Z] ?[座栋幢])"
    r"|(?P<room>[0-9](?:[ •]?[0-9]){2,3}|[一二三四五六七八九〇零]{3,4})"
    r"(?![ •]?[0-9]|[.%][0-9]|[ ]?(?:元|块|米|度|天|人|个|年|次|多|平|斤|公里|万|分|㎡))"
    rf"|(?P<house>[A-Za-z]{{0,10}}[{_HAN}]{{0,6}}?(?:国际|苑|园|府|庭|轩|居|公馆|城|湾|家园|花园|大厦|公寓|广场|中心|时代|厂房)))"
)


def find_addresses(seen: str) -> Iterator[Candidate]:
    """Addresses of the reading, in order. Linear."""
    if _SOME_PLACE.search(seen) is None or _MAYBE.search(seen) is None:
        return
    last = 0
    for house in _HOUSE.finditer(seen):
        if house.start() < last:
            continue
        found = _places(seen, house, last)
        if found is None:
            continue
        start, levels = found
        end, numbers = _narrower(seen, house)
        if numbers < 2 and house["unit"] in ("巷", "座") and house["number"] in _HAN_NUM:
            continue  # 七街八巷, 飞瀑两座
        called = bool(_CALLED.search(seen, max(0, start - 12), start))
        if levels >= 2 or (levels and (called or (numbers >= 2 and _precise(seen, house.start(), end)))):
            yield SURE, "address", start, end
            last = end


def _places(seen: str, house: re.Match[str], last: int) -> tuple[int, int] | None:
    """Where the places before a number begin, and how many there are."""
    first = max(last, house.start() - _LONGEST)
    before = seen[first : house.start()]
    outside = [match.end() for match in _OUTSIDE.finditer(before)]
    if outside:
        first += outside[-1]
        before = before[outside[-1] :]
    marks = list(_PLACE.finditer(before))
    if not marks:
        return None
    tail = before[marks[-1].end() :].strip(_SEPARATORS)
    levels = 0
    if tail:
        last_admin = _ADMIN.fullmatch(marks[-1].group()) is not None and house["number"] is not None
        if len(tail) > 10 or not _name(tail) or not ((house["unit"] or "室") in _PRECISE or last_admin):
            return None
        levels = int(last_admin and house["unit"] in ("号", "号楼", "号院", "弄", "栋", "幢"))
    begin: int | None = None
    broad = joined = False
    for place in range(len(marks) - 1, -1, -1):
        left = marks[place - 1].end() if place else 0
        name = before[left : marks[place].start()].strip(_SEPARATORS)
        admin = _ADMIN.fullmatch(marks[place].group()) is not None
        if broad and not admin and not joined:
            break  # 宿舍厚街镇: nothing but a broader place stands before a broad one
        broad = broad or admin
        if place and (
            not name or (len(name) == 1 and admin and not _ADMIN.fullmatch(marks[place - 1].group()))
        ):
            joined = True
            continue  # 厚街镇, 花园路街道: one name
        if marks[place].group() in _NAMELESS:
            begin, levels = marks[place].start(), levels + 1
            continue
        length, whole = _trimmed(name, marks[place].group(), joined=joined and not admin)
        joined = False
        if length == 0:
            break
        begin = left + before[left : marks[place].start()].rindex(name[len(name) - length :])
        levels += 1
        if not whole:
            break
    return None if begin is None else (first + begin, levels)


def _trimmed(name: str, kind: str, *, joined: bool) -> tuple[int, bool]:
    """How many characters at the end of `name` are a place's own, and whether that is all of it."""
    bare = whole = name.strip(_SEPARATORS)
    least = 1 if joined else 2
    for stop in reversed(list(_BEGIN.finditer(whole))):
        rest = whole[stop.end() :]
        if len(rest) >= least or (rest in _ALONE and stop.group() != "市"):
            bare = rest
            break
        if stop.end() == len(whole) and not _ADMIN.fullmatch(kind) and stop.group() not in "市省州":
            return 0, False
    for length in (4, 3, 2, 3, 2):
        if bare[:length] in CITIES and len(bare) - length >= (1 if joined else 2):
            bare = bare[length:]
    if kind in _SHORT and (bare != whole or len(bare) > 4):
        for length in (2, 3):
            if len(bare) - length in (2, 3) and known(bare[:length]):
                bare = bare[length:]
    if len(bare) > _NAME:
        return 4, False
    fits = len(bare) >= 2 or bare in _ALONE or (bool(bare) and not _ADMIN.fullmatch(kind))
    return (len(bare), bare == whole) if fits else (0, False)


def _name(tail: str) -> bool:
    return len(tail) >= 2 and _STOP.search(tail) is None


def _narrower(seen: str, house: re.Match[str]) -> tuple[int, int]:
    """Where building, unit and room after a house number end, and how many numbers there are."""
    end, numbers = house.end(), 1
    for _ in range(_PARTS):
        more = _MORE.match(seen, end)
        if more is None or more.end() == end:
            return end, numbers
        words = more["name"] or more["house"]
        if words and _STOP.search(words):
            return end, numbers
        end = more.end()
        numbers += not more["house"]
    return end, numbers


def _precise(seen: str, start: int, end: int) -> bool:
    return re.search(rf"号楼|单元|[栋幢室座舍#]|{_FLAT}", seen[start:end]) is not None
