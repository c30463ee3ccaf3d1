"""Sketches: what near copies are known by. A text as a row of keyed codes, one byte a letter or digit.

A code stands for some hundred characters, and which ones depends on the key: a sketch is no text, and those
of two keys cannot be compared. What decides the meaning of a template (digits, Latin letters, negation,
praise and blame) has codes of its own, the lowest ones, so that a difference in nothing else is seen.
"""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache

import numpy as np
import numpy.typing as npt

LEAST = 20  # letters and digits; below, only equal texts are copies
LONGEST = 256  # codes of a sketch; of longer texts every second, fourth or eighth code is kept
LEVELS = 3
_BMP = 0x10000

# One code each: where two texts differ in these alone, they say something else.
_DECISIVE = (
    "0123456789abcdefghijklmnopqrstuvwxyz"
    "不没未无非别勿"
    "二三四五六七八九十百千万两"
    "好坏差烂劣优快慢贵廉高低长短强弱轻重冷热新旧香臭甜苦软硬升降涨跌增减"
)
DECISIVE = bytes(range(1, len(_DECISIVE) + 1))
"""Their codes, whatever the key."""

_NO_WORDING = re.compile(
    r"https?://[\w./?=&%#:~+-]+|www\.[\w./?=&%#:~+-]+"
    r"|(?://|回复)?@[\w-]{1,30}[:：]?|<[A-Z]{2,9}>|\[[\w ]{1,8}\]"
    r"|(?:此|该)(?:用户|买家|顾客)(?:没有|未|暂未)(?:填写|发表)?(?:评价|评论)(?:内容)?"
    r"|(?:系统)?默认(?:好评|评价)|评价方未及时做出评价",
)
_HINTS = re.compile(r"://|www\.|@|<[A-Z]|\[|默认|[此该](?:用户|买家|顾客)|评价方")
_DROPPED = [bytes(code for code in range(256) if code & ((1 << level) - 1)) for level in range(LEVELS + 1)]


@lru_cache(maxsize=1)
def _contents() -> npt.NDArray[np.uint16]:
    """UTF-16 unit → its lower case; 0 where it is no letter or digit."""
    table = np.zeros(_BMP, np.uint16)
    for code in range(_BMP):
        char = chr(code)
        if char.isalnum():
            lower = char.lower()
            table[code] = ord(lower) if len(lower) == 1 else code
    return table


class Alphabet:
    """The codes of one key (any bytes)."""

    def __init__(self, key: bytes) -> None:
        drawn = np.frombuffer(hashlib.shake_256(b"voc sketch 1" + key).digest(_BMP + 256), np.uint8)
        own = np.argsort(drawn[_BMP : _BMP + len(_DECISIVE)], kind="stable") + 1
        others = 255 - len(_DECISIVE)
        codes = len(_DECISIVE) + 1 + ((drawn[:_BMP].astype(np.int64) * others) >> 8)
        codes[[ord(char) for char in _DECISIVE]] = own
        contents = _contents()
        self._table = np.where(contents == 0, 0, codes[contents]).astype(np.uint8)

    def codes(self, clean: str) -> bytes:
        """One code a letter or digit; links, mentions and placeholders, which are no wording, have none."""
        if _HINTS.search(clean):
            clean = _NO_WORDING.sub(" ", clean)
        units = np.frombuffer(clean.encode("utf-16-le", "surrogatepass"), np.uint16)
        return self._table[units].tobytes().replace(b"\0", b"")

    def sketch(self, clean: str) -> bytes:
        """Level and codes, at most 1 + `LONGEST` bytes; b"" for a text with fewer than `LEAST` codes."""
        codes = self.codes(clean)
        if len(codes) < LEAST:
            return b""
        level = 0
        while len(codes) > LONGEST and level < LEVELS:
            level += 1
            codes = codes.translate(None, _DROPPED[level])
        return bytes((level,)) + codes[:LONGEST]


def at_level(sketch: bytes, level: int) -> bytes:
    """The codes of a sketch as a sketch of a longer text would have them."""
    codes = sketch[1:]
    return codes if level == sketch[0] else codes.translate(None, _DROPPED[level])
