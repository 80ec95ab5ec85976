"""Trains the network of index/encoders/contradictions.py on tokens as the pair network narrows them."""

from __future__ import annotations

import os
import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from index.encoders.contradictions import CONTRADICT, SAME_MATTER, side_by_side
from index.encoders.pair_pass import PairPass
from index.encoders.weights import as_arrays, as_tensors, by_chance, to_learn
from index.pairs import PairTokens

BATCH, TOGETHER = 32, 640  # pairs that are read in one go; of so many, those of like length
LOST_TOKENS, LOST_NUMBERS, DECAY = 0.1, 0.2, 0.05
SPARE = 60  # steps of an epoch beyond those counted: how many it has, chance tells
ALSO_ITSELF = 0.5  # of the groups with pairs that agree: a sentence and its copy
Weights = dict[str, Any]
# "apart" speaks of two matters; "clean" contradicts nothing, of one matter or of two.
Relation = Literal["contradict", "agree", "apart", "clean"]
PICKED: Mapping[Relation, int] = {"contradict": 3, "agree": 2, "apart": 4, "clean": 2}  # of a group, each epoch


@dataclass(frozen=True, slots=True)
class Example:
    """Two sides, by number, of one group: those about one matter."""

    group: str
    one: int
    other: int
    relation: Relation


@dataclass(frozen=True, slots=True)
class Lot:
    """Examples of one origin; so large a share of their groups is seen in an epoch."""

    examples: Sequence[Example]
    share: float = 1.0


def train(
    sides: Sequence[PairTokens], lots: Sequence[Lot], epochs: int, rate: float, start: Mapping[str, Any], seed: int = 0
) -> Iterator[tuple[float, Weights]]:
    """Yields after each epoch its mean loss and the weights by name, as ContradictionNetwork takes them.

    `start` are those of the pair network: all but what narrows its tokens, and what comes out, is begun from.
    """
    torch.set_num_threads(os.cpu_count() or 1)
    torch.manual_seed(seed)
    dice = random.Random(seed)
    learning = _beginning(start)
    groups = [(_by_group(lot.examples), lot.share) for lot in lots]
    everyone = [e.other for lot in lots for e in lot.examples]
    steps = epochs * (len(_picked(groups, everyone, random.Random(seed))) // BATCH + SPARE)
    optimiser = torch.optim.AdamW(learning.values(), rate, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, total_steps=steps, pct_start=0.15)
    for _ in range(epochs):
        losses = []
        for batch in _batches(_picked(groups, everyone, dice), sides, dice):
            loss = _loss(learning, sides, batch, dice)
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(learning.values(), 1.0)
            optimiser.step()
            schedule.step()
            losses.append(float(loss.detach()))
        yield float(np.mean(losses)), as_arrays(learning)


def _beginning(start: Mapping[str, Any]) -> dict[str, torch.Tensor]:
    foreign = (
        "mean",
        "directions",
        "norm.weight",
        "norm.bias",
        "proj.weight",
        "proj.bias",
        "out.3.weight",
        "out.3.bias",
    )
    kept = as_tensors({name: w for name, w in start.items() if name not in foreign})
    hidden = kept["out.0.weight"].shape[0]
    return to_learn({**kept, **by_chance({"out.3": nn.Linear(hidden, SAME_MATTER + 1)})})


def _by_group(examples: Sequence[Example]) -> list[list[Example]]:
    groups: dict[str, list[Example]] = defaultdict(list)
    for example in examples:
        groups[example.group].append(example)
    return list(groups.values())


def _picked(
    lots: Sequence[tuple[Sequence[Sequence[Example]], float]], everyone: Sequence[int], dice: random.Random
) -> list[Example]:
    """Of each group some pairs of each relation, one with a sentence from anywhere, one of a sentence and its copy."""
    found = []
    for groups, share in lots:
        for group in groups:
            if dice.random() >= share:
                continue
            for relation, count in PICKED.items():
                told = [e for e in group if e.relation == relation]
                found += dice.sample(told, min(count, len(told)))
            one = dice.choice(group)
            if any(e.relation != "clean" for e in group):
                found.append(Example(one.group, one.one, dice.choice(everyone), "apart"))
                if dice.random() < ALSO_ITSELF:
                    found.append(Example(one.group, one.one, one.one, "agree"))
    return found


def _batches(examples: list[Example], sides: Sequence[PairTokens], dice: random.Random) -> Iterator[list[Example]]:
    dice.shuffle(examples)
    for start in range(0, len(examples), TOGETHER):
        part = sorted(examples[start : start + TOGETHER], key=lambda e: len(sides[e.one].own) + len(sides[e.other].own))
        batches = [part[at : at + BATCH] for at in range(0, len(part), BATCH)]
        dice.shuffle(batches)
        yield from batches


def _loss(
    learning: Mapping[str, torch.Tensor], sides: Sequence[PairTokens], batch: Sequence[Example], dice: random.Random
) -> torch.Tensor:
    network = PairPass(learning, lambda x: F.dropout(x, LOST_NUMBERS))
    turned = [(e.other, e.one) if dice.random() < 0.5 else (e.one, e.other) for e in batch]
    one, other = (_loosened(side_by_side(network, [_floats(sides[pair[at]]) for pair in turned])) for at in (0, 1))
    logits = network.read(*one[:2], *other)
    contradict = torch.tensor([float(e.relation == "contradict") for e in batch])
    total = F.binary_cross_entropy_with_logits(logits[:, CONTRADICT], contradict)
    known = [at for at, e in enumerate(batch) if e.relation != "clean"]
    if known:
        same = torch.tensor([float(batch[at].relation != "apart") for at in known])
        total = total + F.binary_cross_entropy_with_logits(logits[known, SAME_MATTER], same)
    return total


def _floats(tokens: PairTokens) -> PairTokens:
    return PairTokens(tokens.vectors.astype(np.float32), tokens.own)


def _loosened(side: tuple[torch.Tensor, torch.Tensor, torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Without some tokens and numbers."""
    x, there, own = side
    x = x * (torch.rand(*x.shape[:2], 1) > LOST_TOKENS)
    return x * ((torch.rand(len(x), 1, x.shape[2]) > LOST_NUMBERS) / (1 - LOST_NUMBERS)), there, own
