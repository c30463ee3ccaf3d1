"""Pains and people in the order counting wants, so that a ranking is a few passes and never a sort.

Documents lie by (person, kind); pains (harm ≥ 1, mapped, not a competitor's) by (node, person, kind,
document). Equal neighbours are one person's pains of one kind on one node, and so on: `reduceat` over the
starts of groups finds the worst or joins window bits. Built once for each state of the columns and level.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from voc.insight.harm import PAIN_LEVELS

Codes = npt.NDArray[np.int64]
Bits = npt.NDArray[np.uint8]
Flags = npt.NDArray[np.bool_]

HARM_CODE = np.zeros(101, dtype=np.uint8)  # harm level → 0..5
for _code, _level in enumerate(PAIN_LEVELS, start=1):
    HARM_CODE[_level] = _code


def starts_of(*keys: npt.NDArray[Any]) -> Codes:
    """Where a new group of equal neighbours begins, over several parallel keys.

    >>> starts_of(np.asarray([1, 1, 2, 2]), np.asarray([5, 5, 5, 6])).tolist()
    [0, 2, 3]
    """
    size = keys[0].size
    if size == 0:
        return np.zeros(0, dtype=np.int64)
    new = np.zeros(size, dtype=bool)
    new[0] = True
    for key in keys:
        new[1:] |= key[1:] != key[:-1]
    return np.flatnonzero(new)


@dataclass(frozen=True, slots=True)
class People:
    """Documents by (person, kind); starts of groups at two depths."""

    document: Codes  # document index, in order
    by_kind: Codes  # starts in `document` of (person, kind)
    kind: Codes  # kind code of each such group
    by_person: Codes  # starts in the (person, kind) groups of each person
    rank: Codes  # document index → place in `document`


@dataclass(frozen=True, slots=True)
class Pains:
    """Pains by (node, person, kind, document); every `*_starts` counts in the finer grouping before it."""

    nodes: tuple[str, ...]  # code → node id
    mention: Codes  # index of the mention in the columns, in order
    document: Codes
    harm: Bits  # 1..5
    node: Codes
    by_document: Codes  # starts of (node, document) in the pains
    document_node: Codes
    document_of: Codes  # document index of each (node, document)
    by_kind: Codes  # starts of (node, person, kind) in the pains
    kind_node: Codes
    kind: Codes
    by_person: Codes  # starts of (node, person) in the (node, person, kind) groups
    person_node: Codes
    person: Codes


def order_people(person: npt.NDArray[Any], kind: npt.NDArray[Any]) -> People:
    """Sort documents by person and kind (codes ≥ 0)."""
    order = np.argsort(person.astype(np.int64) * 256 + kind, kind="stable")
    persons, kinds = person[order], kind[order]
    by_kind = starts_of(persons, kinds)
    rank = np.empty(order.size, dtype=np.int64)
    rank[order] = np.arange(order.size)
    return People(
        document=order,
        by_kind=by_kind,
        kind=kinds[by_kind].astype(np.int64),
        by_person=starts_of(persons[by_kind]),
        rank=rank,
    )


def order_pains(
    people: People,
    *,
    person: npt.NDArray[Any],
    kind: npt.NDArray[Any],
    document: npt.NDArray[Any],
    node: npt.NDArray[Any],
    harm: npt.NDArray[Any],
    keep: Flags,
    nodes: tuple[str, ...],
) -> Pains:
    """Sort the mentions that are pains.

    Args:
        person, kind: by document. document, node, harm, keep: by mention; node −1 = unmapped, harm a level.
        nodes: ids of the node codes.
    """
    chosen = np.flatnonzero(keep & (node >= 0) & (harm > 0))
    place = people.rank[document[chosen]]
    key = node[chosen].astype(np.int64) * max(people.rank.size, 1) + place
    chosen = chosen[np.argsort(key, kind="stable")]
    documents = document[chosen].astype(np.int64)
    in_node = node[chosen].astype(np.int64)
    persons, kinds = person[documents], kind[documents]
    by_document = starts_of(in_node, documents)
    by_kind = starts_of(in_node, persons, kinds)
    kind_node, kind_person = in_node[by_kind], persons[by_kind]
    by_person = starts_of(kind_node, kind_person)
    return Pains(
        nodes=nodes,
        mention=chosen,
        document=documents,
        harm=HARM_CODE[harm[chosen]],
        node=in_node,
        by_document=by_document,
        document_node=in_node[by_document],
        document_of=documents[by_document],
        by_kind=by_kind,
        kind_node=kind_node,
        kind=kinds[by_kind].astype(np.int64),
        by_person=by_person,
        person_node=kind_node[by_person],
        person=kind_person[by_person].astype(np.int64),
    )
