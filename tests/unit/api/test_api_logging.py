"""Log lines: JSON with fields, from a level on, without words, secrets or tracebacks' values."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
import structlog

from voc.ops import logging


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    yield
    structlog.reset_defaults()


def test_events_are_json_lines_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    logging.configure("info")
    log = structlog.get_logger("test")
    log.debug("unseen")
    log.info("seen", count=3)
    out, err = capsys.readouterr()
    assert out == ""
    (line,) = err.splitlines()
    event = json.loads(line)
    assert (event["event"], event["count"], event["level"]) == ("seen", 3, "info")
    assert event["timestamp"].endswith("Z")


def test_words_and_secrets_are_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    logging.configure("debug")
    log = structlog.get_logger("test")
    try:
        raise ValueError("张三 13800138000")
    except ValueError:
        log.error("failed", text="张三", q="李四", secret="voc_x", exc_info=True)
    err = capsys.readouterr().err
    assert "张三" not in err and "李四" not in err and "voc_x" not in err
    assert json.loads(err)["text"] == "<left out>"


def test_a_place_is_told_without_its_message() -> None:
    from voc.insight.ask import day_number

    try:
        day_number("张三")
    except Exception as error:
        place = logging.where(error)
    assert place.startswith("insight/ask.py:")
