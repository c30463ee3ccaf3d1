"""Checksums and formats: identity cards of 18 and 15 digits, bank cards, vehicle identification numbers."""

from __future__ import annotations

import re
from datetime import date

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
# Prefectures of each province (GB/T 2260): the highest number of a city; 21 to 43 were prefectures.
_CITIES = {
    "11": 2, "12": 2, "13": 11, "14": 11, "15": 9, "21": 14, "22": 8, "23": 12, "31": 2, "32": 13,
    "33": 11, "34": 18, "35": 9, "36": 11, "37": 17, "41": 17, "42": 13, "43": 13, "44": 20, "45": 14,
    "46": 4, "50": 3, "51": 20, "52": 6, "53": 9, "54": 6, "61": 10, "62": 12, "63": 2, "64": 5, "65": 5,
}  # fmt: skip
_PROVINCES = frozenset((*_CITIES, "71", "81", "82", "83"))
# The issuers' first digits: a first digit 1 is a time stamp's, 20 a date's.
_ISSUER = re.compile("3[04-9]|4|5[0-8]|6|8[12]|9|2[2-7]")
_VIN = dict(zip("ABCDEFGHJKLMNPRSTUVWXYZ", (*range(1, 9), *range(1, 6), 7, 9, *range(2, 10)), strict=True))
_VIN |= {str(value): value for value in range(10)}
_VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)


def born(day: str) -> bool:
    """Whether eight digits are a day of a living person's birth."""
    try:
        return 1900 <= date(int(day[:4]), int(day[4:6]), int(day[6:8])).year <= 2100
    except ValueError:
        return False


def identity_card(number: str) -> bool:
    """18 characters with a province, a date of birth and the checksum of GB 11643 (MOD 11-2)."""
    if len(number) != 18 or not number[:17].isdigit() or number[:2] not in _PROVINCES:
        return False
    if not born(number[6:14]):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(number, _WEIGHTS, strict=False))
    return "10X98765432"[total % 11] == number[17]


def identity_card_15(number: str) -> bool:
    """15 digits of the first generation: a prefecture and a date of birth in the 20th century.

    It has no checksum: about one random number in 300 passes.
    """
    if len(number) != 15 or not number.isdigit():
        return False
    city = int(number[2:4])
    known = 1 <= city <= _CITIES.get(number[:2], 0) or (number[:2] in _CITIES and 21 <= city <= 43)
    return known and born("19" + number[6:12])


def bank_card(number: str) -> bool:
    """An issuer's first digits and the checksum of Luhn."""
    if not _ISSUER.match(number):
        return False
    total = 0
    for i, digit in enumerate(reversed(number)):
        value = int(digit) * (1 + i % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def vehicle(number: str) -> bool:
    """17 characters without I, O, Q whose ninth is the check digit of ISO 3779 (GB 16735)."""
    if len(number) != 17 or not _VIN.keys() >= set(number):
        return False
    total = sum(_VIN[char] * weight for char, weight in zip(number, _VIN_WEIGHTS, strict=True))
    return "0123456789X"[total % 11] == number[8]
