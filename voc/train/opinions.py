"""Learns what customers talk about: an aspect head a pack, polarity for cars and for everything else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.svm import LinearSVC

from voc.nlp.aspects import Mapper
from voc.nlp.features import grams
from voc.nlp.linear import LinearHead
from voc.nlp.opinions import TOP_SHARE
from voc.nlp.taxonomy import Taxonomy
from voc.train.heads import SEED, idf_of, learn, platt
from voc.train.opinion_rows import PACKS, Judged, Passage, background, other_judged, pack_passages
from voc.types import SENTIMENTS

Arrays = dict[str, npt.NDArray[np.generic]]

SETS: tuple[str, ...] = (
    *PACKS.values(),
    "diaasq_phones",
    "implicit_ecisa2019",
    "online_shopping_10_cats",
    "waimai_10k",
    "hotel_chnsenticorp",
    "weibo_emotion_usual",
)
_BUCKETS = {"car": 1 << 17, "cosmetics": 1 << 16, "food_beverage": 1 << 17}
_COST = {"car": 0.3, "cosmetics": 0.5, "food_beverage": 1.0}
_LEAST = 12  # passages that a label needs to have a head
_BACKGROUND = 1500
_POLAR_BUCKETS = 1 << 17
_POLAR_COST = 0.15
_OWN_POLARITY = ("car",)
_LENT = 0.15  # weight of other sets' opinions in a polarity of its own
_FOLDS = 4


def train(datasets: Path) -> Arrays:
    """Arrays of the opinions model: `<pack>_aspects_…`, `<pack>_thresholds`, polarity `car_…` and `all_…`."""
    arrays: Arrays = {}
    spare = background(datasets, _BACKGROUND)
    others = list(other_judged(datasets))
    everything = list(others)
    for pack in PACKS:
        rows = pack_passages(datasets, pack)
        if not rows:
            continue
        head, threshold = train_aspects(pack, rows, spare)
        arrays |= head.arrays(f"{pack}_aspects_")
        arrays[f"{pack}_thresholds"] = np.full(len(head.labels), threshold, np.float32)
        judged = placed(pack, rows, head)
        if pack in _OWN_POLARITY:
            lent = [replace(row, weight=row.weight * _LENT) for row in others]
            arrays |= _prefixed(f"{pack}_", train_polarity([*judged, *lent], nodes=head.labels))
        everything += judged
    return arrays | _prefixed("all_", train_polarity(everything, nodes=()))


def train_aspects(pack: str, rows: Sequence[Passage], spare: Sequence[Passage]) -> tuple[LinearHead, float]:
    """A pack's head and the probability from which a label is believed (best micro-F1 on held-back rows)."""
    known = Taxonomy.load(pack)
    counted = {node: sum(any(n == node for n, _, _ in row.said) for row in rows) for node in known.nodes}
    labels = tuple(node for node, count in counted.items() if count >= _LEAST)
    texts = [row.text for row in (*rows, *spare)]
    truth = np.array([[any(n == node for n, _, _ in row.said) for node in labels] for row in (*rows, *spare)])
    fold = np.random.default_rng(SEED + 1).integers(0, _FOLDS, len(texts)) == 0
    seen = [i for i in range(len(texts)) if not fold[i]]
    trial = learn([texts[i] for i in seen], truth[seen], labels, buckets=_BUCKETS[pack], cost=_COST[pack])
    held = [i for i in range(len(texts)) if fold[i]]
    threshold = best_threshold(trial.probabilities(grams([texts[i] for i in held])), truth[held])
    return learn(texts, truth, labels, buckets=_BUCKETS[pack], cost=_COST[pack]), threshold


def best_threshold(odds: npt.NDArray[np.float32], truth: npt.NDArray[np.bool_]) -> float:
    """The one probability that gives the best micro-F1."""
    scores = []
    best = odds == odds.max(axis=1, keepdims=True)
    for limit in np.linspace(0.1, 0.7, 61):
        said = (odds >= limit) | (best & (odds >= TOP_SHARE * limit))
        scores.append((2.0 * (said & truth).sum() / max(1, said.sum() + truth.sum()), float(limit)))
    return max(scores)[1]


