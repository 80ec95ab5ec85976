"""Measures of ranking and answering, each with a 95 % interval; checked by hand arithmetic and against ir_measures."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import partial

import numpy as np

Z95 = 1.959963984540054  # the normal deviate that leaves 2.5 % on either side
BOOTSTRAP_ROUNDS = 2000
BOOTSTRAP_SEED = 20240618
Run = Mapping[str, Sequence[str]]  # query -> what was retrieved, best first
Qrels = Mapping[str, Set[str]]  # query -> what holds its gold


@dataclass(frozen=True, slots=True)
class Estimate:
    """A measured value in its own unit, the ends of its 95 % interval, and how many items it was measured on."""

    value: float
    low: float
    high: float
    n: int


def proportion(successes: int, n: int) -> Estimate | None:
    """successes / n with Wilson's interval; None for n = 0. Raises ValueError unless 0 <= successes <= n."""
    if not 0 <= successes <= n:
        raise ValueError(f"{successes} successes of {n}: must lie between 0 and {n}")
    if n == 0:
        return None
    share, spread = successes / n, Z95 * Z95 / n
    centre = (share + spread / 2) / (1 + spread)
    half = Z95 * math.sqrt(share * (1 - share) / n + spread / (4 * n)) / (1 + spread)
    # At the ends the formula gives 0 and 1 but for rounding.
    low = 0.0 if successes == 0 else max(0.0, centre - half)
    high = 1.0 if successes == n else min(1.0, centre + half)
    return Estimate(share, low, high, n)


def share_of(flags: Iterable[bool]) -> Estimate | None:
    """The proportion of true flags with Wilson's interval; None where there are no flags."""
    known = [bool(f) for f in flags]
    return proportion(sum(known), len(known))


def mean_of(values: Iterable[float], seed: int = BOOTSTRAP_SEED, rounds: int = BOOTSTRAP_ROUNDS) -> Estimate | None:
    """The mean with a percentile bootstrap interval (the same for the same values); None where there are no values."""
    data = np.asarray(list(values), dtype=np.float64)
    if not len(data):
        return None
    picks = np.random.default_rng(seed).integers(0, len(data), size=(rounds, len(data)))
    means = data[picks].mean(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return Estimate(float(data.mean()), float(low), float(high), len(data))


def success_at(retrieved: Sequence[str], relevant: Set[str], k: int) -> float:
    """1.0 where one of the first k holds the gold, else 0.0: what R@k means here (ir_measures: Success@k)."""
    return 1.0 if any(r in relevant for r in retrieved[:k]) else 0.0


def recall_at(retrieved: Sequence[str], relevant: Set[str], k: int) -> float:
    """The share of the relevant that stands among the first k (ir_measures: R@k); 0.0 where nothing is relevant."""
    return len(set(retrieved[:k]) & relevant) / len(relevant) if relevant else 0.0


def reciprocal_rank(retrieved: Sequence[str], relevant: Set[str]) -> float:
    """1 / rank of the first relevant one, 0.0 where none is retrieved (ir_measures: RR)."""
    return next((1.0 / rank for rank, name in enumerate(retrieved, 1) if name in relevant), 0.0)


def ndcg_at(retrieved: Sequence[str], relevant: Set[str], k: int) -> float:
    """Binary nDCG over the first k (ir_measures: nDCG@k); 0.0 where nothing is relevant."""
    gain = sum(1.0 / math.log2(rank + 1) for rank, name in enumerate(retrieved[:k], 1) if name in relevant)
    ideal = sum(1.0 / math.log2(rank + 1) for rank in range(1, min(k, len(relevant)) + 1))
    return gain / ideal if ideal else 0.0


def per_query(run: Run, qrels: Qrels, measure: Callable[[Sequence[str], Set[str]], float]) -> dict[str, float]:
    """The measure of every judged query; one that the run lacks is measured on an empty ranking, not dropped."""
    return {query: measure(run.get(query, ()), relevant) for query, relevant in qrels.items()}


def ranking(run: Run, qrels: Qrels) -> dict[str, Estimate]:
    """R@1, R@3, R@5, R@10 (a gold passage among the first k), MRR and nDCG@10 over all judged queries."""
    found: dict[str, Estimate | None] = {}
    for k in (1, 3, 5, 10):
        found[f"R@{k}"] = share_of(v > 0 for v in per_query(run, qrels, partial(success_at, k=k)).values())
    found["MRR"] = mean_of(per_query(run, qrels, reciprocal_rank).values())
    found["nDCG@10"] = mean_of(per_query(run, qrels, partial(ndcg_at, k=10)).values())
    return {name: estimate for name, estimate in found.items() if estimate is not None}


def exam_measures(answered: Sequence[bool], correct: Sequence[bool]) -> dict[str, Estimate]:
    """accuracy (of all), accuracy_answered, wrong_rate (of all; silence is not wrong), coverage (answered, of all).

    The sequences run over the same items. Raises ValueError where they differ in length.
    """
    pairs = list(zip(answered, correct, strict=True))
    found = {
        "accuracy": share_of(a and c for a, c in pairs),
        "accuracy_answered": share_of(c for a, c in pairs if a),
        "wrong_rate": share_of(a and not c for a, c in pairs),
        "coverage": share_of(a for a, _ in pairs),
    }
    return {name: estimate for name, estimate in found.items() if estimate is not None}


def refusal_measures(refused: Sequence[bool], answerable: Sequence[bool]) -> dict[str, Estimate]:
    """refusal_precision (refused that had to be), refusal_recall (unanswerable that were), answerable_lost."""
    pairs = list(zip(refused, answerable, strict=True))
    found = {
        "refusal_precision": share_of(not a for r, a in pairs if r),
        "refusal_recall": share_of(r for r, a in pairs if not a),
        "answerable_lost": share_of(r for r, a in pairs if a),
    }
    return {name: estimate for name, estimate in found.items() if estimate is not None}


def is_opposite(given: str | None, gold: str | None) -> bool:
    """Whether a verdict says the reverse of the rule: yes for no, or no for yes."""
    return {given, gold} == {"yes", "no"}


def verdict_measures(given: Sequence[str | None], gold: Sequence[str | None]) -> dict[str, Estimate]:
    """verdict_accuracy and opposite_rate, over the items whose gold is a verdict."""
    judged = [(g, w) for g, w in zip(given, gold, strict=True) if w is not None]
    found = {
        "verdict_accuracy": share_of(g == w for g, w in judged),
        "opposite_rate": share_of(is_opposite(g, w) for g, w in judged),
    }
    return {name: estimate for name, estimate in found.items() if estimate is not None}


def timings(milliseconds: Iterable[float]) -> dict[str, float]:
    """Median and 95th percentile in ms; empty where nothing was timed."""
    data = np.asarray(list(milliseconds), dtype=np.float64)
    if not len(data):
        return {}
    return {"ms_median": float(np.median(data)), "ms_p95": float(np.percentile(data, 95))}
