"""Fits how much the second reading counts: python -m eval.pair_fitting CORPUS ITEMS.jsonl [...]

Prints the table [pairs] of bot/reader.toml. The questions must be none that the pair network was trained on, else it
would be believed too much; held-out ones are refused as everywhere.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from bot.answerable import Judge, judge_weights, leaves_figure_untold, read_as_answering
from bot.evidence import Evidence, EvidenceFinder, PairReading
from bot.question import Question, read_question
from bot.reader import DECIDING, Reader, on_platform
from bot.scope import scope_of
from bot.second_reading import SecondReading
from bot.verdict import SentenceContext, decide, sentence_context
from bot.verdict_asked import read_asked
from bot.verdict_cues import features_of
from bot.verdict_learned import learned, second_reading
from bot.verdict_words import words
from bot.vocabulary import Vocabulary
from eval.verdict_fitting import counts_at
from eval.worlds import Item, is_gold, read_training
from index.retriever import Retriever

HITS = 6
# Refused whatever the evidence is like.
BARRED = ("instructions", "small_talk", "other_platform", "other_year", "platform_silent")
LOST = 0.05  # the share of answerable questions that silence may cost
COUNTS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0, 1.3)
THRESHOLDS = (0.4, 0.6, 0.8, 1.0, 1.2, 1.5)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question and its evidence, read twice; with the finder's order of it."""

    item: Item
    question: Question
    evidence: tuple[Evidence, ...]


def main(arguments: Sequence[str]) -> int:
    """Prints the table and what it gives; returns 2 where the call is wrong."""
    if len(arguments) < 2:
        print("usage: python -m eval.pair_fitting CORPUS ITEMS.jsonl [ITEMS.jsonl ...]", file=sys.stderr)
        return 2
    items = read_training([Path(a) for a in arguments[1:]])
    if items is None:
        return 2
    desk = _Corpus(Retriever.open(Path(arguments[0])))
    asked = [desk.ask(item) for item in items]
    best = max(COUNTS, key=lambda weight: desk.found(asked, weight))
    for weight in COUNTS:
        first, three = desk.found(asked, weight)
        print(f"# evidence {weight}: a gold sentence first {first:.3f}, among three {three:.3f}")
    print("[pairs]")
    print(f"evidence = {best}")
    desk.fit_answerable(asked, best)
    desk.fit_verdict(asked, best)
    desk.fit_depends(asked, best)
    return 0


