"""Fits what the exam reader's readings count: python -m eval.exam_fitting CORPUS ITEMS.jsonl [...]

Prints the tables of bot/exam/weighing.toml, and what they give where items of other writers (by the id's first part)
are fitted on: the share that is answered rightly and wrongly at several thresholds. Each item is read twice, the
second time without the passages that decide it: so the weights know what silent rules look like. Held-out items are
refused.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bot.exam.blanks import fill
from bot.exam.choice import all_figures, features_of, judge_options
from bot.exam.marking import BLANK, same_answer
from bot.exam.reader import ExamReader
from bot.exam.reader import Question as ExamQuestion
from bot.exam.restating import restates
from bot.exam.weighing import Features, Kind, blank_features, statement_features
from eval.items import ExamCase, load_exam
from index.retriever import Retriever
from ingest.articles import Passage, fold

RIDGE = 0.3
BARRED = ":barred"  # marks the writer of an item that is read without what decides it
THRESHOLDS = (0.5, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85)
Matrix = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, slots=True)
class _Row:
    """What there is to choose from, each with its features; `right` is the place of the right one. A statement or a
    filling is chosen or not: its other choice has no features."""

    writer: str
    choices: tuple[Features, ...]
    right: int


def main(arguments: Sequence[str]) -> int:
    """Prints the tables; returns 2 where the call is wrong."""
    if len(arguments) < 2:
        print("usage: python -m eval.exam_fitting CORPUS ITEMS.jsonl [ITEMS.jsonl ...]", file=sys.stderr)
        return 2
    cases = [case for name in arguments[1:] for case in load_exam(Path(name))]
    if any(case.split == "held_out" for case in cases):
        print("held-out items are not fitted on", file=sys.stderr)
        return 2
    reader = ExamReader(Retriever.open(Path(arguments[0])))
    rows: dict[Kind, list[_Row]] = {"statement": [], "option": [], "blank": []}
    for case in cases:
        for barred in (frozenset[str](), frozenset(fold(e.quote) for e in case.evidence or ())):
            for kind, row in _rows(reader, case, barred):
                rows[kind].append(row)
    for kind, these in rows.items():
        names = sorted({name for row in these for choice in row.choices for name in choice})
        _tell_threshold_costs(kind, these, names)
        print(f"\n[{kind}]")
        for name, weight in zip(names, _fit(these, names), strict=True):
            print(f"{name} = {weight:.2f}")
    return 0


def _rows(reader: ExamReader, case: ExamCase, barred: AbstractSet[str]) -> Iterator[tuple[Kind, _Row]]:
    """An item as it is read where passages that hold one of the barred quotes are not there."""
    item, writer = case.item, case.id.split("-")[0] + (BARRED if barred else "")
    question = ExamQuestion(item.type, item.stem, item.options)

    def allow(passage: Passage) -> bool:
        folded = fold(passage.text)
        return not restates(item, passage.text) and not any(quote in folded for quote in barred)

    stretches, near = reader.gather(question, allow)
    if item.type == "true_false":
        features = statement_features(*reader.heard_of(question, stretches))
        yield "statement", _Row(writer, (features, {}), 0 if item.answer else 1)
    elif item.type == "single_choice":
        if all_figures(item.options):
            return
        verdicts = judge_options(item.stem, item.options, stretches, reader.weights)
        heard = reader.heard(question, near)
        found = features_of(item.stem, item.options, verdicts, heard, reader.read_one)
        yield "option", _Row(writer, tuple(found.values()), list(found).index(str(item.answer)))
    elif isinstance(item.answer, tuple) and len(BLANK.findall(item.stem)) == len(item.answer):
        filled = fill(item.stem, stretches, reader.weights, reader.believed(item.stem))
        for (filling, margin), keys in zip(filled, item.answer, strict=True):
            if filling is not None:
                right = any(same_answer(filling.text, key) for key in keys)
                yield (
                    "blank",
                    _Row(writer, (blank_features(filling.score, margin, filling.as_asked), {}), 0 if right else 1),
                )


def _matrix(row: _Row, names: Sequence[str]) -> Matrix:
    return np.array([[choice.get(name, 0.0) for name in names] for choice in row.choices])


def _fit(rows: Sequence[_Row], names: Sequence[str]) -> Matrix:
    """Weights under which the right choices are likeliest, pulled towards 0 by a ridge."""
    from scipy.optimize import minimize

    data = [(_matrix(row, names), row.right) for row in rows]

    def loss(weights: Matrix) -> tuple[float, Matrix]:
        total, slope = RIDGE * float(weights @ weights), 2 * RIDGE * weights
        for matrix, right in data:
            shares = _shares(matrix @ weights)
            total -= float(np.log(shares[right] + 1e-12))
            slope = slope + matrix.T @ shares - matrix[right]
        return total, slope

    found: Matrix = minimize(loss, np.zeros(len(names)), jac=True, method="L-BFGS-B").x
    return found


def _shares(log_odds: Matrix) -> Matrix:
    shares: Matrix = np.exp(log_odds - log_odds.max())
    shares /= shares.sum()
    return shares


def _tell_threshold_costs(kind: Kind, rows: Sequence[_Row], names: Sequence[str]) -> None:
    """Each writer's items by weights that were fitted on the others'."""
    writers = {row.writer.removesuffix(BARRED) for row in rows}
    if len(writers) < 2:
        return
    sure, right = np.zeros(len(rows)), np.zeros(len(rows), np.bool_)
    for writer in writers:
        own = [n for n, row in enumerate(rows) if row.writer.removesuffix(BARRED) == writer]
        weights = _fit([row for n, row in enumerate(rows) if n not in set(own)], names)
        for n in own:
            shares = _shares(_matrix(rows[n], names) @ weights)
            # A filling is given or not: what matters is how surely it is right.
            sure[n] = shares[0] if kind == "blank" else shares.max()
            right[n] = rows[n].right == 0 if kind == "blank" else int(shares.argmax()) == rows[n].right
    barred = np.array([row.writer.endswith(BARRED) for row in rows])
    for threshold in THRESHOLDS:
        given = sure >= threshold
        for name, these in (("told", ~barred), ("silent rules", barred)):
            good, bad = (part[these].mean() for part in (given & right, given & ~right))
            print(f"# {kind}, {threshold}, {name}: {good:.3f} right, {bad:.3f} wrong of {these.sum()}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
