"""Retrieval: questions against the passages that hold their evidence."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from eval.gold import GoldFinder, relevant
from eval.items import QuestionCase
from eval.measures import ndcg_at, ranking, reciprocal_rank, success_at, timings
from eval.results import EvalResult, Flat, Row, attempt, flatten, rows_of, with_parts
from index.hits import Hit
from ingest.articles import Article, Passage

DEPTH = 10  # how many are retrieved: what R@10 and nDCG@10 need; MRR is over these ten
Progress = Callable[[int, int], None]


class Search(Protocol):
    """Anything that ranks passages for a question."""

    def __call__(self, question: str, platform: str | None, k: int) -> Sequence[Hit]:
        """At most k hits, best first."""
        ...


def judged(cases: Sequence[QuestionCase]) -> list[QuestionCase]:
    """The questions that retrieval is judged on: answerable, with evidence, and told in one question alone."""
    return [c for c in cases if c.answerable and c.evidence and not c.history]


def qrels_of(
    cases: Sequence[QuestionCase], articles: Sequence[Article], passages: Sequence[Passage]
) -> dict[str, set[str]]:
    """For each question the ids of the passages that hold its gold; empty where the corpus does not hold it."""
    finder = GoldFinder(articles)
    by_article: dict[str, dict[str, Passage]] = {}
    for passage in passages:
        by_article.setdefault(passage.article_id, {})[passage.passage_id] = passage
    qrels: dict[str, set[str]] = {}
    for case in cases:
        spans = finder.all_spans(case.evidence)
        qrels[case.id] = {n for span in spans for n in relevant(by_article.get(span.article_id, {}), [span])}
    return qrels


def run_retrieval(
    cases: Sequence[QuestionCase],
    search: Search,
    qrels: Mapping[str, set[str]],
    progress: Progress = lambda done, total: None,
) -> list[Row]:
    """The rows of `per_item`, in the cases' order; one search first, untimed, to warm the models."""
    rows = []
    if cases:
        _timed(search, cases[0])
    for done, case in enumerate(cases):
        progress(done, len(cases))
        row = missing_row(case, qrels[case.id])
        found = _timed(search, case)
        if isinstance(found, str):
            rows.append(row | {"error": found})
            continue
        hits, elapsed = found
        names = [h.passage.passage_id for h in hits]
        gold = qrels[case.id]
        ranks = [rank for rank, name in enumerate(names, 1) if name in gold]
        row |= {
            "ranks": ranks,
            "first": ranks[0] if ranks else None,
            "reciprocal_rank": round(reciprocal_rank(names, gold), 4),
            "ndcg": round(ndcg_at(names, gold, 10), 4),
            "ms": round(elapsed, 2),
            "retrieved": [
                {"passage_id": h.passage.passage_id, "score": round(h.score, 4), "text": h.passage.text} for h in hits
            ],
        }
        rows.append(row)
    progress(len(cases), len(cases))
    return rows


def _timed(search: Search, case: QuestionCase) -> tuple[list[Hit], float] | str:
    return attempt(lambda: list(search(case.question, case.platform, DEPTH)))


def missing_row(case: QuestionCase, gold: set[str]) -> Row:
    """The row of a question that the run lacks: nothing retrieved."""
    return {
        "id": case.id,
        "question": case.question,
        "platform": case.platform,
        "language": case.language,
        "split": case.split,
        "set": case.source,
        "gold": [e.to_json() for e in case.evidence],
        "gold_passages": sorted(gold),
        "gold_found": bool(gold),
        "ranks": [],
        "first": None,
        "reciprocal_rank": 0.0,
        "ndcg": 0.0,
        "retrieved": [],
    }


def measure_retrieval(
    cases: Sequence[QuestionCase], qrels: Mapping[str, set[str]], per_item: Sequence[Row]
) -> Flat:
    """All measures of the suite; a question without a row counts as one for which nothing was retrieved."""
    by_id = {case.id: case for case in cases}
    rows = rows_of(by_id, per_item, lambda item_id: missing_row(by_id[item_id], qrels[item_id]))

    def measure(part: Sequence[Row]) -> Flat:
        run = {row["id"]: [r["passage_id"] for r in row["retrieved"]] for row in part}
        return flatten(ranking(run, {row["id"]: qrels[row["id"]] for row in part}))

    flat = with_parts(rows, measure, "split", "language", "set")
    english = [row for row in rows if row["language"] == "en" and row["split"] == "development"]
    if english:
        flat |= {f"development/en/{name}": value for name, value in measure(english).items()}
    flat["gold_missing"] = float(sum(not qrels[item_id] for item_id in by_id))
    return flat


def retrieval_result(
    cases: Sequence[QuestionCase],
    qrels: Mapping[str, set[str]],
    per_item: Sequence[Row],
    corpus_digest: str,
    model: str,
) -> EvalResult:
    """The suite's result."""
    flat = measure_retrieval(cases, qrels, per_item) | timings(r["ms"] for r in per_item if "ms" in r)
    return EvalResult("retrieval", corpus_digest, model, len(cases), flat, tuple(per_item))


def headline(per_item: Sequence[Row], qrels: Mapping[str, set[str]]) -> Flat:
    """R@1, R@5, MRR, English MRR and ms a query at the median: one line of an ablation or a comparison."""
    names = {row["id"]: [r["passage_id"] for r in row["retrieved"]] for row in per_item}
    english = [row["reciprocal_rank"] for row in per_item if row["language"] == "en"]
    mean = sum(row["reciprocal_rank"] for row in per_item) / len(per_item)
    flat = {f"R@{k}": sum(success_at(n, qrels[i], k) for i, n in names.items()) / len(per_item) for k in (1, 5)}
    flat["MRR"] = mean
    if english:
        flat["English MRR"] = sum(english) / len(english)
    flat["ms"] = timings(row["ms"] for row in per_item if "ms" in row).get("ms_median", 0.0)
    return {name: round(value, 4) for name, value in flat.items()}
