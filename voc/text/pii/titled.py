"""Surnames and names that a title gives away: 王师傅, 柴桂兰阿姨, 耿叔, 老张, 免贵姓岳."""

from __future__ import annotations

import re
from collections.abc import Iterator

from voc.text.pii.likely import BEFORE, FOLLOW
from voc.text.pii.people import TITLES
from voc.text.pii.spelled import HAN, IS_HAN, before_apart, surname
from voc.text.pii.surnames import COMMON, COMPOUND, GIVEN, GOODS, SINGLE, UNSURE
from voc.text.pii.words import alternatives
from voc.text.segment import known

Candidate = tuple[int, str, int, int]  # how sure, type, start, end

SURE = 1
_TITLE = re.compile(alternatives(TITLES))
_AFTER_SURNAME = """
先生 女士 小姐 老师 师傅 经理 阿姨 医生 大夫 主任 教练 律师 警官 护士 大姐 大哥 叔叔 大爷 店长 队长 主管 同学
工程师
"""
SHORT = frozenset(_AFTER_SURNAME.split())  # before these a surname is enough
_NOT_ALONE = ("康师傅", "鲍师傅", "李先生牛", "李先生加", "田老师红")
_EVEN = re.compile(f"连[{HAN}]{{2}}[都也]")  # 连阿姨都不愿意
_OF_FAME = ("先生", "教授")  # 鲁迅先生: a name of the dictionary is an author's
_ALONE = (COMMON | SINGLE) - UNSURE - frozenset("门班师台车工老代卡")
_COMMON = "".join(sorted(COMMON - UNSURE - {"师", "牛"}))
_KIN = re.compile(rf"[{_COMMON}](?:[姐哥叔姨婶嫂](?![{HAN}]?[姐哥叔姨]))")
_FAMILIAR = re.compile(rf"[老小](?:(?<![{HAN}][老小])|(?<=[的个是找叫给和跟][老小]))(?P<surname>[{_COMMON}])")
_CALLED_SO = re.compile(
    rf"姓(?P<surname>[{''.join(sorted(SINGLE))}])(?:名(?P<given>[{''.join(sorted(GIVEN))}]{{1,2}})|(?![{HAN}])|(?=[的是叫]))"
)


def find_titled(seen: str) -> Iterator[Candidate]:
    """Names and surnames beside a title. Linear."""
    for title in _TITLE.finditer(seen):
        yield from _before_title(seen, title)
    yield from _kin(seen)


def _before_title(seen: str, title: re.Match[str]) -> Iterator[Candidate]:
    """王师傅, 柴桂兰阿姨: a full name before a title, or a common surname alone."""
    end = title.start()
    apart = before_apart(seen, end)
    if apart is not None:
        yield SURE, "name", apart, end
        return
    for length in (4, 3, 2):
        start = end - length
        if start < 0:
            continue
        head = surname(seen, start)
        if not head or head >= length or length - head > 2 or not IS_HAN.match(seen, end - 1):
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
    if seen[max(0, end - 2) : end] in COMPOUND and title.group() in SHORT:
        yield SURE, "name", end - 2, end
        return
    alone = end - 1
    if alone < 0 or title.group() not in SHORT or seen.startswith(_NOT_ALONE, alone):
        return
    if seen[alone] in _ALONE and _begins(seen, alone) and not _EVEN.match(seen, alone):
        yield SURE, "name", alone, end


def _kin(seen: str) -> Iterator[Candidate]:
    """王姐, 耿叔, 老张, 小崔, 免贵姓岳: the surname alone."""
    for match in _KIN.finditer(seen):
        start = match.start()
        whole, after = seen[start : start + 2], seen[match.end() : match.end() + 1]
        if known(whole) or not _begins(seen, start) or (after and known(whole[1] + after)):
            continue
        if (
            not after
            or not IS_HAN.match(after)
            or after in FOLLOW
            or known(seen[match.end() : match.end() + 2])
        ):
            yield SURE, "name", start, start + 1
    for match in _FAMILIAR.finditer(seen):
        start, end = match.span("surname")
        after, rest = seen[end : end + 1], seen[end : end + 2]
        if (
            (seen[start - 1] == "小" and known(match.group()))
            or known(seen[start:end] + after)
            or known(seen[max(0, start - 2) : start])
        ):
            continue
        if not after or not IS_HAN.match(after) or after in FOLLOW or known(rest):
            yield SURE, "name", start, end
    for match in _CALLED_SO.finditer(seen):
        yield SURE, "name", *match.span("surname")
        if match["given"]:
            yield SURE, "name", *match.span("given")


def _begins(seen: str, start: int) -> bool:
    """Whether a name may begin here: after a mark, after 是, 找, 给 and the like, or after a whole word."""
    before = seen[start - 1 : start]
    if not before or not IS_HAN.match(before) or before in BEFORE:
        return not known(before + seen[start]) if before in BEFORE else True
    return known(seen[max(0, start - 2) : start]) and not known(before + seen[start])
