"""Trains the network: batches of one head and like lengths, bfloat16, checkpoints to go on from."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer
from torch.nn import functional

from voc.nlp.encoder import cut
from voc.train.encoder.network import TOKENS, Network, padded, rounded, save
from voc.train.encoder.tasks import Example, Head, Teach

Event = Callable[[str, dict[str, Any]], None]
_CHECKPOINT_S = 240.0


@dataclass(frozen=True, slots=True)
class Plan:
    """How long and how fast. Rates are AdamW's; `pieces` is the size of a batch, padding included."""

    passes: float = 1.0
    pieces: int = 1792
    rate: float = 1e-4
    head_rate: float = 1e-3
    warmup: float = 0.06
    decay: float = 0.01
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Batch:
    """Texts of one head, as pieces."""

    head: int
    ids: list[list[int]]
    examples: list[Example]


def batches(teach: Sequence[Teach], tokenizer: Tokenizer, plan: Plan) -> list[Batch]:
    """All batches of the run in a shuffled order that depends on the plan's seed only."""
    rng = random.Random(plan.seed)
    found: list[Batch] = []
    for index, (head, examples) in enumerate(teach):
        encoded = [
            cut(one.ids, TOKENS) for one in tokenizer.encode_batch([example.text for example in examples])
        ]
        for _ in range(head.epochs):
            order = sorted(range(len(examples)), key=lambda i: len(encoded[i]) + rng.random() * 6)
            found.extend(_cut_up(index, order, encoded, examples, plan.pieces))
    rng.shuffle(found)
    return found


def _cut_up(
    head: int, order: Sequence[int], encoded: Sequence[list[int]], examples: Sequence[Example], pieces: int
) -> Iterator[Batch]:
    start = 0
    for end in range(1, len(order) + 1):
        longest = max(len(encoded[i]) for i in order[start : end + 1])
        if end == len(order) or (end + 1 - start) * rounded(longest) > pieces:
            yield Batch(head, [encoded[i] for i in order[start:end]], [examples[i] for i in order[start:end]])
            start = end


def loss_of(head: Head, logits: torch.Tensor, examples: Sequence[Example]) -> torch.Tensor:
    """Mean over the batch; labels that do not compete get no probability."""
    if not head.exclusive:
        truth = torch.zeros_like(logits)
        for row, example in enumerate(examples):
            truth[row, list(example.labels)] = 1.0
        return functional.binary_cross_entropy_with_logits(logits, truth, reduction="sum") / len(examples)
    shut = torch.zeros_like(logits)
    for row, example in enumerate(examples):
        if example.among:
            shut[row] = float("-inf")
            shut[row, list(example.among)] = 0.0
    truth = torch.tensor([example.labels[0] for example in examples])
    return functional.cross_entropy(logits + shut, truth, label_smoothing=head.smoothing)


def train(
    net: Network, teach: Sequence[Teach], tokenizer: Tokenizer, plan: Plan, *, checkpoint: Path, tell: Event
) -> None:
    """Train in place; goes on from `checkpoint` where there is one of the same plan."""
    # The embeddings of pieces stay as they came: half of all numbers, a fifth of the time, no gain seen.
    net.encoder.embeddings.word_embeddings.weight.requires_grad_(False)
    steps = batches(teach, tokenizer, plan)
    steps = (steps * math.ceil(plan.passes))[: int(len(steps) * plan.passes)]
    optimizer = torch.optim.AdamW(_groups(net, plan), fused=True)
    done = _resume(net, optimizer, checkpoint, plan, len(steps))
    torch.manual_seed(plan.seed + done)
    heads = [head for head, _ in teach]
    began = saved = time.monotonic()
    running: dict[str, float] = {}
    net.train()
    for step in range(done, len(steps)):
        batch = steps[step]
        head = heads[batch.head]
        for group in optimizer.param_groups:
            group["lr"] = group["most"] * _share(step, len(steps), plan.warmup)
        ids, mask = padded(batch.ids)
        with torch.autocast("cpu", torch.bfloat16):
            logits = net.one(head.name, ids, mask)
        loss = loss_of(head, logits.float(), batch.examples)
        loss.backward()  # type: ignore[no-untyped-call,unused-ignore]
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        value = float(loss.detach())
        running[head.name] = 0.98 * running.get(head.name, value) + 0.02 * value
        if step % 100 == 0:
            seconds = time.monotonic() - began
            tell("step", {"step": step, "of": len(steps), "seconds": round(seconds), **_rounded(running)})
        if time.monotonic() - saved > _CHECKPOINT_S or step + 1 == len(steps):
            save(
                checkpoint,
                net=net.state_dict(),
                optimizer=optimizer.state_dict(),
                step=step + 1,
                plan=repr(plan),
            )
            saved = time.monotonic()
    net.eval()


def _groups(net: Network, plan: Plan) -> list[dict[str, Any]]:
    groups: list[dict[str, Any]] = []
    for most, own in ((plan.rate, False), (plan.head_rate, True)):
        named = [
            (n, p) for n, p in net.named_parameters() if n.startswith("heads.") == own and p.requires_grad
        ]
        plain = [p for n, p in named if p.ndim == 1 or "embeddings" in n]
        groups.append(
            {
                "params": [p for n, p in named if p.ndim > 1 and "embeddings" not in n],
                "most": most,
                "weight_decay": plan.decay,
            }
        )
        groups.append({"params": plain, "most": most, "weight_decay": 0.0})
    return [{**group, "lr": 0.0} for group in groups]


def _share(step: int, steps: int, warmup: float) -> float:
    """Of the full rate: up over the first steps, then in a straight line to nothing."""
    rise = max(1, int(steps * warmup))
    return (step + 1) / rise if step < rise else (steps - step) / max(1, steps - rise)


def _resume(net: Network, optimizer: torch.optim.Optimizer, checkpoint: Path, plan: Plan, steps: int) -> int:
    if not checkpoint.is_file():
        return 0
    kept = torch.load(checkpoint, weights_only=True)
    if kept["plan"] != repr(plan) or kept["step"] > steps:
        return 0
    net.load_state_dict(kept["net"])
    optimizer.load_state_dict(kept["optimizer"])
    return int(kept["step"])


def _rounded(values: dict[str, float]) -> dict[str, float]:
    return {name: round(value, 3) for name, value in values.items()}
