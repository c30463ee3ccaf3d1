"""Names of persons: after a role or a label, before a title, beside another identifier; never a brand.

A surname of the table, one or two characters as given names have, and a place in the sentence that asks for a
person. Words of the dictionary that only begin with a surname (马上, 高兴, 黄金) are none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from voc.text.pii.likely import FOLLOW, find_likely
from voc.text.pii.people import FIELDS, ROLES, TITLES
from voc.text.pii.spelled import HAN, IS_HAN, apart, before_apart, surname
from voc.text.pii.surnames import CERTAIN, COMMON, GIVEN, GOODS, SELDOM, TYPICAL, UNSURE
from voc.text.pii.titled import SHORT, find_titled
from voc.text.pii.words import alternatives
from voc.text.segment import known

Candidate = tuple[int, str, int, int]  # how sure, type, start, end

SURE = 1
_BEFORE_NAME = re.compile(
    alternatives(FIELDS | ROLES) + r"|工号[:： ]?[0-9]{2,8}号?的?|由(?<![理自]由)(?!于)"
)
_CALLED = FIELDS | ROLES
_FILL = re.compile(
    r"(?:就?是|名?叫|为|姓名|的名字|一栏|(?:被?[印打写登错存改]|显示|登记|备注)[记错]?[成为的着]?)?"
    r"[:：= \t>|\"“'‘「【(\[]{0,3}"
)
_TITLE = re.compile(alternatives(TITLES))
_JOINING = frozenset("和同向从于都那")  # 房东和中介
_NO_GIVEN = frozenset(
    ("可以", "可能", "可惜", "如果", "如此", "如何", "有的", "有时", "有如", "之前", "之后")
)
_JOINT = r"[ ·•.\-()*_/|】【]{0,2}"
_GIVEN_2 = re.compile(rf"{_JOINT}([{HAN}]){_JOINT}([{HAN}])\)?")
_GIVEN_1 = re.compile(rf"{_JOINT}([{HAN}])")
_DOTTED = re.compile(rf"[{HAN}]{{1,5}}·(?P<second>[{HAN}]{{2,6}})")
_PINYIN = re.compile(
    r"(?:zhang|wang|li|zhao|liu|chen|yang|huang|zhou|wu|xu|sun|hu|zhu|gao|lin|he|guo|ma|luo|liang|song|zheng|xie|han)"
    rf" ?[{HAN}]{{1,2}}",
    re.IGNORECASE,
)
_OTHER = re.compile(
    r"[阿艾买热古迪努帕玛穆吐库卡巴肉麦依伊塔哈萨赛沙木祖莱夏茹][\u4e00-\u9fff]{0,3}?"
    r"(?:古丽|买买提|买提|别克|江|汗木|孜|努尔|克孜|拜|依木|甫江|尼亚孜|木江|提古|热提|合提)"
    r"|(?:扎西|卓玛|次仁|多吉|尼玛|达娃|格桑|拉姆|平措|央金|仁青|丹增|洛桑|边巴|巴桑|索朗|旦增|次旦|德吉|白玛|措姆|旺姆|顿珠){2}"
    r"|(?:扎西|卓玛|次仁|达娃|格桑|央金|洛桑|索朗|德吉|白玛)(?=[^\u4e00-\u9fff]|\Z)"
    r"|[\u4e00-\u9fff]{0,2}(?:其其格|巴特尔|格日勒|图雅|高娃|巴雅尔|朝鲁|苏日娜|斯琴|乌云)"
)
_OTHER_BARE = re.compile(
    r"[阿艾买热古迪努帕玛穆吐库麦伊哈萨赛][\u4e00-\u9fff]{0,2}(?:古丽|买买提|合买提|别克|吐逊|吐尔逊|木江|力江|尔江|提江)"
)
_MAYBE_CERTAIN = re.compile(alternatives(CERTAIN))
_BESIDE = re.compile(
    r"[,，、 (（:：]{0,2}(?:(?:的|拿我|他|她|本人|就是)?"
    r"(?:身份证|证件|电话|手机|护照|银行卡|卡|车牌|车|联系电话|联系方式|号码|微信|邮箱|住址|地址)"
    r"(?:号码?)?[:： 是]{0,2})?[,，(（ ]?\x00"
)
_AFTER = re.compile(r"\x00[,，、 )）:：(（|/]{0,2}")
_CLAUSE = re.compile(rf"(?:\A|[,，。；;：:、！!？?\n ])([{HAN}]{{3,5}})(?=[,，。；;、！!？?\n ]|\Z)")


def find_names(seen: str) -> Iterator[Candidate]:
    """Names of the reading, which has marks in the place of what is found already. Linear."""
    for label in _BEFORE_NAME.finditer(seen):
        one = label.end() - label.start() == 1
        if seen.startswith("师傅", label.end() - 1) or (one and known(seen[label.start() : label.end() + 1])):
            continue  # 老师傅, 问路
        yield from _from(seen, label.end(), sure=label.group() in FIELDS)
    if "\x00" in seen:
        yield from _beside(seen)
    yield from find_likely(seen)
    yield from find_titled(seen)
    for other in _OTHER_BARE.finditer(seen):
        yield SURE, "name", *other.span()
    for clause in _CLAUSE.finditer(seen) if _MAYBE_CERTAIN.search(seen) else ():
        words = clause[1]
        head = next((length for length in (4, 3, 2) if words[:length] in CERTAIN), 0)
        if head and len(words) - head in (1, 2) and not known(words):
            yield SURE, "name", *clause.span(1)


def _from(seen: str, place: int, *, sure: bool) -> Iterator[Candidate]:
    """The name that begins here or after a colon, and those joined to it by 和 or a comma of enumeration."""
    gap = _FILL.match(seen, place)
    start = gap.end() if gap else place
    end = _name(seen, start, sure=sure)
    if end is None and start != place:
        start, end = place, _name(seen, place, sure=sure)
    while end is not None:
        yield SURE, "name", start, end
        start = end + 1
        end = _name(seen, start, sure=sure) if seen[end : end + 1] in ("、", "和") else None


def _name(seen: str, start: int, *, sure: bool) -> int | None:
    """Where the name ends that begins here; None if none does."""
    mixed = _PINYIN.match(seen, start) if sure else None
    if mixed and _boundary(seen, mixed.end()):
        return mixed.end()
    if not IS_HAN.match(seen, start) or seen.startswith(GOODS, start):
        return None
    dotted = _DOTTED.match(seen, start)
    if dotted and len(dotted.group()) >= 4:
        for end in range(dotted.start("second") + 2, dotted.end() + 1):
            if _boundary(seen, end) or (end + 2 <= len(seen) and known(seen[end : end + 2])):
                return end
    other = _OTHER.match(seen, start)
    if other and len(other.group()) >= 2 and (_boundary(seen, other.end()) or seen[other.end()] in FOLLOW):
        return other.end()
    spaced = apart(seen, start)
    if spaced is not None:
        return spaced
    length = surname(seen, start)
    if not length:
        return None
    if length == 1 and seen[start + 1 : start + 3] in SHORT:
        return start + 1 if seen[start] in COMMON else None
    return _given(seen, start, start + length, sure=sure)


def _boundary(seen: str, place: int) -> bool:
    return not IS_HAN.match(seen, place)


def _given(seen: str, start: int, place: int, *, sure: bool) -> int | None:
    """Where the given name after a surname ends."""
    two, one = _GIVEN_2.match(seen, place), _GIVEN_1.match(seen, place)
    compound = place - start > 1
    parted = two is not None and two.start(1) > place and two.start(2) > two.end(1)  # 郑(亚)楠
    if two and (parted or _boundary(seen, two.end())):
        closed = two.group().endswith(")") and "(" not in two.group()
        end = two.end() - closed
        if _plausible(seen, start, place, two.groups(), sure=sure, closed=True):
            return end
    if one and _boundary(seen, one.end()) and one.end() == place + 1:
        return one.end() if _plausible(seen, start, place, one.groups(), sure=sure, closed=True) else None
    if one and one.start(1) > place and one.group(1) in GIVEN and not (compound or one.group(1) in SELDOM):
        goes_on = seen[one.end()] in FOLLOW or known(seen[one.end() : one.end() + 2])
        return one.end() if goes_on and seen[start] not in UNSURE else None  # 赖 欢来电
    if two is None or two.end() != place + 2:
        return None
    # The sentence goes on: one character or two?
    short = seen[place + 1] in FOLLOW or seen[place + 1] not in GIVEN or known(seen[place + 1 : place + 3])
    if seen[place + 1] in GIVEN and seen[place + 1] not in "和与" and known(seen[place + 2 : place + 4]):
        short = False  # 檀健平反映, not 檀健 and 平反; 纪岚同意 the other way round
    chars = (seen[place],) if short else (seen[place], seen[place + 1])
    end = place + len(chars)
    if not _plausible(seen, start, place, chars, sure=sure or compound, closed=False):
        return None
    if sure or compound or seen[end] in FOLLOW or known(seen[end : end + 2]):
        return end
    unusual = len(chars) > 1 and not known("".join(chars))
    return end if unusual or chars[0] in TYPICAL else None


def _plausible(
    seen: str, start: int, place: int, given: tuple[str, ...], *, sure: bool, closed: bool
) -> bool:
    """Whether a surname and these characters make a name here; `closed`: nothing but a mark follows."""
    fits = all(char in GIVEN for char in given)
    if place - start > 1:
        return fits or (sure and closed)
    first, whole = seen[start] + given[0], "".join(given)
    unsure = seen[start] in UNSURE
    if closed and sure:
        if unsure:
            return fits and not known(first) and not (seen[start] in _JOINING and known(whole))
        if len(given) == 1 and known(first) and seen[start] not in COMMON:
            return False  # 乘客须知
        return fits or not (known(first) or known(whole) or known(first + given[-1]))
    if not fits or seen[start] in _JOINING or whole in _NO_GIVEN:
        return False
    if known(first) and not (closed and len(given) == 2 and seen[start] in COMMON):
        return False
    if len(given) == 1:
        return not unsure and (closed or given[0] not in SELDOM)
    return not unsure or (closed and not known(whole))


def _beside(seen: str) -> Iterator[Candidate]:
    """A name right before or right after another identifier: 凌志强，<mobile>."""
    for beside in _BESIDE.finditer(seen):
        start_apart = before_apart(seen, beside.start())
        if start_apart is not None:
            yield SURE, "name", start_apart, beside.start()
            continue
        for length in (4, 3, 2):
            start = beside.start() - length
            if start >= 0 and _whole_name(seen, start, beside.start()):
                yield SURE, "name", start, beside.start()
                break
    for after in _AFTER.finditer(seen):
        start = after.end()
        for length in (4, 3, 2):
            if _whole_name(seen, start, start + length) and _boundary(seen, start + length):
                yield SURE, "name", start, start + length
                break


def _whole_name(seen: str, start: int, end: int) -> bool:
    words = seen[start:end]
    head = surname(seen, start)
    if not head or not 1 <= len(words) - head <= 2 or len(IS_HAN.findall(words)) < end - start:
        return False
    if seen.startswith(GOODS, start) or _TITLE.search(words):
        return False
    called = any(seen[start - length : start] in _CALLED for length in (2, 3, 4) if start >= length)
    if start and IS_HAN.match(seen, start - 1) and seen[start - 1] not in "的是叫姓" and not called:
        return False
    if called:
        return True
    if not all(char in GIVEN for char in words[head:]):
        return False
    if head > 1:
        return True
    if len(words) == 2:
        return seen[start] not in UNSURE and not known(words)
    return not known(words[1:] if seen[start] in UNSURE else words)
