"""Measures the text stage on the hand-made hard sets: what `voc eval text` prints.

The sets (`tests/hard/text`) come in two halves: `open`, which may be looked at, and `sealed`, of which
only these figures are seen. Rows: personal data `{text, spans: [{type, start, end}]}`; repair
`{text, noise: [{kind, start, end}], clean}`; integrity `{text, labels, quarantine, strength}`.
"""

from __future__ import annotations

import gzip
import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from difflib import SequenceMatcher
from itertools import pairwise
from pathlib import Path
from typing import Any

from voc.errors import ConfigError
from voc.text.pii import find
from voc.text.repair import repair
from voc.text.source import visible
from voc.text.stage import TextStage
from voc.train.copy_scores import evaluate_copies
from voc.train.data import read_all
from voc.types import CleanText

_PUBLIC = (  # reviews, posts and short texts of several fields, among which copies are planted
    *("asap_sample", "food_beverage_asqp", "hotel_chnsenticorp"),
    *("online_shopping_10_cats", "weibo_emotion_virus"),
)
HALVES = ("open", "sealed")
LONG = 120  # characters from which on the issue asks for integrity's recall
FLOORS: dict[str, float] = {
    **dict.fromkeys(("id", "card"), 0.995),
    **dict.fromkeys(("mobile", "email", "plate", "vin"), 0.98),
    **dict.fromkeys(("address", "name", "im", "landline", "passport", "order"), 0.90),
}
_SPEED_TEXTS = 4000
_SPEED_CHARS = 60
_MEGABYTE = 1_000_000

Row = dict[str, Any]


def evaluate_text(hard: Path, datasets: Path | None = None) -> list[Row]:
    """Rows of {task, set, metric, value, n, floor}; `floor` is the issue's target, None where it gives none.

    Args:
        datasets: public data sets; near copies are planted among their texts, and not measured without.

    Raises:
        ConfigError: the folder holds no set.
    """
    stage = TextStage()
    rows: list[Row] = []
    for name, measure in _SETS.items():
        for half in HALVES:
            found = read(hard, name, half)
            if found:
                rows += [{"task": "text", "set": f"{name}.{half}", **row} for row in measure(found, stage)]
    if not rows:
        raise ConfigError("no hard sets of texts", value=str(hard), cure="give --hard tests/hard/text")
    texts = [row["text"] for name in _SETS for row in read(hard, name, "open")]
    rows += [{"task": "text", "set": "all.open", **row} for row in _speed(texts, stage)]
    if datasets is not None:
        public = [row.text for row in read_all(datasets, _PUBLIC, "dev")]
        rows += [{"task": "text", "set": "copies", **row} for row in evaluate_copies(public)]
    return rows


def read(hard: Path, name: str, half: str) -> list[Row]:
    """The rows of one half; none when the file is not there."""
    path = hard / (f"{name}.{half}.jsonl" + (".gz" if half == "sealed" else ""))
    if not path.exists():
        return []
    words = path.read_bytes()
    lines = (gzip.decompress(words) if path.suffix == ".gz" else words).decode("utf-8").splitlines()
    return [json.loads(line) for line in lines if line.strip()]


def covered(text: str, span: dict[str, Any], masked: Iterable[tuple[str, int, int]]) -> bool:
    """Whether no letter or digit of the span is left to read."""
    left = {place for place in range(span["start"], span["end"]) if text[place].isalnum()}
    for _, start, end in masked:
        left -= set(range(start, end))
    return not left


def personal(rows: Sequence[Row], _: TextStage) -> list[Row]:
    """Recall a type (plain and disguised together), and how many look-alikes stay as they are."""
    hit: Counter[str] = Counter()
    there: Counter[str] = Counter()
    harmless = untouched = marked = right = 0
    for row in rows:
        masked = find(row["text"])
        for span in row["spans"]:
            there[span["type"]] += 1
            hit[span["type"]] += covered(row["text"], span, masked)
        for _kind, start, end in masked:
            marked += 1
            right += any(start < span["end"] and span["start"] < end for span in row["spans"])
        if not row["spans"]:
            harmless += 1
            untouched += not masked
    figures = [
        _row(f"recall {kind}", hit[kind], there[kind], floor=FLOORS.get(kind)) for kind in sorted(there)
    ]
    figures.append(_row("look-alikes untouched", untouched, harmless, floor=0.98))
    return [*figures, _row("masked spans that are right", right, marked, floor=None)]


