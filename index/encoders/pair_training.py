"""Trains the network of index/encoders/pairs.py on the encoder's frozen token states."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from index.encoders.e5_torch import Flags, Floats, TokenStates
from index.encoders.pair_pass import ANSWERS, DEPENDS, YES, PairPass, levelled, turned
from index.encoders.weights import as_arrays, as_tensors, by_chance, to_learn

DIRECTIONS, WIDTH = 256, 128
SHRINK = 0.05  # of the mean spread, added to each direction's: the last ones are mostly noise
SAMPLE = 3000  # texts that the directions are found from
BATCH = 20  # questions
TOGETHER = 24  # sentences of like length that are read in one go
LOST_TOKENS, LOST_NUMBERS = 0.1, 0.2  # shares left out in training
VERDICT = 1.5  # how much a verdict counts beside an answer found
NEAR, FAR = 2, 1  # sentences a question is shown that do not answer: out of the best, out of all
Weights = dict[str, Any]
Verdict = Literal["yes", "no", "depends"]


@dataclass(frozen=True, slots=True)
class Example:
    """A question and sentences, by number: those that answer it, each with its verdict (None where none
    is asked), and those that do not, best-ranked first."""

    question: int
    answering: tuple[tuple[int, Verdict | None], ...]
    others: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Pair:
    row: int  # the question, by its place in the batch
    sentence: int
    verdict: Verdict | None
    answers: bool


@dataclass(frozen=True, slots=True)
class _Text:
    """A text's tokens along the main directions, float32 (tokens, DIRECTIONS), and which are its own."""

    directions: torch.Tensor
    own: torch.Tensor


@dataclass(frozen=True, slots=True)
class TrainingTexts:
    """What is read in training, by number: questions, and sentences."""

    questions: Sequence[TokenStates]
    sentences: Sequence[TokenStates]


def main_directions(texts: Sequence[TokenStates], seed: int = 0) -> tuple[Floats, Floats]:
    """Mean (768,) and main directions (768, DIRECTIONS) of tokens' levelled states, the spread of each taken out."""
    dice = np.random.default_rng(seed)
    picked = dice.choice(len(texts), min(len(texts), SAMPLE), replace=False)
    sample = np.concatenate([levelled(torch.from_numpy(texts[int(i)].states)).numpy() for i in picked])
    mean = sample.mean(0)
    spreads, vectors = np.linalg.eigh(np.cov((sample - mean).T))
    best = np.argsort(-spreads)[:DIRECTIONS]
    kept = spreads[best]
    directions: Floats = (vectors[:, best] / np.sqrt(kept + SHRINK * kept.mean())).astype(np.float32)
    return mean.astype(np.float32), directions


