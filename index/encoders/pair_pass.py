"""The pair network as steps on named tensors: the same ones read for the desk (pairs.py) and learn (pair_training.py).

Each side attends to the other (decomposable attention, Parikh et al. 2016), one layer of self-attention reads both,
pooled. Its inputs are token states of multilingual-e5-small, turned to their main directions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
import torch.nn.functional as F

HEADS = 4  # of attention
NARROW = 1e-5  # what steadies a spread that is divided by
YES, ANSWERS, DEPENDS = 0, 1, 2  # columns of what comes out
Tensors = Mapping[str, torch.Tensor]


def levelled(states: torch.Tensor) -> torch.Tensor:
    """(tokens, 2 * width) -> both layers of each token with mean 0 and spread 1."""
    halves = states.chunk(2, dim=1)
    return torch.cat(
        [(h - h.mean(1, keepdim=True)) / (h.std(1, correction=0, keepdim=True) + NARROW) for h in halves], 1
    )


def turned(weights: Tensors, states: torch.Tensor) -> torch.Tensor:
    """(tokens, 2 * width) -> (tokens, directions): levelled, seen along the main directions."""
    return (levelled(states) - weights["mean"]) @ weights["directions"]


def narrowed(weights: Tensors, directions: torch.Tensor) -> torch.Tensor:
    """(..., directions) -> (..., width): tokens as a network reads them."""
    calm = F.layer_norm(directions, directions.shape[-1:], weights["norm.weight"], weights["norm.bias"])
    return F.linear(calm, weights["proj.weight"], weights["proj.bias"])


class PairPass:
    """One way through the network, for a batch of pairs."""

    def __init__(self, weights: Tensors, loosen: Callable[[torch.Tensor], torch.Tensor] | None = None) -> None:
        """`loosen` leaves numbers out of the last layer, in training."""
        self._weights = weights
        self._loosen = loosen
        # What the comparison sees of [one, other, one - other, one * other], each number multiplied once.
        one, other, less, both = weights["cmp.0.weight"].chunk(4, dim=1)
        self._compare = one + less, other - less, both

    def narrowed(self, directions: torch.Tensor) -> torch.Tensor:
        """(..., directions) -> (..., width): tokens as they are read."""
        return narrowed(self._weights, directions)

    def marked(self, tokens: torch.Tensor, own: torch.Tensor) -> torch.Tensor:
        """Tokens that know whether they are of the text itself or of what it stands under."""
        return tokens + F.embedding(own.long(), self._weights["seg.weight"])

    def read(
        self, a: torch.Tensor, asked: torch.Tensor, b: torch.Tensor, there: torch.Tensor, own: torch.Tensor
    ) -> torch.Tensor:
        """(pairs, 3), columns YES, ANSWERS and DEPENDS, in log-odds.

        `a` questions, marked: (pairs, tokens, width), or (1, ...) where one question is read against each sentence; `b`
        sentences, marked; `asked` (pairs, tokens) and `there` say which tokens exist, `own` which are the sentence's.
        """
        w = self._weights
        pairs, split = len(b), a.shape[1]
        every = (pairs, -1, -1)  # one question is multiplied once, and set against each sentence
        one, other = (F.linear(x, w["wq.weight"], w["wq.bias"]) for x in (a, b))
        found_by_a = _attention(one.expand(*every), other, b, there)
        found_by_b = _attention(other, one.expand(*every), a.expand(*every), asked)
        sides = self._compared(a, found_by_a) + w["seg.weight"][0], self._compared(b, found_by_b) + w["seg.weight"][1]
        mixed = self_attended(w, torch.cat(sides, 1), torch.cat([asked, there], 1))
        left, right = mixed[:, :split], mixed[:, split:]
        shown = torch.cat([pooled(left, asked), pooled(right, there), pooled(right, own)], 1)
        hidden = F.gelu(F.linear(shown, w["out.0.weight"], w["out.0.bias"]))
        if self._loosen is not None:
            hidden = self._loosen(hidden)
        return F.linear(hidden, w["out.3.weight"], w["out.3.bias"])

    def _compared(self, one: torch.Tensor, seen: torch.Tensor) -> torch.Tensor:
        """Each token of one side set against what it found on the other."""
        alone, across, both = self._compare
        own = F.linear(one, alone, self._weights["cmp.0.bias"])
        return F.gelu(own + F.linear(seen, across) + F.linear(one * seen, both))


def self_attended(weights: Tensors, x: torch.Tensor, there: torch.Tensor) -> torch.Tensor:
    """(texts, tokens, width) through one layer of self-attention, norms first; `there` (texts, tokens) which exist."""
    w, shape = weights, x.shape[-1:]
    calm = F.layer_norm(x, shape, w["enc.norm1.weight"], w["enc.norm1.bias"])
    q, k, v = F.linear(calm, w["enc.self_attn.in_proj_weight"], w["enc.self_attn.in_proj_bias"]).chunk(3, -1)
    seen = _attention(q, k, v, there)
    x = x + F.linear(seen, w["enc.self_attn.out_proj.weight"], w["enc.self_attn.out_proj.bias"])
    calm = F.layer_norm(x, shape, w["enc.norm2.weight"], w["enc.norm2.bias"])
    inner = F.gelu(F.linear(calm, w["enc.linear1.weight"], w["enc.linear1.bias"]))
    return x + F.linear(inner, w["enc.linear2.weight"], w["enc.linear2.bias"])


def _attention(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, there: torch.Tensor) -> torch.Tensor:
    # In plain steps: for texts this short torch's own attention takes three times as long.
    q, k, v = (x.unflatten(-1, (HEADS, -1)).transpose(1, 2) for x in (q, k, v))
    fits = (q @ k.transpose(2, 3)) * (q.shape[-1] ** -0.5) + torch.where(there, 0.0, -1e4)[:, None, None, :]
    return (torch.softmax(fits, -1) @ v).transpose(1, 2).flatten(2)


def pooled(x: torch.Tensor, there: torch.Tensor) -> torch.Tensor:
    """The highest and the mean of each number, over the tokens that are there."""
    mask = there[..., None]
    count = mask.sum(1).clamp(min=1)
    return torch.cat([torch.where(mask, x, -1e4).amax(1), (x * mask).sum(1) / count], -1)
