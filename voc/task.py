"""What goes to a language process and what comes back: nothing else crosses that border."""

from __future__ import annotations

from dataclasses import dataclass, field

from voc.types import Record


@dataclass(frozen=True, slots=True)
class Task:
    """One record to be read. `taxonomy` is the pack's name or file; `sketch_key` of its workspace, if any."""

    record: Record
    taxonomy: str
    sketch_key: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Annotated:
    """What came of one record: an annotation body, or why there is none."""

    body: bytes = b""
    signature: str = ""
    content_chars: int = 0
    sketch: bytes = b""
    text_digest: str = ""
    taxonomy: str = ""
    failure: str | None = None  # error code
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds of one batch by stage, measured in the language process."""

    text_s: float
    language_s: float
    encode_s: float
