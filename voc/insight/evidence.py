"""Literal quotes behind a pain, best first: gravest, then newest, from different people.

`document.text[start:end] == quote` by construction; a span outside the text is left out, never mended.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from voc.insight.answers import Quoted
from voc.insight.present import utf16
from voc.types import Document, Evidence, Mention

LISTED = 3
DETAILED = 20
_SPARE = 4  # candidates read for each quote wanted, so that different people can be chosen


class Reader(Protocol):
    """What evidence needs of a store."""

    def document(self, workspace: str, identity: str, /) -> Document | None: ...
    def mentions_of(self, workspace: str, document: str, /) -> list[Mention]: ...


class Candidate(NamedTuple):
    """A pain that may be quoted."""

    document: str
    mention: str


def best(
    harm: npt.NDArray[np.uint8],
    created: npt.NDArray[np.int64],
    seq: npt.NDArray[np.int64],
    person: npt.NDArray[np.int64],
    *,
    wanted: int,
) -> npt.NDArray[np.int64]:
    """Indices of those to read: highest harm, then newest, each person's best before anybody's second.

    Args:
        created: when it was said; seq: settles equal times, so that every process chooses the same.

    >>> harm, created = np.asarray([1, 3, 3, 3], dtype=np.uint8), np.asarray([9, 2, 3, 1])
    >>> best(harm, created, np.arange(4), np.asarray([4, 5, 5, 6]), wanted=3).tolist()
    [2, 3, 0]
    """
    if harm.size == 0:
        return np.zeros(0, dtype=np.int64)
    keep = np.arange(harm.size)
    enough = wanted * _SPARE
    if harm.size > 8 * enough:  # thousands of pains: sort only the gravest and newest
        level = int(np.partition(harm, harm.size - enough)[harm.size - enough])
        at_level = harm == level
        oldest = created.min()
        if int(at_level.sum()) > enough:
            of_level = created[at_level]
            oldest = np.partition(of_level, of_level.size - enough)[of_level.size - enough]
        keep = np.flatnonzero((harm > level) | (at_level & (created >= oldest)))
    order = keep[np.lexsort((-seq[keep], -created[keep], -harm[keep].astype(np.int64)))]
    first = np.sort(np.unique(person[order], return_index=True)[1])
    chosen = order[first[:wanted]]
    if chosen.size < wanted:
        rest = np.delete(order, first)
        chosen = np.concatenate([chosen, rest[: wanted - chosen.size]])
    return np.asarray(chosen, dtype=np.int64)


def quotes(
    store: Reader, workspace: str, candidates: Iterable[Candidate], *, wanted: int
) -> tuple[Quoted, ...]:
    """Read and check the candidates in order until there are `wanted`."""
    found: dict[tuple[str, int, int], Quoted] = {}  # two opinions may share a clause: quoted once
    for quote in _read(store, workspace, candidates):
        if len(found) == wanted:
            break
        at = quote.evidence
        found.setdefault((at.document_id, at.start, at.end), quote)
    return tuple(found.values())


def quoted(mention: Mention, document: Document) -> Quoted | None:
    """The words of a mention's clause as evidence; None where the span does not lie in the text."""
    start, end = mention.clause.start, mention.clause.end
    if not 0 <= start < end <= len(document.text):
        return None
    evidence = Evidence(
        document_id=document.id,
        native_id=document.native_id,
        revision=document.revision,
        mention_id=mention.id,
        quote=document.text[start:end],
        start=start,
        end=end,
        harm=mention.harm,
        created_at=document.created_at,
        source=document.source,
        product=mention.product or document.product,
        url=document.url,
    )
    return Quoted(evidence, utf16(document.text, start), utf16(document.text, end))


def _read(store: Reader, workspace: str, candidates: Iterable[Candidate]) -> Iterator[Quoted]:
    for candidate in candidates:
        document = store.document(workspace, candidate.document)
        if document is None:
            continue  # removed since it was counted
        for mention in store.mentions_of(workspace, candidate.document):
            if mention.id == candidate.mention and mention.harm > 0:
                quote = quoted(mention, document)
                if quote is not None:
                    yield quote
