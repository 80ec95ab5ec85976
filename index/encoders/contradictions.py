"""A small network that reads two sentences of rules against each other: do they contradict, are they of one matter?

The steps are those of pair_pass.py, over tokens as the pair network narrows them; the weights belong to whoever asks,
contradiction_training.py makes them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch

from index.encoders.e5_torch import Floats
from index.encoders.pair_pass import PairPass
from index.encoders.weights import as_tensors
from index.pairs import PairTokens

CONTRADICT, SAME_MATTER = 0, 1  # columns of what comes out
BATCH = 48  # pairs
SURE = 15.0  # log-odds; further from 0 the network has seen too little to be believed
Side = tuple[torch.Tensor, torch.Tensor, torch.Tensor]


class ContradictionNetwork:
    """Reads pairs of sentences; safe to share between threads."""

    def __init__(self, weights: Mapping[str, Any]) -> None:
        """`weights` by name, as numpy arrays."""
        self._pass = PairPass(as_tensors(weights))

    def read(self, pairs: Sequence[tuple[PairTokens, PairTokens]]) -> Floats:
        """Log-odds (pairs, 2), columns CONTRADICT and SAME_MATTER, the same whichever sentence stands first."""
        found = np.zeros((len(pairs), 2), np.float32)
        order = sorted(range(len(pairs)), key=lambda i: len(pairs[i][0].vectors) + len(pairs[i][1].vectors))
        with torch.inference_mode():
            for start in range(0, len(order), BATCH):
                rows = order[start : start + BATCH]
                one, other = (side_by_side(self._pass, [pairs[i][side] for i in rows]) for side in (0, 1))
                logits = self._pass.read(*one[:2], *other) + self._pass.read(*other[:2], *one)
                found[rows] = (logits / 2)[:, : SAME_MATTER + 1].clamp(-SURE, SURE).numpy()
        return found


def side_by_side(steps: PairPass, texts: Sequence[PairTokens]) -> Side:
    """(texts, longest, width), marked; which of the tokens are there, which are the sentences' own."""
    x = torch.nn.utils.rnn.pad_sequence([torch.from_numpy(t.vectors) for t in texts], batch_first=True)
    own = torch.nn.utils.rnn.pad_sequence([torch.from_numpy(t.own) for t in texts], batch_first=True)
    there = torch.arange(x.shape[1])[None] < torch.tensor([len(t.vectors) for t in texts])[:, None]
    return steps.marked(x, own), there, own
