"""Fits the weights of the verdict's readings: python -m eval.verdict_fitting CORPUS ITEMS.jsonl [ITEMS.jsonl ...]

Prints tables to paste into bot/verdict.toml. Each question is read twice: from what the desk finds, and from its gold
sentences. The weights stay near those in force (a ridge), never below 0, so that a reading can only speak for its side.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bot.evidence import Evidence, EvidenceFinder
from bot.question import Question, read_question
from bot.reader import Reader, on_platform
from bot.verdict import SentenceContext, sentence_context
from bot.verdict_asked import read_asked
from bot.verdict_fit import readings_of
from bot.verdict_words import words
from bot.vocabulary import Vocabulary
from eval.worlds import Item, is_gold, read_training
from index.query import read_query
from index.retriever import Retriever

HITS, SENTENCES = 6, 3
RIDGE = 2.0
PARTS = 10
THRESHOLDS = (0.2, 0.35, 0.5, 0.8, 1.2)
Matrix = np.ndarray[Any, np.dtype[np.float64]]


def main(arguments: Sequence[str]) -> int:
    """Prints what each threshold costs, cross-validated, and the weights; returns 2 where the call is wrong."""
    if len(arguments) < 2:
        print("usage: python -m eval.verdict_fitting CORPUS ITEMS.jsonl [ITEMS.jsonl ...]", file=sys.stderr)
        return 2
    items = read_verdict_items([Path(a) for a in arguments[1:]])
    if items is None:
        return 2
    rows = [
        (item, _votes(question, contexts, vocabulary), found)
        for item, question, contexts, vocabulary, found in readings_in(Retriever.open(Path(arguments[0])), items)
    ]
    names = sorted(words().weights)
    matrix = np.array([[votes[name] for name in names] for _, votes, _ in rows])
    labels = np.array([1.0 if item["verdict"] == "yes" else -1.0 for item, _, _ in rows])
    found = np.array([is_found for _, _, is_found in rows])
    questions = [item["id"] for item, _, _ in rows]
    held = cross_validated(matrix, questions, lambda kept: fit(matrix[kept], labels[kept], names))
    for threshold in THRESHOLDS:
        print(f"# threshold {threshold}: {counts_at(threshold, held[found], labels[found] > 0)}")
    print("[fitted.weights]")
    for name, weight in zip(names, fit(matrix, labels, names), strict=True):
        print(f"{name} = {weight:.2f}")
    return 0


def cross_validated(matrix: Any, questions: Sequence[str], fit_on: Callable[[Any], Matrix]) -> Matrix:
    """Log-odds of yes for each row, by weights that saw no row of its question; `fit_on` fits on the rows of a mask."""
    held = np.zeros(len(questions))
    asked = np.array(questions)
    order = np.random.default_rng(0).permutation(np.unique(asked))
    for part in np.array_split(order, PARTS):
        out = np.isin(asked, part)
        held[out] = matrix[out] @ fit_on(~out)
    return held


def counts_at(threshold: float, held: Matrix, yes: Any) -> str:
    """What a threshold of silence costs, as a line to print."""
    said = np.abs(held) >= threshold
    right = said & ((held > 0) == yes)
    return f"{right.mean():.3f} right, {(said & ~right).mean():.3f} opposite, of {len(held)}"


def fit(matrix: Matrix, labels: Matrix, names: Sequence[str]) -> Matrix:
    """Logistic regression without a bias, each weight at least 0 and drawn to the one in force."""
    from scipy.optimize import minimize

    prior = np.array([words().weights[name] for name in names])

    def loss(weights: Matrix) -> tuple[float, Matrix]:
        margins = labels * (matrix @ weights)
        slope = -(matrix * (labels / (1 + np.exp(np.minimum(margins, 50))))[:, None]).sum(0)
        value = float(np.logaddexp(0, -margins).sum() + RIDGE * ((weights - prior) ** 2).sum())
        return value, slope + 2 * RIDGE * (weights - prior)

    result: Matrix = minimize(loss, prior, jac=True, bounds=[(0, None)] * len(names)).x
    return result


def read_verdict_items(paths: Sequence[Path]) -> list[Item] | None:
    """The questions of yes or no among those of `read_training`; None where one is held out."""
    items = read_training(paths)
    if items is None:
        return None
    return [item for item in items if item.get("verdict") in ("yes", "no")]


def readings_in(
    retriever: Retriever, items: Sequence[Item]
) -> Iterator[tuple[Item, Question, list[SentenceContext], Vocabulary, bool]]:
    """Each question with the sentences it is read from: what is found (True), and its gold sentence (False)."""
    vocabulary = Vocabulary(retriever.articles, retriever.sentences())
    finder = EvidenceFinder(retriever.articles, vocabulary)
    reader = Reader(retriever.articles, vocabulary)
    for item in items:
        question = read_question(item["question"], item.get("platform"))
        if not question.is_yes_no:
            continue
        hits = retriever.search(read_query(item["question"], item.get("platform")), HITS)
        evidence = reader.with_figure_first(question, on_platform(question, finder.find(question, hits)))
        for sentences, found in ((evidence[:SENTENCES], True), (_gold(item, evidence, retriever)[:1], False)):
            if sentences:
                contexts = [sentence_context(finder, retriever.articles[e.passage.article_id], e) for e in sentences]
                yield item, question, contexts, vocabulary, found


def _gold(item: Item, evidence: Sequence[Evidence], retriever: Retriever) -> list[Evidence]:
    return [e for e in evidence if is_gold(item, e, retriever.articles[e.passage.article_id])]


def _votes(question: Question, contexts: Sequence[SentenceContext], vocabulary: Vocabulary) -> Mapping[str, float]:
    votes: Counter[str] = Counter()
    for reading in readings_of(read_asked(question), contexts, vocabulary):
        votes[reading.name] += reading.value  # type: ignore[assignment]  # a Counter adds floats as well
    return votes


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
