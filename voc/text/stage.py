"""The text stage as one call: visible text → masked → repaired, with offsets, signature and integrity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from voc.text.integrity import judge
from voc.text.offsets import shown_span
from voc.text.pii import Found, find, mask, replaced
from voc.text.repair import mend
from voc.text.signature import signature
from voc.types import CleanText, Integrity, Pii

_ROUNDS = 4


class TextStage:
    """Pure; one a process."""

    def clean(self, raw: str) -> CleanText:
        """Clean a text (`source.raw_text` of a record). Never fails; linear in its length.

        `text` is what was written with identifiers replaced; NUL and lone surrogates, which no store can
        hold, become U+FFFD in it.
        """
        text, pii = mask(_storable(raw))
        mended = mend(text)
        # Repair can uncover an identifier (an entity decoded): it is then masked in the shown text too.
        rounds = 0
        # What is then left of the text may hold another (a number written twice without a gap).
        while (rounds or mended.clean != text) and rounds < _ROUNDS and (uncovered := find(mended.clean)):
            spans = [(kind, *shown_span(mended.offsets, start, end)) for kind, start, end in uncovered]
            text, pii = replaced(text, _merged(pii, spans))
            mended = mend(text)
            rounds += 1
        return CleanText(
            text=text,
            clean=mended.clean,
            offsets=mended.offsets,
            repairs=mended.repairs,
            pii=pii,
            integrity=_shown(judge(mended.whole), mended.places, unchanged=mended.whole is text),
            signature=signature(mended.clean),
        )


def _shown(found: Integrity, places: Sequence[int], *, unchanged: bool) -> Integrity:
    """The evidence at its places in the shown text."""
    if unchanged or not found.signs:
        return found
    signs = [
        replace(sign, spans=tuple((places[start], places[end - 1] + 1) for start, end in sign.spans))
        for sign in found.signs
    ]
    return replace(found, signs=tuple(signs))


def _merged(pii: tuple[Pii, ...], spans: list[Found]) -> list[Found]:
    """Placeholders that stand already, and the spans to be replaced, which swallow what they overlap."""
    found = sorted(spans + [(mark.type, mark.start, mark.end) for mark in pii], key=lambda one: one[1])
    kept: list[Found] = []
    for kind, start, end in found:
        if kept and start < kept[-1][2]:
            kept[-1] = (kept[-1][0], kept[-1][1], max(end, kept[-1][2]))
            continue
        kept.append((kind, start, end))
    return kept


def _storable(raw: str) -> str:
    if "\x00" in raw:
        raw = raw.replace("\x00", "\ufffd")
    try:
        raw.encode("utf-8")
    except UnicodeEncodeError:
        return "".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in raw)
    return raw
