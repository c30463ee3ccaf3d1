"""Passports and travel permits: a letter and eight digits, or two and seven, where the text is about them."""

from __future__ import annotations

import re
from collections.abc import Iterator

Candidate = tuple[int, str, int, int]  # how sure, type, start, end

SURE = 4
_TOPIC = re.compile(r"护照|通行证|回乡证|台胞证|旅行证|出入境|出境|签证|证件|海关|边检|[Pp]assport|PASSPORT")
_GAP = r"[ \-_.·•]{0,3}"
_D = r"[0-9OoIl]"
_CHINESE = re.compile(
    rf"(?<![0-9A-Za-z])(?:[EeGgDdSsPpKkHhMmCcWwLlTt]{_GAP}[0-9A-HJ-NP-Za-hj-np-z]|[SsPpDdMm][Ee]{_GAP}[0-9])"
    rf"(?:{_GAP}{_D}){{7}}(?:{_GAP}[0-9]{{2}})?(?![0-9A-Za-z])"
)
# Of other countries, right after the word.
_NAMED = re.compile(
    rf"(?:护照|通行证|回乡证|台胞证|旅行证|[Pp]assport)(?:号码?|编号|[Nn]o\.?)?"
    rf"(?:就?是|为|填的?|[:： ,，]){{0,3}}"
    rf"(?P<number>[A-Za-z]{{0,3}}{_GAP}[0-9](?:{_GAP}[0-9]){{5,9}}[A-Za-z]?)(?![0-9A-Za-z])"
)
_OTHER = re.compile(
    r"(?:错误?码?|代码|故障码?|提示|报错|型号|货号|批号|编号|航班|车次|订单号?|单号|条码|序列号|版本|料号|配件|防伪码?|激活码)"
    r"[^，。；\n0-9A-Za-z]{0,4}\Z"
)
_NEAR = 80  # characters between the word and the number


def find_documents(seen: str, read: str) -> Iterator[Candidate]:
    """Passport and permit numbers of the reading. Linear."""
    topics = [match.start() for match in _TOPIC.finditer(seen)]
    if not topics:
        return
    for text in dict.fromkeys((seen, read)):
        place = 0
        for match in _CHINESE.finditer(text):
            while place + 1 < len(topics) and topics[place + 1] <= match.end() + _NEAR:
                place += 1
            near = any(
                match.start() - _NEAR <= topic <= match.end() + _NEAR
                for topic in topics[max(0, place - 1) : place + 1]
            )
            if near and not _OTHER.search(text, max(0, match.start() - 12), match.start()):
                yield SURE, "passport", match.start(), match.end()
        for match in _NAMED.finditer(text):
            yield SURE, "passport", *match.span("number")
