"""Learns the integrity models: the reference from clean text, the weights from such text, damaged."""

from __future__ import annotations

import random
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import rjieba
import yaml
from scipy import sparse
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

from voc.text import advert, order
from voc.text.measured import ORDER, WORDING, Measure
from voc.text.neighbours import neighbours
from voc.text.reference import Reference
from voc.text.repair import mend
from voc.text.repetition import FEATURES as REPETITION
from voc.text.source import visible
from voc.text.symbols import symbols
from voc.train import damage, pairs, reference
from voc.train.data import LICENCES, heldout, key, lines

SEED = 20261125
SETS = tuple(sorted(LICENCES))
COUNTS = "Counts of neighbouring symbols, as levels (1 + ⌊log2⌋) in a hashed table"
COUNTS_LIMITS = """Of the feedback in these sets: what is common elsewhere may be rare here. Pairs were kept
when seen once, runs of three and pairs with a gap twice, runs of four three times. A run that was never
seen passes for a seen one in one case of two thousand."""
TREES = "Boosted trees, rising with their features, over counts that the reference explains"
TREES_LIMITS = """Texts under 100 characters are judged for adverts, cuts and repetition only. Classical
Chinese, dialect and verse are rare in what was learned from. Sentences in another order are seldom
noticed: those of a review often stand well in any. Replacements that fit their neighbours are not seen."""
_APART = 8  # one text in so many is not counted in the reference: the weights are learned from these
_SHORTEST = 100
_BUCKETS = 1 << 18
_KINDS: tuple[dict[str, float], ...] = (
    {"synonyms": 1.0},
    {"synonyms": 0.7, "opposites": 0.3},
    {"opposites": 1.0},
    {"sounds": 1.0},
    {"random": 1.0},
    {"measures": 0.5, "opposites": 0.5},
    {"synonyms": 0.7, "random": 0.3},
    {"synonyms": 0.7, "intensifiers": 0.2, "sounds": 0.1},
)


Floats = npt.NDArray[np.float64]
Arrays = dict[str, npt.NDArray[np.generic]]


@dataclass(frozen=True, slots=True)
class Sample:
    """A text to learn from: what was done to it, and how strongly."""

    text: str
    label: str
    strength: float = 0.0


def texts(datasets: Path, splits: Sequence[str] = ("train", "unlabelled")) -> list[tuple[str, str]]:
    """(set, text as integrity reads it) of all sets, copies once, rows held out from learning dropped."""
    held = frozenset() if splits == ("dev",) else heldout(datasets)
    seen: set[str] = set()
    found = []
    for folder in sorted(path for path in datasets.iterdir() if path.is_dir()):
        for split in splits:
            path = folder / f"{split}.jsonl.gz"
            for fields in lines(path) if path.is_file() else ():
                for text in (fields.get("text"), fields.get("text_b")):
                    if not isinstance(text, str) or not text:
                        continue
                    mark = key(text)
                    if mark not in held and mark not in seen:
                        seen.add(mark)
                        found.append((folder.name, mend(visible(text)).whole))
    return found


def apart(text: str) -> bool:
    """Whether a text is kept out of the reference."""
    return zlib.crc32(text.encode("utf-8", "surrogatepass")) % _APART == 0


def train_reference(datasets: Path) -> Arrays:
    """The arrays of the model `reference`: counts of seven texts in eight."""
    return reference.learn([text for _, text in texts(datasets) if not apart(text)])


def train(datasets: Path) -> Arrays:
    """The arrays of the model `integrity`, over the same reference. Ten minutes on two cores."""
    rng = random.Random(SEED)
    every = texts(datasets)
    counted = [text for _, text in every if not apart(text)]
    held = [text for _, text in every if apart(text)]
    counts = reference.learn(counted)
    arrays: Arrays = {**counts, **pairs.learn(Reference(counts))}
    common = Counter(
        word
        for text in counted[::3]
        for word in rjieba.cut(text)
        if len(word) <= 3 and "一" <= word[0] <= "龥"
    )
    damage.vocabulary([word for word, _ in common.most_common(15_000)])
    arrays |= _boundaries(Measure(arrays), counted, rng)
    made = samples(held, rng)
    arrays |= _strange(Measure(arrays), made)
    rows = _rows(Measure(arrays), made)
    dev = [text for _, text in texts(datasets, ("dev",))]
    clean = _rows(Measure(arrays), [Sample(text, "clean") for text in dev if len(text) >= _SHORTEST])
    arrays |= _forests(rows, clean)
    arrays |= _truncated(Measure(arrays), held, dev, rng)
    arrays |= _advert(held, dev, rng)
    return {name: array for name, array in arrays.items() if name not in counts}


