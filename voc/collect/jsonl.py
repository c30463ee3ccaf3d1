"""JSON lines, and JSON arrays read element by element without holding the file."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

import orjson

from voc.collect.delimited import rows_found
from voc.collect.encoding import Source, detect, read_lines
from voc.collect.fields import Plan, records_from
from voc.collect.rows import RAW_KEPT, Reading, Row
from voc.errors import SkipRecord

_HEAD = 64 * 1024
_CHUNK = 64 * 1024
_WRAPPER = re.compile(r'"(?:records|data|items|rows|list|results|comments|reviews|feedback)"\s*:\s*\[')
_GAP = re.compile(r"[\s,]*")
_NEXT = re.compile(r"[}\]]\s*,\s*(?=[{\[])")
_DECODER = json.JSONDecoder()


@dataclass(frozen=True, slots=True)
class _Opening:
    """Characters before the first element, and whether a bracket must close behind the last."""

    start: int
    closed: bool = True


def read_json(source: Source, how: Reading) -> Iterator[Row]:
    """Rows of JSON lines, of an array, of one object, or of an array inside one (`{"records": [ … ]}`).

    A line or element that cannot be read is a bad row.

    Raises:
        SkipRecord: no text file, or unknown encoding (VOC-E307).
    """
    codec = detect(source, stated=how.mapping.encoding)
    with source.open() as stream:
        head = stream.read(_HEAD).decode(codec, "ignore").lstrip("\ufeff")
    opening = _opening(head)
    if opening is not None:
        yield from _elements(source, codec, opening, how)
    else:
        yield from _lines(source, codec, how)


def _opening(head: str) -> _Opening | None:
    """Where the elements of an array begin; None for JSON lines."""
    bare = head.lstrip()
    blank = len(head) - len(bare)
    if bare.startswith("["):
        return _Opening(blank + 1)
    if not bare.startswith("{"):
        return None
    first = bare.partition("\n")[0].rstrip()
    found = _WRAPPER.search(bare)
    outside = found is not None and bare.count("{", 0, found.start()) == 1 + bare.count("}", 0, found.start())
    try:
        whole = json.loads(first)
    except (ValueError, RecursionError):
        if found is not None and outside and not _has_text(bare, before=found.start()):
            return _Opening(blank + found.end())
        # One object over several lines is its only element; a broken first of many lines is not, nor one
        # that is only cut here.
        several = "\n" in bare and first.endswith((",", "{", "["))
        return _Opening(blank, closed=False) if several else None
    if found is not None and outside and not (isinstance(whole, dict) and _plan(whole).has_text):
        return _Opening(blank + found.end())
    return None


def _has_text(bare: str, *, before: int) -> bool:
    """Whether an object over several lines is a record itself: by the whole of it, else by what leads it."""
    for words in (bare, bare[:before].rstrip().removesuffix(",") + "}"):
        try:
            whole = json.loads(words)
        except (ValueError, RecursionError):
            continue
        return isinstance(whole, dict) and _plan(whole).has_text
    return False


def _plan(whole: dict[str, Any]) -> Plan:
    return Plan(tuple(whole), {})


def _lines(source: Source, codec: str, how: Reading) -> Iterator[Row]:
    for number, text, raw, error in read_lines(source, codec, max_bytes=how.max_line_bytes):
        place = f"{source.prefix}line {number}"
        if text is None:
            yield Row(place, None, error, raw)
        elif not text.isspace():
            try:
                value = _value(text)
            except SkipRecord as bad:
                yield Row(place, None, bad, raw[:RAW_KEPT])
                continue
            yield from _row(value, place, raw, how)


def _value(text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        pass
    try:
        return json.loads(text)  # lone surrogates, which orjson refuses, are repaired by `values.clean`
    except (ValueError, RecursionError):
        raise SkipRecord("line is not a JSON value") from None


def _row(value: Any, place: str, raw: bytes, how: Reading) -> Iterator[Row]:
    try:
        found = records_from(value, how)
    except SkipRecord as error:
        yield Row(place, None, error, raw[:RAW_KEPT])
        return
    yield from rows_found(found, place, raw)


class _Buffer:
    """A sliding window over the text of a source; `at` is where reading stands."""

    def __init__(self, stream: BinaryIO, codec: str, start: int) -> None:
        self._stream = stream
        self._decode = codecs.getincrementaldecoder(codec)("replace").decode
        self._step = _CHUNK
        self.text = ""
        self.at = 0
        self.ended = False
        while len(self.text) <= start and not self.ended:
            self.more()
            self.text = self.text.removeprefix("\ufeff")
        self.at = start

    def more(self) -> None:
        """Forget what is behind `at`, read on; twice as much each time until `found` is told."""
        chunk = self._stream.read(self._step)
        self.ended = not chunk
        self.text = self.text[self.at :] + self._decode(chunk, final=self.ended)
        self.at = 0
        self._step = min(self._step * 2, _CHUNK * 64)

    def found(self, end: int) -> None:
        """Go on behind an element."""
        self.at = end
        self._step = _CHUNK

    def gap(self) -> str:
        """Go over white space and commas; the character that stands there, "" at the end of what is read."""
        gap = _GAP.match(self.text, self.at)
        self.at = gap.end() if gap else self.at
        return self.text[self.at : self.at + 1]

    def element(self) -> tuple[Any, int] | None:
        """The value at `at` and where it ends; None when there is no whole one."""
        try:
            value, end = _DECODER.raw_decode(self.text, self.at)
        except (ValueError, RecursionError):
            return None
        whole = end < len(self.text) or self.ended or isinstance(value, dict | list | str)
        return (value, end) if whole else None


def _elements(source: Source, codec: str, opening: _Opening, how: Reading) -> Iterator[Row]:
    """Elements from the opening on; one that cannot be read is skipped up to what looks like the next."""
    limit, item = how.max_line_bytes, 0
    with source.open() as stream:
        buffer = _Buffer(stream, codec, opening.start)
        while True:
            here = buffer.gap()
            found = buffer.element() if here and here not in "]}" else None
            short = not here or (found is None and here not in "]}" and len(buffer.text) - buffer.at <= limit)
            if short and not buffer.ended:
                buffer.more()
                continue
            if not here and opening.closed:
                yield _damaged(source, item + 1, "the file ends inside its array", "")
            if not here or here in "]}":
                return
            item += 1
            place = f"{source.prefix}item {item}"
            if found is not None:
                raw = buffer.text[buffer.at : found[1]].encode("utf-8", "replace")
                buffer.found(found[1])
                yield from _row(found[0], place, raw, how)
                continue
            after = _NEXT.search(buffer.text, buffer.at)
            kept = buffer.text[buffer.at : after.start() + 1 if after else len(buffer.text)][:RAW_KEPT]
            if after is None:
                yield _damaged(source, item, "it has no end, nothing behind it was read", kept)
                return
            yield _damaged(source, item, "it is not a JSON value", kept)
            buffer.found(after.end())


def _damaged(source: Source, item: int, why: str, raw: str) -> Row:
    error = SkipRecord(f"array element cannot be read: {why}")
    return Row(f"{source.prefix}item {item}", None, error, raw.encode("utf-8", "replace"))
