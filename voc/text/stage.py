"""The text stage as one call: visible text → masked → repaired, with offsets, signature and integrity."""

from __future__ import annotations

from voc.text.integrity import judge
from voc.text.pii import mask
from voc.text.repair import repair
from voc.text.signature import signature
from voc.types import CleanText


class TextStage:
    """Pure; one a process."""

    def clean(self, raw: str) -> CleanText:
        """Clean a text (`source.raw_text` of a record). Never fails; linear in its length.

        `text` is what was written with identifiers replaced; NUL and lone surrogates, which no store can
        hold, become U+FFFD in it.
        """
        text, pii = mask(_storable(raw))
        clean, offsets, repairs = repair(text)
        return CleanText(
            text=text,
            clean=clean,
            offsets=offsets,
            repairs=repairs,
            pii=pii,
            integrity=judge(clean),
            signature=signature(clean),
        )


def _storable(raw: str) -> str:
    if "\x00" in raw:
        raw = raw.replace("\x00", "\ufffd")
    try:
        raw.encode("utf-8")
    except UnicodeEncodeError:
        return "".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in raw)
    return raw
