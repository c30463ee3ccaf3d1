"""Names of persons: after a role or a label, before a title, beside another identifier; never a brand.

A surname of the table, one or two characters as given names have, and a place in the sentence that asks for a
person. Words of the dictionary that only begin with a surname (马上, 高兴, 黄金) are none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from voc.text.pii.people import FIELDS, ROLES, TITLES
from voc.text.pii.surnames import (
    CERTAIN,
    COMMON,
    COMPOUND,
    GIVEN,
    GOODS,
    LIKELIHOOD,
    SELDOM,
    SINGLE,
    TYPICAL,
    UNSURE,
)
from voc.text.pii.words import alternatives
from voc.text.segment import known

Candidate = tuple[int, str, int, int]  # how sure, type, start, end

SURE = 1
_HAN = "\u4e00-\u9fff"
_IS_HAN = re.compile(f"[{_HAN}]")
_BEFORE_NAME = re.compile(
    alternatives(FIELDS | ROLES) + r"|工号[:： ]?[0-9]{2,8}号?的?|由(?<![理自]由)(?!于)"
)
_CALLED = FIELDS | ROLES
_FILL = re.compile(
    r"(?:就?是|名?叫|为|姓名|的名字|一栏|(?:被?[印打写登错存改]|显示|登记|备注)[记错]?[成为的着]?)?"
    r"[:： \"“'‘「【(\[]{0,3}"
)
_TITLE = re.compile(alternatives(TITLES))
_SHORT_TITLE = frozenset(
    ("先生", "女士", "小姐", "老师", "师傅", "经理", "阿姨", "医生", "大夫", "主任", "教练", "律师", "警官")
)
_NOT_ALONE = ("康师傅", "鲍师傅", "李先生牛", "李先生加", "田老师红")
_OF_FAME = ("先生", "教授")  # 鲁迅先生: a name of the dictionary is an author's
_JOINING = frozenset("和同向从于都那")  # 房东和中介
_NO_GIVEN = frozenset(
    ("可以", "可能", "可惜", "如果", "如此", "如何", "有的", "有时", "有如", "之前", "之后")
)
_JOINT = r"[ ·•.\-()]{0,2}"
_GIVEN_2 = re.compile(rf"{_JOINT}([{_HAN}]){_JOINT}([{_HAN}])\)?")
_GIVEN_1 = re.compile(rf"{_JOINT}([{_HAN}])")
_SPACED = re.compile(
    rf"[{_HAN}](?:[ ·•.\-]{{1,2}}[{_HAN}](?![{_HAN}])){{1,2}}[ ·•.\-]{{1,2}}[{_HAN}]"
    rf"|[{_HAN}][ ·•.\-]{{1,2}}[{_HAN}](?![{_HAN}])"
)
_SPACED_BEFORE = re.compile(rf"(?:[{_HAN}][ ·•.\-]{{1,2}}){{1,3}}[{_HAN}]\Z")
_DOTTED = re.compile(rf"[{_HAN}]{{1,5}}[·•][{_HAN}]{{2,6}}")
_OTHER = re.compile(
    r"[阿艾买热古迪努帕玛穆吐库卡巴肉麦依伊塔哈萨赛沙木祖莱夏茹][\u4e00-\u9fff]{0,3}?"
    r"(?:古丽|买买提|买提|别克|江|汗木|孜|努尔|克孜|拜|依木|甫江|尼亚孜|木江|提古|热提|合提)"
    r"|(?:扎西|卓玛|次仁|多吉|尼玛|达娃|格桑|拉姆|平措|央金|仁青|丹增|洛桑|边巴|巴桑|索朗|旦增|次旦|德吉|白玛|措姆|旺姆|顿珠){2}"
    r"|(?:扎西|卓玛|次仁|达娃|格桑|央金|洛桑|索朗|德吉|白玛)(?=[^\u4e00-\u9fff]|\Z)"
    r"|[\u4e00-\u9fff]{0,2}(?:其其格|巴特尔|格日勒|图雅|高娃|巴雅尔|朝鲁|苏日娜|斯琴|乌云)"
)
_GIVEN_CLASS = "".join(sorted(GIVEN))
_BARE = re.compile(f"(?=([{''.join(sorted(COMMON))}][{_GIVEN_CLASS}]{{2}}))[{_HAN}]")
_OTHER_BARE = re.compile(
    r"[阿艾买热古迪努帕玛穆吐库麦伊哈萨赛][\u4e00-\u9fff]{0,2}(?:古丽|买买提|合买提|别克|吐逊|吐尔逊|木江|力江|尔江|提江)"
)
_LIKELY = 3.9  # sum over the two characters of a given name that nothing announces
_PLACE_OR_SHOP = re.compile(r"[店路街镇村县区市广牌记楼庄园城山河桥家酒堂坊府馆寺庙]|大[街道厦]")
# Talk of books, films and history: who is named there is no customer and no clerk.
_FAME = re.compile(
    "[《》〈〉「」『』]|作者|作家|导演|翻译|译者|小说|文字|文笔|编著|主编|出版|演员|主演|电影|电视剧|歌手|唱片|粉丝|专辑|博士|史学|"
    "大师|代言|皇帝|年间|将军|诗人|历史|读书|这本书|文章|女主|男主|主角|明星|综艺|偶像|作品|大作|理论|学术|写的|故居"
)
_MAYBE_CERTAIN = re.compile(alternatives(CERTAIN))
# What may follow a name in a sentence.
_FOLLOW = frozenset(
    "说把被让来没不也都就在是给跟和与同向对要去有又还从打拿叫先女老师强制态度存已因为于将号这那家的地得了吗呢吧啊超很太真特"
    "答告诉收签电联留住报反退投写填提做修装送找问接发带负服帮介推卖买用用服务等等之其全"
)
# What may stand before one.
_BEFORE = frozenset("是叫找给和跟谢让请被把对问由位名的了与及向为到姓、扬诉")
_BESIDE = re.compile(
    r"[,，、 (（:：]{0,2}(?:(?:的|拿我|他|她|本人|就是)?"
    r"(?:身份证|证件|电话|手机|护照|银行卡|卡|车牌|车|联系电话|联系方式|号码|微信|邮箱|住址|地址)"
    r"(?:号码?)?[:： 是]{0,2})?[,，(（ ]?\x00"
)
_AFTER = re.compile(r"\x00[,，、 )）:：(（|/]{0,2}")
_CLAUSE = re.compile(rf"(?:\A|[,，。；;：:、！!？?\n ])([{_HAN}]{{3,5}})(?=[,，。；;、！!？?\n ]|\Z)")


def find_names(seen: str) -> Iterator[Candidate]:
    """Names of the reading, which has marks in the place of what is found already. Linear."""
    for label in _BEFORE_NAME.finditer(seen):
        if seen.startswith("师傅", label.end() - 1):
            continue  # 老师傅
        yield from _from(seen, label.end(), sure=label.group() in FIELDS)
    for title in _TITLE.finditer(seen):
        yield from _before_title(seen, title)
    if "\x00" in seen:
        yield from _beside(seen)
    for bare in _BARE.finditer(seen):
        if _likely(seen, bare.start(), bare.end(1)):
            yield SURE, "name", *bare.span(1)
    for other in _OTHER_BARE.finditer(seen):
        yield SURE, "name", *other.span()
    for clause in _CLAUSE.finditer(seen) if _MAYBE_CERTAIN.search(seen) else ():
        words = clause[1]
        head = next((length for length in (4, 3, 2) if words[:length] in CERTAIN), 0)
        if head and len(words) - head in (1, 2) and not known(words):
            yield SURE, "name", *clause.span(1)


def _likely(seen: str, start: int, end: int) -> bool:
    """Whether three characters are a name though nothing announces one: no famous one, no shop's."""
    words = seen[start:end]
    if sum(LIKELIHOOD.get(char, 0.3) for char in words[1:]) < _LIKELY or seen.startswith(GOODS, start):
        return False
    if known(words) or known(words[:2]) or words[0] in UNSURE or _PLACE_OR_SHOP.match(seen, end):
        return False
    if (
        words[2] in "湖山桥洞岛庙寺村镇"
        or words[1:] in TITLES
        or _FAME.search(seen, max(0, start - 16), end + 12)
    ):
        return False
    before, after = seen[max(0, start - 1) : start], seen[end : end + 1]
    if before in "《〈#@" and before:
        return False
    if known(before + words[0]) or (known(words[2] + after) and len(after) and _IS_HAN.match(after)):
        return False
    begins = (
        not before or not _IS_HAN.match(before) or before in _BEFORE or known(seen[max(0, start - 2) : start])
    )
    ends = not after or not _IS_HAN.match(after) or after in _FOLLOW or known(seen[end : end + 2])
    return bool(begins and ends)