def repaired(rows: Sequence[Row], _: TextStage) -> list[Row]:
    """Noise removed and body kept in letters and digits, exact rows, and offsets that hold."""
    gone: Counter[str] = Counter()
    noise: Counter[str] = Counter()
    kept = body = exact = whole = sound = 0
    for row in rows:
        text = row["text"]
        clean, offsets, _kinds = repair(visible(text))
        sound += _holds(visible(text), clean, offsets)
        if row.get("clean") is not None:
            whole += 1
            exact += clean == row["clean"]
            continue
        stays = _kept(text, clean, offsets)
        dirty: dict[int, str] = {}
        for span in row["noise"]:
            dirty.update(dict.fromkeys(range(span["start"], span["end"]), span["kind"]))
        for place, char in enumerate(text):
            if not char.isalnum():
                continue
            if place in dirty:
                noise[dirty[place]] += 1
                gone[dirty[place]] += place not in stays
            else:
                body += 1
                kept += place in stays
    figures = [
        _row(f"{kind} removed", gone[kind], noise[kind], floor=0.99 if kind in ("pinyin", "chrome") else None)
        for kind in sorted(noise)
    ]
    return [
        *figures,
        _row("body kept", kept, body, floor=0.995),
        _row("rows exactly as expected", exact, whole, floor=None),
        _row("offsets hold", sound, len(rows), floor=1.0),
    ]


def trusted(rows: Sequence[Row], stage: TextStage) -> list[Row]:
    """Recall a label from `LONG` characters on, false quarantine, and the order of score and strength."""
    judged = [(row, stage.clean(visible(row["text"])).integrity) for row in rows]
    clean = [found.quarantined for row, found in judged if row["labels"] == ["clean"]]
    figures = [_row("clean rows not quarantined", clean.count(False), len(clean), floor=0.985)]
    labels = sorted({label for row in rows for label in row["labels"]} - {"clean"})
    for label in labels:
        long = [
            found
            for row, found in judged
            if label in row["labels"] and (label == "default" or len(row["text"]) >= LONG)
        ]
        caught = sum(label in (found.label, *found.flags) for found in long)
        figures.append(_row(f"recall {label}", caught, len(long), floor=0.90))
    bad = [found.quarantined for row, found in judged if row["quarantine"] and len(row["text"]) >= LONG]
    figures.append(_row("damaged rows quarantined", bad.count(True), len(bad), floor=None))
    return figures


_SETS: dict[str, Callable[[Sequence[Row], TextStage], list[Row]]] = {
    "pii": personal,
    "repair": repaired,
    "integrity": trusted,
}


def _kept(text: str, clean: str, offsets: Sequence[int]) -> set[int]:
    """Places of the text whose characters stand in the clean one."""
    if visible(text) == text:
        return set(offsets[: len(clean)])
    # HTML to text keeps no places: they are found by the longest equal runs.
    blocks = SequenceMatcher(None, text, clean, autojunk=False).get_matching_blocks()
    return {place for block in blocks for place in range(block.a, block.a + block.size)}


def _holds(text: str, clean: str, offsets: Sequence[int]) -> bool:
    rising = all(a < b for a, b in pairwise(offsets[: len(clean)]))
    ends = len(offsets) == len(clean) + 1 and offsets[-1] <= len(text)
    rising = rising and (not clean or offsets[-2] < offsets[-1])
    return rising and ends and all(0 <= place < len(text) for place in offsets[: len(clean)])


def _speed(texts: Sequence[str], stage: TextStage) -> list[Row]:
    """CPU time of one process over pieces of the sets' texts, and of one megabyte; figures, no floors."""
    words = "".join(text.replace("\n", " ") for text in texts if len(text) >= _SPEED_CHARS)
    pieces = [
        words[start : start + _SPEED_CHARS]
        for start in range(0, min(len(words), _SPEED_TEXTS * _SPEED_CHARS), _SPEED_CHARS)
    ]
    if not pieces:
        return []
    long = (words * (_MEGABYTE // len(words.encode()) + 1)).encode()[:_MEGABYTE].decode("utf-8", "ignore")
    rate = len(pieces) / max(1e-9, _cpu_s(lambda: [stage.clean(piece) for piece in pieces]))
    return [
        {
            "metric": "texts of 60 characters a CPU second",
            "value": round(rate),
            "n": len(pieces),
            "floor": None,
        },
        {
            "metric": "CPU seconds for 1 MB",
            "value": round(_cpu_s(lambda: [stage.clean(long)]), 2),
            "n": 1,
            "floor": None,
        },
    ]


def _cpu_s(work: Callable[[], list[CleanText]]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def _row(metric: str, hit: int, n: int, *, floor: float | None) -> Row:
    return {"metric": metric, "value": round(hit / n, 4) if n else 0.0, "n": n, "floor": floor if n else None}
