"""Repair with an offset map: how `clean_text` is made, step by step, and how often each did something.

`repair` never loses a place: `offsets[i]` is where `clean[i]` began in the shown text.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from voc.text import pinyin, spacing
from voc.text.characters import CONTROL, INVISIBLE, WIDTH
from voc.text.chrome import blocks as foreign_blocks
from voc.text.offsets import Placed
from voc.text.repeats import pasted
from voc.text.script import convertible, simplified
from voc.types import Repair

_CHINESE_BEFORE = "\u3400-\u4dbf\u4e00-\u9fff！？，；。、…～~"
# Marks that Chinese text writes both ways; between digits and Latin letters they stay. The mark first, then
# what stands before it: so a text is looked through for marks only.
_MARKS = re.compile(f"[!?,;](?<=[{_CHINESE_BEFORE}][!?,;])[!?,;]*")
_CHINESE = str.maketrans("!?,;", "！？，；")
_ENTITY = re.compile(r"&(?:amp;)*(#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
# 3...5 must not become 3.5, so a run of dots between digits stays.
_RUNS = re.compile(r"([！？。，、；~～·\-=_*#!?,])\1+|…{3,}|(?<![\d.])\.{2,}|\.{2,}(?![\d.])")
_STRETCH = 3  # characters the same as the one before: fewer are no run of four
_STRETCHED = re.compile("([A-Za-z\u3400-\u9fff\U0001f300-\U0001faff])\\1{3,}")
_SPACES = re.compile(r" *\n[ \n]*| {2,}")
_CRLF = re.compile(r"\r\n?")
_DOUBLED = re.compile(r"[！？。，、；~～·\-=_*#!?,.…]{2}")
_REPEATED = re.compile(r"([！？。，、；~～·\-=_*#!?,.])\1|…{3}|(.)\2{3}")
_BLANKS = re.compile(r" [ \n]|\n[ \n]|\A[ \n]|[ \n]\Z")
_PASSES = 4  # an entity may decode to another one's beginning; deeper nesting is nobody's text
_AGAIN = 6  # what is cut out may bring together what is cut out next


class Mended(NamedTuple):
    """`clean`, its `len(clean) + 1` rising offsets, `repairs`; `whole` has the left out blocks too.

    `places[i]` is where `whole[i]` stands in the shown text.

    `offsets[len(clean)]` is the shown text's length or, where a block was cut off its end, that block's
    start.
    """

    clean: str
    offsets: tuple[int, ...]
    repairs: tuple[Repair, ...]
    whole: str
    places: Sequence[int]


def repair(text: str, *, blocks: bool = True) -> tuple[str, tuple[int, ...], tuple[Repair, ...]]:
    """The repaired text, `len(clean) + 1` strictly rising offsets into `text`, and what was mended how often.

    Linear in the text's length; repairing the repaired changes nothing.

    Args:
        blocks: also leave out site furniture, promotion and paragraphs pasted again (not for a question).
    """
    return mend(text, blocks=blocks)[:3]


def mend(text: str, *, blocks: bool = True) -> Mended:
    """As `repair`, with the text as it was before whole blocks were left out: what integrity judges."""
    placed = Placed(text)
    counts: Counter[str] = Counter()
    whole: str | None = None
    places: Sequence[int] = ()
    for _ in range(_AGAIN):
        tidy = _safe().match(placed.text) and not _untidy(placed.text)
        cut = 0 if tidy else _characters(placed, counts)
        if whole is None:
            whole, places = placed.text, placed.places
        if blocks:
            cut += _without_blocks(placed, counts)
        if not cut:
            break
    mended = tuple(Repair(kind, count) for kind, count in sorted(counts.items()) if count)
    return Mended(placed.text, placed.offsets(), mended, whole or "", places)


def _without_blocks(placed: Placed, counts: Counter[str]) -> int:
    """Leaves out paragraphs pasted again, then what others wrote; how many blocks."""
    copies = pasted(placed.text)
    placed.remove(copies)
    counts["repeat"] += len(copies)
    found = foreign_blocks(placed.text)
    placed.remove([(block.start, block.end) for block in found])
    counts.update(block.kind for block in found)
    return len(copies) + len(found)


def _untidy(text: str) -> bool:
    """Whether `_characters` would change a text of safe characters, or may."""
    if _repeats(text) and _REPEATED.search(text):
        return True
    if (" " in text or "\n" in text) and any(
        pattern.search(text) for pattern in (_BLANKS, spacing.BEFORE_MARK, spacing.MAYBE)
    ):
        return True
    return bool(_MARKS.search(text) or pinyin.MAYBE.search(text))


def _repeats(text: str) -> int:
    """How many characters are the same as the one before."""
    return sum(map(str.__eq__, text, text[1:]))


def _characters(placed: Placed, counts: Counter[str]) -> int:
    """Every repair of single characters and blanks; how often something was cut out between characters."""
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
    cut = _cut(placed, counts, "pinyin", pinyin.glosses(placed.text))
    if " " in placed.text:
        counts["space"] += placed.replace(spacing.BEFORE_MARK, lambda _: "")
    if _MARKS.search(placed.text):
        fixed = _MARKS.sub(lambda marks: marks.group().translate(_CHINESE), placed.text)
        counts["width"] += placed.translate(fixed)
    if " " in placed.text:
        cut += _cut(placed, counts, "space", spacing.blanks(placed.text))
    if convertible().search(placed.text):
        counts["traditional"] += placed.translate(simplified(placed.text))
    if _DOUBLED.search(placed.text):
        counts["repeated"] += placed.replace(_RUNS, _shortest)
    if _repeats(placed.text) >= _STRETCH:
        counts["repeated"] += placed.replace(_STRETCHED, lambda run: run.group()[:3])
    if " " in placed.text or "\n" in placed.text:
        counts["space"] += placed.replace(_SPACES, lambda gap: "\n" if "\n" in gap.group() else " ")
    placed.strip()
    return cut


def _cut(placed: Placed, counts: Counter[str], kind: str, spans: Sequence[tuple[int, int]]) -> int:
    placed.remove(spans)
    counts[kind] += len(spans)
    return len(spans)


def _plain(placed: Placed, counts: Counter[str]) -> None:
    """Without characters that nobody sees; width in one form; line ends as one newline."""
    if "\r" in placed.text:
        placed.replace(_CRLF, lambda _: "\n")
    if INVISIBLE.search(placed.text):
        controls = len(CONTROL.findall(placed.text))
        dropped = placed.replace(INVISIBLE, lambda _: "")
        controls -= len(CONTROL.findall(placed.text))
        counts["control"] += controls
        counts["invisible"] += dropped - controls
    counts["width"] += placed.translate(placed.text.translate(WIDTH))


def _shortest(run: re.Match[str]) -> str:
    return "……" if run.group()[0] == "…" else run.group()[0]


def _decoded(entity: re.Match[str]) -> str:
    return html.unescape(f"&{entity.group(1)};")


@cache
def _safe() -> re.Pattern[str]:
    """Texts without a character that is mended for itself: simplified Chinese, plain letters, marks."""
    han = "".join(chr(code) for code in range(0x4E00, 0xA000) if not convertible().match(chr(code)))
    return re.compile(
        r"[0-9A-Za-z，。！？；：、（）《》“”‘’…～~ \n!?,;.:%/+*()<>'\"=_#@\-\[\]" + han + r"]*\Z"
    )
