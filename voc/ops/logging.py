"""Events with fields as JSON lines on standard error; never a customer's words or a traceback."""

from __future__ import annotations

import logging
import sys
import traceback
from types import TracebackType
from typing import Any, TextIO

import orjson
import structlog

LEVELS: dict[str, int] = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
}
_UNSAFE = frozenset({"text", "title", "body", "quote", "query", "q", "authorization", "secret", "key"})


def configure(level: str = "info") -> None:
    """Log from `level` on, what libraries warn of too; a second call replaces the first."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            without_words,
            structlog.processors.JSONRenderer(serializer=_line),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level]),
        logger_factory=_StandardError,
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    for handler in root.handlers[:]:
        if isinstance(handler, _Others):
            root.removeHandler(handler)
    root.addHandler(_Others())


def without_words(_: Any, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Drop fields that may hold somebody's words or a secret, and tracebacks (messages quote values)."""
    event.pop("exc_info", None)
    for name in _UNSAFE & event.keys():
        event[name] = "<left out>"
    return event


def where(error: BaseException) -> str:
    """File and line of our code in which an error arose: `insight/ask.py:31`, without its message.

    >>> where(ValueError("words"))
    'unknown'
    """
    frames = traceback.extract_tb(_trace(error))
    for frame in reversed(frames):
        before, found, inside = frame.filename.replace("\\", "/").rpartition("/voc/")
        if found and before:
            return f"{inside}:{frame.lineno}"
    return f"{frames[-1].name}:{frames[-1].lineno}" if frames else "unknown"


class _Others(logging.Handler):
    """What uvicorn, SQLAlchemy and others warn of, as events; of an error its kind and place."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)

    def emit(self, record: logging.LogRecord) -> None:
        # What stands in a library's source is told; arguments may be somebody's words.
        what = str(record.msg).partition("\n")[0]
        error = record.exc_info[1] if record.exc_info else None
        more = {} if error is None else {"kind": type(error).__name__, "at": where(error)}
        log = structlog.get_logger()
        tell = log.error if record.levelno >= logging.ERROR else log.warning
        tell("library", logger=record.name, what=what, **more)


class _StandardError:
    """Writes to whatever `sys.stderr` is at that moment."""

    def __init__(self, *_: Any) -> None:
        pass

    def msg(self, message: str) -> None:
        stream: TextIO = sys.stderr
        stream.write(message + "\n")
        stream.flush()

    log = debug = info = warning = error = critical = exception = fatal = msg


def _line(event: Any, **_: Any) -> str:
    return orjson.dumps(event, default=str).decode()


def _trace(error: BaseException) -> TracebackType | None:
    return error.__traceback__
