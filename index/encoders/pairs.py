"""A small network that reads a question and a sentence against each other, token by token: answered? yes or no?

It stands on the token states of multilingual-e5-small, which are had for nothing where a question was encoded anyway:
narrowed, each side attends to the other (decomposable attention, Parikh et al. 2016), one layer of self-attention over
both, pooled. Its weights (pairs.npz) were trained by eval/pair_training.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from io import BytesIO
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

from index.encoders.e5_torch import Floats, TokenStates
from index.pairs import PairTokens, shipped_weights

SURE = 10.0  # log-odds; further from 0 the network has seen too little to be believed
NARROW = 1e-5  # what steadies a spread that is divided by


class PairNetwork:
    """Reads pairs; safe to share between threads. In float32: bfloat16 multiplies faster, but prepares itself anew for
    each length of a sentence, which takes longer than the reading."""

    def __init__(self, weights: dict[str, Any]) -> None:
        """`weights` by name, as numpy arrays."""
        self._weights = {name: torch.from_numpy(np.asarray(w, np.float32)) for name, w in weights.items()}
        self._heads = 4
        # What the comparison sees of [one, other, one - other, one * other], each number multiplied once.
        one, other, less, both = self._weights["cmp.0.weight"].chunk(4, dim=1)
        self._compare = (one + less).contiguous(), (other - less).contiguous(), both.contiguous()

    @property
    def width(self) -> int:
        """Numbers of a token."""
        return int(self._weights["proj.weight"].shape[0])

    def tokens(self, text: TokenStates) -> PairTokens:
        """A text's states, narrowed: both layers standardised, turned to their main directions, projected."""
        with torch.inference_mode():
            return PairTokens(self._narrowed(text).numpy(), text.own)

    def _narrowed(self, text: TokenStates) -> torch.Tensor:
        w = self._weights
        halves = torch.from_numpy(text.states).chunk(2, dim=1)
        level = [(h - h.mean(1, keepdim=True)) / (h.std(1, correction=0, keepdim=True) + NARROW) for h in halves]
        turned = (torch.cat(level, 1) - w["mean"]) @ w["directions"]
        calm = F.layer_norm(turned, turned.shape[1:], w["norm.weight"], w["norm.bias"])
        return F.linear(calm, w["proj.weight"], w["proj.bias"])

    def read(self, question: PairTokens, sentences: Sequence[PairTokens]) -> Floats:
        """For each sentence the log-odds that it answers the question, and that the answer is yes: (sentences, 2)."""
        if not sentences:
            return np.zeros((0, 2), np.float32)
        with torch.inference_mode():
            found: Floats = self._read(question, sentences).clamp(-SURE, SURE).numpy()
        return found

    def _read(self, question: PairTokens, sentences: Sequence[PairTokens]) -> torch.Tensor:
        w = self._weights
        longest = max(len(s.vectors) for s in sentences)
        b = torch.zeros(len(sentences), longest, self.width)
        there = torch.zeros(len(sentences), longest, dtype=torch.bool)
        own = torch.zeros(len(sentences), longest, dtype=torch.bool)
        for row, sentence in enumerate(sentences):
            n = len(sentence.vectors)
            b[row, :n], there[row, :n], own[row, :n] = (
                torch.from_numpy(sentence.vectors), True, torch.from_numpy(sentence.own)
            )  # fmt: skip
        own |= there & ~own.any(1, keepdim=True)  # a mark or a number alone has no tokens of its own
        a = (torch.from_numpy(question.vectors) + w["seg.weight"][torch.from_numpy(question.own).long()])[None]
        b = b + w["seg.weight"][own.long()]
        every = (len(sentences), -1, -1)  # the question is multiplied once, and set against each sentence
        asked = torch.ones(len(sentences), a.shape[1], dtype=torch.bool)
        turned_a, turned_b = (F.linear(x, w["wq.weight"], w["wq.bias"]) for x in (a, b))
        found_by_a = self._attention(turned_a.expand(*every), turned_b, b, there)
        found_by_b = self._attention(turned_b, turned_a.expand(*every), a.expand(*every), asked)
        sides = self._compared(a, found_by_a) + w["seg.weight"][0], self._compared(b, found_by_b) + w["seg.weight"][1]
        mixed = self._mixed(torch.cat(sides, 1), torch.cat([asked, there], 1))
        split = a.shape[1]
        shown = torch.cat(
            [pooled(mixed[:, :split], asked), pooled(mixed[:, split:], there), pooled(mixed[:, split:], own)], 1
        )
        hidden = F.gelu(F.linear(shown, w["out.0.weight"], w["out.0.bias"]))
        return F.linear(hidden, w["out.3.weight"], w["out.3.bias"])[:, [1, 0]]

    def _compared(self, one: torch.Tensor, seen: torch.Tensor) -> torch.Tensor:
        """Each token of one side set against what it found on the other."""
        alone, across, both = self._compare
        own = F.linear(one, alone, self._weights["cmp.0.bias"])
        return F.gelu(own + F.linear(seen, across) + F.linear(one * seen, both))

    def _mixed(self, x: torch.Tensor, there: torch.Tensor) -> torch.Tensor:
        """One layer of self-attention over both sides, norms first."""
        w, shape = self._weights, x.shape[-1:]
        calm = F.layer_norm(x, shape, w["enc.norm1.weight"], w["enc.norm1.bias"])
        q, k, v = F.linear(calm, w["enc.self_attn.in_proj_weight"], w["enc.self_attn.in_proj_bias"]).chunk(3, -1)
        seen = self._attention(q, k, v, there)
        x = x + F.linear(seen, w["enc.self_attn.out_proj.weight"], w["enc.self_attn.out_proj.bias"])
        calm = F.layer_norm(x, shape, w["enc.norm2.weight"], w["enc.norm2.bias"])
        inner = F.gelu(F.linear(calm, w["enc.linear1.weight"], w["enc.linear1.bias"]))
        return x + F.linear(inner, w["enc.linear2.weight"], w["enc.linear2.bias"])

    def _attention(self, q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, there: torch.Tensor) -> torch.Tensor:
        # In plain steps: for texts this short torch's own attention takes three times as long.
        q, k, v = (x.unflatten(-1, (self._heads, -1)).transpose(1, 2) for x in (q, k, v))
        fits = (q @ k.transpose(2, 3)) * (q.shape[-1] ** -0.5) + torch.where(there, 0.0, -1e4)[:, None, None, :]
        return (torch.softmax(fits, -1) @ v).transpose(1, 2).flatten(2)


def pooled(x: torch.Tensor, there: torch.Tensor) -> torch.Tensor:
    """The highest and the mean of each number, over the tokens that are there."""
    mask = there[..., None]
    count = mask.sum(1).clamp(min=1)
    return torch.cat([torch.where(mask, x, -1e4).amax(1), (x * mask).sum(1) / count], -1)


@cache
def pair_network() -> PairNetwork:
    """The network that ships with the desk."""
    with np.load(BytesIO(shipped_weights()), allow_pickle=False) as data:
        return PairNetwork({name: data[name] for name in data.files})
