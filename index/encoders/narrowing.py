"""A text's token states -> the few numbers a token that small networks read.

Every network has its own narrowing or shares one: one that reads tokens narrowed otherwise than in its training reads
noise. The pair network's lies with its weights (pairs.npz); what reads lines and drafts shares narrowing.npz.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import torch

from index.encoders.e5_torch import TokenStates
from index.encoders.pair_pass import narrowed, turned
from index.encoders.weights import as_tensors
from index.npz import named_arrays
from index.pairs import PairTokens, shipped_narrowing

NAMES = ("mean", "directions", "norm.weight", "norm.bias", "proj.weight", "proj.bias")


class Narrowing:
    """Both layers standardised, turned to their main directions, projected; safe to share between threads."""

    def __init__(self, weights: Mapping[str, Any]) -> None:
        """`weights` by name, as numpy arrays; others than NAMES are left aside."""
        self._weights = as_tensors({name: weights[name] for name in NAMES})

    @property
    def width(self) -> int:
        """Numbers of a token."""
        return int(self._weights["proj.weight"].shape[0])

    def tokens(self, text: TokenStates) -> PairTokens:
        """A text's states, narrowed."""
        with torch.inference_mode():
            directions = turned(self._weights, torch.from_numpy(text.states))
            return PairTokens(narrowed(self._weights, directions).numpy(), text.own)


@cache
def line_narrowing() -> Narrowing:
    """That of lines and drafts, as it ships with the desk."""
    return Narrowing(named_arrays(shipped_narrowing()))
