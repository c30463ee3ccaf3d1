"""Repair with an offset map: entities, width, script, invisible characters, repeated marks, white space.

`repair` never loses a place: `offsets[i]` is where `clean[i]` began in the shown text.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from functools import cache

from opencc import OpenCC

from voc.text.characters import CONTROL, INVISIBLE, WIDTH
from voc.text.offsets import Placed
from voc.types import Repair

_AFTER_CHINESE = "(?<=[\u3400-\u4dbf\u4e00-\u9fff！？，；。、…～~])"
# Marks that Chinese text writes both ways; between digits and Latin letters they stay.
_MARKS = re.compile(_AFTER_CHINESE + "[!?,;]+")
_CHINESE = str.maketrans("!?,;", "！？，；")
_ENTITY = re.compile(r"&(?:amp;)*(#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
# 3...5 must not become 3.5, so a run of dots between digits stays.
_RUNS = re.compile(r"([！？。，、；~～…·\-=_*#!?,])\1+|(?<![\d.])\.{2,}|\.{2,}(?![\d.])")
_STRETCHED = re.compile("([A-Za-z\u3400-\u9fff\U0001f300-\U0001faff])\\1{3,}")
_SPACES = re.compile(r" *\n[ \n]*| {2,}")
_CRLF = re.compile(r"\r\n?")
_UNTIDY = re.compile(
    rf"([！？。，、；~～…·\-=_*#!?,.])\1|(.)\2{{3}}|{_AFTER_CHINESE}[!?,;]| [ \n]|\n[ \n]|\A[ \n]|[ \n]\Z"
)
_PASSES = 4  # an entity may decode to another one's beginning; deeper nesting is nobody's text


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
def _traditional_one() -> re.Pattern[str]:
    return re.compile("[" + "".join(sorted(_traditional())) + "]")


@cache
def _safe() -> re.Pattern[str]:
    """Texts without a character that is mended for itself: simplified Chinese, plain letters, marks."""
    han = "".join(chr(code) for code in range(0x4E00, 0xA000) if chr(code) not in _traditional())
    return re.compile(
        r"[0-9A-Za-z，。！？；：、（）《》“”‘’…～~ \n!?,;.:%/+*()<>'\"=_#@\-\[\]" + han + r"]*\Z"
    )


def repair(text: str) -> tuple[str, tuple[int, ...], tuple[Repair, ...]]:
    """The repaired text, `len(clean) + 1` strictly rising offsets into `text`, and what was mended how often.

    Linear in the text's length; repairing the repaired changes nothing.
    """
    if _safe().match(text) and not _UNTIDY.search(text):
        return text, tuple(range(len(text) + 1)), ()
    placed = Placed(text)
    counts: Counter[str] = Counter()
    for _ in range(_PASSES):
        _plain(placed, counts)
        if "&" not in placed.text:
            break
        decoded = placed.replace(_ENTITY, _decoded)
        if not decoded:
            break
        counts["entity"] += decoded
    else:
        _plain(placed, counts)
    _simplify(placed, counts)
    counts["repeated"] += placed.replace(_RUNS, lambda run: run.group()[0])
    counts["repeated"] += placed.replace(_STRETCHED, lambda run: run.group()[:3])
    counts["space"] += placed.replace(_SPACES, lambda gap: "\n" if "\n" in gap.group() else " ")
    placed.strip()
    mended = tuple(Repair(kind, count) for kind, count in sorted(counts.items()) if count)
    return placed.text, placed.offsets(), mended


def _plain(placed: Placed, counts: Counter[str]) -> None:
    """Without characters that nobody sees; width and marks in one form; line ends as one newline."""
    if "\r" in placed.text:
        placed.replace(_CRLF, lambda _: "\n")
    controls = len(CONTROL.findall(placed.text)) if INVISIBLE.search(placed.text) else 0
    if INVISIBLE.search(placed.text):
        dropped = placed.replace(INVISIBLE, lambda _: "")
        controls -= len(CONTROL.findall(placed.text))
        counts["control"] += controls
        counts["invisible"] += dropped - controls
    counts["width"] += placed.translate(placed.text.translate(WIDTH))
    if _MARKS.search(placed.text):
        fixed = _MARKS.sub(lambda marks: marks.group().translate(_CHINESE), placed.text)
        counts["width"] += placed.translate(fixed)


def _decoded(entity: re.Match[str]) -> str:
    return html.unescape(f"&{entity.group(1)};")


def _simplify(placed: Placed, counts: Counter[str]) -> None:
    """Traditional to simplified: by phrase where every character keeps its place, else one by one."""
    for _ in range(_PASSES):  # a few characters (薴) take two steps
        if not _traditional_one().search(placed.text):
            return
        old = placed.text
        new: str = _converter().convert(old)
        if len(new) != len(old) or any(
            a != b and a not in _traditional() for a, b in zip(old, new, strict=True)
        ):
            new = "".join(_one(char) for char in old)
        changed = placed.translate(new)
        counts["traditional"] += changed
        if not changed:
            return


@cache
def _one(char: str) -> str:
    new: str = _converter().convert(char)
    return new if len(new) == 1 else char
