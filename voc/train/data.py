"""Reads the public data sets as the product would read their texts; drops rows that are held out."""

from __future__ import annotations

import gzip
import hashlib
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import orjson

from voc.text.source import visible
from voc.text.stage import TextStage

# Licences as found (README of the data sets); a model card repeats those of what it learned from.
LICENCES: dict[str, str] = {
    "afqmc_dataclue_pairs": "none stated (CLUEbenchmark/DataCLUE)",
    "asap_sample": "Apache-2.0, by the owner (Meituan)",
    "book_review": "repository Apache-2.0, data third-party",
    "bustm_pairs": "none stated (CLUEbenchmark/FewCLUE)",
    "car_bdci2018": "none stated (CCF BDCI 2018)",
    "chnsenticorp": "repository Apache-2.0, data third-party",
    "cic_intent": "none stated (CLUEbenchmark/DataCLUE)",
    "civic_tickets": "none stated (Teddy Cup 2020 C)",
    "cosmetics_opinion": "none stated (Zhijiang Cup 2019)",
    "cote_baidu": "MIT, by the authors (lsvih/chinese-customer-review)",
    "cote_dianping": "MIT, by the authors (lsvih/chinese-customer-review)",
    "cote_mafengwo": "MIT, by the authors (lsvih/chinese-customer-review)",
    "diaasq_phones": "MIT, by the authors",
    "eprstmt": "none stated (CLUEbenchmark/FewCLUE)",
    "food_beverage_asqp": "none stated (Datastory-CN)",
    "food_safety_o2o": "none stated (CCF BDCI 2019)",
    "helpdesk_stc3": "none stated (NTCIR STC-3)",
    "hotel_chnsenticorp": "none stated (SophonPlus/ChineseNlpCorpus)",
    "implicit_ecisa2019": "none stated (SMP2019 ECISA)",
    "online_shopping_10_cats": "none stated (SophonPlus/ChineseNlpCorpus)",
    "phone_reviews_jd": "none stated (YuleZhang/NLP_Analysis_JDcomment)",
    "waimai_10k": "none stated (SophonPlus/ChineseNlpCorpus)",
    "weibo_emotion_usual": "repository Apache-2.0, contest data",
    "weibo_emotion_virus": "repository Apache-2.0, contest data",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its repaired text and the labels of its source."""

    set: str
    text: str
    fields: dict[str, Any] = field(default_factory=dict)


def read(datasets: Path, name: str, split: str) -> list[Row]:
    """All rows of a split, texts through the product's own text stage; [] where the set is absent.

    Rows of `train` whose key is held out (dev or test of any set) are dropped.
    """
    path = datasets / name / f"{split}.jsonl.gz"
    if not path.is_file():
        return []
    held = heldout(datasets) if split == "train" else frozenset()
    stage = TextStage()
    rows = []
    for fields in lines(path):
        if key(fields["text"]) in held:
            continue
        rows.append(Row(name, stage.clean(visible(fields["text"])).clean, fields))
    return rows


def read_all(datasets: Path, names: Sequence[str], split: str) -> list[Row]:
    """Several sets, in the order given; a text that comes again is kept once."""
    seen: set[str] = set()
    rows = []
    for name in names:
        for row in read(datasets, name, split):
            mark = key(row.text)
            if mark not in seen:
                seen.add(mark)
                rows.append(row)
    return rows


def key(text: str) -> str:
    """The hash by which copies are known: of letters and digits after NFKC, lower case."""
    folded = unicodedata.normalize("NFKC", text).lower()
    kept = "".join(char for char in folded if unicodedata.category(char)[0] in "LN")
    kept = kept or "".join(text.split())
    return hashlib.sha256(kept.encode("utf-8", "surrogatepass")).hexdigest()[:16]


@lru_cache(maxsize=2)
def heldout(datasets: Path) -> frozenset[str]:
    """Keys that no training may see."""
    path = datasets / "heldout_keys.txt.gz"
    if not path.is_file():
        return frozenset()
    with gzip.open(path, "rt", encoding="ascii") as lines:
        return frozenset(line.split()[1] for line in lines if line.strip())


def lines(path: Path) -> Iterator[dict[str, Any]]:
    """Every row of a file as it stands."""
    with gzip.open(path, "rb") as lines:
        for line in lines:
            yield orjson.loads(line)