def _from(seen: str, place: int, *, sure: bool) -> Iterator[Candidate]:
    """The name that begins here or after a colon, and those joined to it by 和 or a comma of enumeration."""
    gap = _FILL.match(seen, place)
    start = gap.end() if gap else place
    end = _name(seen, start, sure=sure)
    if end is None and start != place:
        start, end = place, _name(seen, place, sure=sure)
    while end is not None:
        yield SURE, "name", start, end
        start, end = (
            end + 1,
            _name(seen, end + 1, sure=False) if seen[end : end + 1] in ("、", "和") else None,
        )


def _surname(seen: str, start: int) -> int:
    """How many characters the surname has that begins here; 0 if none does."""
    for length in (4, 3, 2):
        if seen[start : start + length] in COMPOUND:
            return length
    return 1 if seen[start : start + 1] in SINGLE else 0


def _name(seen: str, start: int, *, sure: bool) -> int | None:
    """Where the name ends that begins here; None if none does."""
    if not _IS_HAN.match(seen, start) or seen.startswith(GOODS, start):
        return None
    dotted = _DOTTED.match(seen, start)
    if dotted and _boundary(seen, dotted.end()) and len(dotted.group()) >= 4:
        return dotted.end()
    other = _OTHER.match(seen, start)
    if other and len(other.group()) >= 2 and (_boundary(seen, other.end()) or seen[other.end()] in _FOLLOW):
        return other.end()
    apart = _apart(seen, start)
    if apart is not None:
        return apart
    length = _surname(seen, start)
    if not length:
        return None
    if length == 1 and seen[start + 1 : start + 3] in _SHORT_TITLE:
        return start + 1 if seen[start] in COMMON else None
    return _given(seen, start, start + length, sure=sure)


