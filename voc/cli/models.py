"""`voc eval` measures the models on public data; `voc train` makes them again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from voc.cli import shared
from voc.config import Settings
from voc.errors import ConfigError

_DatasetsOption = Annotated[
    Path | None, typer.Option("--datasets", help="Folder of data sets; default VOC_DATASETS.")
]


def evaluate(
    what: Annotated[
        str, typer.Argument(help="models, on public data; or text: repair, masking, integrity on hard sets.")
    ] = "models",
    datasets: _DatasetsOption = None,
    split: Annotated[str, typer.Option(help="dev (train is for finding mistakes).")] = "dev",
    only: Annotated[list[str] | None, typer.Option(help="Only these tasks.")] = None,
    profile: Annotated[str, typer.Option(help="The engine: fast, deep or auto.")] = "fast",
    hard: Annotated[Path, typer.Option(help="Folder of hard sets, for text.")] = Path("tests/hard/text"),
    as_json: shared.JsonOption = False,
) -> None:
    """Measure what is installed; exit 1 when a floor is missed.

    Example: voc eval --datasets ../shared/datasets

    Example: voc eval text --hard tests/hard/text
    """
    if what == "text":
        from voc.train.text_scores import evaluate_text

        public = shared.settings(datasets=datasets).datasets
        rows = evaluate_text(hard, public if public is not None and public.is_dir() else None)
    elif what == "models":
        from voc.train.evaluate import evaluate as measure  # loads scipy and the data readers only here

        settings = shared.settings(datasets=datasets, profile=profile)
        rows = measure(_folder(settings), split=split, only=tuple(only or ()), profile=settings.profile)
    else:
        raise ConfigError("voc eval measures models or text", value=what, cure="voc eval, or voc eval text")
    if as_json:
        shared.out_json({"split": split, "items": rows})
    else:
        for row in rows:
            shared.out(_line(row))
    missed = [row for row in rows if row.get("floor") is not None and row["value"] < row["floor"]]
    if missed:
        shared.say(f"{len(missed)} figures are under their floor")
        raise typer.Exit(1)


def train(
    out: Annotated[Path, typer.Option(help="Folder for weights, cards and manifest.")] = Path("models"),
    datasets: _DatasetsOption = None,
    only: Annotated[list[str] | None, typer.Option(help="Only these models.")] = None,
    as_json: shared.JsonOption = False,
) -> None:
    """Learn the models again from public data, held-out rows dropped. Needs the extra `train`.

    Example: voc train --datasets ../shared/datasets --out models
    """
    try:
        import sklearn  # noqa: F401
    except ImportError:
        raise ConfigError(
            "training is not installed", code="VOC-E205", cure="pip install 'voc[train]'"
        ) from None
    from voc.train.recipe import train as learn

    folder = _folder(shared.settings(datasets=datasets))
    rows = learn(
        out, folder, only=tuple(only or ()), tell=lambda event, fields: shared.say(f"{event} {fields}")
    )
    if as_json:
        shared.out_json({"items": rows})
        return
    for row in rows:
        shared.out(_line(row))


def _folder(settings: Settings) -> Path:
    if settings.datasets is None or not settings.datasets.is_dir():
        raise ConfigError(
            "no folder of data sets", value=str(settings.datasets), cure="set VOC_DATASETS or --datasets"
        )
    return settings.datasets


def _line(row: dict[str, Any]) -> str:
    parts = []
    for name, value in row.items():
        if value is not None:
            parts.append(f"{name}={value:.4f}" if isinstance(value, float) else f"{name}={value}")
    return "  ".join(parts)
