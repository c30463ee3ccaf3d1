"""Damages clean texts as spinners, shufflers and stuffers do, to learn from; seeded, with the strength."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import rjieba
import yaml

_LISTS = Path(__file__).with_name("spinning.yaml")
_SENTENCES = re.compile(r"[^。！？\n]*[。！？\n]+|[^。！？\n]+$")
_CLAUSES = re.compile(r"[^，。！？；\n]*[，。！？；\n]+|[^，。！？；\n]+$")
_MARK = re.compile(r"[，。！？；：、\s]+$")
_DIGITS = re.compile(r"(?<![\d.])\d{1,2}(?=[\u4e00-\u9fff])")


@dataclass(frozen=True, slots=True)
class Damaged:
    """A text after damage, and the part of its units that was changed (0 … 1)."""

    text: str
    strength: float


@lru_cache(maxsize=1)
def lists() -> Mapping[str, Mapping[str, Sequence[str]]]:
    """Word lists by kind of replacement: word → what may stand in its place."""
    read = yaml.safe_load(_LISTS.read_text("utf-8"))
    pairs = {kind: [pair.split(":") for pair in read[kind].split()] for kind in ("synonyms", "opposites")}
    sounds: dict[str, list[str]] = {}
    for group in read["sounds"].split():
        for char in group:
            sounds.setdefault(char, []).extend(other for other in group if other != char)
    measures = read["measures"].split()
    return {
        **{kind: {word: new.split(",") for word, new in found} for kind, found in pairs.items()},
        "sounds": sounds,
        "measures": {one: [other for other in measures if other != one] for one in measures},
        "intensifiers": {"不": ["没有"], "没": ["没有"]},
    }


@lru_cache(maxsize=1)
def tails() -> list[str]:
    """What people search for behind a topic: such words end stuffed phrases."""
    found: list[str] = yaml.safe_load(_LISTS.read_text("utf-8"))["tails"].split()
    return found


def spin(text: str, rng: random.Random, *, part: float, kinds: Mapping[str, float]) -> Damaged:
    """Replace `part` of the words that can be, each by a list drawn by the weights of `kinds`.

    Kinds are those of `lists`, `random` (any word of the text's language of the same length, from
    `vocabulary`) and `number` (a small number becomes another one or a word).
    """
    words = rjieba.cut(text)
    names, weights = list(kinds), list(kinds.values())
    content = sum(1 for word in words if "\u4e00" <= word[0] <= "\u9fff")
    changed = 0
    out = []
    for word in words:
        new = word
        if "\u4e00" <= word[0] <= "\u9fff" and rng.random() < part:
            for _ in range(3):
                new = _replaced(word, rng.choices(names, weights)[0], rng)
                if new != word:
                    break
        changed += new != word
        out.append(new)
    return Damaged("".join(out), changed / max(1, content))


_VOCABULARY: list[str] = []


def vocabulary(words: Sequence[str]) -> None:
    """Words that the kind `random` draws from, the commoner the earlier."""
    _VOCABULARY[:] = words


def _replaced(word: str, kind: str, rng: random.Random) -> str:
    known = lists()
    if kind == "random":
        same = rng.choice(_VOCABULARY) if _VOCABULARY else word
        return same if abs(len(same) - len(word)) <= 1 else word
    if kind == "sounds":
        places = [i for i, char in enumerate(word) if char in known["sounds"]]
        if not places:
            return word
        at = rng.choice(places)
        return word[:at] + rng.choice(known["sounds"][word[at]]) + word[at + 1 :]
    if kind == "intensifiers":
        return "没有" + word[1:] if word[0] in "不没" and not word.startswith("没有") else word
    if kind == "measures":
        number = word[:-1]
        if word in known["measures"]:
            return rng.choice(known["measures"][word])
        if number and number in "一二两三四五六七八九十几半这那每" and word[-1] in known["measures"]:
            return number + rng.choice(known["measures"][word[-1]])
        return word
    options = known[kind].get(word)
    if options:
        return rng.choice(options)
    if kind == "opposites" and len(word) == 2:  # half of it, as careless spinners do
        at = rng.randrange(2)
        swapped = known[kind].get(word[at])
        if swapped and len(swapped[0]) == 1:
            return word[:at] + swapped[0] + word[at + 1 :]
    return word


def shuffle(text: str, rng: random.Random, *, unit: str, part: float) -> Damaged:
    """Sentences, clauses or the words inside clauses in another order; `part` of them.

    Strength: sentences and clauses by the part of neighbours torn apart; words by the part of clauses hit.
    """
    if unit == "words":
        return _word_order(text, rng, part)
    units = (_SENTENCES if unit == "sentences" else _CLAUSES).findall(text)
    if len(units) < 3:
        return Damaged(text, 0.0)
    chosen = [i for i in range(len(units)) if rng.random() < part]
    moved = chosen[:]
    rng.shuffle(moved)
    order = list(range(len(units)))
    for place, source in zip(chosen, moved, strict=True):
        order[place] = source
    torn = sum(b != a + 1 for a, b in pairwise(order))
    new = [units[i] for i in order]
    if not _MARK.search(new[-1]) or any(not _MARK.search(one) for one in new[:-1]):
        new = [one if _MARK.search(one) else one + "。" for one in new]
    return Damaged("".join(new).strip(), torn / (len(units) - 1))


def _word_order(text: str, rng: random.Random, part: float) -> Damaged:
    units = _CLAUSES.findall(text)
    hit = usable = 0
    out = []
    for one in units:
        mark = _MARK.search(one)
        body, end = (one[: mark.start()], mark.group()) if mark else (one, "")
        words = rjieba.cut(body)
        if len(words) >= 3:
            usable += 1
            if rng.random() < part:
                old = words[:]
                rng.shuffle(words)
                hit += words != old
        out.append("".join(words) + end)
    return Damaged("".join(out), hit / max(1, usable))


def stuff(text: str, rng: random.Random, phrases: Sequence[str], *, part: float, form: str) -> Damaged:
    """Insert phrases until they make `part` of the characters.

    Forms: `sentence` (between sentences, with a mark), `clause` (between clauses), `bracket` (in brackets
    between clauses), `inside` (anywhere between words), `lump` (all at one to three places).
    """
    wanted = part * len(text) / max(0.01, 1.0 - part)
    if form == "inside":
        units = rjieba.cut(text)
    else:
        units = (_SENTENCES if form in ("sentence", "lump") else _CLAUSES).findall(text)
    gaps = list(range(len(units) + 1))
    lumps = [rng.choice(gaps) for _ in range(rng.randint(1, 3))]
    put: dict[int, list[str]] = {}
    added = 0
    while added < wanted:
        phrase = rng.choice(phrases)
        if form == "bracket":
            left, right = rng.choice(("【】", "（）", "[]", "()", "##"))
            phrase = left + phrase + right
        elif form in ("sentence", "clause"):
            phrase += rng.choice("。，！ ；" if form == "sentence" else "，， 、")
        elif form == "lump":
            phrase += rng.choice("，、 ")
        put.setdefault(rng.choice(lumps if form == "lump" else gaps), []).append(phrase)
        added += len(phrase)
    out = []
    for gap in gaps:
        out += put.get(gap, [])
        out += units[gap : gap + 1]
    return Damaged("".join(out), added / (added + len(text)))


def truncate(text: str, rng: random.Random, *, side: str) -> Damaged:
    """Cut off the end, the start or both, never at a mark; strength is the part cut off."""
    first, last = 0, len(text)
    places = [i for i in range(1, len(text)) if _letter(text[i - 1]) and _letter(text[i])]
    tail = [i for i in places if i > len(text) * 0.4]
    head = [i for i in places if i < len(text) * 0.3]
    if side in ("end", "both") and tail:
        last = rng.choice(tail)
    if side in ("start", "both") and head:
        first = rng.choice(head)
    return Damaged(text[first:last], 1.0 - (last - first) / max(1, len(text)))


def numbers(text: str, rng: random.Random, *, part: float) -> Damaged:
    """Small numbers become like-sounding or other words (11月 → 11扇 is left to `measures`)."""
    spoken: Callable[[re.Match[str]], str] = lambda found: (  # noqa: E731
        rng.choice(("亿", "叁", "贰", "泰", "伍", "仟")) if rng.random() < part else found.group()
    )
    new = _DIGITS.sub(spoken, text)
    return Damaged(new, 0.0 if new == text else part)


def _letter(char: str) -> bool:
    return "\u4e00" <= char <= "\u9fff"
