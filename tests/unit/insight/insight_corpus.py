"""A made corpus for insight tests, by seed: documents and mentions over a small tree of nodes."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from voc.clock import week_of
from voc.types import Document, IndexRows, Intent, Mention, Span

WORKSPACE = "w"
FIRST = date(2026, 1, 5)  # a Monday


@dataclass(frozen=True)
class Node:
    id: str
    name: str
    level: int
    parent: str | None


NODES: Mapping[str, Node] = {
    node.id: node
    for node in (
        Node("battery", "电池", 1, None),
        Node("battery.life", "续航", 2, "battery"),
        Node("battery.heat", "发热", 2, "battery"),
        Node("battery.heat.charge", "充电发热", 3, "battery.heat"),
        Node("screen", "屏幕", 1, None),
        Node("screen.touch", "触控", 2, "screen"),
        Node("service", "客服", 1, None),
    )
}


@dataclass(frozen=True)
class SmallTree:
    ref: str = "small@1"
    nodes: Mapping[str, Node] = field(default_factory=lambda: NODES)

    def path(self, node: str) -> tuple[str, ...]:
        found = [node]
        while (parent := self.nodes[found[0]].parent) is not None:
            found.insert(0, parent)
        return tuple(found)

    def names(self, node: str) -> tuple[str, ...]:
        return tuple(self.nodes[one].name for one in self.path(node))

    def children(self, node: str) -> tuple[str, ...]:
        return tuple(one.id for one in self.nodes.values() if one.parent == node)


TREE = SmallTree()


def a_document(number: int, *, day: date, person: str | None = None, **more: object) -> Document:
    at = datetime(day.year, day.month, day.day, 4, number % 60, tzinfo=UTC)
    identity = f"d_{number:06d}"
    values: dict[str, object] = {
        "id": identity,
        "workspace": WORKSPACE,
        "source": "shop",
        "native_id": f"n{number}",
        "kind": "review",
        "revision": 1,
        "text_revision": 1,
        "seq": number + 1,
        "text": "续航太差，屏幕失灵，客服不理人。😀用了两天就坏了",
        "clean_text": "续航太差,屏幕失灵,客服不理人.😀用了两天就坏了",
        "created_at": at,
        "created_at_precision": "second",
        "received_at": at,
        "day": day.isoformat(),
        "week": week_of(day).isoformat(),
        "month": day.isoformat()[:7],
        "author_key": f"a_{person}" if person else None,
        "person": f"p_{person}" if person else f"p_doc{number}",
        "known_person": person is not None,
        "role": "customer",
        **more,
    }
    return Document(**values)  # type: ignore[arg-type]


def a_mention(document: Document, ordinal: int, *, aspect: str | None, harm: int, **more: object) -> Mention:
    start = (0, 5, 10, 17)[ordinal % 4]
    values: dict[str, object] = {
        "id": f"m_{document.id[2:]}_{ordinal}",
        "opinion_id": f"o_{document.id[2:]}_{ordinal}",
        "document_id": document.id,
        "ordinal": ordinal,
        "aspect": aspect,
        "aspect_path": TREE.path(aspect) if aspect else (),
        "aspect_names": TREE.names(aspect) if aspect else (),
        "clause": Span(start, start + 4),
        "target": Span(start, start + 2),
        "opinion": Span(start + 2, start + 4),
        "sentiment": "negative" if harm else "neutral",
        "score": -0.9 if harm else 0.0,
        "confidence": 0.9,
        "harm": harm,
        "harm_span": None,
        "implicit": False,
        "product": None,
        "competitor": False,
        "model": "opinions@1",
        "taxonomy": TREE.ref,
        **more,
    }
    return Mention(**values)  # type: ignore[arg-type]


def rows_of(document: Document, *mentions: Mention, version: int | None = None) -> IndexRows:
    return IndexRows(WORKSPACE, document.id, version or document.seq, document, mentions)


def made_corpus(seed: int, *, documents: int = 60, people: int = 25, days: int = 120) -> list[IndexRows]:
    """Rows with every role, integrity, kind and product, and mentions of every node and harm."""
    chance = random.Random(seed)
    sources = {
        "shop": ("review",),
        "forum": ("post", "chat"),
        "desk": ("ticket",),
        "panel": ("survey", "review"),
    }
    made = []
    for number in range(documents):
        source = chance.choices(list(sources), [6, 3, 2, 1])[0]
        day = FIRST + timedelta(days=chance.randrange(days))
        document = a_document(
            number,
            day=day,
            person=str(chance.randrange(people)) if chance.random() < 0.8 else None,
            source=source,
            kind=chance.choice(sources[source]),
            role=chance.choices(["customer", "unknown", "koc", "staff", "official"], [8, 4, 1, 1, 1])[0],
            integrity=chance.choices(["clean", "spun", "default", "truncated", "copied"], [12, 1, 1, 1, 1])[
                0
            ],
            duplicate_of="d_000000" if number and chance.random() < 0.08 else None,
            product=chance.choice(["A1", "A2", None]),
            brand=chance.choice(["A", "A", None]),
            version=chance.choice(["1.0", "2.0", None]),
            segment=chance.choice(["new", "old", None]),
            rating=chance.choice([None, 1.0, 2.0, 3.0, 4.0, 5.0]),
            value=chance.choice([None, None, 10.0, 250.0]),
            sentiment=chance.choice(["negative", "neutral", "positive"]),
            created_at_precision=chance.choice(["second", "day", "received"]),
            intents=(Intent("wish", 0, 4, 0.9),) if chance.random() < 0.2 else (),
        )
        mentions = []
        for ordinal in range(chance.choices([0, 1, 2, 3], [2, 5, 3, 1])[0]):
            rival = chance.random() < 0.08
            harm = chance.choices([0, 1, 3, 10, 30, 100], [30, 30, 15, 8, 4, 1])[0]
            mentions.append(
                a_mention(
                    document,
                    ordinal,
                    aspect=chance.choice([*NODES, None]),
                    harm=harm,
                    sentiment=chance.choice(["neutral", "positive"]) if not harm else "negative",
                    product=chance.choice(["B9", "A2"]) if rival else None,
                    competitor=rival and chance.random() < 0.6,
                )
            )
        made.append(rows_of(document, *mentions))
    return made
