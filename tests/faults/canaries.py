"""Identifiers that belong to nobody, planted in records, and where they leak, as `voc scan` finds it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from voc.canaries.places import Places
from voc.canaries.search import Search

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
PLACES = (
    "text",
    "title",
    "url",
    "product",
    "store",
    "version",
    "region",
    "thread_id",
    "touchpoint",
    "status",
)


@dataclass(frozen=True)
class Canary:
    """The identifiers of one record."""

    mobile: str
    card: str
    identity: str
    mail: str
    author: str
    name: str
    contact: str

    def all(self) -> tuple[str, ...]:
        return (self.mobile, self.card, self.identity, self.mail, self.author, self.name, self.contact)


def canary(number: int) -> Canary:
    """Another one for each number; checksums are valid."""
    body = f"1101011990{number % 12 + 1:02d}{number % 28 + 1:02d}{number % 1000:03d}"
    check = "10X98765432"[sum(w * int(d) for w, d in zip(_WEIGHTS, body, strict=True)) % 11]
    account = f"622202100111{number:06d}"
    return Canary(
        mobile=f"139{number * 7919 % 10**8:08d}",
        card=account + _luhn(account),
        identity=body + check,
        mail=f"canary.{number}x@mail{number}.example.com",
        author=f"buyer-{number * 104729}-q",
        name="测试甲乙丙"[number % 5] + "鸩鸪鸫鸬鸭鸮"[number % 6] + f"鸯{number}鸰",
        contact=f"wx-{number * 15485863}-z",
    )


def record(native_id: str, found: Canary, **more: Any) -> dict[str, Any]:
    """A record that holds its canaries wherever it can."""
    words = (
        f"电池半天就没电，电话{found.mobile}，身份证{found.identity}，邮箱{found.mail}，卡号{found.card}。"
    )
    return {
        "native_id": native_id,
        **{place: f"{place} {found.mobile} {found.mail}" for place in PLACES},
        "text": words,
        "url": f"https://shop.example.com/{found.mobile}?card={found.card}",
        "author": {"id": found.author, "name": found.name, "contact": found.contact},
        "订单备注": f"回电 {found.mobile}",
        "attrs": {f"电话{found.mobile}": [found.card, {found.mail: found.identity}]},
        **more,
    }


def leaks(planted: set[str], *, folder: Path, said: dict[str, bytes]) -> list[str]:
    """`where: what` of each that is found in the folder's files or in what was said, as `voc scan` looks."""
    canaries = sorted(planted)
    places = Places(Search(canaries))
    for place, words in said.items():
        places.said(place, words)
    places.folder(folder)
    assert places.unread == []
    return sorted({f"{hit.place}: {canaries[hit.canary]}" for hit in places.search.hits})


def _luhn(digits: str) -> str:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        twice = int(digit) * (2 if place % 2 == 0 else 1)
        total += twice - 9 if twice > 9 else twice
    return str(-total % 10)
