"""Repair with an offset map: width, script, invisible characters, repeated marks, white space.

`repair` never loses a place: `offsets[i]` is where `clean[i]` began in the shown text.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import cache

from opencc import OpenCC

from voc.types import Repair

# Full-width forms and look-alikes to plain ones, one character to one.
_WIDTH = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
for _kept in "，：；！？（）":  # Chinese punctuation stays what it is
    _WIDTH.pop(ord(_kept), None)
_WIDTH |= {0x3000: " ", 0xA0: " ", 0x2007: " ", 0x202F: " ", 0x0009: " ", 0x0B: " ", 0x0C: " "}
# Marks that Chinese text writes both ways: the model sees one.
_MARKS = {ord("!"): "！", ord("?"): "？", ord(","): "，", ord(";"): "；", ord("｡"): "。", ord("､"): "、"}
_INVISIBLE = re.compile(
    "[\u200b-\u200f\u2028-\u202e\u2060-\u2064\u2066-\u206f\ufeff\u00ad\ufe00-\ufe0f\u034f\u180e\ufffd]"
)
_RUNS = re.compile(r"([！？。，、~～…·.\-=_*#!?,])\1{1,}")
_LAUGH = re.compile(r"(哈|呵|嘿|嘻|啊|呜|嗯|额|呃|6|好|超|真|太|很|巨|最|赞|棒|差|烂|慢)\1{3,}")
_SPACES = re.compile(r"[ ]{2,}| *\n[ \n]*")
_FAST = re.compile(r"[0-9A-Za-z\u4e00-\u9fff，。！？；：、（）《》“”‘’…~ ]*\Z")
_RUN_OR_SPACE = re.compile(r"([^\w\s])\1|(.)\2{3}| [ \n]|^ | $")


@cache
def _converter() -> OpenCC:
    return OpenCC("t2s")


@cache
def _traditional() -> frozenset[str]:
    """Characters that simplify to another one, found by asking opencc about each."""
    every = [chr(code) for code in (*range(0x3400, 0x4DC0), *range(0x4E00, 0xA000))]
    changed = _converter().convert("\n".join(every)).split("\n")
    return frozenset(old for old, new in zip(every, changed, strict=True) if old != new)


@cache
def _simplify() -> re.Pattern[str]:
    return re.compile("[" + "".join(sorted(_traditional())) + "]")


def repair(text: str) -> tuple[str, tuple[int, ...], tuple[Repair, ...]]:
    """The repaired text, `len(clean) + 1` offsets into `text`, and what was mended how often.

    Linear in the text's length; repairing the repaired changes nothing.
    """
    if _FAST.match(text) and not _simplify().search(text) and not _RUN_OR_SPACE.search(text):
        return text, tuple(range(len(text) + 1)), ()
    chars = list(text)
    places = list(range(len(text)))
    counts: Counter[str] = Counter()
    chars, places = _visible(chars, places, counts)
    chars, places = _folded(chars, places, counts)
    clean, places = _simplified("".join(chars), places, counts)
    clean, places = _collapsed(clean, places, counts)
    offsets = (*places, len(text))
    return clean, offsets, tuple(Repair(kind, count) for kind, count in sorted(counts.items()))


def _visible(chars: list[str], places: list[int], counts: Counter[str]) -> tuple[list[str], list[int]]:
    """Without characters that nobody sees; line ends as one newline."""
    kept_chars: list[str] = []
    kept: list[int] = []
    for char, place in zip(chars, places, strict=True):
        if char == "\n":
            pass
        elif char == "\r":
            if kept_chars and place + 1 < len(chars) and chars[place + 1] == "\n":
                continue
            char = "\n"
        elif char < " " or "\x7f" <= char <= "\x9f" or "\ud800" <= char <= "\udfff":
            if char != "\t":
                counts["control"] += 1
                continue
        elif _INVISIBLE.match(char):
            counts["invisible"] += 1
            continue
        kept_chars.append(char)
        kept.append(place)
    return kept_chars, kept


def _folded(chars: list[str], places: list[int], counts: Counter[str]) -> tuple[list[str], list[int]]:
    """Full-width letters and digits to plain ones, compatibility forms apart, marks to one form."""
    out: list[str] = []
    kept: list[int] = []
    for i, char in enumerate(chars):
        code = ord(char)
        new = _WIDTH.get(code, char)
        if (
            new == char
            and code > 0x2000
            and not ("\u4e00" <= char <= "\u9fff" or "\u3000" <= char <= "\u303f")
        ):
            new = _compatible(char)
        if len(new) == 1 and ord(new) in _MARKS and _among_chinese(chars, i):
            new = _MARKS[ord(new)]
        if new != char:
            counts["width"] += 1
        out.extend(new)
        kept.extend([places[i]] * len(new))
    return out, kept


@cache
def _compatible(char: str) -> str:
    """NFKC of letters and digits in disguise (①, ㎏, 𝟏, ｶ); emoji, kana marks and symbols stay."""
    if not (unicodedata.category(char)[0] in "LN" or "\u3200" <= char <= "\u33ff"):
        return char
    folded = unicodedata.normalize("NFKC", char)
    return folded if folded.isalnum() or folded.isascii() else char


def _among_chinese(chars: list[str], i: int) -> bool:
    """A mark after a Chinese character, not between digits or letters."""
    return i > 0 and "\u4e00" <= chars[i - 1] <= "\u9fff"


def _simplified(clean: str, places: list[int], counts: Counter[str]) -> tuple[str, list[int]]:
    """Traditional to simplified: by phrase where the length stays, else character by character."""
    found = _simplify().findall(clean)
    if not found:
        return clean, places
    counts["traditional"] += len(found)
    whole = _converter().convert(clean)
    if len(whole) != len(clean):
        whole = "".join(_one(char) for char in clean)
    return whole, places


@cache
def _one(char: str) -> str:
    new: str = _converter().convert(char)
    return new if len(new) == 1 else char


def _collapsed(clean: str, places: list[int], counts: Counter[str]) -> tuple[str, list[int]]:
    """Repeated marks to one, long laughs and emphasis to three, white space to one blank or newline."""
    for pattern, kind, keep in ((_RUNS, "repeated", 1), (_LAUGH, "repeated", 3), (_SPACES, "space", 0)):
        if not pattern.search(clean):
            continue
        parts: list[str] = []
        kept: list[int] = []
        last = 0
        for match in pattern.finditer(clean):
            start, end = match.span()
            if keep:
                stay = min(start + keep, end)
                new = clean[start:stay]
            else:
                new = "\n" if "\n" in match.group() else " "
                stay = start + 1
                if match.group() == new:
                    continue
            parts += [clean[last:start], new]
            kept += places[last:stay]
            last = end
            counts[kind] += 1
        parts.append(clean[last:])
        kept += places[last:]
        clean, places = "".join(parts), kept
    left = len(clean) - len(clean.lstrip())
    right = len(clean.rstrip())
    if right < left:
        return "", []
    return clean[left:right], places[left:right]
