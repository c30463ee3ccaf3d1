"""Writes the trained network as the product runs it: an 8-bit ONNX graph and a table of pieces."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import nn

from voc.train.encoder.network import Network

_OPSET = 18


class _Graph(nn.Module):  # type: ignore[misc,unused-ignore]
    """The network from vectors of pieces on: the table of pieces stays outside the graph, a byte a number."""

    def __init__(self, net: Network) -> None:
        super().__init__()
        self.net = net

    def forward(self, words: torch.Tensor, mask: torch.Tensor) -> tuple[torch.Tensor, ...]:
        states = self.net.encoder(inputs_embeds=words, attention_mask=mask).last_hidden_state
        there = mask.unsqueeze(-1).to(states.dtype)
        pooled = (states * there).sum(1) / there.sum(1)
        return tuple(head(pooled) for head in self.net.heads.values())


def graph(net: Network) -> bytes:
    """ONNX with matrices in 8 bits, a scale a column; inputs `words` (texts, pieces, hidden) and `mask`."""
    net.eval()
    hidden = net.encoder.config.hidden_size
    words = torch.zeros(2, 8, hidden)
    mask = torch.ones(2, 8, dtype=torch.long)
    texts, pieces = torch.export.Dim("texts", min=1, max=4096), torch.export.Dim("pieces", min=2, max=512)
    with tempfile.TemporaryDirectory() as folder:
        whole, small = Path(folder) / "whole.onnx", Path(folder) / "small.onnx"
        torch.onnx.export(
            _Graph(net).eval(),
            (words, mask),
            str(whole),
            input_names=["words", "mask"],
            output_names=list(net.heads),
            dynamic_shapes={"words": {0: texts, 1: pieces}, "mask": {0: texts, 1: pieces}},
            opset_version=_OPSET,
            dynamo=True,
            external_data=False,
        )
        quantize_dynamic(
            whole,
            small,
            per_channel=True,
            reduce_range=False,
            weight_type=QuantType.QInt8,
            op_types_to_quantize=["MatMul", "Gemm"],
        )
        return small.read_bytes()


def table(net: Network) -> bytes:
    """`codes` (pieces, hidden) int8 and `scales` (pieces,) float32 as npz: value = code · scale."""
    weights = net.encoder.embeddings.word_embeddings.weight.detach().numpy()
    scales = np.maximum(np.abs(weights).max(axis=1), 1e-8) / 127.0
    codes: npt.NDArray[np.int8] = np.rint(weights / scales[:, None]).astype(np.int8)
    held = io.BytesIO()
    np.savez_compressed(held, allow_pickle=False, codes=codes, scales=scales.astype(np.float32))
    return held.getvalue()
