"""`voc`, the one program: one file a verb, registered here in the order of a first hour."""

from __future__ import annotations

import os
import sys

import typer

from voc.cli import (
    annotate,
    answers,
    config,
    demo,
    doctor,
    export,
    ingest,
    init,
    keys,
    models,
    rebuild,
    serve,
    work,
)
from voc.errors import ConfigError, UsageError, VocError

app = typer.Typer(
    name="voc",
    help="Voice of customer for Chinese feedback: ranked pains with their evidence.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("init")(init.init)
app.command("demo")(demo.demo)
app.command("ingest")(ingest.ingest)
app.command("work")(work.work)
app.command("serve")(serve.serve)
app.command("annotate")(annotate.annotate)
app.command("painpoints")(answers.painpoints)
app.command("search")(answers.search)
app.command("mentions")(answers.mentions)
app.command("trends")(answers.trends)
app.command("rebuild")(rebuild.rebuild)
app.command("replay")(rebuild.replay)
app.command("doctor")(doctor.doctor)
app.add_typer(keys.app, name="keys")
app.command("export")(export.export)
app.command("eval")(models.evaluate)
app.command("train")(models.train)
app.add_typer(config.app, name="config")


def main() -> None:
    """Run `voc`: 0 done, 1 findings or failures, 2 wrong use; never a traceback for a user's mistake."""
    try:
        app()
    except VocError as error:
        print(error.line(), file=sys.stderr)
        raise SystemExit(2 if isinstance(error, UsageError | ConfigError) else 1) from None
    except KeyboardInterrupt:
        print("stopped; what was accepted is kept, run the command again to go on", file=sys.stderr)
        raise SystemExit(130) from None
    except BrokenPipeError:
        # The reader of our output went away (`voc … | head`): nothing is wrong with us.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(0) from None
