"""Pinyin put in brackets after characters, 会(huì)员(yuán): found only where it is how they are read."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from voc.text.readings import letters, nearly_reads, reads, syllabic

_LATIN = "A-Za-z\u00c0-\u024f\u0250-\u02af\u1e00-\u1eff\u0300-\u036f"
_BRACKET = re.compile(
    rf" {{0,2}}[(（\[［【〔〖{{｛<《「] ?"
    rf"(?P<spelled>[{_LATIN}][{_LATIN}1-5 '’·，,、/\-]{{0,60}})[)）\]］】〕〗}}｝>》」]"
)
# Without brackets, or between slashes, it takes a tone mark to be pinyin.
_TONED = "\u00e0-\u00fc\u0101-\u01dc\u1e3f\u0300-\u030c"
_HAS_TONE = re.compile(f"[{_TONED}]")
_BARE = re.compile(
    rf"(?<=[\u4e00-\u9fff])(?: {{0,2}}/ ?(?P<cut>[{_LATIN}][{_LATIN} '’·\-]{{0,60}})/"
    rf"|(?P<bare> {{0,2}}[{_LATIN}]+(?: [{_LATIN}'’]+){{0,7}})(?![{_LATIN}0-9]) ?)"
)
# What lets a text that is otherwise in order hold pinyin without tone marks.
MAYBE = re.compile(r"[\u4e00-\u9fff] ?[(（\[【][A-Za-z]{1,6}[1-5]?[ )）\]】]")
_BEFORE = re.compile(r"[\u4e00-\u9fff]{1,8}[\"”’』」》]?\Z")
# Where pronunciation is what the text is about, the bracket is somebody's words.
_SAID = re.compile(
    r"[念读讀唸]|[发發声聲口多拼注语語]音|音[调調]|[几幾]声|[这那這该該个個]字|同音|拼[音写寫]"
)
_SAID_REACH = 10
_FEW = 3  # annotations up to which pronunciation may be the subject
_NEAR = 14  # characters between two annotations of one writer
_RUN = 3  # annotations without tone marks that are too many for chance
# Syllables that are said without a tone.
_NEUTRAL = re.compile("de|le|ma|ne|ba|zi|men|a|ya|la|wa|na|zhe|guo|tou|me|ge|lei|li|shang|er")
_LONGEST = 8  # characters one bracket can spell


@dataclass(frozen=True, slots=True)
class _Candidate:
    start: int
    end: int
    fits: bool  # it is a reading of the characters before it
    toned: bool
    neutral: bool  # a syllable that is said without a tone


def glosses(text: str) -> list[tuple[int, int]]:
    """(start, end) of every bracket that only says how the characters before it are read, in order.

    A bracket with tone marks that fits its characters is one, unless the text speaks of pronunciation; one
    without tone marks, or which does not fit, only in the company of others. Linear.

    >>> glosses("会(huì)员(yuán)(LTV)")
    [(1, 6), (7, 13)]
    >>> glosses("（自营）这个行(háng)字念错了"), glosses("我(me)和他(he)")
    ([], [])
    """
    found = [one for match in _BRACKET.finditer(text) if (one := _candidate(text, match, "spelled"))]
    if _HAS_TONE.search(text):
        for match in _BARE.finditer(text):
            one = _candidate(text, match, str(match.lastgroup))
            if one and one.fits and (one.toned or match.lastgroup == "cut"):
                found.append(one)
        found.sort(key=lambda one: one.start)
    if not found:
        return []
    sure = [one.fits and one.toned for one in found]
    if sum(sure) <= _FEW:
        subjects = _compared(text, found)
        sure = [
            known and text[one.start - 1] not in subjects and not _spoken_of(text, one)
            for known, one in zip(sure, found, strict=True)
        ]
    taken = list(sure)
    many = sum(sure) >= _RUN
    taken = [known or (many and one.fits and one.neutral) for known, one in zip(taken, found, strict=True)]
    for i, one in enumerate(found):
        if taken[i] or not (one.fits or one.toned):
            continue
        beside = [sure[j] for j in (i - 1, i + 1) if 0 <= j < len(found) and _gap(found, i, j) <= _NEAR]
        taken[i] = any(beside) if one.fits or many else beside == [True, True]
    for first, last in _runs(found):
        taken[first:last] = [True] * (last - first)
    return [(one.start, one.end) for one, gone in zip(found, taken, strict=True) if gone]


def _compared(text: str, found: Sequence[_Candidate]) -> set[str]:
    """Characters that are quoted with two readings: the text is about them."""
    spelled: dict[str, set[str]] = defaultdict(set)
    for one in found:
        if one.start < 2 or text[one.start - 2] not in "\"“「『'‘《":
            continue
        spelled[text[one.start - 1]].add(text[one.start : one.end].strip(" ()（）[]【】"))
    return {char for char, readings in spelled.items() if len(readings) > 1}


def _candidate(text: str, match: re.Match[str], group: str) -> _Candidate | None:
    before = _BEFORE.search(text, max(0, match.start() - _LONGEST - 1), match.start())
    spelled, toned = letters(match[group])
    fits = before is not None and reads(before.group().rstrip('"”’』」》'), spelled) > 0
    if not fits and toned and before is not None:
        fits = nearly_reads(before.group().rstrip('"”’』」》'), spelled)
    if not fits and toned and group == "spelled":  # some write it in front
        fits = any(
            reads(text[match.end() : match.end() + many], spelled) == many for many in range(1, _LONGEST)
        )
    if not fits and not (before is not None and toned and syllabic(spelled)):
        return None
    return _Candidate(
        match.start(), match.end(), fits, toned, not toned and _NEUTRAL.fullmatch(spelled) is not None
    )


def _spoken_of(text: str, one: _Candidate) -> bool:
    before = text[max(0, one.start - _SAID_REACH) : one.start]
    return bool(_SAID.search(before) or _SAID.search(text[one.end : one.end + _SAID_REACH]))


def _gap(found: Sequence[_Candidate], i: int, j: int) -> int:
    first, last = min(i, j), max(i, j)
    return found[last].start - found[first].end


def _runs(found: Sequence[_Candidate]) -> list[tuple[int, int]]:
    """Runs of at least `_RUN` neighbours that fit, tone marks or not, close together."""
    runs = []
    first = 0
    for i in range(1, len(found) + 1):
        if i < len(found) and found[i].fits and found[i - 1].fits and _gap(found, i - 1, i) <= _LONGEST:
            continue
        if found[i - 1].fits and i - first >= _RUN:
            runs.append((first, i))
        first = i
    return runs
