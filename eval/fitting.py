"""Fits the reader's weights on training and development questions: python -m eval.fitting CORPUS ITEMS.jsonl [...]

Prints tables to paste into bot/reader.toml. Items are questions with gold evidence; none of the held-out half may be
among them, and the file refuses one that is.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bot.answerable import FEATURES as JUDGED
from bot.answerable import Judge
from bot.evidence import FEATURES as SCORED
from bot.evidence import Evidence, EvidenceFinder
from bot.question import read_question
from bot.reader import Reader, on_platform
from bot.scope import scope_of
from bot.vocabulary import Vocabulary
from index.hits import Hit
from index.query import read_query
from index.retriever import Retriever
from ingest.articles import Article

LOST = 0.05  # the share of answerable questions that silence may cost
HITS = 6
Asked = tuple[str, str | None]
Matrix = np.ndarray[Any, np.dtype[np.float64]]


def main(arguments: Sequence[str]) -> int:
    """Prints both tables; returns 2 where the call is wrong."""
    if len(arguments) < 2:
        print("usage: python -m eval.fitting CORPUS ITEMS.jsonl [ITEMS.jsonl ...]", file=sys.stderr)
        return 2
    items = [json.loads(line) for path in arguments[1:] for line in Path(path).read_text(encoding="utf-8").splitlines()]
    if any(item.get("split") == "held_out" for item in items):
        print("held-out items are never fitted on; give development and training items", file=sys.stderr)
        return 2
    retriever = Retriever.open(Path(arguments[0]))
    hits = {
        (i["question"], i.get("platform")): retriever.search(read_query(i["question"], i.get("platform")), HITS)
        for i in items
    }
    vocabulary = Vocabulary(retriever.articles, retriever.sentences())
    finder = EvidenceFinder(retriever.articles, vocabulary)
    rows = [(item, _evidence(item, hits, finder)) for item in items]
    print("[evidence]")
    evidence = fit_evidence(rows, retriever.articles)
    for name, value in evidence.items():
        print(f"{name} = {value:.3f}")
    finder = EvidenceFinder(retriever.articles, vocabulary, {"bias": 0.0, **evidence})
    rows = [(item, _evidence(item, hits, finder)) for item in items]
    print("\n[answerable]")
    for name, value in fit_answerable(rows, finder, vocabulary, retriever.articles).items():
        print(f"{name} = {value:.3f}")
    return 0


def _evidence(item: dict[str, Any], hits: Mapping[Asked, Sequence[Hit]], finder: EvidenceFinder) -> list[Evidence]:
    question = read_question(item["question"], item.get("platform"))
    return on_platform(question, finder.find(question, hits[item["question"], item.get("platform")]))


def is_gold(item: dict[str, Any], evidence: Evidence, article: Article) -> bool:
    """Whether a sentence touches a gold snippet (by date and words) or a gold quote (by article and words)."""
    for gold in [*item.get("gold", ()), *item.get("evidence", ())]:
        words = gold.get("snippet") or gold["quote"]
        date = {"2019-presale": "2019-10-21", "004-work": "2024-02-18"}.get(gold.get("date", ""), gold.get("date"))
        if gold.get("article_id", article.article_id) != article.article_id or (date and date != article.published):
            continue
        at = article.text.find(words)
        while at >= 0:
            if at < evidence.end and at + len(words) > evidence.start:
                return True
            at = article.text.find(words, at + 1)
    return False


def fit_evidence(
    rows: Sequence[tuple[dict[str, Any], list[Evidence]]], articles: dict[str, Article]
) -> dict[str, float]:
    """Pairwise logistic regression: the gold sentences of a question above its others."""
    pairs = []
    for item, evidence in rows:
        gold = [is_gold(item, e, articles[e.passage.article_id]) for e in evidence]
        vectors = np.array([[e.features[name] for name in SCORED] for e in evidence])
        for better in [v for v, g in zip(vectors, gold, strict=True) if g][:3]:
            pairs += [better - v for v, g in zip(vectors, gold, strict=True) if not g][:25]
    differences = np.array(pairs)
    weights = _logistic(
        np.vstack([differences, -differences]), np.repeat([1, 0], len(differences)), 0.3, intercept=False
    )[0]
    return dict(zip(SCORED, map(float, weights), strict=True))


def fit_answerable(
    rows: Sequence[tuple[dict[str, Any], list[Evidence]]],
    finder: EvidenceFinder,
    vocabulary: Vocabulary,
    articles: dict[str, Article],
) -> dict[str, float]:
    """Logistic regression on what the judge looks at; the threshold loses LOST of the answerable, cross-validated."""
    judge = Judge(finder, vocabulary, dict.fromkeys([*JUDGED, "bias", "threshold"], 0.0))
    reader = Reader(articles, vocabulary)
    vectors, labels = [], []
    for item, evidence in rows:
        if not evidence:
            continue
        question = read_question(item["question"], item.get("platform"))
        evidence = reader.with_figure_first(question, evidence)
        scope = scope_of(finder, articles[evidence[0].passage.article_id], evidence[0])
        features = judge.features(question, evidence, scope)
        vectors.append([features[name] for name in JUDGED])
        labels.append(int(item["answerable"]))
    matrix, answerable = np.array(vectors), np.array(labels)
    spread = matrix.std(0) + 1e-9
    scaled = matrix / spread
    held = _cross_validated(scaled, answerable)
    hard = (matrix[:, JUDGED.index("platform")] > 0) | (matrix[:, JUDGED.index("uncovered")] > 0)
    held[hard] = 0.0
    threshold = float(np.quantile(held[answerable == 1], LOST))
    refused = float((held[answerable == 0] < threshold).mean())
    print(f"# cross-validated: {refused:.3f} of the unanswerable refused at {LOST:.0%} of the answerable lost")
    weights, bias = _logistic(scaled, answerable, 0.3, intercept=True)
    return {**dict(zip(JUDGED, map(float, weights / spread), strict=True)), "bias": float(bias), "threshold": threshold}


def _cross_validated(matrix: Matrix, labels: Any) -> Matrix:
    held = np.zeros(len(labels))
    order = np.random.default_rng(0).permutation(len(labels))
    for part in np.array_split(order, 10):
        rest = np.setdiff1d(order, part)
        weights, bias = _logistic(matrix[rest], labels[rest], 0.3, intercept=True)
        held[part] = 1 / (1 + np.exp(-(matrix[part] @ weights + bias)))
    return held


def _logistic(matrix: Matrix, labels: Any, strength: float, intercept: bool) -> tuple[Matrix, float]:
    from sklearn.linear_model import LogisticRegression

    make: Callable[..., Any] = LogisticRegression
    model = make(C=strength, fit_intercept=intercept, max_iter=5000, class_weight="balanced").fit(matrix, labels)
    return model.coef_[0], float(model.intercept_[0]) if intercept else 0.0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
