"""A small network that tells of which kind a text is, from its tokens as the pair network narrows them.

One layer of self-attention, pooled, one hidden layer (the steps of pair_pass.py). What the kinds are, and the weights,
belong to whoever asks; text_class_training.py makes them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
import torch.nn.functional as F

from index.encoders.e5_torch import Floats
from index.encoders.pair_pass import Tensors, pooled, self_attended
from index.encoders.weights import as_tensors
from index.pairs import PairTokens


class TextClassifier:
    """Reads texts; safe to share between threads."""

    def __init__(self, weights: Mapping[str, Any]) -> None:
        """`weights` by name, as numpy arrays."""
        self._weights = as_tensors(weights)

    def shares(self, texts: Sequence[PairTokens]) -> Floats:
        """The probability of each kind, float32 (texts, kinds); rows sum to one."""
        with torch.inference_mode():
            found: Floats = torch.softmax(class_logits(self._weights, *side_by_side(texts)), 1).numpy()
        return found


def side_by_side(texts: Sequence[PairTokens]) -> tuple[torch.Tensor, torch.Tensor]:
    """(texts, longest, width), and which of the tokens are there."""
    x = torch.nn.utils.rnn.pad_sequence([torch.from_numpy(t.vectors) for t in texts], batch_first=True)
    return x, torch.arange(x.shape[1])[None] < torch.tensor([len(t.vectors) for t in texts])[:, None]


def class_logits(weights: Tensors, x: torch.Tensor, there: torch.Tensor, lost: float = 0.0) -> torch.Tensor:
    """(texts, kinds); `lost` is the share of the hidden numbers that is left out, in training."""
    calm = F.layer_norm(x, x.shape[-1:], weights["norm.weight"], weights["norm.bias"])
    shown = pooled(self_attended(weights, calm, there), there)
    hidden = F.gelu(F.linear(shown, weights["out.0.weight"], weights["out.0.bias"]))
    return F.linear(F.dropout(hidden, lost), weights["out.3.weight"], weights["out.3.bias"])
