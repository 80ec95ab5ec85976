"""Trains the verdict: python -m eval.verdict_learning CORPUS ITEMS.jsonl [...] --contrast FILE.jsonl [...] --out FILE

Each question is read from what the desk finds and from its gold sentence; contrast sets bring rules of their own, and
an eighth of them is kept out. Prints what thresholds cost: cross-validated (folds of questions), and where kept out.
"""

from __future__ import annotations

import argparse
import json
import sys
import zlib
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
from eval.pair_training import KEPT_OUT
from eval.verdict_fitting import Matrix, counts_at, cross_validated, read_verdict_items, readings_in
from index.retriever import Retriever
from ingest.store import write_whole

STRENGTH = 0.1
RARE = 8  # a feature seen less often is left out
THRESHOLD = 0.4
# Questions put as agents put them weigh more than those written in bulk to turn one sentence or a made-up rule.
BULK, PLAIN, TURNED, CONTRAST = 800, 2.0, 0.5, 0.25
THRESHOLDS = (0.2, 0.35, 0.45, 0.6, 0.8, 1.0)


def main(arguments: Sequence[str] | None = None) -> int:
    """Writes the weights; returns 2 where held-out items are among those given."""
    parser = argparse.ArgumentParser(
        prog="python -m eval.verdict_learning", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("corpus", type=Path)
    parser.add_argument("items", type=Path, nargs="+")
    parser.add_argument("--contrast", type=Path, nargs="+", default=[])
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(arguments)
    items = read_verdict_items(options.items)
    if items is None:
        return 2
    many = Counter(item["source"] for item in items)
    rows = [
        _Row(
            item["id"], features, item["verdict"] == "yes", found,
            *(("asked", PLAIN) if many[item["source"]] < BULK else ("turned", TURNED)),
        )
        for item, question, contexts, vocabulary, found in readings_in(Retriever.open(options.corpus), items)
        if (features := _features(question, contexts, vocabulary))
    ]
    rows += [row for path in options.contrast for row in _contrasts(path)]
    common = Counter(name for row in rows for name in row.features)
    names = sorted(name for name, count in common.items() if count >= RARE)
    matrix = _matrix(rows, names)
    yes, weight = np.array([row.yes for row in rows]), np.array([row.weight for row in rows])
    learned = np.array([not row.kept_out for row in rows])

    def fit_on(kept: Any) -> Matrix:
        kept = kept & learned
        return _fit(matrix[kept], yes[kept], weight[kept])

    held = cross_validated(matrix, [row.id for row in rows], fit_on)
    weights = fit_on(learned)
    opinions = np.where(learned, held, matrix @ weights)
    for origin in dict.fromkeys(row.origin for row in rows):
        for found in (True, False):
            these = np.array([row.origin == origin and row.found == found for row in rows])
            if origin == "contrast":
                these &= ~learned
            for threshold in THRESHOLDS if these.any() else ():
                counts = counts_at(threshold, opinions[these], yes[these])
                print(f"{origin}, {'as found' if found else 'one sentence'}, threshold {threshold}: {counts}")
    table = {name: round(float(w), 3) for name, w in zip(names, weights, strict=True) if abs(w) >= 0.005}
    write_whole(
        options.out, json.dumps({"threshold": THRESHOLD, "weights": table}, ensure_ascii=False, indent=0).encode()
    )
    return 0


@dataclass(frozen=True, slots=True)
class _Row:
    """A question read from some sentences: what is seen, whether yes is right, whether the desk found them itself;
    where it comes from, how much it counts, and whether it is kept out."""

    id: str
    features: Mapping[str, float]
    yes: bool
    found: bool
    origin: str
    weight: float
    kept_out: bool = False


def _matrix(rows: Sequence[_Row], names: Sequence[str]) -> Any:
    """Sparse (rows, names), float64."""
    from scipy import sparse

    place = {name: i for i, name in enumerate(names)}
    cells = [(n, place[k], v) for n, row in enumerate(rows) for k, v in row.features.items() if k in place]
    at, column, value = zip(*cells, strict=True)
    return sparse.csr_matrix((value, (at, column)), (len(rows), len(names)))


def _features(question: Question, contexts: Sequence[SentenceContext], vocabulary: Vocabulary) -> Mapping[str, float]:
    asked = read_asked(question)
    return features_of(question, asked, contexts, list(readings_of(asked, contexts, vocabulary)), words().weights)


def _contrasts(path: Path) -> list[_Row]:
    """Pairs of nearly the same rule, each with the same questions: what turns the answer is in the rule's own words."""
    rows = []
    vocabulary = Vocabulary({}, [])
    for line in path.read_text(encoding="utf-8").splitlines():
        one = json.loads(line)
        kept_out = zlib.crc32(one["id"].encode()) % KEPT_OUT == 0
        for number, item in enumerate(one["questions"]):
            question = read_question(item["question"], one["platform"])
            for which, rule in one["rules"].items() if question.is_yes_no else ():
                context = SentenceContext(rule, one["head"] or "")
                verdict = item.get(which)
                if verdict in ("yes", "no") and (features := _features(question, [context], vocabulary)):
                    row = f"{one['id']}-{number}"
                    rows.append(_Row(row, features, verdict == "yes", False, "contrast", CONTRAST, kept_out))
    return rows


def _fit(matrix: Matrix, yes: Any, weight: Matrix) -> Matrix:
    from sklearn.linear_model import LogisticRegression

    # No intercept: without a reading there is no opinion (`bias` is a feature of those that have one).
    model = LogisticRegression(C=STRENGTH, fit_intercept=False, max_iter=4000).fit(matrix, yes, weight)
    coefficients: Matrix = model.coef_[0]
    return coefficients


if __name__ == "__main__":
    sys.exit(main())
