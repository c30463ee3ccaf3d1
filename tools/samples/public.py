"""Rows of openly licensed sets (DiaASQ, ASAP), with handles out and people and times made up."""

from __future__ import annotations

import gzip
import json
import random
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from tools.samples.restaurant import STORES
from tools.samples.writer import WEEKS, Writer, iso, last_moment

# Long numbers, addresses, and people known by name, whom nobody needs for a demo.
_LEFT_OUT = re.compile(r"\d{6,}|https?:|<[A-Z]+>|雷军|余承东|卢伟冰|马化腾|任正非|罗永浩|王健林|库克|刘作虎")
_NAMES_STAFF = re.compile(r"\d{7,}|https?:|服务牌|名字|工号|微信|电话|手机号|小[李王张陈刘]|姓[李王张陈刘]")


def phone_posts(rng: random.Random, folder: Path, count: int) -> list[dict[str, Any]]:
    """Posts of whole DiaASQ threads; handles replaced, people and times made up."""
    threads = [row for split in ("train", "dev") for row in read_set(folder / "diaasq_phones", split)]
    rng.shuffle(threads)
    found: list[dict[str, Any]] = []
    for number, thread in enumerate(threads):
        if len(found) >= count:
            break
        texts = [scrub(text) for text in thread["turns"]]
        if any(_LEFT_OUT.search(text) for text in texts):
            continue
        begin = Writer(rng, {}).moment(rng.randrange(WEEKS))
        for place, text in enumerate(texts):
            parent = thread["replies"][place]
            at = min(begin + timedelta(minutes=7 * place + rng.randrange(7)), last_moment())
            found.append(
                {
                    "native_id": f"{thread['id']}-{place}",
                    "text": text,
                    "created_at": iso(at),
                    "author": {
                        "id": f"u{number * 31 % 997:03d}_{thread['speakers'][place]}",
                        "role": "customer",
                    },
                    "thread_id": thread["id"],
                    **({"reply_to": f"{thread['id']}-{parent}"} if parent >= 0 else {}),
                    "touchpoint": "社区",
                    "attrs": {"dataset": "DiaASQ", "license": "MIT", "made_up": "author, created_at"},
                }
            )
    return sorted(found, key=lambda row: (str(row["created_at"]), str(row["native_id"])))


def restaurant_reviews(rng: random.Random, folder: Path) -> list[dict[str, Any]]:
    """ASAP reviews; people, shops and times made up. Rows that seem to name staff are left out."""
    found = []
    for row in [row for split in ("train", "dev") for row in read_set(folder / "asap_sample", split)]:
        text = scrub(row["text"])
        if _NAMES_STAFF.search(text):
            continue
        found.append(
            {
                "native_id": row["id"],
                "text": text,
                "rating": row["rating"],
                "created_at": iso(Writer(rng, {}).moment(rng.randrange(WEEKS))),
                "author": {"id": f"d{len(found):04d}", "role": "customer"},
                "store": rng.choice(STORES),
                "touchpoint": "点评",
                "attrs": {"dataset": "ASAP", "license": "Apache-2.0", "made_up": "author, created_at, store"},
            }
        )
    return sorted(found, key=lambda row: (str(row["created_at"]), str(row["native_id"])))


def scrub(text: str) -> str:
    """Handles out: `@…` of any alphabet becomes @用户."""
    return re.sub(r"@[\w\-·]+", "@用户", text.replace("\\n", "\n")).strip()


def read_set(folder: Path, split: str) -> Iterator[dict[str, Any]]:
    """Rows of a data set."""
    with gzip.open(folder / f"{split}.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)
