"""Writes weights, manifest and model cards: what was learned from which data, and how good it is."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from voc.registry import MANIFEST
from voc.train.data import LICENCES

LINEAR = "Linear, over hashed characters 1–4"
FEEDBACK = """Chinese feedback of a few words to a few paragraphs. Irony, and facts that please or hurt
without saying so, are read badly. Confidence is calibrated on held-back training rows of the same sets."""
_CARD = """# {name} {version}

Task: {task}. {how}; `{file}`, no pickle, sha256 `{sha256}`.

Made by `voc train`, held-out rows of every set dropped. To leave a set out, take it out of the folder of
data sets and train again.

## Learned from

| set | licence as found |
|---|---|
{rows}
## Measured on the `dev` splits by `voc eval`

| set | metric | value | n |
|---|---|---|---|
{measured}
## Limits

{limits}
"""

_YES = {True: "yes", False: "no"}
_DEEP_KEYS = ("version", "file", "sha256", "pieces", "neutral", "unsure")
_DEEP_CARD = """# deep {version}

One encoder (12 layers, 384 wide, started from multilingual-e5-small, MIT) with a linear head a task;
`{file}` in 8-bit numbers for onnxruntime, no pickle, sha256 `{sha256}`. It reads {pieces} pieces of a text,
the first and the last half. Made by `voc train --only deep`, held-out rows of every set dropped.

## Used for

A head is used by the profiles `deep` and `auto` where it clearly beats the linear model on dev; the others
are kept in the file and not asked. Temperatures are fitted on dev.

| head | labels | used | temperature |
|---|---|---|---|
{heads}
Neutral from P(neutral) > {neutral}; `auto` asks the encoder where the linear model is less sure than
{unsure}.

## Learned from

| set | licence as found |
|---|---|
{rows}
## Measured on the `dev` splits by `voc eval --profile deep`

| set | metric | deep | fast | n |
|---|---|---|---|---|
{measured}
## Limits

Temperatures and thresholds were fitted on the same dev rows that the figures come from. Aspects and opinions
are read by the linear models in every profile.
"""


def save(
    out: Path,
    name: str,
    arrays: Mapping[str, npt.NDArray[np.generic]],
    *,
    version: str,
    task: str,
    sets: Sequence[str],
) -> dict[str, Any]:
    """Write `<name>.npz` (the same arrays give the same bytes) and its manifest entry; the entry."""
    out.mkdir(parents=True, exist_ok=True)
    held = io.BytesIO()
    np.savez_compressed(held, allow_pickle=False, **dict(sorted(arrays.items())))
    raw = held.getvalue()
    file = f"{name}.npz"
    (out / file).write_bytes(raw)
    entry = {
        "file": file,
        "sha256": hashlib.sha256(raw).hexdigest(),
        "version": version,
        "task": task,
        "data": [{"set": used, "licence": LICENCES[used]} for used in sets],
    }
    manifest = _manifest(out)
    manifest["models"][name] = entry
    _write(out, manifest)
    return entry


def enter(out: Path, name: str, entry: Mapping[str, Any]) -> None:
    """Put an entry into the manifest."""
    manifest = _manifest(out)
    manifest["models"][name] = entry
    _write(out, manifest)


def score(
    out: Path,
    name: str,
    rows: Sequence[Mapping[str, Any]],
    *,
    how: str = LINEAR,
    limits: str = FEEDBACK,
) -> None:
    """Put measured figures into the manifest and write the model's card."""
    manifest = _manifest(out)
    entry = manifest["models"][name]
    entry["scores"] = [
        {key: row[key] for key in ("set", "metric", "value", "n")}
        for row in rows
        if row["task"] == entry["task"]
    ]
    _write(out, manifest)
    (out / f"{name}.md").write_text(_card(name, entry, how, limits), "utf-8")


def deep_card(entry: Mapping[str, Any]) -> str:
    """The card of the encoder: what it is used for, what it learned from, and both engines' figures."""
    heads = "".join(
        f"| {one['name']} | {len(one['labels'])} | {_YES[one['used']]} | {one['temperature']:.2f} |\n"
        for one in entry["heads"]
    )
    data = "".join(f"| {row['set']} | {row['licence']} |\n" for row in entry["data"])
    scores = "".join(
        f"| {row['set']} | {row['metric']} | {row['value']:.4f} | {row['fast']:.4f} | {row['n']:,} |\n"
        for row in entry["scores"]
    )
    return _DEEP_CARD.format(heads=heads, rows=data, measured=scores, **{k: entry[k] for k in _DEEP_KEYS})


def _card(name: str, entry: Mapping[str, Any], how: str, limits: str) -> str:
    data = "".join(f"| {row['set']} | {row['licence']} |\n" for row in entry["data"])
    scores = "".join(
        f"| {row['set']} | {row['metric']} | {row['value']:.4f} | {row['n']:,} |\n" for row in entry["scores"]
    )
    return _CARD.format(name=name, rows=data, measured=scores, how=how, limits=limits, **entry)


def _manifest(out: Path) -> dict[str, Any]:
    path = out / MANIFEST
    if path.is_file():
        found: dict[str, Any] = json.loads(path.read_text("utf-8"))
        return found
    return {"format": 1, "models": {}}


def _write(out: Path, manifest: Mapping[str, Any]) -> None:
    (out / MANIFEST).write_text(
        json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True) + "\n", "utf-8"
    )
