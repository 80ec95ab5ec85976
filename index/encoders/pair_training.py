"""Trains the network of index/encoders/pairs.py on the encoder's frozen token states."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from index.encoders.e5_torch import Floats, TokenStates
from index.encoders.pairs import pooled

DIRECTIONS, WIDTH, HEADS = 256, 128, 4
SHRINK = 0.05  # of the mean spread, added to each direction's: the last ones are mostly noise
SAMPLE = 1500  # texts of each side that the directions are found from
BATCH = 20  # questions
LOST_TOKENS, LOST_NUMBERS = 0.1, 0.2  # shares left out in training
VERDICT = 1.5  # how much a verdict counts beside an answer found
NEAR, FAR = 2, 1  # sentences a question is shown that do not answer: out of the best, out of all
Weights = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Example:
    """A question, sentences that answer it, sentences that do not (best-ranked first), all by number; `yes` is the
    verdict that the answering ones give it, None where it has none."""

    question: int
    answering: tuple[int, ...]
    others: tuple[int, ...]
    yes: bool | None


class _Network(nn.Module):  # type: ignore[misc]
    """The same as PairNetwork, with gradients."""

    def __init__(self) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(DIRECTIONS)
        self.proj = nn.Linear(DIRECTIONS, WIDTH)
        self.seg = nn.Embedding(2, WIDTH)
        self.wq = nn.Linear(WIDTH, WIDTH)
        self.cmp = nn.Sequential(nn.Linear(4 * WIDTH, WIDTH), nn.GELU())
        self.enc = nn.TransformerEncoderLayer(
            WIDTH, HEADS, 2 * WIDTH, 0.0, batch_first=True, norm_first=True, activation="gelu"
        )
        self.out = nn.Sequential(nn.Linear(6 * WIDTH, WIDTH), nn.GELU(), nn.Dropout(LOST_NUMBERS), nn.Linear(WIDTH, 2))

    def narrowed(self, x: torch.Tensor, own: torch.Tensor) -> torch.Tensor:
        """(texts, tokens, DIRECTIONS) -> (texts, tokens, WIDTH); in training some tokens and numbers are left out."""
        z: torch.Tensor = self.proj(self.norm(x)) + self.seg(own.long())
        if self.training:
            texts, tokens, width = z.shape
            z = z * (torch.rand(texts, tokens, 1) > LOST_TOKENS)
            z = z * ((torch.rand(texts, 1, width) > LOST_NUMBERS) / (1 - LOST_NUMBERS))
        return z

    def against(self, one: torch.Tensor, other: torch.Tensor, there: torch.Tensor) -> torch.Tensor:
        """Each token of one side compared with what it attends to on the other."""
        q, k, v = (x.unflatten(-1, (HEADS, -1)).transpose(1, 2) for x in (self.wq(one), self.wq(other), other))
        seen = F.scaled_dot_product_attention(q, k, v, attn_mask=there[:, None, None, :]).transpose(1, 2).flatten(2)
        compared: torch.Tensor = self.cmp(torch.cat([one, seen, one - seen, one * seen], -1))
        return compared

    def forward(
        self, a: torch.Tensor, asked: torch.Tensor, b: torch.Tensor, there: torch.Tensor, own: torch.Tensor
    ) -> torch.Tensor:
        """(pairs, 2): log-odds of yes, and of answering at all."""
        sides = self.against(a, b, there) + self.seg.weight[0], self.against(b, a, asked) + self.seg.weight[1]
        mixed = self.enc(torch.cat(sides, 1), src_key_padding_mask=~torch.cat([asked, there], 1))
        left, right = mixed[:, : a.shape[1]], mixed[:, a.shape[1] :]
        shown = [pooled(left, asked), pooled(right, there), pooled(right, own)]
        logits: torch.Tensor = self.out(torch.cat(shown, 1))
        return logits


def main_directions(texts: Sequence[TokenStates], seed: int = 0) -> tuple[Floats, Floats]:
    """Mean (768,) and main directions (768, DIRECTIONS) of tokens' levelled states, the spread of each taken out."""
    dice = np.random.default_rng(seed)
    picked = dice.choice(len(texts), min(len(texts), 2 * SAMPLE), replace=False)
    sample = np.concatenate([levelled(texts[int(i)].states) for i in picked])
    mean = sample.mean(0)
    spreads, vectors = np.linalg.eigh(np.cov((sample - mean).T))
    best = np.argsort(-spreads)[:DIRECTIONS]
    kept = spreads[best]
    directions: Floats = (vectors[:, best] / np.sqrt(kept + SHRINK * kept.mean())).astype(np.float32)
    return mean.astype(np.float32), directions


def levelled(states: Floats) -> Floats:
    """Both layers of each token with mean 0 and spread 1."""
    halves = np.split(states, 2, axis=1)
    level = [(h - h.mean(1, keepdims=True)) / (h.std(1, keepdims=True) + 1e-5) for h in halves]
    both: Floats = np.concatenate(level, axis=1)
    return both


