"""Personal data: found through its usual disguises, checked where a checksum exists, replaced by `<TYPE>`.

One file a family: `digits` (mobile, landline, identity and bank cards), `vehicle`, `mail`, `network`,
`document`, `order`, `messenger`; `reading` is the text they look at.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from voc.text.pii.address import find_addresses
from voc.text.pii.digits import find_numbers
from voc.text.pii.document import find_documents
from voc.text.pii.mail import find_mails
from voc.text.pii.messenger import find_accounts
from voc.text.pii.name import find_names
from voc.text.pii.network import find_addresses_of_machines
from voc.text.pii.order import find_orders
from voc.text.pii.reading import HAN_DIGIT, Reading, digits
from voc.text.pii.vehicle import PLATE, find_plates, find_vehicles
from voc.types import Pii

Found = tuple[str, int, int]  # type, start, end
Candidate = tuple[int, str, int, int]  # how sure, type, start, end

# Every identifier of digits has at least three, or letters that pass for them, near each other.
_D = rf"[0-9OoIl{HAN_DIGIT}]"
_DIGIT = re.compile(rf"{_D}(?:[^0-9OoIl{HAN_DIGIT}]{{0,6}}{_D}){{2}}")
# And every one of digits or Latin letters (a messenger's account too) four of these near each other: seven
# texts in ten have not, and are looked through for addresses and names only.
_NEAR = re.compile(
    rf"[0-9A-Za-z_|{HAN_DIGIT}\-](?:[ .·•(),，、/*~:=+…\n。点\[\]]{{0,5}}[0-9A-Za-z_|{HAN_DIGIT}\-]){{3}}|::"
)
_ROUNDS = 8  # what is found uncovers another only where two stand without a gap
_OF_DIGITS: tuple[Callable[[str, str], Iterator[Candidate]], ...] = (
    find_numbers,
    find_plates,
    find_vehicles,
    find_addresses_of_machines,
    find_documents,
    find_orders,
)
_OF_WORDS: tuple[Callable[[str], Iterator[Candidate]], ...] = (find_addresses, find_names)


def mask(text: str) -> tuple[str, tuple[Pii, ...]]:
    """The text with personal data replaced, and where the replacements stand.

    Masking the masked changes nothing. Linear in the text's length.
    """
    found = find(text)
    return replaced(text, found) if found else (text, ())


def replaced(text: str, found: Iterable[Found]) -> tuple[str, tuple[Pii, ...]]:
    """The text with each of the found replaced by its placeholder; in order, not overlapping."""
    parts: list[str] = []
    marks: list[Pii] = []
    last = length = 0
    for kind, start, end in found:
        placeholder = f"<{kind.upper()}>"
        parts += [text[last:start], placeholder]
        length += start - last
        marks.append(Pii(kind, length, length + len(placeholder)))
        length += len(placeholder)
        last = end
    parts.append(text[last:])
    return "".join(parts), tuple(marks)


def find(text: str) -> list[Found]:
    """(type, start, end) of every identifier, in order, not overlapping; the surer, then the longer wins."""
    reading = Reading(text)
    taken: list[Found] = []
    for _ in range(_ROUNDS):
        found = _round(reading)
        if not found:
            break
        taken += found
    taken.sort(key=lambda one: one[1])
    return taken


def _round(reading: Reading) -> list[Found]:
    """What is found once through: numbers and mail, then accounts, then addresses, then names."""
    candidates = list(find_mails(reading.seen))
    near = _NEAR.search(reading.seen) is not None
    if near and (_DIGIT.search(reading.seen) or PLATE.search(reading.seen)):
        read = digits(reading.seen)
        for family in _OF_DIGITS:
            candidates += family(reading.seen, read)
    found = reading.take(_best(candidates))
    for named in (find_accounts, *_OF_WORDS) if near else _OF_WORDS:
        found += reading.take(_best(list(named(reading.seen))))
    return found


def _best(candidates: list[Candidate]) -> list[Found]:
    """Without overlaps, in order: the surer candidate, of equally sure ones the longer."""
    if len(candidates) > 1:
        candidates.sort(key=lambda one: (-one[0], one[2] - one[3], one[2]))
    kept: list[Found] = []
    covered: set[int] = set()
    for _, kind, start, end in candidates:
        span = range(start, end)
        if covered.isdisjoint(span):
            covered.update(span)
            kept.append((kind, start, end))
    kept.sort(key=lambda one: one[1])
    return kept
