"""Trains the verdict: python -m eval.verdict_learning CORPUS ITEMS.jsonl [...] [--contrast FILE.jsonl] --out FILE.json

Each question is read from what the desk finds and from its gold sentence; a contrast set brings rules of its own.
Prints what thresholds cost, cross-validated (folds of questions).
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bot.question import Question, read_question
from bot.verdict import SentenceContext
from bot.verdict_asked import read_asked
from bot.verdict_cues import features_of
from bot.verdict_fit import readings_of
from bot.verdict_words import words
from bot.vocabulary import Vocabulary
from eval.verdict_fitting import Matrix, counts_at, cross_validated, read_verdict_items, readings_in
from index.retriever import Retriever
from ingest.store import write_whole

STRENGTH = 0.1
RARE = 4  # a feature seen less often is left out
THRESHOLD = 0.4
# Questions put as agents put them weigh more than those written in bulk to turn one sentence many ways.
BULK, PLAIN, TURNED = 800, 1.0, 0.5
THRESHOLDS = (0.2, 0.35, 0.45, 0.6, 0.8, 1.0)


def main(arguments: Sequence[str] | None = None) -> int:
    """Writes the weights; returns 2 where held-out items are among those given."""
    parser = argparse.ArgumentParser(
        prog="python -m eval.verdict_learning", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("corpus", type=Path)
    parser.add_argument("items", type=Path, nargs="+")
    parser.add_argument("--contrast", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(arguments)
    items = read_verdict_items(options.items)
    if items is None:
        return 2
    many = Counter(item["source"] for item in items)
    rows = [
        _Row(item["id"], features, item["verdict"] == "yes", found, PLAIN if many[item["source"]] < BULK else TURNED)
        for item, question, contexts, vocabulary, found in readings_in(Retriever.open(options.corpus), items)
        if (features := _features(question, contexts, vocabulary))
    ]
    if options.contrast:
        rows += _contrasts(options.contrast)
    common = Counter(name for row in rows for name in row.features)
    names = sorted(name for name, count in common.items() if count >= RARE)
    place = {name: i for i, name in enumerate(names)}
    matrix = np.zeros((len(rows), len(names)))
    for number, row in enumerate(rows):
        for name, value in row.features.items():
            if name in place:
                matrix[number, place[name]] = value
    yes, weight = np.array([row.yes for row in rows]), np.array([row.weight for row in rows])
    held = cross_validated(matrix, [row.id for row in rows], lambda kept: _fit(matrix[kept], yes[kept], weight[kept]))
    found = np.array([row.found for row in rows])
    for name, these in (
        ("as agents ask", found & (weight == PLAIN)),
        ("turned", found & (weight < PLAIN)),
        ("one sentence", ~found),
    ):
        for threshold in THRESHOLDS if these.any() else ():
            print(f"{name}, threshold {threshold}: {counts_at(threshold, held[these], yes[these])}")
    weights = _fit(matrix, yes, weight)
    table = {name: round(float(w), 3) for name, w in zip(names, weights, strict=True) if abs(w) >= 0.005}
    write_whole(
        options.out, json.dumps({"threshold": THRESHOLD, "weights": table}, ensure_ascii=False, indent=0).encode()
    )
    return 0


@dataclass(frozen=True, slots=True)
class _Row:
    """A question read from some sentences: what is seen, whether yes is right, whether the desk found them itself."""

    id: str
    features: Mapping[str, float]
    yes: bool
    found: bool
    weight: float


def _features(question: Question, contexts: Sequence[SentenceContext], vocabulary: Vocabulary) -> Mapping[str, float]:
    asked = read_asked(question)
    return features_of(question, asked, contexts, list(readings_of(asked, contexts, vocabulary)), words().weights)


def _contrasts(path: Path) -> list[_Row]:
    """Pairs of nearly the same rule, each with the same questions: what turns the answer is in the rule's own words."""
    rows = []
    vocabulary = Vocabulary({}, [])
    for line in path.read_text(encoding="utf-8").splitlines():
        one = json.loads(line)
        for number, item in enumerate(one["questions"]):
            question = read_question(item["question"], one["platform"])
            for rule in "ab":
                context = SentenceContext(one["rules"][rule], one["head"])
                if item[rule] in ("yes", "no") and (features := _features(question, [context], vocabulary)):
                    rows.append(_Row(f"{one['id']}-{number}", features, item[rule] == "yes", False, TURNED))
    return rows


def _fit(matrix: Matrix, yes: Any, weight: Matrix) -> Matrix:
    from sklearn.linear_model import LogisticRegression

    # No intercept: without a reading there is no opinion (`bias` is a feature of those that have one).
    model = LogisticRegression(C=STRENGTH, fit_intercept=False, max_iter=4000).fit(matrix, yes, weight)
    coefficients: Matrix = model.coef_[0]
    return coefficients


if __name__ == "__main__":
    sys.exit(main())
