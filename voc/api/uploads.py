"""A multipart form with one file, streamed to a sealed file in the home: not in memory, not in /tmp."""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, TypeVar

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.concurrency import run_in_threadpool

from voc.api.sealed import Seal
from voc.errors import UsageError
from voc.ops.home import unusable

FIELDS: tuple[str, ...] = ("source", "kind", "mapping", "exported_at")
T = TypeVar("T")
_FIELD_BYTES = 64 * 1024
_BLOCK = 1024 * 1024
_NAME_CHARS = 200


@dataclass(slots=True)
class Upload:
    """A received form. `path` is the file's place in the home, `name` what its sender calls it.

    What lies there is sealed. `file` is open and locked: as long as it is, no starting process takes the
    file for a forgotten one.
    """

    path: Path
    file: IO[bytes]
    seal: Seal = field(default_factory=Seal)
    name: str = ""
    size: int = 0
    fields: dict[str, str] = field(default_factory=dict)

    def drop(self) -> None:
        """Remove the file."""
        with suppress(OSError):  # what it still holds may not fit on the disk
            self.file.close()
        self.path.unlink(missing_ok=True)


async def receive(stream: AsyncIterator[bytes], *, content_type: str, folder: Path, max_bytes: int) -> Upload:
    """Read a form; nothing stays on disk when it raises.

    Raises:
        UsageError: VOC-E105, not such a form; VOC-E107, the file is larger than `max_bytes`.
        FatalError: VOC-E500, the disk is full; ConfigError VOC-E206 where it cannot be written at all.
    """
    kind, options = parse_options_header(content_type)
    if kind != b"multipart/form-data" or not options.get(b"boundary"):
        raise _wrong("the body is not multipart/form-data", cure="send the file in a part named file")
    form = await _on_disk(_Form, folder, options[b"boundary"], max_bytes)
    try:
        held = bytearray()
        async for chunk in stream:
            held += chunk
            if len(held) >= _BLOCK:
                await _on_disk(form.write, bytes(held))
                held.clear()
        await _on_disk(form.write, bytes(held))
        return await _on_disk(form.close)
    except BaseException:
        form.abort()
        raise


async def _on_disk(call: Callable[..., T], *arguments: Any) -> T:
    try:
        return await run_in_threadpool(call, *arguments)
    except OSError as error:
        raise unusable(None, error) from error  # callers need not know where the home is


class _Form:
    """The parser and the open file."""

    def __init__(self, folder: Path, boundary: bytes, max_bytes: int) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = folder / f"receiving-{secrets.token_hex(8)}"
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        self._file = os.fdopen(descriptor, "wb")
        self.upload = Upload(path, self._file)
        self._max_bytes = max_bytes
        self._header = self._value = b""
        self._headers: dict[bytes, bytes] = {}
        self._part = ""
        self._field = bytearray()
        self._seen: set[str] = set()
        self._ended = False
        try:
            self._parser = MultipartParser(
                boundary,
                {
                    "on_part_begin": self._begin,
                    "on_header_field": self._on_header_field,
                    "on_header_value": self._on_header_value,
                    "on_header_end": self._on_header_end,
                    "on_headers_finished": self._on_headers,
                    "on_part_data": self._on_data,
                    "on_part_end": self._end,
                    "on_end": self._on_end,
                },
            )
        except FormParserError:
            self.abort()
            raise _wrong("the form's boundary is not valid") from None

    def write(self, data: bytes) -> None:
        """Parse a block."""
        try:
            self._parser.write(data)
        except FormParserError:
            raise _wrong("the form is damaged") from None

    def close(self) -> Upload:
        """The form is over."""
        if not self._ended:
            raise _wrong("the form ends too early")
        if "file" not in self._seen:
            raise _wrong("the form has no part named file")
        self._file.flush()
        return self.upload

    def abort(self) -> None:
        """Leave nothing."""
        self.upload.drop()

    def _begin(self) -> None:
        self._headers, self._header, self._value, self._part = {}, b"", b"", ""
        self._field.clear()

    def _on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _on_header_end(self) -> None:
        self._headers[self._header.lower()] = self._value
        self._header = self._value = b""

    def _on_headers(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        name = options.get(b"name", b"").decode("utf-8", "replace")
        if name != "file" and name not in FIELDS:
            raise _wrong("unknown part of the form", cure="parts are file, " + ", ".join(FIELDS))
        if name in self._seen:
            raise _wrong(f"the part {name} comes twice")
        self._seen.add(name)
        self._part = name
        if name == "file":
            self.upload.name = _plain(options.get(b"filename", b"").decode("utf-8", "replace"))

    def _on_data(self, data: bytes, start: int, end: int) -> None:
        if self._part == "file":
            self.upload.size += end - start
            if self.upload.size > self._max_bytes:
                raise UsageError(
                    f"the file is larger than {self._max_bytes:,} bytes",
                    code="VOC-E107",
                    cure="send it in parts",
                )
            self.upload.seal.write(self._file, data[start:end])
            return
        self._field += data[start:end]
        if len(self._field) > _FIELD_BYTES:
            raise UsageError(f"the part {self._part} is too large", code="VOC-E107")

    def _end(self) -> None:
        if self._part != "file":
            try:
                self.upload.fields[self._part] = self._field.decode("utf-8")
            except UnicodeDecodeError:
                raise _wrong(f"the part {self._part} is not UTF-8") from None

    def _on_end(self) -> None:
        self._ended = True


def _plain(name: str) -> str:
    """A file's name without its folders and without what no name should hold.

    >>> _plain("C:\\\\x\\\\..\\\\评价.csv"), _plain("../../etc/passwd")
    ('评价.csv', 'passwd')
    """
    last = name.replace("\\", "/").rpartition("/")[2]
    kept = "".join(character for character in last if character.isprintable()).strip(" .")
    stem, dot, suffix = kept.rpartition(".")
    return (stem[: _NAME_CHARS - len(suffix)] + dot + suffix)[-_NAME_CHARS:]


def _wrong(what: str, *, cure: str = "see docs/api.md") -> UsageError:
    return UsageError(what, code="VOC-E105", cure=cure)
