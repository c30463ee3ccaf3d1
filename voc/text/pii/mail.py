"""E-mail addresses, also with the at sign and the dots in words, spaced out, or with pictures inside."""

from __future__ import annotations

import re
from collections.abc import Iterator

from voc.text.pii.reading import HAN_DIGIT, digits

Candidate = tuple[int, str, int, int]  # how sure, type, start, end

SURE = 10
_PROVIDERS = (
    r"(?:vip\.?)?(?:qq|163|126|139|188|189|gmail|outlook|hotmail|foxmail|sina|sohu|yeah|icloud|yahoo|live|msn|aliyun|"
    r"tom|21cn|wo|protonmail|proton)"
)
_ENDS = (
    r"(?:com|cn|net|org|edu|gov|me|io|co|cc|top|xyz|info|hk|tw|jp|uk|de|fr|us|vip|app|dev|tech|online|shop"
    r"|club)"
)
_DOT = r"(?:[ •]?(?:[.。·]|\[\.\]|\(\.\)|[(\[【{]? ?(?:点|dot|DOT|Dot) ?[)\]】}]?) ?)"
# What stands for @; in plain letters only before a host that is known.
_AT = re.compile(
    r" ?(?:@|[(\[【{<] ?(?:at|AT|At|a|@|艾特|圈a|圈A) ?[)\]】}>]|艾特|圈[aA]|[aA]圈|小老鼠"
    r"|#(?=[a-z0-9]+[.。点])) ?|(?<=[A-Za-z0-9_]) (?:at|AT|At) (?=[A-Za-z0-9])"
)
_MAYBE = re.compile(
    r"@|艾特|圈[aA]|[aA]圈|小老鼠|[(\[【{<] ?(?:at|AT|At|a|圈a) ?[)\]】}>]| (?:at|AT|At) |[a-z0-9]#[a-z0-9]"
)
_HOST = re.compile(
    r"(?:[A-Za-z0-9][A-Za-z0-9\-]{0,62}(?:[.。]| \. ?| ?[.。] ?(?=(?:com|cn|net|org)(?![A-Za-z])))){1,4}"
    r"[A-Za-z]{2,24}(?![A-Za-z])"
)
_WORDY_HOST = re.compile(
    rf"[A-Za-z0-9][A-Za-z0-9\-]{{0,40}}(?:{_DOT}[A-Za-z0-9\-]{{2,20}}){{0,2}}{_DOT}{_ENDS}(?![A-Za-z])"
)
_KNOWN_HOST = re.compile(
    rf"{_PROVIDERS}(?:{_DOT}{_ENDS}){{1,2}}(?![A-Za-z])|{_PROVIDERS}(?:邮箱|mail)?(?![A-Za-z0-9.])"
)
_SPACED_HOST = re.compile(
    r"(?:[A-Za-z0-9\-][ •]?){2,24}(?:[.。点] ?(?:[A-Za-z0-9][ •]?){2,8}){1,2}(?![A-Za-z])"
)
_NUMBERED = re.compile(r"[A-Za-z0-9._+\-]*[0-9_][A-Za-z0-9._+\-]*\Z")
_END = re.compile(r"[.。点] ?((?:[A-Za-z0-9][ •]?){2,8})\Z")
_WORDY_NAME = re.compile(r"[A-Za-z0-9]+(?:点|。|[(\[]dot[)\]]| dot )\Z", re.IGNORECASE)
_NAME = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._%+-" + HAN_DIGIT)
_LONGEST_NAME = 64


def find_mails(seen: str) -> Iterator[Candidate]:
    """E-mail addresses of the reading, in order. Linear."""
    if _MAYBE.search(seen) is None:
        return
    last = 0
    for at in _AT.finditer(seen):
        if at.start() < last:
            continue
        end = _host(seen, at)
        if end is None:
            continue
        start = _name(seen, at.start(), last)
        if start < at.start():
            yield SURE, "email", start, end
            last = end


def _host(seen: str, at: re.Match[str]) -> int | None:
    place = at.end()
    if at.group().strip().lower() == "at" or at.group().strip() == "#":
        known = _KNOWN_HOST.match(seen, place)
        if known and re.search(r"[.。点]|dot|DOT", known.group()):
            return known.end()
        told = _NUMBERED.search(seen, max(0, at.start() - 24), at.start())
        host = _HOST.match(seen, place) if told else None
        return host.end() if host else None
    for pattern in (_HOST, _WORDY_HOST, _KNOWN_HOST):
        host = pattern.match(seen, place)
        if host is not None:
            return host.end()
    spaced = _SPACED_HOST.match(seen, place)
    if spaced is None:
        return None
    ending = _END.search(spaced.group())
    if ending is None or not re.fullmatch(_ENDS, re.sub("[ •]", "", ending[1]).lower()):
        return None
    return place + len(spaced.group().rstrip(" •"))


def _name(seen: str, end: int, last: int) -> int:
    """Where the name before the at sign begins; `end` if there is none."""
    start = end
    first = max(last, end - _LONGEST_NAME)
    while start > first:
        char = seen[start - 1]
        if char in _NAME:
            start -= 1
        elif char in " •" and _single(seen, start, first):
            start -= 2
        elif char == "•" and start - 1 > first and seen[start - 2] in _NAME and seen[start - 2] < "\x80":
            start -= 1
        else:
            break
    # Han digits belong to the name only in a row: 加一abc@… has none.
    start += len(seen[start:end]) - len(seen[start:end].lstrip(HAN_DIGIT)) if not _spelled(seen, start) else 0
    while start < end and not seen[start].isalnum():
        start += 1
    if start < end:
        wordy = _WORDY_NAME.search(seen, max(last, start - 24), start)
        start = wordy.start() if wordy else start
    return start


def _single(seen: str, start: int, first: int) -> bool:
    """Whether the name is spaced out here: one character between two blanks."""
    alone = start - 2 >= first and seen[start - 2] in _NAME and seen[start - 2] < "\x80"
    before = seen[start - 3 : start - 2] if start >= 3 else ""
    return alone and not (before in _NAME and before < "\x80") and seen[start : start + 1] in _NAME


def _spelled(seen: str, start: int) -> bool:
    run = seen[start : start + 5]
    return digits(run) != run