class _Corpus:
    def __init__(self, retriever: Retriever) -> None:
        self._retriever = retriever
        self._articles = retriever.articles
        self._vocabulary = Vocabulary(retriever.articles, retriever.sentences())
        self._finder = EvidenceFinder(retriever.articles, self._vocabulary)
        self._reader = Reader(retriever.articles, self._vocabulary)

    def ask(self, item: Item) -> _Asked:
        question = read_question(item["question"], item.get("platform"))
        hits = self._retriever.search(question.query, HITS)
        evidence = on_platform(question, self._finder.find(question, hits))
        read = SecondReading(self._retriever.pairs).weigh(question, evidence, {})
        return _Asked(item, question, tuple(read))

    def found(self, asked: Sequence[_Asked], weight: float) -> tuple[float, float]:
        """How often a gold sentence leads, and how often one is among the first three."""
        ranks = []
        for one in asked:
            if not one.item["answerable"]:
                continue
            order = _ordered(one.evidence, weight)
            gold = [i for i, e in enumerate(order) if is_gold(one.item, e, self._articles[e.passage.article_id])]
            ranks.append(min(gold, default=99))
        return float(np.mean([r == 0 for r in ranks])), float(np.mean([r < 3 for r in ranks]))

    def fit_answerable(self, asked: Sequence[_Asked], weight: float) -> None:
        """The judge's log-odds and the second reading's, by logistic regression, the first one's weight held at one."""
        from sklearn.linear_model import LogisticRegression
        from sklearn.model_selection import cross_val_predict

        judge = Judge(self._finder, self._vocabulary)
        rows, labels, barred = [], [], []
        for one in asked:
            order = self._reader.with_figure_first(one.question, _ordered(one.evidence, weight))
            if not order:
                continue
            scope = scope_of(self._finder, self._articles[order[0].passage.article_id], order[0])
            judged = judge.judge(one.question, [replace(e, pair=None) for e in order], scope)
            barred.append(judged.reason in BARRED or leaves_figure_untold(one.question, judged.features))
            p = min(max(judged.probability, 1e-6), 1 - 1e-6)
            rows.append((math.log(p / (1 - p)), read_as_answering(order) or 0.0))
            labels.append(bool(one.item["answerable"]))
        matrix, answerable, free = np.array(rows), np.array(labels), ~np.array(barred)
        model: Any = LogisticRegression()
        held = np.zeros(len(labels))
        held[free] = cross_val_predict(model, matrix[free], answerable[free], cv=10, method="predict_proba")[:, 1]
        alone = np.where(free, 1 / (1 + np.exp(-matrix[:, 0])), 0.0)
        for name, sure, threshold in (
            ("alone, as shipped", alone, judge_weights()["threshold"]),
            ("alone", alone, float(np.quantile(alone[answerable & free], LOST))),
            ("with the second reading", held, float(np.quantile(held[answerable & free], LOST))),
        ):
            refused, lost = (sure[~answerable] < threshold).mean(), (sure[answerable] < threshold).mean()
            print(f"# {name}: {refused:.3f} refused at {lost:.3f} lost")
        fitted = model.fit(matrix[free], answerable[free])
        own, second = (float(c) for c in fitted.coef_[0])
        ratio, bias = second / own, float(fitted.intercept_[0]) / own
        sure = 1 / (1 + np.exp(-(matrix[:, 0] + ratio * matrix[:, 1] + bias)))
        threshold = np.quantile(sure[answerable & free], LOST)
        print(f"answerable = {ratio:.3f}\nbias = {bias:.3f}\nthreshold = {threshold:.3f}")

    def fit_verdict(self, asked: Sequence[_Asked], weight: float) -> None:
        """The learned opinion and the second reading's, the first one's weight held at one."""
        from sklearn.linear_model import LogisticRegression

        rows, labels, gold = [], [], []
        for one in asked:
            if one.item.get("verdict") not in ("yes", "no") or not one.question.is_yes_no or not one.evidence:
                continue
            order, contexts = self._deciding(one, weight)
            decision = decide(one.question, contexts, self._vocabulary)
            features = features_of(
                one.question, read_asked(one.question), contexts, decision.readings, words().weights
            )
            reading = second_reading(contexts)
            rows.append((learned().opinion(features), reading.yes if reading is not None else 0.0))
            labels.append(one.item["verdict"] == "yes")
            gold.append(any(is_gold(one.item, e, self._articles[e.passage.article_id]) for e in order[:1]))
        matrix, yes = np.array(rows), np.array(labels)
        model: Any = LogisticRegression(fit_intercept=False).fit(matrix, yes)
        own, second = (float(c) for c in model.coef_[0])
        for name, opinion in (("alone", matrix[:, 0]), ("second", matrix[:, 1])):
            print(f"# {name}: right of all if forced {((opinion > 0) == yes).mean():.3f}")
        for ratio in (0.0, second / own, 0.3, 0.5, 0.8):
            both = matrix @ np.array([1.0, ratio])
            print(f"# ratio {ratio:.2f}: if forced {((both > 0) == yes).mean():.3f}")
            for threshold in THRESHOLDS:
                print(f"#   threshold {threshold}: {counts_at(threshold, both, yes)}")
        print(f"verdict = {second / own:.3f}")

    def fit_depends(self, asked: Sequence[_Asked], weight: float) -> None:
        """How many of the verdicts that depend, and of the others, each threshold would tell as such."""
        told = []
        for one in asked:
            if one.item.get("verdict") and one.question.is_yes_no and one.evidence:
                second = second_reading(self._deciding(one, weight)[1])
                told.append((second.depends if second else -9.0, one.item["verdict"] == "depends"))
        depends = np.array([d for d, _ in told])
        truly = np.array([t for _, t in told])
        for threshold in (-1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0, 3.0):
            flagged = depends >= threshold
            right, wrong = flagged[truly].sum(), flagged[~truly].sum()
            print(f"# depends at {threshold}: {right} of {truly.sum()}, and {wrong} others")

    def _deciding(self, one: _Asked, weight: float) -> tuple[Sequence[Evidence], list[SentenceContext]]:
        """The evidence in its order, and the contexts of what decides."""
        order = self._reader.with_figure_first(one.question, _ordered(one.evidence, weight))
        return order, [
            sentence_context(self._finder, self._articles[e.passage.article_id], e) for e in order[:DECIDING]
        ]


def _ordered(evidence: Sequence[Evidence], weight: float) -> list[Evidence]:
    """The evidence in the order that another weight of the second reading gives it."""
    least = min((e.pair.answers for e in evidence if e.pair), default=0.0)
    again = [replace(e, score=e.alone + weight * _answers(e.pair, least)) for e in evidence]
    return sorted(again, key=lambda e: (-e.score, e.hit.rank, e.start))


def _answers(pair: PairReading | None, least: float) -> float:
    return least if pair is None else pair.answers


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
