"""Learns the weights of `voc/text/blocks.json` and measures them on furniture that was held back."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from voc.text import chrome
from voc.text.blocks import described, pieces
from voc.text.repair import repair
from voc.train.blocks.documents import SETS, Page, bodies, pages
from voc.train.blocks.grammar import templates

SEED = 20261125
_EACH = 1200  # texts of a data set
_SEEN = 3  # pieces a feature must occur in
_COST = 2.0  # C: .2 to 5 differ by a point
_LEAST = 0.12  # smaller weights are left out
# Log-odds taken off furniture and promotion: by the fifth held back (bodies above .996) and the open set.
_CAUTION = np.array([-0.4, -1.9])


def learn(train: Sequence[Page]) -> dict[str, Any]:
    """{bias, weights: {feature: [chrome, promo]}}: log-odds against body."""
    rows: list[list[str]] = []
    kinds: list[int] = []
    for page in train:
        text, known = _repaired(page)
        cut = pieces(text)
        for piece, features in zip(cut, described(text, cut), strict=True):
            rows.append(sorted(features))  # sums in one order whatever the hashes
            kinds.append(Counter(known[piece.start : piece.end]).most_common(1)[0][0])
    seen = Counter(feature for features in rows for feature in features)
    names = sorted(feature for feature, times in seen.items() if times >= _SEEN)
    number = {feature: i for i, feature in enumerate(names)}
    held = [[number[feature] for feature in features if feature in number] for features in rows]
    indptr = np.cumsum([0] + [len(columns) for columns in held])
    matrix = sparse.csr_matrix(
        (np.ones(indptr[-1], np.float32), np.concatenate([np.array(c, np.int64) for c in held]), indptr),
        shape=(len(rows), len(names)),
    )
    model = LogisticRegression(C=_COST, max_iter=1000)
    model.fit(matrix, np.array(kinds))
    against = model.coef_[1:] - model.coef_[0]
    bias = model.intercept_[1:] - model.intercept_[0] - _CAUTION
    weights = {
        feature: [round(float(value), 2) for value in against[:, i]]
        for i, feature in enumerate(names)
        if np.abs(against[:, i]).max() >= _LEAST
    }
    return {"bias": [round(float(value), 2) for value in bias], "weights": weights}


def write(path: Path, learned: dict[str, Any]) -> None:
    """One feature a line, sorted; the data sets the bodies came from are named in it."""
    head = {"made by": "python -m voc.train.blocks", "bodies": list(SETS), "bias": learned["bias"]}
    lines = ",\n".join(
        f"{json.dumps(feature, ensure_ascii=False)}:{json.dumps(pair, separators=(',', ':'))}"
        for feature, pair in sorted(learned["weights"].items())
    )
    said = json.dumps(head, ensure_ascii=False)[:-1]
    path.write_text(f'{said}, "weights": {{\n{lines}\n}}}}\n', encoding="utf-8")


def measure(held: Sequence[Page]) -> dict[str, float]:
    """Letters and digits of furniture and promotion removed, and of bodies kept."""
    there: Counter[int] = Counter()
    gone: Counter[int] = Counter()
    for page in held:
        text, known = _repaired(page)
        removed = {place for block in chrome.blocks(text) for place in range(block.start, block.end)}
        for place, char in enumerate(text):
            if char.isalnum():
                there[known[place]] += 1
                gone[known[place]] += place in removed
    return {
        "chrome removed": gone[1] / max(1, there[1]),
        "promo removed": gone[2] / max(1, there[2]),
        "body kept": 1 - gone[0] / max(1, there[0]),
    }


def folds(datasets: Path) -> tuple[list[Page], list[Page]]:
    """Pages to learn from, and pages whose templates and bodies the first ones do not hold."""
    rng = random.Random(SEED)
    chrome_lines, promo_lines = list(templates("chrome", "portals")), list(templates("promotion", "offers"))
    rng.shuffle(chrome_lines)
    rng.shuffle(promo_lines)
    some, few = len(chrome_lines) // 5, len(promo_lines) // 5
    train = list(
        pages(
            bodies(datasets, rng, split="train", most=_EACH),
            rng,
            chrome=chrome_lines[some:],
            promo=promo_lines[few:],
        )
    )
    held = list(
        pages(
            bodies(datasets, rng, split="dev", most=100),
            rng,
            chrome=chrome_lines[:some],
            promo=promo_lines[:few],
        )
    )
    return train, held


def everything(datasets: Path) -> list[Page]:
    """Pages of all templates, for the weights that are kept."""
    rng = random.Random(SEED)
    texts = bodies(datasets, rng, split="train", most=_EACH)
    return list(
        pages(texts, rng, chrome=templates("chrome", "portals"), promo=templates("promotion", "offers"))
    )


def _repaired(page: Page) -> tuple[str, list[int]]:
    """The page as block scoring sees it, and the kind of each of its characters."""
    known = page.kinds
    clean, offsets, _ = repair(page.text, blocks=False)
    return clean, [known[place] for place in offsets[: len(clean)]]
