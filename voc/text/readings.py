"""How a character is read, without tones: what tells pinyin in brackets from any other bracket.

The table (`readings.txt`) is made by `tools/make_readings.py` from pypinyin (MIT).
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from pathlib import Path

_TABLE = Path(__file__).with_name("readings.txt")
# Accents of the four tones; the diaeresis of ü and the circumflex of ê are no tones.
_TONES = frozenset("\u0304\u0301\u030c\u0300\u0306")
_NUMBERED = re.compile(r"(?:[A-Za-züÜ]{1,6}[1-5][ '’，,]{0,2})+")
_LONGEST = 6  # letters of a syllable: zhuang


@cache
def _table() -> tuple[dict[str, tuple[str, ...]], frozenset[str]]:
    read: dict[str, tuple[str, ...]] = {}
    syllables = []
    for line in _TABLE.read_text("utf-8").splitlines():
        if line.startswith("#"):
            continue
        syllable, _, chars = line.partition(" ")
        syllables.append(syllable)
        for char in chars:
            read[char] = (*read.get(char, ()), syllable)
    read["儿"] = (*read.get("儿", ()), "r")
    read["兒"] = (*read.get("兒", ()), "r")
    return read, frozenset(syllables)


def letters(written: str) -> tuple[str, bool]:
    """Latin letters of some pinyin, lower case, ü as v; and whether it bears a tone mark.

    A digit after every syllable is a tone mark too.

    >>> letters("Huì yuán"), letters("nu\u0308\u030c"), letters("LTV"), letters("pai2 dui4")
    (('huiyuan', True), ('nv', True), ('ltv', False), ('paidui', True))
    """
    if _NUMBERED.fullmatch(written):
        return "".join(char for char in written.lower().replace("ü", "v") if "a" <= char <= "z"), True
    apart = unicodedata.normalize("NFD", written.lower().replace("ɡ", "g").replace("ɑ", "a"))
    toned = not _TONES.isdisjoint(apart)
    apart = apart.replace("u\u0308", "v").replace("lue", "lve").replace("nue", "nve")
    # The tone may be written before the diaeresis.
    for tone in _TONES:
        apart = apart.replace(f"u{tone}\u0308", "v")
    return "".join(char for char in apart if "a" <= char <= "z"), toned


def reads(chars: str, spelled: str) -> int:
    """How many of the last characters are read as spelled (`letters`); 0 when they are not.

    >>> reads("我是会员", "huiyuan"), reads("见图", "ltv"), reads("长", "chang"), reads("花儿", "huar")
    (2, 0, 1, 2)
    """
    table, _ = _table()
    ends = {len(spelled)}
    for taken, char in enumerate(reversed(chars), start=1):
        ends = {
            end - len(syllable)
            for end in ends
            for syllable in table.get(char, ())
            if spelled.endswith(syllable, 0, end) and end >= len(syllable)
        }
        if 0 in ends:
            return taken
        if not ends:
            return 0
    return 0


def nearly_reads(chars: str, spelled: str) -> bool:
    """Whether it is how many people spell the last characters: -n for -ng, z for zh, l for n, r added.

    >>> nearly_reads("水管", "guang"), nearly_reads("花", "huar"), nearly_reads("管", "dao")
    (True, True, False)
    """
    table, _ = _table()
    spelled = _folded(spelled)
    for end in (spelled, spelled.removesuffix("r")):
        ends = {len(end)}
        for char in reversed(chars):
            heard = {_folded(syllable) for syllable in table.get(char, ())}
            ends = {
                at - len(one) for at in ends for one in heard if end.endswith(one, 0, at) and at >= len(one)
            }
            if 0 in ends and end:
                return True
            if not ends:
                break
    return False


def _folded(spelled: str) -> str:
    for written, heard in (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ng", "n"), ("l", "n")):
        spelled = spelled.replace(written, heard)
    return spelled


def syllabic(spelled: str) -> bool:
    """Whether the letters can be cut into syllables at all.

    >>> syllabic("huiyuan"), syllabic("wifi"), syllabic("ltv")
    (True, False, False)
    """
    _, syllables = _table()
    ends = {0}
    for end in range(1, len(spelled) + 1):
        if any(
            start in ends and spelled[start:end] in syllables for start in range(max(0, end - _LONGEST), end)
        ):
            ends.add(end)
    return bool(spelled) and len(spelled) in ends
