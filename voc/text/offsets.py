"""Where each character of a repaired text stood: a string that is cut and replaced without losing places.

`offsets[i]` is where `clean[i]` begins in the shown text, `offsets[len(clean)]` is the shown text's length
or, where something was cut off the end, where that began.
Offsets rise strictly (no repair makes two characters of one), so a span that is not empty stays so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence


class Placed:
    """A text under repair together with the place of each of its characters in the shown text."""

    __slots__ = ("length", "places", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.length = len(text)
        self.places: Sequence[int] = range(len(text))

    def translate(self, new: str) -> int:
        """Take a text of the same length, character for character; how many differ."""
        if len(new) != len(self.text):
            raise ValueError("a translation keeps the length")
        changed = sum(map(str.__ne__, self.text, new))
        self.text = new
        return changed

    def replace(self, pattern: re.Pattern[str], new: Callable[[re.Match[str]], str]) -> int:
        """Replace what the pattern finds by something not longer; how many differ."""
        parts: list[str] = []
        places: list[int] = []
        last = changed = 0
        for match in pattern.finditer(self.text):
            found = match.group()
            put = new(match)
            if put == found or len(put) > len(found):
                continue
            start, end = match.span()
            parts += [self.text[last:start], put]
            places += self.places[last : start + len(put)]
            last = end
            changed += 1
        if changed:
            parts.append(self.text[last:])
            places += self.places[last:]
            self.text, self.places = "".join(parts), places
        return changed

    def remove(self, spans: Sequence[tuple[int, int]]) -> None:
        """Without these, in order and not overlapping; what goes at the end is no longer pointed at."""
        if not spans:
            return
        parts: list[str] = []
        places: list[int] = []
        last = 0
        for start, end in spans:
            parts.append(self.text[last:start])
            places += self.places[last:start]
            last = end
        if last == len(self.text):
            self.length = self.places[spans[-1][0]]
        parts.append(self.text[last:])
        places += self.places[last:]
        self.text, self.places = "".join(parts), places

    def strip(self) -> None:
        """Without white space at both ends."""
        left = len(self.text) - len(self.text.lstrip())
        right = max(left, len(self.text.rstrip()))
        self.text, self.places = self.text[left:right], self.places[left:right]

    def offsets(self) -> tuple[int, ...]:
        """`len(text) + 1` places in the shown text."""
        return (*self.places, self.length)


def shown_span(offsets: Sequence[int], start: int, end: int) -> tuple[int, int]:
    """The span of the shown text behind `clean[start:end]`.

    >>> shown_span((0, 1, 3, 4), 1, 2)  # the second character stands for two
    (1, 3)
    """
    return offsets[start], offsets[end]
