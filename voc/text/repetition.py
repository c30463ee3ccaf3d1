"""What a text says again: whole passages (a copy of itself) and short phrases put in between (stuffing)."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from voc.text.neighbours import Neighbours
from voc.text.symbols import BREAK, PICTURE, Symbols, keys

PASSAGE = 12
"""Letters in a row that count as a passage."""
_RUN = 4
_OFTEN = 3
_BRACKETED = re.compile(r"[（(【\[#《〔「]([^（()）【】\[\]#《》〔〕「」\n]{2,16})[）)】\]#》〕」]")
_SEARCHED = re.compile(
    r"(?:价格|报价|价位|多少钱|费用|收费标准|哪家好|哪里好|哪里有|哪个好|哪个牌子好|怎么样|怎么选|怎么办理|推荐|批发|厂家|直销|官网"
    r"|下载|电话|热线|攻略|大全|排行榜|排名|十大品牌|品牌|专卖|加盟|加盟费|培训|培训班|机构|公司|招聘|招商|代理|团购|优惠券|图片|视频"
    r"|教程|食谱|介绍|评测|预订|住宿|一日游|自由行|查询|办理|代办|维修|回收|出租|转让|附近|联系方式|一览表|多少|二手|平台|软件|app)\Z",
    re.I,
)
_CLAUSE = re.compile(r"[^，。！？；：、,.!?;:\s（）()【】\[\]#《》「」]{2,16}")
FEATURES = (
    *("often", "very_often", "most", "most_by_length", "alone", "most_alone", "bracketed", "odd_borders"),
    *("alone_twice", "searched", "searched_again", "passages", "length"),
)


@dataclass(frozen=True, slots=True)
class Repeated:
    """`features` as named in `FEATURES`; `passages` is the share of letters in passages said before.

    `again` are the symbols of those; `phrases` short pieces that come again and how often, commonest first.
    """

    features: npt.NDArray[np.float64]
    passages: float
    again: npt.NDArray[np.int64]
    phrases: tuple[tuple[str, int], ...]


def repeated(folded: Symbols, around: Neighbours, clean: str) -> Repeated:
    """Count what comes again in a text of at least four symbols."""
    codes = folded.codes
    n = len(codes)
    letters = codes > PICTURE
    solid = letters.astype(np.int64)
    runs = keys(codes, _RUN)
    usable = solid[:-3] + solid[1:-2] + solid[2:-1] + solid[3:] >= 2
    _, inverse, counted = np.unique(runs, return_inverse=True, return_counts=True)
    counts = np.where(usable, counted[inverse], 0)
    often, very = _covered(counts >= _OFTEN, n), _covered(counts >= 2 * _OFTEN, n)
    many = max(1, int(letters.sum()))
    most = int(counts.max(initial=0))
    starts = np.flatnonzero(often[1:] & ~often[:-1] & letters[1:] & letters[:-1]) + 1
    starts = starts[(starts > 0) & (starts < n - 1)]
    odd = int((around.three[starts - 1] == 0).sum()) if len(starts) else 0
    pieces = Counter(_CLAUSE.findall(clean))
    alone = [(piece, count) for piece, count in pieces.most_common(12) if count >= _OFTEN]
    total = max(1, sum(pieces.values()))
    brackets = (
        Counter(_BRACKETED.findall(clean)) if any(mark in clean for mark in "（(【[#《「") else Counter()
    )
    twice = [(piece, count) for piece, count in pieces.items() if count >= 2 and len(piece) >= 4]
    searched = [count for piece, count in (pieces + brackets).items() if _searched(piece)]
    inside = [(piece, count) for piece, count in brackets.most_common(12) if count >= 2]
    again, share = passages(folded)
    features = [
        float((often & letters).sum()) / many,
        float((very & letters).sum()) / many,
        most,
        most / max(1.0, many**0.5),
        sum(count for _, count in alone) / total,
        max((count for _, count in alone), default=0),
        sum(count for _, count in inside) / total,
        odd / many,
        sum(count for _, count in twice) / total,
        sum(searched) / total if sum(searched) >= _OFTEN else 0.0,
        sum(count for count in searched if count >= 2) / total,
        share,
        float(np.log(many)),
    ]
    phrases = dict(alone)
    phrases.update(inside)
    found = tuple(sorted(phrases.items(), key=lambda item: -item[1])[:5])
    return Repeated(np.array(features, np.float64), share, again, found or _common(folded, counts, clean))


def _common(folded: Symbols, counts: npt.NDArray[np.int64], clean: str) -> tuple[tuple[str, int], ...]:
    """The run that comes most often, with what follows it each time."""
    if not len(counts) or counts.max() < _OFTEN:
        return ()
    most = int(counts.max())
    first = int(counts.argmax())
    last = first
    while last + 1 < len(counts) and counts[last + 1] >= most - 1 and folded.codes[last + 4] != BREAK:
        last += 1
    phrase = clean[folded.places[first] : folded.places[min(last + _RUN, len(folded.places) - 1)]]
    return ((phrase.strip("，。！？；：、 \n"), most),)


def _searched(piece: str) -> bool:
    """Whether a piece looks like what people type into a search box."""
    return 3 <= len(piece) <= 12 and _SEARCHED.search(piece) is not None


def _covered(hit: npt.NDArray[np.bool_], n: int) -> npt.NDArray[np.bool_]:
    covered = np.zeros(n, np.bool_)
    for step in range(_RUN):
        covered[step : step + len(hit)] |= hit
    return covered


def passages(folded: Symbols) -> tuple[npt.NDArray[np.int64], float]:
    """Symbols that stand in a passage which came before, and their share of the letters."""
    places = np.flatnonzero(folded.letters)
    if len(places) < 2 * PASSAGE:
        return np.zeros(0, np.int64), 0.0
    runs = keys(folded.codes[places], PASSAGE)
    _, first, inverse = np.unique(runs, return_index=True, return_inverse=True)
    again = first[inverse] != np.arange(len(runs))
    covered = np.zeros(len(places), np.bool_)
    for step in range(PASSAGE):
        covered[step : step + len(again)] |= again
    return places[covered], float(covered.mean())
