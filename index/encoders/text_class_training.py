"""Trains the network of text_classes.py on tokens that stay as they are."""

from __future__ import annotations

import os
import random
from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn

from index.encoders.text_classes import class_logits, side_by_side
from index.encoders.weights import as_arrays, by_chance, to_learn
from index.pairs import PairTokens

BATCH = 24
LOST_TOKENS, LOST_NUMBERS = 0.1, 0.2  # shares left out in training
SURE = 0.95  # what the right kind is to get; the rest is shared out, since labels may err
Weights = dict[str, Any]


def train_classes(
    texts: Sequence[PairTokens], kinds: Sequence[int], count: int, epochs: int = 14, rate: float = 1e-3, seed: int = 0
) -> Weights:
    """Weights by name, float16, as TextClassifier takes them; `kinds` are numbers below `count`, one for each text."""
    torch.set_num_threads(os.cpu_count() or 1)
    torch.manual_seed(seed)
    dice = random.Random(seed)
    weights = to_learn(_first(texts[0].vectors.shape[1], count))
    optimiser = torch.optim.AdamW(weights.values(), rate, weight_decay=0.05)
    steps = epochs * -(-len(texts) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, total_steps=steps, pct_start=0.15)
    for _ in range(epochs):
        order = dice.sample(range(len(texts)), len(texts))
        for start in range(0, len(order), BATCH):
            batch = order[start : start + BATCH]
            x, there = side_by_side([texts[i] for i in batch])
            logits = class_logits(weights, _thinned(x), there, LOST_NUMBERS)
            wanted = torch.tensor([kinds[i] for i in batch])
            loss = F.cross_entropy(logits, wanted, label_smoothing=1 - SURE)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
    return as_arrays(weights)


def _first(width: int, count: int) -> dict[str, torch.Tensor]:
    return by_chance({
        "norm": nn.LayerNorm(width), "enc": nn.TransformerEncoderLayer(width, 1, 2 * width),
        "out.0": nn.Linear(2 * width, width), "out.3": nn.Linear(width, count),
    })  # fmt: skip


def _thinned(x: torch.Tensor) -> torch.Tensor:
    """Without some of the tokens, and of each text without some of the numbers."""
    x = x * (torch.rand(*x.shape[:2], 1) > LOST_TOKENS)
    return x * ((torch.rand(len(x), 1, x.shape[2]) > LOST_NUMBERS) / (1 - LOST_NUMBERS))