def train(
    questions: Sequence[TokenStates],
    sentences: Sequence[TokenStates],
    examples: Sequence[Example],
    epochs: int,
    rate: float,
    seed: int = 0,
    told: Callable[[str], None] = lambda _: None,
) -> Weights:
    """Weights by name, float16, as PairNetwork takes them. 27,000 examples take three minutes an epoch on two cores."""
    torch.manual_seed(seed)
    dice = random.Random(seed)
    mean, directions = main_directions([*questions, *sentences], seed)
    sides = [[((levelled(t.states) - mean) @ directions, t.own) for t in side] for side in (questions, sentences)]
    network = _Network()
    steps = epochs * (len(examples) // BATCH + 2)
    optimiser = torch.optim.AdamW(network.parameters(), rate, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, total_steps=steps, pct_start=0.15)
    for epoch in range(epochs):
        network.train()
        losses = []
        for batch in _batches(examples, sides[0], dice):
            loss = _loss(network, sides, batch, dice)
            if loss is None:
                continue
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            losses.append(float(loss.detach()))
        told(f"epoch {epoch + 1} of {epochs}: loss {np.mean(losses):.3f}")
    weights = {name: value.numpy().astype(np.float16) for name, value in network.state_dict().items()}
    return {**weights, "mean": mean.astype(np.float16), "directions": directions.astype(np.float16)}


def _batches(examples: Sequence[Example], questions: Sequence[Any], dice: random.Random) -> Iterator[list[Example]]:
    """Questions of like length together, in a new order each time."""
    order = dice.sample(list(examples), len(examples))
    for start in range(0, len(order), 20 * BATCH):
        part = sorted(order[start : start + 20 * BATCH], key=lambda e: len(questions[e.question][0]))
        batches = [part[at : at + BATCH] for at in range(0, len(part), BATCH)]
        dice.shuffle(batches)
        yield from batches


def _loss(
    network: _Network, sides: Sequence[Any], batch: Sequence[Example], dice: random.Random
) -> torch.Tensor | None:
    pairs: list[tuple[int, int, float | None, float | None]] = []  # question of the batch, sentence, yes, answers
    for row, example in enumerate(batch):
        if example.answering:
            yes = None if example.yes is None else float(example.yes)
            pairs.append((row, dice.choice(example.answering), yes, 1.0))
        pairs += [(row, other, None, 0.0) for other in _others(example, dice)]
    if not pairs:
        return None
    logits = _read(network, sides, [e.question for e in batch], [p[:2] for p in pairs])
    total = logits.sum() * 0
    for column, weight, labels in ((0, VERDICT, [p[2] for p in pairs]), (1, 1.0, [p[3] for p in pairs])):
        known = [i for i, label in enumerate(labels) if label is not None]
        if known:
            wanted = torch.tensor([labels[i] for i in known])
            total = total + weight * F.binary_cross_entropy_with_logits(logits[known, column], wanted)
    return total


def _others(example: Example, dice: random.Random) -> set[int]:
    """Sentences that do not answer: of the nearest ones, which mislead most, and of all."""
    if not example.others:
        return set()
    picked = {dice.choice(example.others[:8]) for _ in range(NEAR)} | {dice.choice(example.others) for _ in range(FAR)}
    return picked if example.answering else picked | set(example.others[:2])


def _read(
    network: _Network, sides: Sequence[Any], questions: Sequence[int], pairs: Sequence[tuple[int, int]]
) -> torch.Tensor:
    """The logits of pairs (place of the question, sentence), sentences of like length read together."""
    a, asked, own = _padded([sides[0][q] for q in questions])
    narrow = network.narrowed(a, own)
    order = sorted(range(len(pairs)), key=lambda i: len(sides[1][pairs[i][1]][0]))
    parts = [order[at : at + 24] for at in range(0, len(order), 24)]
    found = []
    for part in parts:
        b, there, own = _padded([sides[1][pairs[i][1]] for i in part])
        rows = torch.tensor([pairs[i][0] for i in part])
        found.append(network(narrow[rows], asked[rows], network.narrowed(b, own), there, own))
    place = torch.empty(len(order), dtype=torch.long)
    place[torch.tensor(order)] = torch.arange(len(order))
    return torch.cat(found)[place]


def _padded(texts: Sequence[Any]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """(texts, longest, numbers), which tokens are there, which are the text's own."""
    longest = max(len(vectors) for vectors, _ in texts)
    x = torch.zeros(len(texts), longest, texts[0][0].shape[1])
    there, mine = torch.zeros(len(texts), longest, dtype=torch.bool), torch.zeros(len(texts), longest, dtype=torch.bool)
    for row, (vectors, own) in enumerate(texts):
        x[row, : len(vectors)] = torch.from_numpy(vectors)
        there[row, : len(vectors)] = True
        mine[row, : len(own)] = torch.from_numpy(own if own.any() else np.ones_like(own))
    return x, there, mine
