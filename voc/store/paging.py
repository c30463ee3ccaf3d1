"""A page of rows out of columns, without a full sort: score and `created_at` descending, id ascending."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from voc.store.base import Position

Rows = npt.NDArray[np.int64]


def page(
    rows: Rows,
    *,
    score: npt.NDArray[np.int32],
    created: npt.NDArray[np.int64],
    identity: npt.NDArray[np.bytes_],
    limit: int,
    after: Position | None,
) -> Rows:
    """The first `limit` of `rows` behind `after`, in order.

    Args:
        score, created, identity: of each of `rows`.
    """
    if after is not None:
        mine = after.id.encode("utf-8", "surrogatepass")
        behind = (score < after.score) | (
            (score == after.score)
            & ((created < after.created) | ((created == after.created) & (identity > mine)))
        )
        rows, score, created, identity = rows[behind], score[behind], created[behind], identity[behind]
    if limit < 1:
        return rows[:0]
    if rows.size > limit:
        keep = _candidates(score, created, limit)
        rows, score, created, identity = rows[keep], score[keep], created[keep], identity[keep]
    order = np.lexsort((identity, -created, -score))
    return rows[order[:limit]]


def _candidates(
    score: npt.NDArray[np.int32], created: npt.NDArray[np.int64], limit: int
) -> npt.NDArray[np.int64]:
    """Places of all rows that may be among the first `limit`: ties on (score, created) are kept."""
    worst = np.partition(score, score.size - limit)[score.size - limit]
    above = score > worst
    level = np.flatnonzero(score == worst)
    wanted = limit - int(above.sum())
    times = created[level]
    oldest = np.partition(times, times.size - wanted)[times.size - wanted]
    return np.concatenate([np.flatnonzero(above), level[times >= oldest]])
