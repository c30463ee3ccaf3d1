"""Pages to learn from: customers' texts of the data sets, with furniture and promotion around and between."""

from __future__ import annotations

import gzip
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson

from voc.text.source import visible
from voc.train.blocks.grammar import line, templates
from voc.train.data import heldout, key

SETS = (
    "asap_sample",
    "book_review",
    "car_bdci2018",
    "cic_intent",
    "cote_baidu",
    "cote_dianping",
    "cote_mafengwo",
    "diaasq_phones",
    "food_safety_o2o",
    "helpdesk_stc3",
    "hotel_chnsenticorp",
    "online_shopping_10_cats",
    "phone_reviews_jd",
    "waimai_10k",
    "weibo_emotion_usual",
)
_ENDS = ("", "", "。", "！", "~")
_HEADS = ("相关", "猜", "热门", "热点", "最新", "编辑")


@dataclass(frozen=True, slots=True)
class Page:
    """A text as parts of (kind, words); `text` is them joined, `kinds` says the kind of every character."""

    parts: tuple[tuple[int, str], ...]

    @property
    def text(self) -> str:
        """The whole page."""
        return "".join(words for _, words in self.parts)

    @property
    def kinds(self) -> list[int]:
        """One kind a character: 0 body, 1 chrome, 2 promo."""
        return [kind for kind, words in self.parts for _ in words]


def bodies(datasets: Path, rng: random.Random, *, split: str, most: int) -> list[str]:
    """Texts of customers, at most so many of each set; held-out ones dropped."""
    held = heldout(datasets) if split == "train" else frozenset()
    found = []
    for name in SETS:
        path = datasets / name / f"{split}.jsonl.gz"
        if not path.is_file():
            continue
        with gzip.open(path, "rb") as lines:
            texts = [visible(str(orjson.loads(row)["text"])) for row in lines]
        rng.shuffle(texts)
        found += [text for text in texts[: most * 2] if text.strip() and key(text) not in held][:most]
    return found


def pages(
    texts: Sequence[str], rng: random.Random, *, chrome: Sequence[str], promo: Sequence[str]
) -> Iterator[Page]:
    """One page a text: a third bare, the others with furniture, promotion or both."""
    likes = templates("lookalikes", "honest", "honest")  # what is no template says one thing only
    for text in texts:
        body = text if rng.random() < 0.7 else line(rng.choice(likes), rng)
        if rng.random() < 0.2:
            some = [line(like, rng) + rng.choice(_ENDS) for like in rng.sample(likes, rng.randint(2, 6))]
            body = rng.choice(("\n", "\n", " ", "")).join(some)
        dice = rng.random()
        if dice < 0.3:
            yield Page(((0, body),))
            continue
        parts: list[tuple[int, str]] = []
        oneline = rng.random() < 0.3
        if dice < 0.85 and rng.random() < 0.6:
            _put(parts, [(1, said) for said in _furniture(chrome, rng)], rng, oneline=oneline)
        middle = body.split("\n")
        for i, paragraph in enumerate(middle):
            _put(parts, [(0, paragraph)], rng, oneline=oneline)
            if dice < 0.85 and i + 1 < len(middle) and rng.random() < 0.2:
                _put(parts, [(1, said) for said in _furniture(chrome, rng)[:2]], rng, oneline=oneline)
        if dice >= 0.65:
            tail = [(2, line(rng.choice(promo), rng)) for _ in range(rng.choice((1, 1, 1, 2, 3)))]
            _put(parts, tail, rng, oneline=oneline)
        if dice < 0.85:
            _put(parts, [(1, said) for said in _furniture(chrome, rng)], rng, oneline=oneline)
        yield Page(tuple(parts))


def _put(
    parts: list[tuple[int, str]], more: Sequence[tuple[int, str]], rng: random.Random, *, oneline: bool
) -> None:
    for kind, words in more:
        if parts and words:
            gap = (
                rng.choice((" ", " ", "  ", ""))
                if oneline and words.count("\n") == 0
                else rng.choice(("\n", "\n", "\n\n"))
            )
            if not gap and parts[-1][1][-1:] not in "。！？!?~…":
                gap = " "
            parts.append((parts[-1][0], gap))
        parts.append((kind, words))


def _furniture(chrome: Sequence[str], rng: random.Random) -> list[str]:
    lines = []
    for _ in range(rng.choice((1, 1, 2, 2, 3, 4, 6))):
        said = line(rng.choice(chrome), rng)
        lines.append(said)
        if said.startswith(_HEADS) and rng.random() < 0.7:
            bullet = rng.choice(("", "", "· ", "• ", "- ", "▪"))
            lines += [bullet + line(rng.choice(templates("titles")), rng) for _ in range(rng.randint(2, 6))]
    return [said for said in lines if said]
