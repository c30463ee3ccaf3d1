"""CSV and TSV: rows of a delimited text, one at a time; a broken row costs that row and nothing else."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator, Sequence

from voc.collect.encoding import Line, Source, detect, read_lines
from voc.collect.fields import Found, Plan
from voc.collect.rows import MOST_COLUMNS, RAW_KEPT, Reading, Row
from voc.errors import SkipRecord, UsageError, VocError

DELIMITERS = (",", "\t", ";", "|", "，")
HEADER_LINES = 10
"""A header is looked for in so many lines: some exports begin with a title."""
_LONGEST_HEADER, _LONGEST_NAME = 1024 * 1024, 1000  # characters
_SHOWN_HEADERS, _SHOWN_CHARS, _SHOWN_LATIN = 12, 6, 20

csv.field_size_limit(1 << 30)  # the limits are kept here: `_Feeder` for rows, `Plan.read` for texts


def read_delimited(source: Source, how: Reading) -> Iterator[Row]:
    """Rows of a CSV or TSV; the first record with a known text column is the header.

    Raises:
        UsageError: no column holds the text (VOC-E112).
        SkipRecord: no text file, or unknown encoding (VOC-E307).
    """
    codec = detect(source, stated=how.mapping.encoding)
    delimiter, skip = _layout(source, codec, how)
    lines = _narrow(read_lines(source, codec, max_bytes=how.max_line_bytes), delimiter)
    feeder = _Feeder(lines, 2 * how.max_text_chars + 65_536)
    plan: Plan | None = None
    for number, values, raw, error in _records(feeder, delimiter):
        place = f"{source.prefix}line {number}"
        if error is not None:
            yield Row(place, None, error, raw[:RAW_KEPT])
            continue
        if plan is None:
            if skip > 0:
                skip -= 1
                continue
            header = [cell[:_LONGEST_NAME] for cell in values]
            if how.mapping.header_row == 0:
                header = [str(i) for i in range(1, len(values) + 1)]
            plan = plan_of(header, source, how)
            if how.tell is not None:
                how.tell(plan.columns)
            if how.mapping.header_row != 0:
                continue
        wrong = fit(values, plan)
        if wrong is not None:
            # A stray quote may have joined good lines to this one: they are read again by themselves.
            feeder.give_back(number)
            yield Row(place, None, wrong, feeder.taken[0][2][:RAW_KEPT])
            continue
        yield from rows_of(plan, values, place, raw, how)
    if plan is None:
        raise _no_header(source, [], "the file has no rows")


def rows_of(plan: Plan, values: Sequence[object], place: str, raw: bytes, how: Reading) -> Iterator[Row]:
    """The row of a record, and one more for its 追评; nothing for a blank row or a repeated header."""
    if how.only_ids:
        yield Row(place, None, native_id=plan.id_of(values))
        return
    for value in values:
        if value is not None and value != "" and not (isinstance(value, str) and value.isspace()):
            break
    else:
        return
    if values[0] == plan.keys[0] and tuple(values) == plan.keys:
        return
    try:
        found = plan.read(values, how)
    except SkipRecord as error:
        yield Row(place, None, error, raw[:RAW_KEPT])
        return
    yield from rows_found(found, place, raw)


def rows_found(found: Found, place: str, raw: bytes) -> Iterator[Row]:
    """The rows of what was found; a 追评 follows its record."""
    if found.native_id is not None:
        yield Row(place, None, native_id=found.native_id)
    if found.record is not None:
        yield Row(place, found.record, None, raw, found.warnings)
    if found.followup is not None:
        yield Row(f"{place} 追评", found.followup, None, raw, (), found.record is not None)


def plan_of(header: Sequence[str], source: Source, how: Reading) -> Plan:
    """The plan of a header row.

    Raises:
        UsageError: none of its columns holds the text (VOC-E112), naming the headers seen.
    """
    plan = Plan(header, how.mapping.columns)
    if not plan.has_text:
        raise _no_header(source, header, "no column holds the text")
    return plan


def fit(values: list[str], plan: Plan) -> SkipRecord | None:
    """Cut empty cells behind the last column; the error when the number of columns is another."""
    have, want = len(values), len(plan.keys)
    if have == want or not any(values):
        values.extend([""] * (want - have))
        return None
    if have > want and not any(values[want:]):
        del values[want:]
        return None
    return SkipRecord(f"row has {have} columns, the header has {want}", code="VOC-E304")


class _Runaway(Exception):
    """A quoted field goes on past every limit: its quote was never meant."""


def _narrow(lines: Iterator[Line], delimiter: str) -> Iterator[Line]:
    """The lines; one of millions of columns is refused before it is cut into them."""
    for line in lines:
        text = line[1]
        if text is not None and len(text) > MOST_COLUMNS and text.count(delimiter) >= MOST_COLUMNS:
            error = SkipRecord(f"row has more than {MOST_COLUMNS:,} columns", code="VOC-E304")
            yield line[0], None, line[2], error
        else:
            yield line


class _Feeder:
    """Lines for `csv.reader`; remembers those of the current record, so that they can be read again."""

    def __init__(self, lines: Iterator[Line], budget: int) -> None:
        self._lines = lines
        self._budget = budget
        self._again: deque[Line] = deque()
        self.taken: list[Line] = []
        self.bad: list[Line] = []
        self._chars = 0

    def __iter__(self) -> _Feeder:
        return self

    def start(self) -> None:
        """A new record begins."""
        self.taken = []
        self.bad = []
        self._chars = 0

    def __next__(self) -> str:
        while True:
            line = self._again.popleft() if self._again else next(self._lines, None)
            if line is None:
                raise StopIteration
            text = line[1]
            if text is None:
                self.bad.append(line)
                continue
            self.taken.append(line)
            self._chars += len(text)
            if self._chars > self._budget and len(self.taken) > 1:
                raise _Runaway
            return text

    def give_back(self, number: int) -> bool:
        """Read the lines of this record behind its first again, as records of their own."""
        rest = [line for line in self.taken if line[0] > number]
        self._again.extendleft(reversed(rest))
        return bool(rest)


def _records(feeder: _Feeder, delimiter: str) -> Iterator[tuple[int, list[str], bytes, SkipRecord | None]]:
    """(number of the first line, values, bytes, error) of every record."""
    reader = csv.reader(feeder, delimiter=delimiter, strict=True)
    while True:
        feeder.start()
        values: list[str] | None = None
        error: SkipRecord | None = None
        try:
            values = next(reader)
        except StopIteration:
            yield from _undecodable(feeder)
            return
        except (_Runaway, csv.Error):
            reader = csv.reader(feeder, delimiter=delimiter, strict=True)
        number, text, raw, _ = feeder.taken[0]
        torn = bool(feeder.bad) and feeder.bad[-1][0] > number
        yield from _undecodable(feeder)
        if values is None:  # quotes that were not meant as such: this line by itself, the others again
            feeder.give_back(number)
            values, error = _alone(text or "", delimiter)
        elif len(feeder.taken) > 1:
            raw = b"".join(line[2] for line in feeder.taken)
            if torn:
                error = SkipRecord("row holds a line that cannot be decoded", code="VOC-E307")
        yield number, values, raw, error


def _alone(text: str, delimiter: str) -> tuple[list[str], SkipRecord | None]:
    """One line read leniently."""
    asked = 0

    def lines() -> Iterator[str]:
        nonlocal asked
        yield text
        asked = 1

    try:
        values = next(csv.reader(lines(), delimiter=delimiter))
    except csv.Error:
        return [], SkipRecord("row cannot be split into columns", code="VOC-E304")
    if asked:
        return [], SkipRecord("a quote opened on this line is never closed", code="VOC-E304")
    return values, None


def _undecodable(feeder: _Feeder) -> Iterator[tuple[int, list[str], bytes, SkipRecord | None]]:
    for number, _, raw, error in feeder.bad:
        yield number, [], raw, error


def _layout(source: Source, codec: str, how: Reading) -> tuple[str, int]:
    """(delimiter, records before the header)."""
    mapping = how.mapping
    lines: list[str] = []
    for _, text, _, _ in read_lines(source, codec, max_bytes=how.max_line_bytes):
        lines.append((text or "")[:_LONGEST_HEADER].rstrip("\r\n"))
        if len(lines) == HEADER_LINES:
            break
    stated = mapping.delimiter
    if lines and lines[0].lower().startswith("sep=") and len(lines[0]) == 5:  # a hint for Excel
        return stated or lines[0][4], 1
    if mapping.header_row is not None:
        skip = max(0, mapping.header_row - 1)
        line = lines[skip] if skip < len(lines) else ""
        return stated or _likeliest(line, how)[1], skip
    for skip, line in enumerate(lines):
        known, delimiter = _likeliest(line, how, stated)
        if known:
            return delimiter, skip
    return stated or (_likeliest(lines[0], how)[1] if lines else ","), 0


def _likeliest(line: str, how: Reading, stated: str | None = None) -> tuple[int, str]:
    """(known columns, 0 without one for the text; the delimiter that gives most of them)."""
    best = (0, 0, stated or ",")
    for delimiter in (stated,) if stated else DELIMITERS:
        if line.count(delimiter) >= MOST_COLUMNS:
            best = max(best, (0, MOST_COLUMNS, delimiter))
            continue
        cells = next(csv.reader([line], delimiter=delimiter), [])
        plan = Plan(cells, how.mapping.columns)
        score = (len(plan.fields) if plan.has_text else 0, len(cells), delimiter)
        if score[:2] > best[:2]:
            best = score
    return best[0], best[2]


def _no_header(source: Source, header: Sequence[str], why: str) -> VocError:
    # A first line that is no header may be somebody's words: only what looks like a header is repeated, and
    # nothing of a line by itself.
    seen = [cell.strip() for cell in header if cell.strip()]
    shown = [
        cell if len(seen) > 1 and _like_a_header(cell) else f"({len(cell)} characters)"
        for cell in seen[:_SHOWN_HEADERS]
    ]
    return UsageError(
        f"{source.name}: {why}",
        code="VOC-E112",
        value=" | ".join(shown) or None,
        cure="name it in a mapping file (--mapping)",
    )


def _like_a_header(cell: str) -> bool:
    longest = _SHOWN_LATIN if cell.isascii() else _SHOWN_CHARS
    return len(cell) <= longest and not any(c.isdigit() for c in cell)
