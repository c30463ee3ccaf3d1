"""Finds site furniture and promotion in a text: learned weights of its pieces, and one decision along them.

Every piece (`blocks.py`) has log-odds of being furniture (`chrome`) or promotion (`promo`) rather than the
customer's words (`body`): the sum of the weights in `blocks.json`, learned by `voc.train.blocks`. Neighbours
are rarely of two kinds, so a change of kind costs, least at a line end; the cheapest labelling is taken
(Viterbi). So a link's title goes with its list, and a word that could be both goes with those around it.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from itertools import pairwise, repeat
from pathlib import Path

from voc.text.blocks import ALWAYS, ANY, LENGTHS, Piece, grams, pieces, possible, shapes

BODY, CHROME, PROMO = 0, 1, 2
KINDS = ("body", "chrome", "promo")
# What a change of kind costs at a line end, a blank, a sentence's end, a mark, and in front of a phrase.
CHANGE = (1.0, 3.5, 3.5, 2.0, 2.5)
# Pieces that say something; marks and a letter or two go with what stands beside them.
_SAYS = re.compile(r"[\u3400-\u9fff].{0,9}[\u3400-\u9fff0-9]|\d\d|(?<![<A-Za-z])[A-Za-z]{3}")
# Log-odds that the surest piece of a kind must have: most texts hold no furniture, and a word is a word.
EVIDENCE = 3.5
_SOME = 8  # characters of a piece that may be all a customer said
_WEIGHTS = Path(__file__).with_name("blocks.json")


@dataclass(frozen=True, slots=True)
class Block:
    """`text[start:end]` is no customer's; `kind` is `chrome` or `promo`."""

    kind: str
    start: int
    end: int


def blocks(text: str) -> list[Block]:
    """What is no customer's, in order, with the white space that goes with it. Linear.

    Where nothing would be left, promotion stays (integrity judges it), and so does furniture alone.

    >>> text = "电池很耐用，用了三天。\\n回复(3) 举报 登录后才能评论"
    >>> [text[block.start : block.end] for block in blocks(text)]
    ['回复(3) 举报 登录后才能评论']
    """
    cut = pieces(text)
    if not cut:
        return []
    sums = _by_characters(text, cut)
    if _plain(text, cut, sums):
        return []
    odds = scores(text, cut, sums)
    if all(chrome <= 0.0 >= promo for chrome, promo in odds):
        return []
    kinds = labelled(cut, odds)
    for kind in (CHROME, PROMO):
        surest = max(
            (pair[kind - 1] for own, pair in zip(kinds, odds, strict=True) if own == kind), default=0.0
        )
        if surest < EVIDENCE:
            kinds = [BODY if own == kind else own for own in kinds]
    if BODY not in kinds:
        kinds = _with_a_body(cut, kinds, odds)
    return _blocks(cut, kinds, len(text))


def _plain(text: str, cut: list[Piece], sums: list[complex]) -> bool:
    """Whether no piece can reach `EVIDENCE`, by its characters, length and comma, whatever its other shapes.

    So it is with most texts, and half of the time is that of the other shapes.
    """
    lengths, comma = _lengths()
    least = []
    for piece, total in zip(cut, sums, strict=True):
        total += lengths[min((piece.end - piece.start).bit_length(), len(lengths) - 1)]
        least.append(total + comma if "，" in text[piece.start : piece.end] else total)
    furniture, promotion = max(one.real for one in least), max(one.imag for one in least)
    for groups in (ANY, None):  # what is there is asked only where it matters
        most = _most(groups or tuple(possible(text, cut)))
        if furniture + most.real < EVIDENCE and promotion + most.imag < EVIDENCE:
            return True
    return False


def _by_characters(text: str, cut: list[Piece]) -> list[complex]:
    """The sum of the weights of each piece's characters: one sum for both kinds, as complex numbers."""
    weights, bias = _weights()
    names = _names()
    return [
        sum(map(weights.__getitem__, grams(text[piece.start : piece.end]) & names), bias) for piece in cut
    ]


