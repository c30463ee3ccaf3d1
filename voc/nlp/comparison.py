"""Which product an opinion is about: the record's own, another that is named, or both (比X好)."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from voc.nlp.catalogue import Catalogue
from voc.nlp.rawopinion import RawOpinion

# The named one is what the subject is measured by.
_AGAINST = re.compile(
    r"(?:比起?|不如|不及|不比|比不上|比不过|没有|没|吊打|秒杀|完爆|碾压|打不过|超过|赶不上|强过|好过|相比|跟|和|与|胜过|输给)(?:我?之前的|我?以前的|我?原来的|我?的|这个|那个|隔壁|友商|同价位的?|人家的?)?$"
)
# It was used before, or is only where the writer came from.
_LEFT = re.compile(
    r"(?:从|之前用的?是?|以前用的?是?|原来用的?是?|上一(?:台|部|个)是?|换掉|抛弃|放弃|告别|本来想买|买了?和)$"
)
_BEYOND = re.compile(r"一样|差不多|一起|配|连")
_END = re.compile(r"[。！？!?；;\n]")
_FLIP = {"positive": "negative", "negative": "positive", "neutral": "neutral"}


@dataclass(frozen=True, slots=True)
class Named:
    """A product or brand named in the text. `role`: subject, against, left."""

    name: str
    start: int
    end: int
    role: str
    own: bool


def products_of(catalogue: Catalogue, clean: str, own: str | None) -> list[Named]:
    """Names in the text with what part they play; `own` is the record's product as the source wrote it."""
    found = catalogue.find(clean)
    if not found:
        return []
    mine = catalogue.resolve(own) if own else None
    brand = catalogue.brand_of(mine) if mine else None
    named = []
    for name, start, end in found:
        before = clean[max(0, start - 10) : start]
        role = "subject"
        if _LEFT.search(before):
            role = "left"
        elif _AGAINST.search(before) and not _BEYOND.match(clean, end):
            role = "against"
        named.append(Named(name, start, end, role, name in (mine, brand)))
    return named


def compared(opinion: RawOpinion, named: list[Named], clean: str) -> list[RawOpinion]:
    """The opinion with the product it is about; in a comparison also its mirror about the other one."""
    if not named:
        return [opinion]
    begin = 0
    for end in _END.finditer(clean, 0, opinion.clause.start):
        begin = end.end()
    subjects = [n for n in named if n.role == "subject" and begin <= n.start < opinion.clause.end]
    about = subjects[-1] if subjects else None
    inside = [n for n in subjects if n.start >= opinion.clause.start]
    if inside:
        about = inside[0]
    first = opinion if about is None or about.own else replace(opinion, product=about.name)
    rivals = [
        n
        for n in named
        if n.role == "against"
        and not n.own
        and opinion.clause.start <= n.start
        and n.end <= opinion.clause.end
    ]
    if not rivals or opinion.sentiment == "neutral":
        return [first]
    mirrored = replace(
        opinion,
        product=rivals[0].name,
        sentiment=_FLIP[opinion.sentiment],
        score=-opinion.score,
    )
    return [first, mirrored]
