"""`voc`, the one program: one file a verb, listed here in the order of a first hour."""

from __future__ import annotations

import importlib
import os
import sys

import typer

from voc.errors import VocError, exit_code_of

# Verb → (module of this package, function or group of verbs).
VERBS: dict[str, tuple[str, str]] = {
    "init": ("init", "init"),
    "demo": ("demo", "demo"),
    "ingest": ("ingest", "ingest"),
    "work": ("work", "work"),
    "serve": ("serve", "serve"),
    "annotate": ("annotate", "annotate"),
    "painpoints": ("answers", "painpoints"),
    "search": ("answers", "search"),
    "mentions": ("answers", "mentions"),
    "trends": ("answers", "trends"),
    "integrity": ("integrity", "app"),
    "rebuild": ("rebuild", "rebuild"),
    "replay": ("rebuild", "replay"),
    "doctor": ("doctor", "doctor"),
    "scan": ("scan", "scan"),
    "keys": ("keys", "app"),
    "export": ("export", "export"),
    "eval": ("models", "evaluate"),
    "train": ("models", "train"),
    "config": ("config", "app"),
}


def program(verb: str | None = None) -> typer.Typer:
    """The command line with one verb, or with all: only what is asked for is imported."""
    app = typer.Typer(
        name="voc",
        help="Voice of customer for Chinese feedback: ranked pains with their evidence.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    app.callback()(_voc)  # so that one verb alone is still a verb
    for name in [verb] if verb in VERBS else VERBS:
        module, attribute = VERBS[str(name)]
        found = getattr(importlib.import_module(f"voc.cli.{module}"), attribute)
        if isinstance(found, typer.Typer):
            app.add_typer(found, name=name)
        else:
            app.command(name)(found)
    return app


def _voc() -> None:
    """Voice of customer for Chinese feedback: ranked pains with their evidence."""


def main() -> None:
    """Run `voc`: 0 done, 1 findings or failures, 2 wrong use; never a traceback."""
    try:
        program(sys.argv[1] if len(sys.argv) > 1 else None)()
    except VocError as error:
        from voc.cli.shared import say

        say(error.line())
        raise SystemExit(exit_code_of(error)) from None
    except KeyboardInterrupt:
        print("stopped; what was accepted is kept, run the command again to go on", file=sys.stderr)
        raise SystemExit(130) from None
    except BrokenPipeError:
        # The reader of our output went away (`voc … | head`): nothing is wrong with us.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(0) from None
    except Exception as error:  # its message may quote a customer: the place is enough
        from voc.ops.logging import where

        place = f"{type(error).__name__} at {where(error)}"
        print(f"error VOC-E503: internal error, {place}, please report it", file=sys.stderr)
        raise SystemExit(1) from None