def _with_a_body(cut: list[Piece], kinds: list[int], odds: list[tuple[float, float]]) -> list[int]:
    """Kinds that leave something: long pieces that may be a customer's, else promotion, else everything."""
    doubtful = [
        pair[kind - 1] < EVIDENCE and piece.end - piece.start >= _SOME
        for piece, kind, pair in zip(cut, kinds, odds, strict=True)
    ]
    if any(doubtful):
        return [BODY if doubt else kind for doubt, kind in zip(doubtful, kinds, strict=True)]
    stays = PROMO if PROMO in kinds else CHROME
    return [BODY if kind == stays else kind for kind in kinds]


def scores(text: str, cut: list[Piece], sums: list[complex]) -> list[tuple[float, float]]:
    """Log-odds of (furniture, promotion) against body for each piece, whose characters are summed already."""
    weights, _ = _weights()
    found = []
    for piece, total, names in zip(cut, sums, shapes(text, cut), strict=True):
        if not _SAYS.search(text, piece.start, piece.end):
            found.append((0.0, 0.0))
            continue
        total = sum(map(weights.get, names, repeat(0j)), total)
        found.append((total.real, total.imag))
    return found


def labelled(cut: list[Piece], odds: list[tuple[float, float]]) -> list[int]:
    """The kind of each piece: the labelling with the highest sum of log-odds less the costs of changes."""
    best = [0.0, odds[0][0], odds[0][1]]
    came: list[tuple[int, int, int]] = []
    for piece, (chrome, promo) in zip(cut[1:], odds[1:], strict=True):
        top = max(best)
        where = best.index(top)
        cost = CHANGE[piece.joint]
        stays = [score >= top - cost for score in best]
        came.append(tuple(kind if stays[kind] else where for kind in (BODY, CHROME, PROMO)))  # type: ignore[arg-type]
        best = [max(score, top - cost) + own for score, own in zip(best, (0.0, chrome, promo), strict=True)]
    kind = best.index(max(best))
    kinds = [kind]
    for step in reversed(came):
        kind = step[kind]
        kinds.append(kind)
    kinds.reverse()
    return kinds


def _blocks(cut: list[Piece], kinds: list[int], length: int) -> list[Block]:
    found = []
    first = 0
    while first < len(cut):
        last = first
        while last + 1 < len(cut) and (kinds[last + 1] == BODY) == (kinds[first] == BODY):
            last += 1
        if kinds[first] != BODY:
            before = cut[first - 1].end if first else 0
            after = cut[last + 1].start if last + 1 < len(cut) else length
            # One gap stays, the one before, so that it is the gap and not a word that stands for the block.
            start = cut[first].start if first and after < length else before
            end = after if not first or after == length or before < start else cut[last].end
            turns = [i for i in range(first + 1, last + 1) if kinds[i] != kinds[i - 1]]
            edges = [start, *(cut[i].start for i in turns), end]
            sorts = [kinds[first], *(kinds[i] for i in turns)]
            found += [Block(KINDS[sort], a, b) for sort, (a, b) in zip(sorts, pairwise(edges), strict=True)]
        first = last + 1
    return found


@cache
def _weights() -> tuple[dict[str, complex], complex]:
    held = json.loads(_WEIGHTS.read_text("utf-8"))
    weights = {feature: complex(*pair) for feature, pair in held["weights"].items()}
    return weights, complex(*held["bias"])


@cache
def _names() -> frozenset[str]:
    return frozenset(_weights()[0])


@cache
def _lengths() -> tuple[list[complex], complex]:
    """Weights of lengths (in bits, the last for all longer ones), and that of a comma."""
    weights, _ = _weights()
    return [weights.get(name, 0j) for name in LENGTHS], weights.get("#comma", 0j)


@cache
def _most(groups: tuple[tuple[str, ...], ...]) -> complex:
    """The most that shapes can add: one of each group, and those asked of every piece."""
    weights, _ = _weights()
    most = complex(1e-6, 1e-6)  # sums in another order
    for group in (*groups, *((name,) for name in ALWAYS)):
        held = [weights.get(name, 0j) for name in group]
        most += complex(max(0.0, *(one.real for one in held)), max(0.0, *(one.imag for one in held)))
    return most
