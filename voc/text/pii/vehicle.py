"""Licence plates (also new energy, trailer, police, learner, Hong Kong, Macao) and vehicle numbers (VIN)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from voc.text.pii.checks import vehicle

Candidate = tuple[int, str, int, int]  # how sure, type, start, end

_PROVINCE = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_WORDS = "新云贵吉青宁藏蒙"  # also ordinary words before a model's name: 新Y9000P, 新A6 2023款
_CODE = "A-HJ-NP-Za-hj-np-z0-9"  # no I, no O
_LAST = "挂学警港澳领使试超"
_BODY = rf"(?:\d{{5}}[A-HJKa-hjk]|[A-HJKa-hjk][{_CODE}]\d{{4}}|[{_CODE}]{{4}}[{_CODE}{_LAST}])"
_PLATE = re.compile(
    rf"[{_PROVINCE}] ?[A-HJ-NP-Za-hj-np-z](?P<sep> ?[·•.\-]? ?)(?P<body>{_BODY})(?![0-9A-Za-z])"
    rf"|(?![{_WORDS}])[{_PROVINCE}][ \-]?[A-HJ-NP-Z][ ·•.\-]{{0,2}}(?:[A-HJ-NP-Z0-9][ \-]?){{4,5}}"
    r"(?<=[0-9A-Z])(?<![A-Z][A-Z])(?![ \-]?[0-9A-Za-z])"
)
# In parts: pictures, blanks, dashes anywhere, O and I, which no plate has, for 0 and 1.
_GAP = r"[ ·•.\-_]{0,2}"


def _in_parts(gap: str) -> re.Pattern[str]:
    return re.compile(
        rf"[{_PROVINCE}]{gap}(?P<city>[A-HJ-NP-Za-hj-np-z]){gap}"
        rf"(?P<body>(?:[0-9A-Za-z]{gap}){{4}}(?:[0-9A-Za-z](?:{gap}[0-9A-Za-z])?|[{_LAST}]))"
        rf"(?![0-9A-Za-z]|{_GAP}[0-9])"
    )


_PARTS = _in_parts(_GAP)
_DICTATED = re.compile(
    rf"[{_PROVINCE}][，,、][A-Za-z][，,、](?P<body>(?:[0-9A-Za-z][，,、]?){{4,5}}[0-9A-Za-z{_LAST}])"
)
_NORMAL = str.maketrans("OoIl", "0011")
_SPOKEN = str.maketrans("〇零一二三四五六七八九幺", "001234567891")
_FORM = re.compile(rf"{_BODY}\Z")
_MODEL = re.compile(r"\d0{2,3}[A-Za-z]\Z")  # 新R9000P
_FLIGHT = re.compile(r"[A-Z]\d{4}\Z")  # 北京CA1234 in 飞北京CA1234
_PLACES = ("北京", "南京", "东京", "天津", "四川", "银川", "江苏", "西藏", "内蒙", "南宁", "辽宁", "西宁")
_CAR = re.compile(r"车|牌")
# How a plate begins.
PLATE = re.compile(rf"[{_PROVINCE}][ ·•.\-_，,、]{{0,2}}[A-HJ-NP-Za-hj-np-z][ ·•.\-_，,、]{{0,2}}[0-9A-Za-z]")

_RUN = re.compile(r"[0-9A-Za-z](?:[ \-_.·•()/\n]{0,3}[0-9A-Za-z]){16,}")
_WORD = re.compile(r"[0-9A-Za-z]+")
_FRAME = re.compile(r"(?:车架|底盘|识别代?[号码]|[Vv][Ii][Nn]|铭牌|大架号)")
_VIN = 17
_OWN = re.compile(r"(?:[Vv][Ii][Nn]|VIN码)")


def find_plates(seen: str, read: str) -> Iterator[Candidate]:
    """Licence plates of the reading. Linear."""
    spoken = seen.translate(_SPOKEN)
    if PLATE.search(spoken) is None:
        return
    for match in _PLATE.finditer(seen):
        if _plausible_plate(seen, match):
            yield 7, "plate", match.start(), match.end()
    for text in dict.fromkeys((read, spoken)):
        for pattern in (_PARTS, _DICTATED):
            for match in pattern.finditer(text):
                if _plausible_parts(seen, match):
                    yield 7, "plate", match.start(), match.end()


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


def _plausible_parts(seen: str, match: re.Match[str]) -> bool:
    """A plate's form once the gaps are closed; 新A6 2023款, 贵A 2000块 are none."""
    body = re.sub(r"[^0-9A-Za-z" + _LAST + "]", "", match["body"]).translate(_NORMAL)
    figures = sum(char.isdigit() for char in body)
    if not _FORM.match(body) or figures < 2:
        return False
    around = seen[max(0, match.start() - 10) : match.start()] + seen[match.end() : match.end() + 6]
    if _CAR.search(around):
        return True
    if figures < 3:
        return False
    if _FLIGHT.match(body) and seen[max(0, match.start() - 1) : match.start() + 1] in _PLACES:
        return False
    gaps = re.split(r"[0-9A-Za-z" + _LAST + "]+", match["body"])[1:-1]
    if match.group()[0] in _WORDS:
        return not _MODEL.match(body) and len(gaps) in (0, 4, 5)  # in one piece or every character apart
    return "元" not in seen[match.end() : match.end() + 2] and not (gaps and "." in "".join(gaps))


def find_vehicles(seen: str, read: str) -> Iterator[Candidate]:
    """Vehicle identification numbers of the reading: check digit, or what the text calls them. Linear."""
    for text in dict.fromkeys((seen, read)):
        for run in _RUN.finditer(text):
            words = [word.span() for word in _WORD.finditer(text, run.start(), run.end())]
            first = 0
            while first < len(words):
                last = _vehicle(text, seen, words, first)
                if last is None:
                    first += 1
                    continue
                start = words[first][0]
                if words[first][1] - start > _VIN or _OWN.match(text, start):
                    start += 3 if _OWN.match(text, start) else 0
                yield 8, "vin", start, words[last][1]
                first = last + 1


def _vehicle(text: str, seen: str, words: list[tuple[int, int]], first: int) -> int | None:
    """The last group of a number that begins with this one."""
    number = ""
    for last in range(first, len(words)):
        number += text[slice(*words[last])]
        if len(number) > _VIN + 3:
            return None
        own = number[3:] if last == first and len(number) == _VIN + 3 and _OWN.match(number) else number
        if len(own) != _VIN:
            continue
        start = words[first][0]
        called = bool(_FRAME.search(seen, max(0, start - 20), start + 3))
        few = not called and last - first == 1
        plain = few and all(_one_sort(text[slice(*word)]) for word in words[first : last + 1])
        if not plain and _is_vehicle(own, called=called, parts=last - first + 1):
            return last
    return None


def _one_sort(word: str) -> bool:
    """Whether a group holds letters only or digits only: abc 62170089189497."""
    return word.isdigit() or word.isalpha()


def _is_vehicle(number: str, *, called: bool, parts: int) -> bool:
    figures = sum(char.isdigit() for char in number.translate(_NORMAL))
    if number.isdigit() or figures < 4 or number.startswith("ISBN"):
        return False
    forms = {number.upper().translate(_NORMAL), number.translate(_NORMAL).upper()}
    if any(vehicle(form) for form in forms):
        return called or (
            figures >= 5 and number[-3:].translate(_NORMAL).isdigit() and parts in (1, 2, 3, 4, 5, 6, _VIN)
        )
    if not called or parts not in (1, 2, 3, 4, 5, _VIN):
        return False
    return any(form[-4:].isdigit() and not set(form) & set("IOQ") for form in forms)
