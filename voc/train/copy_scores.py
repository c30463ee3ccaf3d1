"""Measures near copies on planted groups and on texts that must stay apart: rows of `voc eval text`.

Originals and background are given texts; edits and templates are made here, seeded. Texts come in shuffled,
in batches, as from a worker: each joins the nearest that stands for a group.
"""

from __future__ import annotations

import random
import time
import tracemalloc
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from voc.text.duplicates import Duplicates
from voc.text.sketches import Alphabet
from voc.types import KnownText

LEAST_CHARS = 40  # letters and digits of an original
FLOOR = 0.95
RATE = 5000  # texts a second
_SHARES = (0.05, 0.10, 0.20)
_GROUPS, _COPIES = 400, 3
_BACKGROUND = 6000
_BATCH = 500
_PAIRS = 300

_LINK = "{} https://item.example.com/{}.html?from=share&spm=a1z10.{}"
_SIGNATURE = "{}——来自我的手机客户端，欢迎关注本店，购物满减天天有"
_OPENING = "宝贝收到了，物流很快，卖家服务态度也很好，五星好评。{}"
_FRAMES = (
    "买了{p}已经用了{n}天，屏幕显示很清晰，电池续航{g}，充电速度也{g}，整体来说{g}用，下次还会考虑",
    "这次在旗舰店下单的{p}，客服态度{g}，发货迅速，包装完整，用了{n}个小时电量还剩不少，感觉{g}",
    "{p}收到以后试了{n}天，声音效果{g}，拍照效果{g}，玩游戏稳定，价格实惠，性价比{g}，值得了解一下",
)

Row = dict[str, Any]


def evaluate_copies(texts: Sequence[str], *, seed: int = 5) -> list[Row]:
    """Rows of {metric, value, n, floor}: planted groups, texts that must stay apart, speed, memory.

    Args:
        texts: real ones, repaired; at least some hundred of `LEAST_CHARS` letters and digits.
    """
    rng = random.Random(seed)
    alphabet = Alphabet(b"evaluation")
    distinct = {alphabet.codes(text): text for text in texts}
    long = [text for codes, text in distinct.items() if len(codes) >= LEAST_CHARS]
    if len(long) < 2:
        return []
    rng.shuffle(long)
    originals, others = long[:_GROUPS], long[_GROUPS : _GROUPS + _BACKGROUND]
    rows: list[Row] = []
    for share in _SHARES:
        rows += _planted(originals, others, share, rng, alphabet)
    for name, made in _apart(long, rng).items():
        merged = [leaders(group, alphabet)[1] == 0 for group in made]
        rows.append({"metric": f"kept apart: {name}", "value": round(1 - sum(merged) / len(merged), 4)})
        rows[-1] |= {"n": len(merged), "floor": FLOOR}
    return rows + _cost(long, rng, alphabet)


def edited(text: str, share: float, letters: Sequence[str], rng: random.Random) -> str:
    """The text with that share of its characters replaced, added or left out, wherever it comes."""
    chars = list(text)
    for _ in range(round(len(text) * share)):
        place = rng.randrange(len(chars))
        kind = rng.random()
        if kind < 0.5:
            chars[place] = rng.choice(letters)
        elif kind < 0.75:
            chars.insert(place, rng.choice(letters))
        elif len(chars) > 1:
            del chars[place]
    return "".join(chars)


def leaders(texts: Sequence[str], alphabet: Alphabet) -> list[int]:
    """For each text the place of the one that stands for its group, by the rule of the ledger."""
    duplicates = Duplicates()
    found = list(range(len(texts)))
    sketches = [alphabet.sketch(text) for text in texts]
    for start in range(0, len(texts), _BATCH):
        places = range(start, min(start + _BATCH, len(texts)))
        batch = [KnownText(place, 0, sketches[place]) for place in places if sketches[place]]
        for text, near in zip(batch, duplicates.meet(batch), strict=True):
            heads = (one.item for one in near if one.item < text.item and found[one.item] == one.item)
            found[text.item] = next(heads, text.item)
        duplicates.remove(place for place in places if found[place] != place)
    return found


