"""A page is what sorting everything and cutting would give."""

from __future__ import annotations

import random

import numpy as np

from voc.store.base import Position
from voc.store.paging import page


def test_pages_of_a_partial_sort_are_those_of_a_full_one() -> None:
    rng = random.Random(3)
    for _ in range(200):
        size = rng.randrange(60)
        rows = [
            (rng.randrange(3), rng.choice((-5, 0, 10**16)), f"{number:03d}"[:: rng.choice((1, -1))] + "é")
            for number in range(size)
        ]
        rows = list({name: (score, at, name) for score, at, name in rows}.values())
        ordered = sorted(range(len(rows)), key=lambda i: (-rows[i][0], -rows[i][1], rows[i][2].encode()))
        limit = rng.randint(0, 9)
        start = rng.randrange(len(rows) + 1) if rows else 0
        after = Position(*rows[ordered[start - 1]]) if start else None
        found = page(
            np.arange(len(rows)),
            score=np.asarray([score for score, _, _ in rows], dtype=np.int32),
            created=np.asarray([at for _, at, _ in rows], dtype=np.int64),
            identity=np.asarray([name.encode() for _, _, name in rows], dtype=np.bytes_),
            limit=limit,
            after=after,
        )
        assert found.tolist() == ordered[start : start + limit]
