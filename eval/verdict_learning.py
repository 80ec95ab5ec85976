"""Trains the second opinion on verdicts: python -m eval.verdict_learning CORPUS ITEMS.jsonl [...] --out FILE.json

Each question is read from what the desk finds and from its gold sentence. Prints what thresholds cost, cross-validated
(folds of questions), together with the rules' own threshold.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bot.verdict_asked import read_asked
from bot.verdict_cues import features_of
from bot.verdict_fit import readings_of
from bot.verdict_words import words
from eval.verdict_fitting import PARTS, Matrix, read_verdict_items, readings_in
from index.retriever import Retriever
from ingest.store import write_whole

STRENGTH = 0.1
RARE = 4  # a feature seen less often is left out
THRESHOLD = 0.35
THRESHOLDS = (0.2, 0.35, 0.5, 0.7, 0.9)


def main(arguments: Sequence[str] | None = None) -> int:
    """Writes the weights; returns 2 where held-out items are among those given."""
    parser = argparse.ArgumentParser(
        prog="python -m eval.verdict_learning", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("corpus", type=Path)
    parser.add_argument("items", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(arguments)
    items = read_verdict_items(options.items)
    if items is None:
        return 2
    many = Counter(item["source"] for item in items)
    ids, seen, labels, found, totals, counts = [], [], [], [], [], []
    for item, question, contexts, vocabulary, is_found in readings_in(Retriever.open(options.corpus), items):
        asked = read_asked(question)
        readings = list(readings_of(asked, contexts, vocabulary))
        features = features_of(question, asked, contexts, readings, words().weights)
        if not features:
            continue
        ids.append(item["id"])
        seen.append(features)
        labels.append(item["verdict"] == "yes")
        found.append(is_found)
        totals.append(sum(words().weights.get(r.name, 0.0) * r.value for r in readings))
        # Questions put as agents put them weigh more than those written in bulk to turn one sentence many ways.
        counts.append(2.0 if many[item["source"]] < 800 else 0.5)
    common = Counter(name for features in seen for name in features)
    names = sorted(name for name, count in common.items() if count >= RARE)
    place = {name: i for i, name in enumerate(names)}
    matrix = np.zeros((len(seen), len(names)))
    for row, features in enumerate(seen):
        for name, value in features.items():
            if name in place:
                matrix[row, place[name]] = value
    yes, weight = np.array(labels), np.array(counts)
    held = np.zeros(len(seen))
    questions = np.array(ids)
    order = np.random.default_rng(0).permutation(np.unique(questions))
    for part in np.array_split(order, PARTS):
        out = np.isin(questions, part)
        model = _fit(matrix[~out], yes[~out], weight[~out])
        held[out] = matrix[out] @ model
    rules = np.array(totals)
    asked_by_people = np.array(found) & (weight > 1)
    for name, these in (("as agents ask", asked_by_people), ("in bulk", np.array(found) & (weight < 1))):
        for threshold in THRESHOLDS if these.any() else ():
            said = (
                (np.sign(held) == np.sign(rules)) & (np.abs(held) >= threshold) & (np.abs(rules) >= words().threshold)
            )
            right = said & ((held > 0) == yes)
            print(
                f"{name}, threshold {threshold}: {right[these].mean():.3f} right, "
                f"{(said & ~right)[these].mean():.3f} opposite, of {these.sum()}"
            )
    weights = _fit(matrix, yes, weight)
    table = {name: round(float(w), 3) for name, w in zip(names, weights, strict=True) if abs(w) >= 0.005}
    write_whole(
        options.out, json.dumps({"threshold": THRESHOLD, "weights": table}, ensure_ascii=False, indent=0).encode()
    )
    return 0


def _fit(matrix: Matrix, yes: Any, weight: Matrix) -> Matrix:
    from sklearn.linear_model import LogisticRegression

    # No intercept: without a reading there is no opinion (`bias` is a feature of those that have one).
    model = LogisticRegression(C=STRENGTH, fit_intercept=False, max_iter=4000).fit(matrix, yes, weight)
    coefficients: Matrix = model.coef_[0]
    return coefficients


if __name__ == "__main__":
    sys.exit(main())