def _boundary(seen: str, place: int) -> bool:
    return not _IS_HAN.match(seen, place)


def _apart(seen: str, start: int) -> int | None:
    """The end of a name of which every character stands by itself: 张 小 雨, 孙-德-海."""
    run = _SPACED.match(seen, start)
    if run is None:
        return None
    ends = [match.end() for match in _IS_HAN.finditer(seen, start, run.end())]
    glued = seen[ends[-1] - 1 : ends[-1] + 1]
    if len(ends) > 2 and len(glued) == 2 and known(glued):
        ends.pop()  # 杨 鹏 电话
    while len(ends) > 1:
        chars = "".join(seen[end - 1] for end in ends)
        head = _surname(chars, 0)
        if head and 1 <= len(chars) - head <= 2 and all(char in GIVEN for char in chars[head:]):
            return ends[-1]
        ends.pop()
    return None


def _given(seen: str, start: int, place: int, *, sure: bool) -> int | None:
    """Where the given name after a surname ends."""
    two, one = _GIVEN_2.match(seen, place), _GIVEN_1.match(seen, place)
    compound = place - start > 1
    apart = two is not None and two.start(1) > place and two.start(2) > two.end(1)  # 郑(亚)楠
    if two and (apart or _boundary(seen, two.end())):
        closed = two.group().endswith(")") and "(" not in two.group()
        end = two.end() - closed
        if _plausible(seen, start, place, two.groups(), sure=sure, closed=True):
            return end
    if one and _boundary(seen, one.end()) and one.end() == place + 1:
        return one.end() if _plausible(seen, start, place, one.groups(), sure=sure, closed=True) else None
    if one and one.start(1) > place and one.group(1) in GIVEN and not (compound or one.group(1) in SELDOM):
        goes_on = seen[one.end()] in _FOLLOW or known(seen[one.end() : one.end() + 2])
        return one.end() if goes_on and seen[start] not in UNSURE else None  # 赖 欢来电
    if two is None or two.end() != place + 2:
        return None
    # The sentence goes on: one character or two?
    short = seen[place + 1] in _FOLLOW or seen[place + 1] not in GIVEN or known(seen[place + 1 : place + 3])
    if seen[place + 1] in GIVEN and seen[place + 1] not in "和与" and known(seen[place + 2 : place + 4]):
        short = False  # 檀健平反映, not 檀健 and 平反; 纪岚同意 the other way round
    chars = (seen[place],) if short else (seen[place], seen[place + 1])
    end = place + len(chars)
    if not _plausible(seen, start, place, chars, sure=sure or compound, closed=False):
        return None
    if sure or compound or seen[end] in _FOLLOW or known(seen[end : end + 2]):
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
    if not fits or known(first) or seen[start] in _JOINING or whole in _NO_GIVEN:
        return False
    if len(given) == 1:
        return not unsure and (closed or given[0] not in SELDOM)
    return not unsure or (closed and not known(whole))