def train(
    texts: TrainingTexts, examples: Sequence[Example], epochs: int, rate: float, seed: int = 0,
    start: Mapping[str, Floats] | None = None,
) -> Iterator[tuple[float, Weights]]:  # fmt: skip
    """Yields after each epoch its mean loss and the weights by name, float16, as PairNetwork takes them.

    `start` are weights to begin from. 25,000 questions take some five minutes an epoch on two cores.
    """
    torch.set_num_threads(os.cpu_count() or 1)  # an encoder at work keeps it to one
    torch.manual_seed(seed)
    dice = random.Random(seed)
    learning, fixed = _beginning(texts, seed, start)
    sides = _seen([*texts.questions], fixed), _seen([*texts.sentences], fixed)
    steps = epochs * (len(examples) // BATCH + 2)
    optimiser = torch.optim.AdamW(learning.values(), rate, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, total_steps=steps, pct_start=0.15)
    for _ in range(epochs):
        losses = []
        for batch in _batches(examples, sides[0], dice):
            loss = _loss(learning, sides, batch, dice)
            if loss is None:
                continue
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(learning.values(), 1.0)
            optimiser.step()
            schedule.step()
            losses.append(float(loss.detach()))
        yield float(np.mean(losses)), as_arrays({**learning, **fixed})


def _beginning(
    texts: TrainingTexts, seed: int, start: Mapping[str, Floats] | None
) -> tuple[dict[str, torch.Tensor], dict[str, torch.Tensor]]:
    """The weights that learn, and those that are found once."""
    if start is None:
        mean, directions = main_directions([*texts.questions, *texts.sentences], seed)
        first = {**_first_weights(), **as_tensors({"mean": mean, "directions": directions})}
    else:
        first = as_tensors(start)
    fixed = {name: first.pop(name) for name in ("mean", "directions")}
    return to_learn(first), fixed


def _first_weights() -> dict[str, torch.Tensor]:
    encoder = nn.TransformerEncoderLayer(WIDTH, 1, 2 * WIDTH)
    return by_chance({
        "norm": nn.LayerNorm(DIRECTIONS), "proj": nn.Linear(DIRECTIONS, WIDTH), "seg": nn.Embedding(2, WIDTH),
        "wq": nn.Linear(WIDTH, WIDTH), "cmp.0": nn.Linear(4 * WIDTH, WIDTH), "enc": encoder,
        "out.0": nn.Linear(6 * WIDTH, WIDTH), "out.3": nn.Linear(WIDTH, 3),
    })  # fmt: skip


def _seen(texts: Sequence[TokenStates], fixed: Mapping[str, torch.Tensor]) -> list[_Text]:
    return [_Text(turned(fixed, torch.from_numpy(t.states)), _own(t.own)) for t in texts]


def _own(own: Flags) -> torch.Tensor:
    """A mark or a number alone has no tokens of its own: then all are."""
    return torch.from_numpy(own if own.any() else np.ones_like(own))


def _batches(
    examples: Sequence[Example], questions: Sequence[_Text], dice: random.Random
) -> Iterator[list[Example]]:
    """Questions of like length together, in a new order each time."""
    order = dice.sample(list(examples), len(examples))
    for start in range(0, len(order), 20 * BATCH):
        part = sorted(order[start : start + 20 * BATCH], key=lambda e: len(questions[e.question].own))
        batches = [part[at : at + BATCH] for at in range(0, len(part), BATCH)]
        dice.shuffle(batches)
        yield from batches


def _loss(
    learning: Mapping[str, torch.Tensor], sides: tuple[list[_Text], list[_Text]], batch: Sequence[Example],
    dice: random.Random,
) -> torch.Tensor | None:  # fmt: skip
    pairs = [pair for row, example in enumerate(batch) for pair in _picked(row, example, dice)]
    if not pairs:
        return None
    logits = _read(learning, sides, [e.question for e in batch], pairs)
    answers = torch.tensor([float(p.answers) for p in pairs])
    total = F.binary_cross_entropy_with_logits(logits[:, ANSWERS], answers)
    for column, verdicts, weight in ((YES, ("yes", "no"), VERDICT), (DEPENDS, ("depends", "yes", "no"), 1.0)):
        told = [i for i, p in enumerate(pairs) if p.verdict in verdicts]
        if told:
            first = torch.tensor([float(pairs[i].verdict == verdicts[0]) for i in told])
            total = total + weight * F.binary_cross_entropy_with_logits(logits[told, column], first)
    return total


def _picked(row: int, example: Example, dice: random.Random) -> list[_Pair]:
    """Of the sentences that answer, one of each verdict; of the others, the nearest, which mislead most, and any."""
    told = dict.fromkeys(verdict for _, verdict in example.answering)
    pairs = [_Pair(row, dice.choice([s for s, v in example.answering if v == one]), one, True) for one in told]
    if not example.others:
        return pairs
    picked = {dice.choice(example.others[:8]) for _ in range(NEAR)} | {dice.choice(example.others) for _ in range(FAR)}
    if not example.answering:
        picked |= set(example.others[:2])
    return pairs + [_Pair(row, other, None, False) for other in picked]


def _read(
    learning: Mapping[str, torch.Tensor], sides: tuple[list[_Text], list[_Text]], questions: Sequence[int],
    pairs: Sequence[_Pair],
) -> torch.Tensor:  # fmt: skip
    """The logits of pairs, sentences of like length read together."""
    network = PairPass(learning, lambda x: F.dropout(x, LOST_NUMBERS))
    a, asked = _narrowed(network, [sides[0][q] for q in questions])[:2]
    order = sorted(range(len(pairs)), key=lambda i: len(sides[1][pairs[i].sentence].own))
    found = []
    for start in range(0, len(order), TOGETHER):
        part = [pairs[i] for i in order[start : start + TOGETHER]]
        rows = torch.tensor([p.row for p in part])
        b = _narrowed(network, [sides[1][p.sentence] for p in part])
        found.append(network.read(a[rows], asked[rows], *b))
    place = torch.empty(len(order), dtype=torch.long)
    place[torch.tensor(order)] = torch.arange(len(order))
    return torch.cat(found)[place]


def _narrowed(network: PairPass, texts: Sequence[_Text]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """(texts, longest, WIDTH) without some tokens and numbers, which tokens are there, which are the text's own."""
    x = nn.utils.rnn.pad_sequence([t.directions for t in texts], batch_first=True)
    own = nn.utils.rnn.pad_sequence([t.own for t in texts], batch_first=True)
    counts = torch.tensor([len(t.own) for t in texts])
    there = torch.arange(x.shape[1])[None] < counts[:, None]
    z = network.marked(network.narrowed(x), own)
    z = z * (torch.rand(*z.shape[:2], 1) > LOST_TOKENS)
    return z * ((torch.rand(len(texts), 1, z.shape[2]) > LOST_NUMBERS) / (1 - LOST_NUMBERS)), there, own
