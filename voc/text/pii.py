"""Personal data: found through its usual disguises, checked where a checksum exists, replaced by `<TYPE>`.

Mobile and landline numbers, identity and bank cards (`numbers.py`), e-mail, licence plates.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from voc.text.characters import as_read
from voc.text.numbers import find_numbers
from voc.types import Pii

Found = tuple[str, int, int]  # type, start, end

# Digits of any script, in rings, raised; every identifier but an e-mail address has at least three.
_DIGIT = re.compile("[\\d²³¹⁰-₉①-⑨⓪⓵-⓽❶-❾➀-➈➊-➒]")
_AT = re.compile(r" ?(?:@|[(\[【{] ?(?:at|AT|At|艾特) ?[)\]】}]) ?")
_MAYBE_AT = re.compile(r"[@＠]|[(\[【{（［｛]\W?(?:at|AT|At|艾特)")
_NAME = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._%+-")
_LONGEST_NAME = 64
_HOST = re.compile(
    r"(?:[A-Za-z0-9][A-Za-z0-9\-]{0,62}(?:[.。]| \. ?| ?[.。] ?(?=(?:com|cn|net|org)(?![A-Za-z])))){1,4}"
    r"[A-Za-z]{2,24}(?![A-Za-z])"
)

_PROVINCE = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_WORDS = "新云贵吉青宁藏蒙"  # also ordinary words before a model's name: 新Y9000P, 新A6 2023款
_CODE = "A-HJ-NP-Za-hj-np-z0-9"  # no I, no O
_BODY = rf"(?:\d{{5}}[A-HJKa-hjk]|[A-HJKa-hjk][{_CODE}]\d{{4}}|[{_CODE}]{{4}}[{_CODE}挂学警港澳])"
_PLATE = re.compile(
    rf"[{_PROVINCE}] ?[A-HJ-NP-Za-hj-np-z](?P<sep> ?[·•.\-]? ?)(?P<body>{_BODY})(?![0-9A-Za-z])"
    rf"|(?![{_WORDS}])[{_PROVINCE}][ \-]?[A-HJ-NP-Z][ ·•.\-]{{0,2}}(?:[A-HJ-NP-Z0-9][ \-]?){{4,5}}"
    r"(?<=[0-9A-Z])(?<![A-Z][A-Z])(?![ \-]?[0-9A-Za-z])"
)
_MODEL = re.compile(r"\d0{2,3}[A-Za-z]\Z")  # 新R9000P
_FLIGHT = re.compile(r"[A-Z]\d{4}\Z")  # 北京CA1234 in 飞北京CA1234
_PLACES = ("北京", "南京", "东京", "天津", "四川", "银川", "江苏", "西藏", "内蒙", "南宁", "辽宁", "西宁")
_CAR = re.compile(r"车|牌")


def mask(text: str) -> tuple[str, tuple[Pii, ...]]:
    """The text with personal data replaced, and where the replacements stand.

    Masking the masked changes nothing. Linear in the text's length.
    """
    found = find(text)
    return replaced(text, found) if found else (text, ())


def replaced(text: str, found: Iterable[Found]) -> tuple[str, tuple[Pii, ...]]:
    """The text with each of the found replaced by its placeholder; in order, not overlapping."""
    parts: list[str] = []
    marks: list[Pii] = []
    last = length = 0
    for kind, start, end in found:
        placeholder = f"<{kind.upper()}>"
        parts += [text[last:start], placeholder]
        length += start - last
        marks.append(Pii(kind, length, length + len(placeholder)))
        length += len(placeholder)
        last = end
    parts.append(text[last:])
    return "".join(parts), tuple(marks)


def find(text: str) -> list[Found]:
    """(type, start, end) of every identifier, in order, not overlapping; the surer kind wins."""
    numbers = len(_DIGIT.findall(text)) >= 3
    mail = _MAYBE_AT.search(text) is not None
    if not numbers and not mail:
        return []
    seen, places = as_read(text)
    taken: list[Found] = []
    if mail:
        taken += _emails(seen)
    if numbers:
        for kinds in (find_numbers, _plates):
            seen, before = _blanked(seen, taken), len(taken)
            taken += kinds(seen)
            if len(taken) > before:
                taken.sort(key=lambda found: found[1])
    return [(kind, places[start], places[end - 1] + 1) for kind, start, end in taken]


def _blanked(seen: str, taken: list[Found]) -> str:
    """The text with line ends in the place of what is taken: nothing is found across them."""
    if not taken:
        return seen
    parts: list[str] = []
    last = 0
    for _, start, end in taken:
        parts += [seen[last:start], "\n" * (end - start)]
        last = end
    return "".join([*parts, seen[last:]])


def _emails(seen: str) -> Iterator[Found]:
    last = 0
    for at in _AT.finditer(seen):
        host = _HOST.match(seen, at.end())
        if host is None:
            continue
        start = end = at.start()
        while start > max(last, end - _LONGEST_NAME) and seen[start - 1] in _NAME:
            start -= 1
        while start < end and not seen[start].isalnum():
            start += 1
        if start < end:
            yield "email", start, host.end()
            last = host.end()


def _plates(seen: str) -> Iterator[Found]:
    for match in _PLATE.finditer(seen):
        if _plausible_plate(seen, match):
            yield "plate", match.start(), match.end()


def _plausible_plate(seen: str, match: re.Match[str]) -> bool:
    found, start = match.group(), match.start()
    if sum(char.isdigit() for char in found) < 3:
        return False
    body = match["body"]
    if body is None or match["sep"].strip():
        return True
    around = seen[max(0, start - 8) : start] + seen[match.end() : match.end() + 4]
    model = found[0] in _WORDS and _MODEL.match(body)
    flight = _FLIGHT.match(body) and seen[max(0, start - 1) : start + 1] in _PLACES
    return not (model or flight) or bool(_CAR.search(around))
