"""Fits the reader's weights on training and development questions: python -m eval.fitting CORPUS ITEMS.jsonl [...]

Prints tables to paste into bot/reader.toml. Items are questions with gold evidence; none of the held-out half may be
among them, and the file refuses one that is. They are asked of the whole corpus and of small ones cut out of it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bot.answerable import FEATURES as JUDGED
from bot.answerable import Judge
from bot.evidence import FEATURES as SCORED
from bot.evidence import Evidence, EvidenceFinder
from bot.question import Question, read_question
from bot.reader import Reader, on_platform
from bot.scope import scope_of
from bot.vocabulary import Vocabulary
from eval.worlds import Item, RememberingEncoder, World, is_gold, read_training, small_worlds, whole_world
from index.building import build_index
from index.encoders.loading import load_encoders, model_names
from index.hits import Hit
from index.query import read_query
from ingest.articles import Article

LOST = 0.05  # the share of answerable questions that silence may cost
HITS = 6
ROUNDS = 6  # times that the corpus is cut into handfuls
Matrix = np.ndarray[Any, np.dtype[np.float64]]
Weights = Mapping[str, float]


def main(arguments: Sequence[str]) -> int:
    """Prints both tables; returns 2 where the call is wrong."""
    if len(arguments) < 2:
        print("usage: python -m eval.fitting CORPUS ITEMS.jsonl [ITEMS.jsonl ...]", file=sys.stderr)
        return 2
    items = read_training([Path(a) for a in arguments[1:]])
    if items is None:
        return 2
    corpus = Path(arguments[0])
    encoders = [RememberingEncoder(e, e.name, e.dimension) for e in load_encoders(model_names(None))]
    build_index(corpus, encoders=encoders)
    rows = _rows(whole_world(corpus, encoders, items), True)
    for world in small_worlds(corpus, encoders, items, ROUNDS):
        rows += _rows(world, False)
    print(f"# {len(rows)} readings of {len(items)} questions", file=sys.stderr)
    evidence = fit_evidence(rows)
    _print("evidence", {"bias": 0.0, **evidence})
    _print("answerable", fit_answerable(rows, evidence))
    return 0


@dataclass(frozen=True, slots=True)
class _Row:
    """A question asked of a corpus: what was found, and what the corpus is."""

    item: Item
    question: Question
    hits: tuple[Hit, ...]
    articles: Mapping[str, Article]
    vocabulary: Vocabulary
    whole: bool

    def evidence(self, weights: Weights | None = None) -> list[Evidence]:
        """The sentences found, best first by these weights."""
        finder = EvidenceFinder(self.articles, self.vocabulary, weights)
        return on_platform(self.question, finder.find(self.question, self.hits))


def _rows(world: World, whole: bool) -> list[_Row]:
    retriever = world.retriever
    vocabulary = Vocabulary(retriever.articles, retriever.sentences())
    return [
        _Row(
            item,
            read_question(item["question"], item.get("platform")),
            tuple(retriever.search(read_query(item["question"], item.get("platform")), HITS)),
            retriever.articles,
            vocabulary,
            whole,
        )
        for item in world.items
    ]


def _print(table: str, values: Weights) -> None:
    print(f"[{table}]")
    for name, value in values.items():
        print(f"{name} = {value:.3f}")
    print()


def fit_evidence(rows: Sequence[_Row]) -> dict[str, float]:
    """Pairwise logistic regression: the gold sentences of a question above its others."""
    pairs = []
    for row in rows:
        if not row.item["answerable"]:
            continue
        found = row.evidence()
        gold = [is_gold(row.item, e, row.articles[e.passage.article_id]) for e in found]
        vectors = np.array([[e.features[name] for name in SCORED] for e in found])
        for better in [v for v, g in zip(vectors, gold, strict=True) if g][:3]:
            pairs += [better - v for v, g in zip(vectors, gold, strict=True) if not g][: 25 if row.whole else 8]
    differences = np.array(pairs)
    labels = np.repeat([1, 0], len(differences))
    weights = _logistic(np.vstack([differences, -differences]), labels, 0.3, intercept=False)[0]
    return dict(zip(SCORED, map(float, weights), strict=True))


def fit_answerable(rows: Sequence[_Row], evidence_weights: Weights) -> dict[str, float]:
    """Logistic regression on what the judge looks at; the threshold loses LOST of the answerable, cross-validated.

    The whole corpus and the small ones count alike; the folds are of questions, each with all its readings.
    """
    judged = [(row, features) for row in rows if (features := _judged(row, {"bias": 0.0, **evidence_weights}))]
    matrix = np.array([[features[name] for name in JUDGED] for _, features in judged])
    labels = np.array([int(row.item["answerable"]) for row, _ in judged])
    whole = np.array([row.whole for row, _ in judged])
    counts = np.where(whole, 1 / max(whole.sum(), 1), 1 / max((~whole).sum(), 1)) * len(judged) / 2
    spread = matrix.std(0) + 1e-9
    held = np.zeros(len(labels))
    for part in _folds([row.item["id"] for row, _ in judged]):
        weights, bias = _logistic(matrix[~part] / spread, labels[~part], 0.3, intercept=True, counts=counts[~part])
        held[part] = 1 / (1 + np.exp(-(matrix[part] / spread @ weights + bias)))
    for name in ("platform", "uncovered", "other_year"):
        held[matrix[:, JUDGED.index(name)] > 0] = 0.0
    threshold = float(np.quantile(held[whole & (labels == 1)], LOST))
    for name, these in (("whole corpus", whole), ("small corpora", ~whole)):
        refused = (held[these & (labels == 0)] < threshold).mean()
        lost = (held[these & (labels == 1)] < threshold).mean()
        print(f"# {name}, cross-validated: {refused:.3f} of the unanswerable refused at {lost:.3f} lost")
    weights, bias = _logistic(matrix / spread, labels, 0.3, intercept=True, counts=counts)
    return {**dict(zip(JUDGED, map(float, weights / spread), strict=True)), "bias": float(bias), "threshold": threshold}


def _judged(row: _Row, weights: Weights) -> Mapping[str, float] | None:
    """What the judge looks at, or None where nothing was found."""
    evidence = row.evidence(weights)
    if not evidence:
        return None
    finder = EvidenceFinder(row.articles, row.vocabulary, weights)
    judge = Judge(finder, row.vocabulary, dict.fromkeys([*JUDGED, "bias", "threshold"], 0.0))
    evidence = Reader(row.articles, row.vocabulary).with_figure_first(row.question, evidence)
    scope = scope_of(finder, row.articles[evidence[0].passage.article_id], evidence[0])
    return judge.features(row.question, evidence, scope)


def _folds(questions: Sequence[str], parts: int = 10) -> Iterator[Any]:
    names = sorted(set(questions))
    order = np.random.default_rng(0).permutation(len(names))
    fold = {names[n]: position % parts for position, n in enumerate(order)}
    of = np.array([fold[q] for q in questions])
    for part in range(parts):
        yield of == part


def _logistic(
    matrix: Matrix, labels: Any, strength: float, intercept: bool, counts: Any = None
) -> tuple[Matrix, float]:
    from sklearn.linear_model import LogisticRegression

    make: Callable[..., Any] = LogisticRegression
    model = make(C=strength, fit_intercept=intercept, max_iter=5000, class_weight="balanced").fit(
        matrix, labels, counts
    )
    return model.coef_[0], float(model.intercept_[0]) if intercept else 0.0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
