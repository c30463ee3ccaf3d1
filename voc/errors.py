"""Every way `voc` can fail, by what the caller should do about it.

VocError                     one clear line: code, what, which value (masked), what to do
├── UsageError     VOC-E1xx  wrong use: exit 2, HTTP 4xx
├── ConfigError    VOC-E2xx  refuse to start: exit 2
├── SkipRecord     VOC-E3xx  this record goes to dead letters, the others go on
├── RetryableError VOC-E4xx  back off and try again
├── FatalError     VOC-E5xx  stop, keep the checkpoint
└── AccessError    VOC-E6xx  no key, wrong scope, other workspace: HTTP 401, 403, 429

`CODES` names every code once; docs/errors.md documents each (a test compares the two).
"""

from __future__ import annotations

import re

CODES: dict[str, str] = {
    "VOC-E100": "wrong use of a command or route",
    "VOC-E101": "unknown parameter",
    "VOC-E102": "parameter value not understood",
    "VOC-E103": "cursor not valid, or older than 24 hours",
    "VOC-E104": "no such thing",
    "VOC-E105": "body not understood",
    "VOC-E106": "idempotency key used with another body",
    "VOC-E107": "request too large",
    "VOC-E108": "no such file, or not a file",
    "VOC-E109": "file type not supported",
    "VOC-E110": "mapping file not understood",
    "VOC-E111": "already exists",
    "VOC-E112": "file has no column that holds the text",
    "VOC-E113": "request came too slowly",
    "VOC-E200": "setting not valid",
    "VOC-E201": "data key missing or not valid",
    "VOC-E202": "model missing or damaged",
    "VOC-E203": "taxonomy not valid",
    "VOC-E204": "schema newer than this program",
    "VOC-E205": "optional part not installed",
    "VOC-E206": "home folder cannot be used",
    "VOC-E300": "record cannot be read",
    "VOC-E301": "record has no text",
    "VOC-E302": "text longer than the limit",
    "VOC-E303": "line longer than the limit",
    "VOC-E304": "row has the wrong number of columns",
    "VOC-E305": "field value not understood",
    "VOC-E306": "record failed in the text or language stage",
    "VOC-E307": "file cannot be decoded or is damaged",
    "VOC-E308": "archive refused",
    "VOC-E309": "workbook refused",
    "VOC-E400": "database busy or away",
    "VOC-E401": "store busy or away",
    "VOC-E402": "another process holds the writer lease",
    "VOC-E403": "language process ended",
    "VOC-E410": "service busy",
    "VOC-E411": "no answer in time",
    "VOC-E500": "ledger cannot be written",
    "VOC-E501": "index damaged and cannot be rebuilt",
    "VOC-E502": "stored record cannot be decrypted",
    "VOC-E503": "internal error",
    "VOC-E600": "no key, or key not valid",
    "VOC-E601": "key lacks the scope",
    "VOC-E602": "other workspace",
    "VOC-E603": "too many requests",
}

# Controls, line ends, changes of direction, halves of characters.
_UNPRINTED = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")

# What to do about a row that was refused, by its code; said after the reason.
ROW_CURES: dict[str, str] = {
    "VOC-E300": "mend the line and read the file again",
    "VOC-E301": "fill the text in, or leave the row out",
    "VOC-E302": "shorten it, or raise VOC_MAX_TEXT_CHARS",
    "VOC-E303": "shorten it, or raise VOC_MAX_LINE_BYTES",
    "VOC-E304": "give it every column, and quote fields that hold the delimiter",
    "VOC-E305": "mend the value, or leave its column out with --mapping",
    "VOC-E307": "export the file again, or name its encoding with --mapping",
    "VOC-E308": "unpack it first",
    "VOC-E309": "save it as CSV",
    "VOC-E109": "leave it out of the archive",
    "VOC-E112": "name the column with --mapping",
}


class VocError(Exception):
    """Base of all. `what` names the fault, `value` the (already masked) value, `cure` the next step."""

    default_code = "VOC-E503"

    def __init__(
        self, what: str, *, code: str | None = None, value: str | None = None, cure: str = ""
    ) -> None:
        self.code = code or self.default_code
        if self.code not in CODES:
            raise ValueError(f"undocumented error code {self.code}")
        self.what = what
        self.value = value
        self.cure = cure
        super().__init__(self.line())

    def line(self) -> str:
        """`error VOC-E123: what, which value, what to do`, on one line."""
        parts = [self.what]
        if self.value is not None:
            parts.append(f"got {self.value}")
        if self.cure:
            parts.append(self.cure)
        return f"error {self.code}: " + one_line(", ".join(parts))

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.what, self.code, self.value, self.cure))


def one_line(words: str) -> str:
    """Words as a terminal may be given them: a file's name can hold line ends, escapes, half characters.

    >>> one_line("a\\nb\\x1b[2J.csv")
    'a b [2J.csv'
    """
    return words if words.isprintable() else _UNPRINTED.sub(" ", words)


def _rebuild(cls: type[VocError], what: str, code: str, value: str | None, cure: str) -> VocError:
    return cls(what, code=code, value=value, cure=cure)


class UsageError(VocError):
    """The caller asked for something that cannot be: exit 2, HTTP 4xx."""

    default_code = "VOC-E100"


class ConfigError(VocError):
    """Refuse to start."""

    default_code = "VOC-E200"


class SkipRecord(VocError):
    """This record goes to dead letters with the reason."""

    default_code = "VOC-E300"


class RetryableError(VocError):
    """Back off and try again."""

    default_code = "VOC-E400"


class FatalError(VocError):
    """Stop, keep the checkpoint."""

    default_code = "VOC-E500"


class AccessError(VocError):
    """Not allowed."""

    default_code = "VOC-E600"


def exit_code_of(error: VocError) -> int:
    """What a program that ends with this error tells its shell (docs/cli.md)."""
    return 2 if isinstance(error, UsageError | ConfigError) else 1
