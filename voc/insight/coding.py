"""Documents and mentions to codes: how a `View` is made from rows, for the reference store and for tests."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from voc.insight import ask
from voc.insight.view import DOCUMENT_FACETS, Facet, View
from voc.types import Document, Mention

EXCLUDED: dict[str | None, int] = {None: 0, "quarantined": 1, "copies": 2, "staff": 3}


def facet(values: Iterable[str | None]) -> Facet:
    """Codes in order of first appearance.

    >>> facet(["b", None, "a", "b"]).codes.tolist()
    [0, -1, 1, 0]
    """
    place: dict[str, int] = {}
    codes = [-1 if value is None else place.setdefault(value, len(place)) for value in values]
    return Facet(tuple(place), np.asarray(codes, dtype=np.int32))


def view_from_rows(rows: Sequence[tuple[Document, Sequence[Mention]]]) -> View:
    """A view over rows of one workspace, in any order."""
    documents = [document for document, _ in rows]
    mentions = [(index, mention) for index, (_, said) in enumerate(rows) for mention in said]
    paths: dict[str, tuple[str, ...]] = {}
    names: dict[str, tuple[str, ...]] = {}
    for _, mention in mentions:
        if mention.aspect is not None and mention.aspect not in paths:
            paths[mention.aspect] = mention.aspect_path or (mention.aspect,)
            names[mention.aspect] = mention.aspect_names or paths[mention.aspect]
    node = {name: index for index, name in enumerate(paths)}
    order = sorted(range(len(documents)), key=lambda i: (documents[i].created_at, documents[i].id))
    newness = np.empty(len(documents), dtype=np.int64)
    newness[order] = np.arange(len(documents))
    labels = {intent.label for document in documents for intent in document.intents}
    return View(
        document_ids=[document.id for document in documents],
        facets={name: facet(getattr(document, name) for document in documents) for name in DOCUMENT_FACETS},
        day=np.asarray([ask.day_number(document.day) for document in documents], dtype=np.int64),
        excluded=np.asarray([EXCLUDED[document.excluded] for document in documents], dtype=np.uint8),
        rating=_floats([document.rating for document in documents]),
        value=_floats([document.value for document in documents]),
        undated=np.asarray([d.created_at_precision == "received" for d in documents], dtype=bool),
        newness=newness,
        intents={
            label: np.asarray([any(i.label == label for i in d.intents) for d in documents], dtype=bool)
            for label in labels
        },
        nodes=tuple(paths),
        paths=tuple(paths.values()),
        node_names=tuple(names.values()),
        mention_document=np.asarray([index for index, _ in mentions], dtype=np.int64),
        node=np.asarray(
            [node[m.aspect] if m.aspect is not None else -1 for _, m in mentions], dtype=np.int32
        ),
        harm=np.asarray([mention.harm for _, mention in mentions], dtype=np.uint8),
        sentiment=facet(mention.sentiment for _, mention in mentions),
        theme=facet(mention.theme for _, mention in mentions),
        about=facet(mention.product for _, mention in mentions),
        competitor=np.asarray([mention.competitor for _, mention in mentions], dtype=bool),
        ordinal_of=np.asarray([mention.ordinal for _, mention in mentions], dtype=np.int32),
    )


def _floats(values: Sequence[float | None]) -> npt.NDArray[np.float64]:
    return np.asarray([np.nan if value is None else value for value in values], dtype=np.float64)