def _before_title(seen: str, title: re.Match[str]) -> Iterator[Candidate]:
    """王师傅, 柴桂兰阿姨: a full name before a title, or a common surname alone."""
    end = title.start()
    apart = _before_apart(seen, end)
    if apart is not None:
        yield SURE, "name", apart, end
        return
    for length in (4, 3, 2):
        start = end - length
        if start < 0:
            continue
        head = _surname(seen, start)
        if not head or head >= length or length - head > 2 or not _IS_HAN.match(seen, end - 1):
            continue
        given, whole = tuple(seen[start + head : end]), seen[start:end]
        if not all(char in GIVEN for char in given) or not _begins(seen, start):
            continue
        if seen.startswith(GOODS, start) or (title.group() in _OF_FAME and known(whole)):
            return
        if head == 1 and (known(whole[:2]) and (length == 2 or seen[start] not in COMMON)):
            continue
        if head == 1 and (
            (seen[start] in UNSURE and (length == 2 or known(whole[:2]))) or given[0] == seen[start]
        ):
            continue
        yield SURE, "name", start, end
        return
    alone = end - 1
    if alone < 0 or title.group() not in _SHORT_TITLE or seen.startswith(_NOT_ALONE, alone):
        return
    if seen[alone] in COMMON and _begins(seen, alone):
        yield SURE, "name", alone, end


def _before_apart(seen: str, end: int) -> int | None:
    """Where a name begins that ends here and of which every character stands by itself."""
    run = _SPACED_BEFORE.search(seen, max(0, end - 10), end)
    start = run.start() if run else end
    while run and start < end:
        if _IS_HAN.match(seen, start) and _apart(seen[:end], start) == end:
            return start
        start += 1
    return None


def _begins(seen: str, start: int) -> bool:
    """Whether a name may begin here: after a mark, after 是, 找, 给 and the like, or after a whole word."""
    before = seen[start - 1 : start]
    if not before or not _IS_HAN.match(before) or before in _BEFORE:
        return not known(before + seen[start]) if before in _BEFORE else True
    return known(seen[max(0, start - 2) : start]) and not known(before + seen[start])


def _beside(seen: str) -> Iterator[Candidate]:
    """A name right before or right after another identifier: 凌志强，<mobile>."""
    for beside in _BESIDE.finditer(seen):
        apart = _before_apart(seen, beside.start())
        if apart is not None:
            yield SURE, "name", apart, beside.start()
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
    head = _surname(seen, start)
    if not head or not 1 <= len(words) - head <= 2 or len(_IS_HAN.findall(words)) < end - start:
        return False
    if seen.startswith(GOODS, start) or _TITLE.search(words):
        return False
    called = any(seen[start - length : start] in _CALLED for length in (2, 3, 4) if start >= length)
    if start and _IS_HAN.match(seen, start - 1) and seen[start - 1] not in "的是叫姓" and not called:
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
