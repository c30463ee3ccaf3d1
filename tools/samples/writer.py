"""Puts hand-written sentences (`texts/`) together into comments; every choice comes from one seed."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import yaml

TEXTS = Path(__file__).parent / "texts"
FIRST = datetime(2026, 8, 31)  # a Monday, in the workspace's zone
WEEKS = 12

Pool = dict[str, dict[str, list[str]]]

GAMES = ("王者", "原神", "吃鸡", "和平精英")
NAMES = (
    *[
        "晚风",
        "小鹿",
        "橘子",
        "山海",
        "北极星",
        "可乐",
        "阿木",
        "南瓜",
        "云朵",
        "老张家",
        "豆豆妈",
        "风铃",
        "海盐",
    ],
    *["麦子", "蓝鲸", "桃桃", "石头", "西瓜", "半夏", "初一", "青柠", "大鹏", "乐乐爸", "小鱼", "向日葵"],
)
MASKED = ("j***n", "匿名用户", "t***8", "小***家", "匿名")
FAKE = {  # planted to show masking; none belongs to anybody
    "mobile": ("13800138000", "13900139000", "138 0013 8000"),
    "email": ("test@example.com", "zhang.san@example.cn"),
    "idcard": ("11010519491231002X",),
    "card": ("6228480402564890018", "4111 1111 1111 1111"),
    "plate": ("京A12345", "粤B88888"),
}


@dataclass
class Writer:
    """Puts written sentences together; every choice comes from one seeded source."""

    rng: random.Random
    pool: Pool
    made: int = 0
    authors: list[str] = field(default_factory=list)

    def say(self, aspect: str, tone: str, **slots: str) -> str:
        """One sentence of the pool, its slots filled."""
        sentence = self.rng.choice(self.pool[aspect][tone])
        return fill(sentence, self.rng, slots)

    def join(self, sentences: Sequence[str]) -> str:
        """Sentences as one comment, as people punctuate."""
        mark = self.rng.choices(("，", "。", "！", " "), weights=(5, 6, 1, 1))[0]
        end = self.rng.choices(("", "。", "！", "～"), weights=(5, 4, 1, 1))[0]
        return mark.join(sentences) + end

    def author(self) -> str:
        """A made-up nickname; some come back, some are masked as shops mask them."""
        draw = self.rng.random()
        if draw < 0.12:
            return self.rng.choice(MASKED)
        if draw < 0.27 and self.authors:
            return self.rng.choice(self.authors)
        self.authors.append(f"{self.rng.choice(NAMES)}{self.rng.randrange(100, 9999)}")
        return self.authors[-1]

    def number(self) -> int:
        """The next running number."""
        self.made += 1
        return self.made

    def moment(self, week: int) -> datetime:
        """Some time of that week, mostly by day and in the evening."""
        hour = self.rng.choices(
            range(24), weights=(2, 1, 1, 0, 0, 1, 2, 4, 6, 7, 8, 8, 9, 8, 7, 7, 7, 7, 8, 10, 11, 11, 8, 4)
        )
        return FIRST + timedelta(
            weeks=week, days=self.rng.randrange(7), hours=hour[0], minutes=self.rng.randrange(60)
        )


def fill(sentence: str, rng: random.Random, slots: dict[str, str]) -> str:
    """Fill `{days}` and the like."""
    values = {
        "days": str(rng.choice((3, 5, 7, 10, 12, 15, 20, 30, 45))),
        "percent": str(rng.choice((12, 15, 18, 20, 25, 30))),
        "game": rng.choice(GAMES),
        **{name: rng.choice(options) for name, options in FAKE.items()},
        **slots,
    }
    return re.sub(r"\{(\w+)\}", lambda found: values[found[1]], sentence)


def pick(rng: random.Random, weights: dict[str, float]) -> str:
    """A key by weight."""
    return rng.choices(list(weights), weights=list(weights.values()))[0]


def spread(rng: random.Random, weights: dict[str, float], count: int) -> list[str]:
    """Different aspects by weight."""
    left = dict(weights)
    found = []
    for _ in range(min(count, len(left))):
        found.append(pick(rng, left))
        for related in [name for name in left if name.split("_")[0] == found[-1].split("_")[0]]:
            del left[related]
    return found


def shop_time(moment: datetime, rng: random.Random) -> str:
    """As shops write times: three forms in one export."""
    form = rng.choice(
        (
            "{0:%Y-%m-%d %H:%M}",
            "{0.year}/{0.month}/{0.day} {0:%H:%M}",
            "{0.year}年{0.month}月{0.day}日 {0:%H:%M}",
        )
    )
    return form.format(moment)


def read_shop_time(written: str) -> datetime:
    """Back from any of the three forms."""
    return datetime(*map(int, re.findall(r"\d+", written)))  # type: ignore[arg-type]


def last_moment() -> datetime:
    """The end of the twelfth week."""
    return FIRST + timedelta(weeks=WEEKS) - timedelta(minutes=1)


def iso(moment: datetime) -> str:
    """With the zone of the workspace."""
    return moment.isoformat() + "+08:00"


def load(name: str) -> Pool:
    """The sentences of a file, empty lists left out."""
    pool: Pool = yaml.safe_load((TEXTS / name).read_text("utf-8"))
    return pool
