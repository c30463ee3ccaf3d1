"""Whether a text is somebody's own words: labels with a score, a reason in words, the places that show it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from voc.signs import Sign
from voc.text import advert
from voc.text.default_praise import is_default
from voc.text.furniture import furniture
from voc.text.measured import Measure, Measured, sample, sampled_place
from voc.text.reference import model
from voc.text.repetition import Repeated, passages
from voc.text.symbols import Symbols, symbols
from voc.text.trees import Forest
from voc.types import Integrity

GIVEN = 0.5
"""Score from which on a label is given."""
_GRAVEST = ("spun", "shuffled", "stuffed", "advert", "copied", "default", "truncated", "chrome")
_QUARANTINING = frozenset(("spun", "shuffled", "stuffed", "advert"))
_ADVERT = 24  # characters: under these there is no room for contact, offer and call
_CUT = 40
_AGAIN = 8  # characters that must come twice before a short text is looked through for passages
_WORDED = 100
_ELSEWHERE = re.compile(
    "[之乎矣焉哉曰亦吾汝尔乃遂兮嘅咗哋唔啲冇佢嗰嘢喺睇嚟俾]|余[^额下杯]|其[^实他中次]|甚[^至么]"
)
_ELSEWHERE_SHARE = 0.05
_PASSAGES = 0.3  # share of letters said before from which on a text is a copy of itself
_SHOWN = 8  # places of evidence
_GAIN = 5.0

Span = tuple[int, int]


class Judge:
    """Judges clean texts; pure, one a process. `arrays` are those of the model `integrity`."""

    def __init__(self, arrays: Mapping[str, npt.NDArray[np.generic]]) -> None:
        self._measure = Measure(arrays)
        held = np.asarray(arrays["advert_words"], np.float64)
        self._cues = dict(zip(advert.WORDS, held.tolist(), strict=True))
        self._forests = {
            name: Forest(arrays, name) for name in ("spun", "shuffled", "stuffed", "truncated", "advert")
        }

    def judge(self, clean: str) -> Integrity:
        """Labels of a repaired text; places are its characters. Linear in the text's length.

        The shorter a text, the fewer labels are tried: wording, order and stuffing say nothing under 100
        characters, and wording nothing of classical Chinese and dialect, which the reference hardly knows.
        """
        if is_default(clean):
            return Integrity(
                "default",
                1.0,
                ("default",),
                (Sign("default", 1.0, "系统默认好评，不是用户所写", ((0, len(clean)),)),),
            )
        signs: list[Sign] = []
        if len(clean) >= _ADVERT:
            signs += self._advert(clean)
        if len(clean) >= _CUT:
            signs += _chrome(clean)
        if len(clean) >= _WORDED:
            read = sample(clean)
            measured = self._measure.whole(read)
            again = measured.repetition if read is clean else self._measure.repeated(clean)[2]
            folded = measured.folded if read is clean else symbols(clean)
            if not _elsewhere(read):
                signs += self._spun(measured, read, len(clean))
            signs += self._shuffled(measured, read, len(clean))
            signs += self._stuffed(again, clean)
            signs += _copied(folded, again.again, again.passages)
            signs += self._truncated(clean)
        elif len(clean) >= _CUT:
            if _again(clean):
                folded = symbols(clean)
                signs += _copied(folded, *passages(folded))
            signs += self._truncated(clean)
        return composed(signs)

    def _advert(self, clean: str) -> Iterable[Sign]:
        found = advert.cues(clean)
        if sum(bool(found[kind]) for kind in advert.KINDS[:-1]) < 3:
            return
        score = _score(self._forests["advert"].odds(advert.features(found, len(clean), self._cues)))
        shown = [
            word
            for kind in advert.KINDS[:-1]
            for word in sorted(found[kind], key=lambda cue: -self._cues[cue])[:3]
        ]
        reason = f"有联系方式、优惠、号召等推销用语 {sum(len(found[kind]) for kind in advert.KINDS[:-1])} 处"
        yield Sign("advert", score, reason, _places(clean, shown), tuple(shown))

    def _spun(self, measured: Measured, read: str, length: int) -> Iterable[Sign]:
        score = _score(self._forests["spun"].odds(measured.wording))
        best = sorted((one for one in measured.replacements if one.gain >= _GAIN), key=lambda one: -one.gain)[
            :_SHOWN
        ]
        best.sort(key=lambda one: one.start)
        places = measured.folded.places
        inside = [(int(places[one.start]), int(places[one.end])) for one in best]
        words = tuple(f"{read[a:b]}→{one.likely}" for (a, b), one in zip(inside, best, strict=True))
        spans = tuple((sampled_place(a, length), sampled_place(b - 1, length) + 1) for a, b in inside)
        yield Sign("spun", score, f"{len(best)} 处用词与前后文不合，像是被替换过", spans, words)

    def _shuffled(self, measured: Measured, read: str, length: int) -> Iterable[Sign]:
        score = _score(self._forests["shuffled"].odds(measured.order))
        places = measured.folded.places
        cuts = np.flatnonzero(~measured.folded.letters & (measured.folded.codes == 1))[1:-1]
        worst = np.argsort(-measured.odd, kind="stable")[:_SHOWN]
        spans = []
        for at in sorted(int(cuts[i]) for i in worst if measured.odd[i] > 0):
            end = int(places[min(at + 3, len(places) - 1)])
            start = int(places[at])
            spans.append(
                (sampled_place(start, length), min(length, sampled_place(max(start, end - 1), length) + 1))
            )
        best = sorted(measured.swaps, key=lambda swap: -swap.gain)[:_SHOWN]
        words = []
        for swap in sorted(best, key=lambda one: one.start):
            a, b, c = (int(places[at]) for at in (swap.start, swap.middle, swap.end))
            spans.append((sampled_place(a, length), sampled_place(c - 1, length) + 1))
            words.append(f"{read[a:c]}→{read[b:c]}{read[a:b]}")
        yield Sign("shuffled", score, "前后语句或字词的次序接不上", tuple(sorted(set(spans))), tuple(words))

    def _stuffed(self, again: Repeated, clean: str) -> Iterable[Sign]:
        score = _score(self._forests["stuffed"].odds(again.features))
        words = tuple(f"{phrase}×{count}" for phrase, count in again.phrases)
        reason = "同一短语反复插入" + (f"：{words[0]}" if words else "")
        spans = _places(clean, [phrase for phrase, _ in again.phrases[:2]])
        yield Sign("stuffed", score, reason, spans, words)

    def _truncated(self, clean: str) -> Iterable[Sign]:
        features = self._measure.cut(clean)
        score = _score(self._forests["truncated"].odds(features))
        if features[0]:
            yield Sign("truncated", score, "开头像是从句子中间开始", ((0, min(6, len(clean))),))
        else:
            yield Sign("truncated", score, "结尾停在句子中间", ((max(0, len(clean) - 6), len(clean)),))


def judge(clean: str) -> Integrity:
    """By the model that travels with the program."""
    return _installed().judge(clean)


@lru_cache(maxsize=1)
def _installed() -> Judge:
    return Judge(model())


def composed(signs: Iterable[Sign]) -> Integrity:
    """Labels from `GIVEN` on, the gravest first; a clean text keeps the highest score any label reached."""
    every = list(signs)
    given = [sign for sign in every if sign.score >= GIVEN]
    if not given:
        return Integrity(score=max((sign.score for sign in every), default=0.0))
    given.sort(
        key=lambda sign: (
            sign.label not in _QUARANTINING,
            -sign.score if sign.label in _QUARANTINING else _GRAVEST.index(sign.label),
        )
    )
    return Integrity(given[0].label, given[0].score, tuple(sign.label for sign in given), tuple(given))


def _copied(folded: Symbols, again: npt.NDArray[np.int64], share: float) -> Iterable[Sign]:
    if share > 0:
        over = (share - _PASSAGES) / 2 / (1 - _PASSAGES)
        score = GIVEN + over if share >= _PASSAGES else GIVEN * share / _PASSAGES
        yield Sign("copied", score, f"{share:.0%} 的文字在文中已经出现过", _joined(folded, again))


def _again(text: str) -> bool:
    """Whether some `_AGAIN` characters in a row come twice."""
    # What comes twice holds three characters that begin at a multiple of six, and these come again.
    if not any(text.find(text[i : i + 3], i + 1) >= 0 for i in range(0, len(text) - 2, _AGAIN - 2)):
        return False
    return len(set(zip(*(text[i:] for i in range(_AGAIN)), strict=False))) <= len(text) - _AGAIN


def _elsewhere(text: str) -> bool:
    """Whether many characters are those of classical Chinese or of a written dialect."""
    return len(_ELSEWHERE.findall(text)) >= _ELSEWHERE_SHARE * len(text)


def _chrome(clean: str) -> Iterable[Sign]:
    score, spans = furniture(clean)
    if score > 0:
        words = tuple(dict.fromkeys(clean[a:b] for a, b in spans))[:_SHOWN]
        yield Sign("chrome", score, f"网页框架文字 {len(spans)} 处", tuple(spans[:_SHOWN]), words)


def _score(odds: float) -> float:
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, odds))))


def _places(clean: str, words: Iterable[str]) -> tuple[Span, ...]:
    found: list[Span] = []
    for word in words:
        start = clean.find(word)
        while start >= 0 and len(found) < 4 * _SHOWN:
            found.append((start, start + len(word)))
            start = clean.find(word, start + len(word))
    return tuple(sorted(set(found)))[: 2 * _SHOWN]


def _joined(folded: Symbols, again: npt.NDArray[np.int64]) -> tuple[Span, ...]:
    """Runs of neighbouring symbols as spans of characters, the first few."""
    if not len(again):
        return ()
    breaks = np.flatnonzero(np.diff(again) > 2)
    starts = again[np.concatenate([[0], breaks + 1])][:_SHOWN]
    ends = again[np.concatenate([breaks, [len(again) - 1]])][:_SHOWN]
    places = folded.places
    return tuple((int(places[a]), int(places[b]) + 1) for a, b in zip(starts, ends, strict=True))
