"""Made-up rows and questions for the store's contract: few values a facet, so that filters meet often."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from voc import ids
from voc.types import (
    EMOTIONS,
    HARM_LEVELS,
    INTEGRITY,
    INTENTS,
    KINDS,
    ROLES,
    SENTIMENTS,
    STAGES,
    Document,
    IndexRows,
    Intent,
    Mention,
    Query,
    Span,
)

WORDS = (
    *("电池", "续航", "充电很慢", "屏幕", "漂亮", "客服", "不", "贵", "iPhone 15", "type-c"),
    *("USB", "发热发烫", "100%", "系统", "卡"),
)
ASKED = (*WORDS, "慢", "热", "iph", "發熱", "c", '"很慢，"', '"100%"', "无此词", "5，")
PRODUCTS = ("星河 X1", "星河 X2", "远山 P", None)
PATHS = (
    *(("battery",), ("battery", "battery.life"), ("battery", "battery.charge")),
    *(("design",), ("design", "design.look")),
)
FACETS = {
    "brand": ("星河", "远山", None),
    "version": ("1.0", "2.0", None),
    "segment": ("new", "vip", None),
    "stage": (*STAGES, None),
    "touchpoint": ("app", "shop", None),
    "region": ("华东", "华北", None),
    "store": ("天猫", "京东", None),
    "language": ("zh", "en"),
    "source": ("tmall", "weibo", "tickets"),
    "kind": KINDS,
}
FILTERS = (
    *FACETS,
    *("product", "aspect", "theme", "sentiment", "intent", "harm", "level", "counted", "q", "q"),
    *("rating", "integrity", "role", "person", "days", "aspect", "product", "counted"),
)
START = datetime(2026, 1, 1, tzinfo=UTC)


def rows(rng: random.Random, *, workspace: str, number: int, version: int) -> IndexRows:
    """Rows of the document of a number; other content whenever asked."""
    identity = ids.document_id(workspace, "s", str(number))
    day = START + timedelta(days=rng.randrange(40))
    created = day + rng.choice([timedelta(0), timedelta(0), timedelta(microseconds=rng.randrange(10**9))])
    text = "，".join(rng.sample(WORDS, rng.randint(0, 5)))
    integrity = rng.choice(("clean", "clean", "clean", *INTEGRITY))
    author = rng.choice((None, *(f"a_{i}" for i in range(12))))
    document = Document(
        id=identity,
        workspace=workspace,
        native_id=str(number),
        revision=rng.randint(1, 4),
        text_revision=1,
        seq=number + 1,
        text=f"原文：{text}",
        clean_text=text,
        created_at=created,
        created_at_precision=rng.choice(("second", "day", "received")),
        received_at=created + timedelta(hours=1),
        day=created.date().isoformat(),
        week=(created.date() - timedelta(days=created.weekday())).isoformat(),
        month=created.date().isoformat()[:7],
        author_key=author,
        person=ids.person_of(author, identity),
        known_person=author is not None,
        role=rng.choice(("customer", "customer", *ROLES)),
        product=rng.choice(PRODUCTS),
        rating=rng.choice((None, 1.0, 2.0, 3.5, 4, 5)),
        value=rng.choice((None, 10.0, 2500.5)),
        url=rng.choice((None, "https://example.com/1")),
        integrity=integrity,
        integrity_flags=() if integrity == "clean" else (integrity,),
        verdict=rng.choice((None, None, None, "release", "quarantine")),
        duplicate_of="d_other" if integrity == "copied" else None,
        sentiment=rng.choice(SENTIMENTS),
        sentiment_score=round(rng.uniform(-1, 1), 3),
        emotion=rng.choice((None, *EMOTIONS)),
        intents=tuple(Intent(rng.choice(INTENTS), 0, 1, 0.5) for _ in range(rng.randrange(3))),
        attrs={"b": [1, "二"], "a": None} if rng.random() < 0.2 else {},
        **{name: rng.choice(values) for name, values in FACETS.items()},
    )
    mentions = tuple(_mention(rng, document, ordinal) for ordinal in range(rng.choice((0, 1, 2, 3, 3))))
    return IndexRows(workspace, identity, version, document, mentions)


def removed(workspace: str, number: int, version: int) -> IndexRows:
    """The removal of the document of a number."""
    return IndexRows(workspace, ids.document_id(workspace, "s", str(number)), version, None)


def corpus(rng: random.Random, *, workspace: str = "w", size: int = 60) -> list[IndexRows]:
    """Documents with repeats, removals and stale versions, in a random order."""
    made = []
    for version in range(1, size + 1):
        number = rng.randrange(max(1, size * 2 // 3))
        one = rows(rng, workspace=workspace, number=number, version=version)
        made.append(removed(workspace, number, version) if rng.random() < 0.1 else one)
    rng.shuffle(made)
    return made


def query(rng: random.Random, *, workspace: str = "w") -> Query:
    """A question with some filters, of values that occur and of some that do not."""
    asked = Query(workspace)
    for _ in range(rng.choice((0, 1, 1, 2, 3))):
        asked = replace(asked, **_filter(rng))
    return asked


def _filter(rng: random.Random) -> dict[str, object]:
    name = rng.choice(FILTERS)
    if name == "rating":
        return {"rating_min": rng.choice((None, 2, 3.5)), "rating_max": rng.choice((None, 3.5, 4.0))}
    if name == "days":
        since, until = (START.date() + timedelta(days=rng.randrange(45)) for _ in range(2))
        return {"since": since.isoformat(), "until": rng.choice((None, until.isoformat()))}
    if name == "counted":
        return {"counted": rng.random() < 0.6}
    if name == "level":
        return {"level": rng.randint(1, 3)}
    if name == "q":
        words = rng.sample(ASKED, rng.randint(1, 2))
        return {"q": " ".join(words)}
    values: tuple[object, ...] = {
        "product": (*PRODUCTS[:-1], "无"),
        "aspect": ("battery", "battery.life", "design.look", "none"),
        "theme": ("t_1", "t_2"),
        "sentiment": SENTIMENTS,
        "intent": INTENTS,
        "harm": HARM_LEVELS,
        "integrity": INTEGRITY,
        "role": ROLES,
        "person": ("p_3", "p_5", "p_none"),
    }.get(name) or tuple(value for value in FACETS[name] if value is not None)
    return {name: tuple(rng.sample(values, rng.randint(1, 2)))}


def _mention(rng: random.Random, document: Document, ordinal: int) -> Mention:
    opinion = ids.opinion_id(document.id, document.text_revision, 0, 1, ordinal)
    path = rng.choice((*PATHS, ()))
    about = rng.choice((None, None, None, "星河 X1", "星河 X2", "远山 P"))
    return Mention(
        id=ids.mention_id(opinion),
        opinion_id=opinion,
        document_id=document.id,
        ordinal=ordinal,
        aspect=path[-1] if path else None,
        aspect_path=path,
        aspect_names=tuple(f"名{node}" for node in path),
        clause=Span(0, 2),
        target=rng.choice((None, Span(0, 1))),
        opinion=None,
        sentiment=rng.choice(SENTIMENTS),
        score=round(rng.uniform(-1, 1), 4),
        confidence=0.5,
        harm=rng.choice(HARM_LEVELS),
        harm_span=rng.choice((None, Span(1, 2))),
        implicit=rng.random() < 0.2,
        product=about,
        competitor=about == "远山 P",
        model="m@1",
        taxonomy="phone@1",
        theme=rng.choice((None, "t_1", "t_2")),
    )
