"""`voc annotate`: text and language stages alone, JSON lines in and out, no database."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, BinaryIO

import orjson
import typer

from voc.cli import shared
from voc.errors import UsageError
from voc.nlp.annotate import Limits, annotate_lines
from voc.nlp.engine import Engine
from voc.text.stage import TextStage


def annotate(
    source: Annotated[
        str, typer.Argument(metavar="INPUT.jsonl", help="JSON lines, or - for standard input.")
    ],
    output: Annotated[
        str, typer.Option("-o", "--output", help="Where to write, or - for standard output.")
    ] = "-",
    taxonomy: Annotated[str | None, typer.Option(help="Taxonomy pack or YAML file.")] = None,
    profile: Annotated[str | None, typer.Option(help="fast, deep or auto.")] = None,
) -> None:
    """Annotate each line: sentiment, opinions with spans, intents, emotion, masked personal data.

    Exit 1 when a line could not be read (it has an `error` in the output; the others are done).

    Example: voc annotate reviews.jsonl -o annotated.jsonl --taxonomy phone
    """
    settings = shared.settings(taxonomy=taxonomy, profile=profile)
    limits = Limits(settings.max_text_chars, settings.max_line_bytes)
    engine = Engine.load(profile=settings.profile, taxonomy=settings.taxonomy)
    failed = 0
    with _reading(source) as lines, _writing(output, source) as sink, shared.bar("annotating") as bar:
        for done, answer in enumerate(
            annotate_lines(_lines(lines, limits), engine=engine, stage=TextStage(), limits=limits), start=1
        ):
            failed += "error" in answer
            sink.write(orjson.dumps(answer, option=orjson.OPT_APPEND_NEWLINE))
            if done % 500 == 0:
                bar.to(done)
    if failed:
        shared.say(f"{failed} lines could not be read; see their `error`")
        raise typer.Exit(1)


def _lines(stream: BinaryIO, limits: Limits) -> Iterator[bytes]:
    """Lines; of one beyond the limit only so much that it is seen to be too long."""
    while True:
        line = stream.readline(limits.max_line_bytes + 2)
        if not line:
            return
        yield line
        while line and not line.endswith(b"\n") and len(line) > limits.max_line_bytes:
            line = stream.readline(limits.max_line_bytes + 2)


@contextlib.contextmanager
def _reading(source: str) -> Iterator[BinaryIO]:
    if source == "-":
        yield sys.stdin.buffer
        return
    path = Path(source)
    if not path.is_file():
        raise UsageError(
            "no such file", code="VOC-E108", value=path.name, cure="name a file of JSON lines, or -"
        )
    with path.open("rb") as stream:
        yield stream


@contextlib.contextmanager
def _writing(output: str, source: str) -> Iterator[BinaryIO]:
    if output == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    path = Path(output)
    if source != "-" and path.exists() and path.samefile(source):
        raise UsageError("input and output are the same file", value=path.name, cure="name another output")
    try:
        stream = path.open("wb")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise UsageError(
            f"cannot write: {reason}", code="VOC-E108", value=path.name, cure="name another output"
        ) from None
    with stream:
        yield stream
