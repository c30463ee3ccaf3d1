"""Names that nothing announces: a surname, a likely given name, and a sentence that a person fits in.

Points for and against are added up, so that no single sign decides: in 贺春燕说三天到账 is a name,
周杰伦 in 周杰伦的歌 is nobody's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from voc.text.pii.people import FIELDS, ROLES, TITLES
from voc.text.pii.surnames import CERTAIN, COMMON, COMPOUND, GIVEN, GOODS, LIKELIHOOD, SINGLE, UNSURE
from voc.text.pii.words import alternatives
from voc.text.segment import known

Candidate = tuple[int, str, int, int]  # how sure, type, start, end

SURE = 1
_HAN = "\u4e00-\u9fff"
_IS_HAN = re.compile(f"[{_HAN}]")
_HEADS = "".join(sorted((SINGLE | COMMON) - (UNSURE - frozenset("单时白常包冷全成"))))
_GIVEN = "".join(sorted(GIVEN))
# Both begin with a surname, not with what must stand before it: so a text is looked through for surnames.
_SINGLE = re.compile(f"[{_HEADS}](?=[{_GIVEN}]{{2}})")
_COMMON = "".join(sorted(COMMON))
_APART = re.compile(
    rf"[{_COMMON}](?<![{_HAN}]{{2}}[·.* ][{_COMMON}])(?P<joint>[ ·.*_\-])"
    rf"(?P<one>[{_GIVEN}])(?P=joint)(?P<two>[{_GIVEN}])"
    rf"(?!(?P=joint)?[{_HAN}])"
)
_DOUBLE = re.compile(rf"(?:{alternatives(COMPOUND)})[{_GIVEN}]{{1,2}}")
_ENOUGH, _APART_ENOUGH = 4.5, 2.5
_OTHER = 0.3  # a character of given names of which nothing more is known
# What may stand right before and right after somebody's name.
BEFORE = frozenset("是叫找给和跟谢让请被把对问由位名的了与及向为到姓、扬诉派夸骂喊替帮个那从")
FOLLOW = frozenset(
    "说把被让来没不也都就在是给跟和与同向对要去有又还从打拿叫先女老师强制态度存已因为于将号这那家的地得了吗呢吧啊超很太真特"
    "答告诉收签电联留住报反退投写填提做修装送找问接发带负服帮介推卖买用等之其全骂欠骗领租您你帮呀哦嘛哈亲手收"
)
_ANNOUNCED = FIELDS | ROLES
_NOT_GIVEN = frozenset(
    ["妹妹", "哥哥", "爸爸", "妈妈", "弟弟", "姐姐", "王朝", "亲王", "兄弟", "国际", "集团", "公司", "王子"]
)
_SHOP = re.compile(
    r"[\"”』」]?(?:[店路街镇村县区市广牌记楼庄园城山河桥家酒堂坊府馆寺庙餐饭宾]|大[街道厦酒饭]|公司|集团)"
)
_LAND = frozenset("湖山桥洞岛庙寺村镇河岭")
# Talk of books, films and history: who is named there is no customer and no clerk.
_FAME = re.compile(
    "[《》〈〉「」『』]|作者|作家|导演|翻译|译者|小说|文字|文笔|编著|主编|出版|演员|主演|电影|电视剧|歌手|唱片|粉丝|专辑|博士"
    "|史学|大师|代言|皇帝|年间|将军|诗人|历史|读书|这本书|文章|女主|男主|主角|明星|综艺|偶像|作品|大作|理论|学术|写的|故居"
)


def find_likely(seen: str) -> Iterator[Candidate]:
    """Likely names of the reading. Linear."""
    for match in _APART.finditer(seen):
        if sum(LIKELIHOOD.get(match[part], _OTHER) for part in ("one", "two")) >= _APART_ENOUGH:
            yield SURE, "name", match.start(), match.end()
    for match in _SINGLE.finditer(seen):
        start, end = match.start(), match.end() + 2
        if _points(seen, start, end, head=1) >= _ENOUGH:
            yield SURE, "name", start, end
    for match in _DOUBLE.finditer(seen):
        start, end = match.span()
        head = next(length for length in (4, 3, 2) if seen[start : start + length] in COMPOUND)
        for stop in (end, end - 1):
            if stop - start > head and _points(seen, start, stop, head=head) >= _ENOUGH:
                yield SURE, "name", start, stop
                break


def _points(seen: str, start: int, end: int, *, head: int) -> float:
    words, given = seen[start:end], seen[start + head : end]
    likelihood = sum(LIKELIHOOD.get(char, _OTHER) for char in given)
    if (
        given[0] == words[0]
        or likelihood + 6 < _ENOUGH
        or seen.startswith(GOODS, start)
        or given in TITLES
        or given in _NOT_GIVEN
    ):
        return 0.0
    announced = any(seen[start - length : start] in _ANNOUNCED for length in (2, 3, 4) if start >= length)
    titled = any(seen[end : end + length] in TITLES for length in (2, 3))
    points = likelihood + _left(seen, start, announced=announced) + _right(seen, end, titled=titled)
    if head > 1:
        points += 3.0 if words[:head] in CERTAIN else 1.0
    elif words[0] in UNSURE:
        points -= 1.5
    elif words[0] not in COMMON:
        points -= 1.0
    before = seen[max(0, start - 1) : start]
    closed = end == len(seen) or not _IS_HAN.match(seen, end)
    if closed and (not before or not _IS_HAN.match(before)):
        points += 1.5
    if before and (before == words[0] or before.isdigit() or before in "%+"):
        points -= 3.0  # 马马虎虎, 46元
    if known(words) or (head > 1 and known(seen[start : start + head + 1])):  # famous
        points -= 0.5 if announced or titled else 3.0
    if head == 1 and known(words[:2]):
        points -= 1.5
    if likelihood < 2 and known(given):
        points -= 1.0
    if words[-1] in _LAND:
        points -= 2.0
    if _FAME.search(seen, max(0, start - 16), end + 12):
        points -= 4.0
    return points


def _left(seen: str, start: int, *, announced: bool) -> float:
    before = seen[max(0, start - 1) : start]
    if announced:
        return 2.0
    if not before or not _IS_HAN.match(before):
        return -9.0 if before and before in "《〈#@" else 1.0
    if known(before + seen[start]):
        return -3.0
    if before in BEFORE:
        return 1.5
    return 0.3 if known(seen[max(0, start - 2) : start]) else -2.0


def _right(seen: str, end: int, *, titled: bool) -> float:
    after = seen[end : end + 1]
    if titled:
        return 2.5
    if _SHOP.match(seen, end):
        return -3.0
    if not after or not _IS_HAN.match(after):
        return 1.0
    points = -1.5 if known(seen[end - 1 : end + 1]) else 0.0
    if after in FOLLOW:
        return points + 1.0
    return points + (0.5 if known(seen[end : end + 2]) else -1.0)
