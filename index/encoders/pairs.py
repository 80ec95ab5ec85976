"""A small network that reads a question and a sentence against each other, token by token: answered? yes or no?

It stands on the token states of multilingual-e5-small, which are had for nothing where a question was encoded anyway
(pair_pass.py tells the steps). Its weights (pairs.npz) were trained by eval/pair_training.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import torch

from index.encoders.e5_torch import Floats, TokenStates
from index.encoders.narrowing import Narrowing
from index.encoders.pair_pass import ANSWERS, DEPENDS, YES, PairPass
from index.encoders.weights import as_tensors
from index.npz import named_arrays
from index.pairs import PairTokens, shipped_weights

SURE = 10.0  # log-odds; further from 0 the network has seen too little to be believed


class PairNetwork:
    """Reads pairs; safe to share between threads. In float32: bfloat16 multiplies faster, but prepares itself anew for
    each length of a sentence, which takes longer than the reading."""

    def __init__(self, weights: dict[str, Any]) -> None:
        """`weights` by name, as numpy arrays."""
        self._narrowing = Narrowing(weights)
        self._pass = PairPass(as_tensors(weights))

    @property
    def width(self) -> int:
        """Numbers of a token."""
        return self._narrowing.width

    def tokens(self, text: TokenStates) -> PairTokens:
        """A text's states as this network reads them."""
        return self._narrowing.tokens(text)

    def read(self, question: PairTokens, sentences: Sequence[PairTokens]) -> Floats:
        """For each sentence the log-odds that it answers the question, that it says yes and not no, and that its answer
        depends: (sentences, 3)."""
        if not sentences:
            return np.zeros((0, 3), np.float32)
        with torch.inference_mode():
            asked = torch.ones(len(sentences), len(question.vectors), dtype=torch.bool)
            a = self._pass.marked(torch.from_numpy(question.vectors), torch.from_numpy(question.own))[None]
            b, there, own = self._beside_each_other(sentences)
            logits = self._pass.read(a, asked, self._pass.marked(b, own), there, own)
            found: Floats = logits[:, [ANSWERS, YES, DEPENDS]].clamp(-SURE, SURE).numpy()
        return found

    def _beside_each_other(
        self, sentences: Sequence[PairTokens]
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """(sentences, longest, width), which tokens are there, which are a sentence's own."""
        shape = len(sentences), max(len(s.vectors) for s in sentences)
        b = torch.zeros(*shape, self.width)
        there, own = torch.zeros(*shape, dtype=torch.bool), torch.zeros(*shape, dtype=torch.bool)
        for row, sentence in enumerate(sentences):
            n = len(sentence.vectors)
            b[row, :n], there[row, :n] = torch.from_numpy(sentence.vectors), True
            own[row, :n] = torch.from_numpy(sentence.own)
        own |= there & ~own.any(1, keepdim=True)  # a mark or a number alone has no tokens of its own
        return b, there, own


@cache
def pair_network() -> PairNetwork:
    """The network that ships with the desk."""
    return PairNetwork(shipped_pair_weights())


def shipped_pair_weights() -> dict[str, Any]:
    """Its weights by name."""
    return named_arrays(shipped_weights())
