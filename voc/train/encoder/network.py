"""The network: one encoder (BERT's shape), mean of its last layer over the pieces, a linear head a task."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
from torch import nn
from transformers import BertConfig, BertModel

from voc.train.encoder.seed import Seed
from voc.train.encoder.tasks import Head

PAD = 1
TOKENS = 96  # pieces read of a text: its beginning and its end, where reviews say what they think
_DROPOUT = 0.1


class Network(nn.Module):  # type: ignore[misc,unused-ignore]
    """`forward(ids, mask)` → the logits of every head, or of the one named."""

    def __init__(self, encoder: BertModel, heads: Sequence[Head]) -> None:
        super().__init__()
        self.encoder = encoder
        self.drop = nn.Dropout(_DROPOUT)
        size = encoder.config.hidden_size
        self.heads = nn.ModuleDict({_key(head.name): nn.Linear(size, len(head.labels)) for head in heads})

    def pooled(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """(texts, hidden): the mean over the pieces that are no padding."""
        states = self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state.float()
        there = mask.unsqueeze(-1).float()
        return torch.Tensor((states * there).sum(1) / there.sum(1).clamp(min=1.0))

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """Logits of every head, in the order of the heads."""
        pooled = self.pooled(ids, mask)
        return tuple(head(pooled) for head in self.heads.values())

    def one(self, name: str, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Logits (texts, labels) of one head."""
        return torch.Tensor(self.heads[_key(name)](self.drop(self.pooled(ids, mask))))


def _key(name: str) -> str:
    return name.replace(".", "__")


def encoder(seed: Seed) -> BertModel:
    """The start as a network of transformers."""
    config = BertConfig(
        vocab_size=len(seed.pieces),
        hidden_size=seed.hidden,
        num_hidden_layers=seed.layers,
        num_attention_heads=seed.heads,
        intermediate_size=seed.inner,
        max_position_embeddings=seed.positions,
        type_vocab_size=seed.kinds,
        layer_norm_eps=seed.eps,
        pad_token_id=PAD,
    )
    net = BertModel(config, add_pooling_layer=False)
    state = net.state_dict()
    for name, values in seed.tensors.items():
        state[name] = torch.from_numpy(values.reshape(tuple(state[name].shape)).copy())
    net.load_state_dict(state)
    return net


def tokenizer(seed: Seed) -> Tokenizer:
    """SentencePiece unigrams over the pieces kept; `<s> … </s>` around a text."""
    made = Tokenizer(models.Unigram(seed.pieces, unk_id=3, byte_fallback=False))
    made.normalizer = normalizers.Sequence(
        [normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")]
    )
    made.pre_tokenizer = pre_tokenizers.Metaspace()
    made.decoder = decoders.Metaspace()
    made.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    return made


def rounded(pieces: int) -> int:
    """Up to a multiple of eight: kernels are compiled a shape; a run meets a dozen instead of thousands."""
    return -(-pieces // 8) * 8


def padded(batch: Sequence[list[int]]) -> tuple[torch.Tensor, torch.Tensor]:
    """(texts, longest, rounded up) of ids and of what is no padding."""
    longest = rounded(max(map(len, batch)))
    ids = torch.full((len(batch), longest), PAD, dtype=torch.long)
    for row, one in enumerate(batch):
        ids[row, : len(one)] = torch.tensor(one)
    return ids, (ids != PAD).long()


def save(path: Path, **parts: Any) -> None:
    """Write a checkpoint whole or not at all."""
    draft = path.with_suffix(".part")
    torch.save(parts, draft)
    draft.replace(path)
