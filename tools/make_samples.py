"""Makes `samples/`: public rows that may be shown, and feedback written for the purpose, over 12 weeks.

    VOC_DATASETS=… .venv/bin/python -m tools.make_samples        (same seed, same bytes)

What the written part holds on purpose is told in samples/README.md.
"""

from __future__ import annotations

import csv
import io
import json
import os
import random
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tools.samples.phone import REVIEW_COLUMNS, phone_reviews
from tools.samples.public import phone_posts, restaurant_reviews
from tools.samples.restaurant import FEEDBACK_COLUMNS, restaurant_feedback
from tools.samples.tickets import phone_tickets

SEED = 20261122
OUT = Path(__file__).parent.parent / "samples"


def csv_bytes(rows: Sequence[dict[str, str]], columns: Sequence[str], encoding: str) -> bytes:
    """A CSV file."""
    out = io.StringIO()
    writer = csv.DictWriter(out, columns)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode(encoding)


def jsonl_bytes(rows: Sequence[dict[str, Any]]) -> bytes:
    """A JSON lines file."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode("utf-8")


def main() -> int:
    """Write all files; 2 when the data folder is not named."""
    given = os.environ.get("VOC_DATASETS")
    if not given:
        sys.stderr.write("set VOC_DATASETS to the folder of public data sets\n")
        return 2
    folder = Path(given)
    reviews = phone_reviews(random.Random(SEED), 960)
    feedback = restaurant_feedback(random.Random(SEED + 1), 480)
    files = {
        "phone_reviews.csv": csv_bytes(reviews, REVIEW_COLUMNS, "gb18030"),
        "phone_tickets.jsonl": jsonl_bytes(phone_tickets(random.Random(SEED + 2), 330)),
        "phone_posts.jsonl": jsonl_bytes(phone_posts(random.Random(SEED + 3), folder, 1000)),
        "restaurant_reviews.jsonl": jsonl_bytes(restaurant_reviews(random.Random(SEED + 4), folder)),
        "restaurant_feedback.csv": csv_bytes(feedback, FEEDBACK_COLUMNS, "utf-8-sig"),
    }
    OUT.mkdir(exist_ok=True)
    for name, data in files.items():
        (OUT / name).write_bytes(data)
        sys.stdout.write(f"{name}: {len(data):,} bytes\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