def _planted(
    originals: Sequence[str],
    others: Sequence[str],
    share: float,
    rng: random.Random,
    alphabet: Alphabet,
) -> list[Row]:
    letters = [char for text in originals for char in text if char.isalnum()]
    rows: list[tuple[int | None, str]] = [(None, text) for text in others]
    for group, text in enumerate(originals):
        rows.append((group, text))
        rows += [(group, edited(text, share, letters, rng)) for _ in range(_COPIES)]
    rng.shuffle(rows)
    together: dict[int, list[int | None]] = {}
    for (whose, _), leader in zip(rows, leaders([text for _, text in rows], alphabet), strict=True):
        together.setdefault(leader, []).append(whose)
    right = merged = 0
    for groups in together.values():
        planted = Counter(group for group in groups if group is not None)
        right += sum(map(_pairs, planted.values()))
        # Pairs of which one at least was planted; what others have copied of each other is not known here.
        merged += _pairs(len(groups)) - _pairs(len(groups) - planted.total())
    there = len(originals) * _pairs(1 + _COPIES)
    what = f"copies with {share:.0%} edits"
    return [
        {"metric": f"{what}: recall of pairs", "value": round(right / there, 4), "n": there, "floor": FLOOR},
        {
            "metric": f"{what}: precision of pairs",
            "value": round(right / max(1, merged), 4),
            "n": merged,
            "floor": FLOOR,
        },
    ]


def _pairs(count: int) -> int:
    return count * (count - 1) // 2


def _apart(long: Sequence[str], rng: random.Random) -> dict[str, list[tuple[str, str]]]:
    """Pairs that say different things in nearly the same words."""

    def two(around: Callable[[str], str]) -> list[tuple[str, str]]:
        made = (rng.sample(list(long), 2) for _ in range(_PAIRS))
        return [(around(a[: rng.randrange(25, 60)]), around(b[: rng.randrange(25, 60)])) for a, b in made]

    def filled(values: Callable[[], tuple[dict[str, object], dict[str, object]]]) -> list[tuple[str, str]]:
        made = ((rng.choice(_FRAMES), *values()) for _ in range(_PAIRS))
        return [(frame.format(**a), frame.format(**b)) for frame, a, b in made]

    link = _LINK.format("{}", rng.randrange(10**9), rng.randrange(10**6))
    plain: dict[str, object] = {"p": "X1", "n": 5, "g": "好"}
    products = ("X1", "S2 Pro", "华为", "荣耀")
    return {
        "same link": two(link.format),
        "same signature": two(_SIGNATURE.format),
        "same opening": two(_OPENING.format),
        "another number": filled(
            lambda: (plain, plain | {"n": rng.choice([n for n in range(2, 99) if n != 5])})
        ),
        "another judgement": filled(lambda: (plain, plain | {"g": rng.choice(("不好", "差"))})),
        "another product": filled(lambda: (plain, plain | {"p": rng.choice(products[1:])})),
    }


def _cost(long: Sequence[str], rng: random.Random, alphabet: Alphabet) -> list[Row]:
    """CPU time and memory of distinct texts of these clauses; figures, no floors."""
    clauses = [
        clause for text in long for clause in text.replace("。", "，").split("，") if 4 <= len(clause) <= 30
    ]
    texts = ["，".join(rng.choices(clauses, k=6)) for _ in range(20 * _BATCH)] if clauses else []
    began = time.process_time()
    leaders(texts, alphabet)
    rate = len(texts) / max(1e-9, time.process_time() - began)
    tracemalloc.start()
    try:
        duplicates = Duplicates()
        known = (KnownText(place, 0, alphabet.sketch(text)) for place, text in enumerate(texts))
        duplicates.add(known)
        held = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    return [
        {"metric": "texts a CPU second, copies alone", "value": round(rate), "n": len(texts), "floor": RATE},
        {
            "metric": "MB of memory for them",
            "value": round(held / 1e6, 1),
            "n": len(duplicates),
            "floor": None,
        },
    ]