def samples(held: Sequence[str], rng: random.Random) -> list[Sample]:
    """Clean texts and their damaged forms; some joined, so that long ones are among them."""
    base = [text for text in held if len(text) >= _SHORTEST]
    rng.shuffle(base)
    long = ["\n".join(rng.sample(base, rng.randint(4, 16))) for _ in range(len(base) // 12)]
    words = _topics(base)
    made: list[Sample] = []
    for text in base + long:
        made.append(Sample(text, "clean"))
        for _ in range(2):
            kinds = rng.choice(_KINDS)
            made.append(_sample("spun", damage.spin(text, rng, part=rng.uniform(0.15, 1.0), kinds=kinds)))
        unit = rng.choice(("words", "sentences", "clauses", "clauses"))
        made.append(_sample("shuffled", damage.shuffle(text, rng, unit=unit, part=rng.uniform(0.3, 1.0))))
        if rng.random() < 0.7:
            phrases = _phrases(text, words, rng)
            form = rng.choice(("sentence", "clause", "bracket", "inside", "inside", "lump"))
            part = rng.uniform(0.05, 0.45)
            made.append(_sample("stuffed", damage.stuff(text, rng, phrases, part=part, form=form)))
        if rng.random() < 0.25:
            made.append(Sample(again(text, rng), "copied", 0.5))
    return [one for one in made if one.label == "clean" or one.strength >= 0.05]


def again(text: str, rng: random.Random) -> str:
    """The text after itself, or one of its sentences many times."""
    units = [unit for unit in re.findall(r"[^。！？\n]+[。！？\n]*", text) if len(unit) >= 12]
    if units and rng.random() < 0.5:
        return str(rng.choice(units)) * rng.randint(4, 20)
    return str(rng.choice(("", "\n", " "))).join([text] * rng.randint(2, 3))


def _sample(label: str, done: damage.Damaged) -> Sample:
    return Sample(done.text, label, done.strength)


def _topics(base: Sequence[str]) -> list[str]:
    seen = Counter(word for text in base for word in set(rjieba.cut(text)) if 2 <= len(word) <= 5)
    return [word for word, count in seen.items() if 3 <= count <= 200 and "一" <= word[0] <= "龥"]


def _phrases(text: str, words: Sequence[str], rng: random.Random) -> list[str]:
    own = [word for word in rjieba.cut(text) if 2 <= len(word) <= 5 and "一" <= word[0] <= "龥"]
    topic = rng.choice(own) if own and rng.random() < 0.5 else rng.choice(words)
    tails = rng.sample(damage.tails(), 3)
    forms = [topic + tails[0], topic, topic + tails[1], rng.choice(words) + topic, topic + tails[2]]
    if len(topic) < 3:
        forms[1] = topic + rng.choice(words)
    return forms[: rng.randint(1, 3)]


def _boundaries(measure: Measure, counted: Sequence[str], rng: random.Random) -> Arrays:
    """Weights of the signs between clauses: neighbours as written against neighbours after shuffling."""
    chosen = [text for text in counted if len(text) >= 60]
    rng.shuffle(chosen)
    hashes, torn = [], []
    for text in chosen[:40_000]:
        unit = rng.choice(("sentences", "clauses"))
        mixed = damage.shuffle(text, rng, unit=unit, part=1.0)
        if mixed.strength < 0.5:
            continue
        for shown, label in ((text, 0), (mixed.text, 1)):
            folded = symbols(shown)
            signs, ends = order.boundaries(folded, shown, measure.reference.single(folded.codes))
            signs = signs[ends] if unit == "sentences" and label else signs
            hashes.append(signs & np.uint32(_BUCKETS - 1))
            torn.append(np.full(len(signs), label))
    table, truth = np.concatenate(hashes), np.concatenate(torn)
    pointers = np.arange(0, table.size + 1, order.SIGNS)
    ones = np.ones(table.size, np.float32)
    matrix = sparse.csr_matrix((ones, table.reshape(-1).astype(np.int32), pointers), (len(table), _BUCKETS))
    fitted = LogisticRegression(C=0.02, solver="liblinear", max_iter=40, tol=1e-3, random_state=SEED)
    fitted.fit(matrix, truth)
    weights = fitted.coef_[0]
    scale = float(np.quantile(np.abs(weights), 0.9999)) / 127
    return {
        "boundary": np.clip(np.round(weights / scale), -127, 127).astype(np.int8),
        "boundary_scale": np.array([scale], np.float32),
        "boundary_bias": np.array([fitted.intercept_[0]], np.float32),
    }


def _strange(measure: Measure, made: Sequence[Sample]) -> Arrays:
    """Weights of the boxes: how much a text's neighbours are those of spun or of reordered words."""
    usable = [one for one in made if one.label in ("clean", "spun", "shuffled") and one.strength < 2]
    boxes = np.sqrt([neighbours(symbols(one.text).codes, measure.reference).boxes() for one in usable])
    found: Arrays = {}
    for name, label in (("strange_words", "spun"), ("strange_order", "shuffled")):
        chosen = np.array([one.label in ("clean", label) for one in usable])
        truth = np.array([one.label == label for one in usable])
        fitted = LogisticRegression(C=2.0, max_iter=2000, class_weight="balanced", random_state=SEED)
        fitted.fit(boxes[chosen], truth[chosen])
        found[name] = np.append(fitted.coef_[0], fitted.intercept_).astype(np.float32)
    return found


@dataclass(frozen=True, slots=True)
class Rows:
    """Features of samples: (rows, features) of wording, order and repetition; label and strength of each."""

    wording: Floats
    order: Floats
    repetition: Floats
    labels: npt.NDArray[np.str_]
    strengths: Floats


def _rows(measure: Measure, made: Iterable[Sample]) -> Rows:
    listed = list(made)
    found = [measure.whole(one.text) for one in listed]
    return Rows(
        np.array([one.wording for one in found]),
        np.array([one.order for one in found]),
        np.array([one.repetition.features for one in found]),
        np.array([one.label for one in listed]),
        np.array([one.strength for one in listed]),
    )


def _forests(rows: Rows, clean: Rows) -> Arrays:
    falls = {"length": 0, "strange_words": 1, "steps": 0, "boundaries": 0, "passages": 0}
    wording = [0 if name == "length" else 1 for name in WORDING]
    ordered = [falls.get(name, 1) for name in ORDER]
    ordered[ORDER.index("strange_words")] = ordered[ORDER.index("replaced")] = 0
    repetition = [falls.get(name, 1) for name in REPETITION]
    found: Arrays = {}
    for label, features, of_clean, rising, wrong in (
        ("spun", rows.wording, clean.wording, wording, 0.004),
        ("shuffled", rows.order, clean.order, ordered, 0.003),
        ("stuffed", rows.repetition, clean.repetition, repetition, 0.002),
    ):
        truth = rows.labels == label
        weights = np.where(rows.labels == "clean", 2.0, 1.0)
        found |= forest(label, features, truth, weights=weights, rising=rising, clean=of_clean, wrong=wrong)
    return found


def _truncated(measure: Measure, held: Sequence[str], dev: Sequence[str], rng: random.Random) -> Arrays:
    def features(text: str) -> Floats:
        return measure.cut(text)

    base = [text for text in held if len(text) >= 40]
    cut = [damage.truncate(text, rng, side=rng.choice(("end", "end", "start", "both"))).text for text in base]
    table = np.array([features(text) for text in base + cut if len(text) >= 20])
    truth = np.array([False] * len(base) + [True] * sum(len(text) >= 20 for text in cut))
    clean = np.array([features(text) for text in dev if len(text) >= 40])
    return forest("truncated", table, truth, weights=None, rising=None, clean=clean, wrong=0.05)


def _advert(held: Sequence[str], dev: Sequence[str], rng: random.Random) -> Arrays:
    read = yaml.safe_load(Path(__file__).with_name("adverts.yaml").read_text("utf-8"))["adverts"]
    made = []
    for text in read:
        sentences = re.findall(r"[^。！？]+[。！？]", text)
        made += [text] * 4
        for _ in range(16):
            some = [one for one in sentences if rng.random() < 0.75]
            made.append("".join(some) or text)
        made.append(text + rng.choice(read) + rng.choice(read))

    clean = [text for text in held if len(text) >= 24]
    seen = [sum(word in text for text in clean) for word in advert.WORDS]
    words = np.log((len(clean) + 1) / (np.array(seen) + 1)) / np.log(len(clean) + 1)
    weights_of = dict(zip(advert.WORDS, words.astype(np.float32).tolist(), strict=True))

    def features(text: str) -> Floats:
        return advert.features(advert.cues(text), len(text), weights_of)

    table = np.array([features(text) for text in clean + made])
    truth = np.array([False] * len(clean) + [True] * len(made))
    rising = [1, 1, 1, 1, -1, 1, 1, 1, 0]
    weights = np.where(truth, len(clean) / len(made) / 8, 1.0)
    of_dev = np.array([features(text) for text in dev if len(text) >= 24])
    found = forest("advert", table, truth, weights=weights, rising=rising, clean=of_dev, wrong=0.0005)
    return found | {"advert_words": words.astype(np.float32)}


def forest(
    name: str,
    features: Floats,
    truth: npt.NDArray[np.bool_],
    *,
    weights: Floats | None,
    rising: Sequence[int] | None,
    clean: Floats,
    wrong: float,
) -> Arrays:
    """Arrays of a `text.trees.Forest` whose log-odds are above 0 for at most `wrong` of the `clean` rows."""
    model = HistGradientBoostingClassifier(
        max_iter=120,
        learning_rate=0.08,
        max_leaf_nodes=12,
        min_samples_leaf=40,
        l2_regularization=1.0,
        monotonic_cst=rising,
        early_stopping=False,
        random_state=SEED,
    )
    model.fit(features, truth, sample_weight=weights)
    odds = np.asarray(model.decision_function(clean))
    threshold = max(0.0, float(np.quantile(odds, 1.0 - wrong)))
    return exported(name, model, threshold)


def exported(name: str, model: Any, threshold: float) -> Arrays:
    """The trees of a fitted model as arrays, its threshold at 0."""
    columns: dict[str, list[Any]] = {part: [] for part in ("feature", "threshold", "left", "right", "value")}
    roots, deepest = [], 1
    for trees in model._predictors:
        nodes = trees[0].nodes
        offset = len(columns["value"])
        roots.append(offset)
        deepest = max(deepest, int(nodes["depth"].max()))
        for place, node in enumerate(nodes):
            leaf = bool(node["is_leaf"])
            columns["feature"].append(0 if leaf else int(node["feature_idx"]))
            columns["threshold"].append(0.0 if leaf else float(node["num_threshold"]))
            columns["left"].append(offset + (place if leaf else int(node["left"])))
            columns["right"].append(offset + (place if leaf else int(node["right"])))
            columns["value"].append(float(node["value"]))
    kinds = {"feature": "u1", "threshold": "f8", "left": "u2", "right": "u2", "value": "f4"}
    found: Arrays = {f"{name}_{part}": np.array(values, kinds[part]) for part, values in columns.items()}
    start = float(np.ravel(model._baseline_prediction)[0]) - threshold
    return found | {
        f"{name}_roots": np.array(roots, np.uint16),
        f"{name}_start": np.array([start], np.float32),
        f"{name}_depth": np.array([deepest], np.uint8),
    }