def placed(pack: str, rows: Sequence[Passage], head: LinearHead) -> list[Judged]:
    """Opinions with their clause: labelled, else by a word of the node, else by the head."""
    mapper = Mapper(Taxonomy.load(pack))
    found: list[Judged] = []
    for row in rows:
        if not row.said:
            continue
        parts = head.scores(grams(row.clauses))
        terms = [{mapper.taxonomy.path(t.node) for t in mapper.terms(c)} for c in row.clauses]
        for node, sentiment, clause in dict.fromkeys(row.said):
            if clause is None:
                column = head.labels.index(node) if node in head.labels else None
                named = [i for i, paths in enumerate(terms) if any(node in path for path in paths)]
                among = named or range(len(row.clauses))
                clause = max(among, key=lambda i: parts[i, column] if column is not None else 0.0)
            found.append(Judged(row.text, row.clauses[clause], node, sentiment))
    return found


def train_polarity(rows: Sequence[Judged], *, nodes: Sequence[str]) -> Arrays:
    """Arrays of `voc.nlp.polarity.PolarityModel`."""
    whole, part = grams([r.passage for r in rows]), grams([r.clause for r in rows])
    whole_idf, part_idf = idf_of(whole, _POLAR_BUCKETS), idf_of(part, _POLAR_BUCKETS)
    matrix = sparse.hstack([whole.matrix(whole_idf), part.matrix(part_idf), _extra(rows, nodes)]).tocsr()
    weights = np.array([r.weight for r in rows])
    fold = np.random.default_rng(SEED).integers(0, _FOLDS, len(rows)) == 0
    columns, slopes, shifts = [], [], []
    for sentiment in SENTIMENTS:
        truth = np.array([r.sentiment == sentiment for r in rows])
        model = LinearSVC(C=_POLAR_COST, random_state=SEED, max_iter=2000)
        model.fit(matrix[~fold], truth[~fold], sample_weight=weights[~fold])
        slope, shift = platt(model.decision_function(matrix[fold]), truth[fold])
        model = LinearSVC(C=_POLAR_COST, random_state=SEED, max_iter=2000)
        model.fit(matrix, truth, sample_weight=weights)
        columns.append(np.append(model.coef_[0], model.intercept_[0]))
        slopes.append(slope)
        shifts.append(shift)
    learned = np.stack(columns, axis=1).astype(np.float32)
    ones, zeros = np.ones(3, np.float32), np.zeros(3, np.float32)
    edge = 2 * _POLAR_BUCKETS
    passage = LinearHead(SENTIMENTS, whole_idf, learned[:_POLAR_BUCKETS], learned[-1], ones, zeros)
    clause = LinearHead(SENTIMENTS, part_idf, learned[_POLAR_BUCKETS:edge], zeros, ones, zeros)
    return {
        **passage.arrays("passage_"),
        **clause.arrays("clause_"),
        "nodes": np.array(list(nodes), dtype=np.str_),
        "extra": learned[edge:-1],
        "slope": np.array(slopes, np.float32),
        "shift": np.array(shifts, np.float32),
    }


def _extra(rows: Sequence[Judged], nodes: Sequence[str]) -> sparse.csr_matrix:
    at = {node: i for i, node in enumerate(nodes)}
    dense = np.zeros((len(rows), len(nodes) + 5), np.float32)
    for i, row in enumerate(rows):
        if row.node in at:
            dense[i, at[row.node]] = 1.0
        dense[i, len(nodes) + row.vote + 2] = 1.0
    return sparse.csr_matrix(dense)


def _prefixed(prefix: str, arrays: Arrays) -> Arrays:
    return {f"{prefix}{name}": array for name, array in arrays.items()}
