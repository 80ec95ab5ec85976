"""What each part of the retriever earns: alone, taken out, and the whole, on the development half."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from eval.items import QuestionCase
from eval.results import Flat
from eval.retrieval_suite import Search, headline, run_retrieval

WHOLE = "whole"
COLUMNS = ("R@1", "R@5", "MRR", "English MRR", "ms")


@dataclass(frozen=True, slots=True)
class AblationRow:
    """One retriever variant: which legs it keeps, and its measures (COLUMNS; ms a query at the median)."""

    name: str
    legs: tuple[str, ...]
    measures: Flat


def variants(legs: Sequence[str]) -> list[tuple[str, tuple[str, ...]]]:
    """Each leg alone, all but each leg, the whole; with two legs "all but" repeats "alone" and is left out."""
    rows: list[tuple[str, tuple[str, ...]]] = [(leg, (leg,)) for leg in legs]
    if len(legs) > 2:
        rows += [(f"without {leg}", tuple(other for other in legs if other != leg)) for leg in legs]
    return [*rows, (WHOLE, tuple(legs))]


def ablate(
    cases: Sequence[QuestionCase],
    legs: Sequence[str],
    search_with: Callable[[tuple[str, ...]], Search],
    qrels: Mapping[str, set[str]],
    progress: Callable[[str, int, int], None] = lambda name, done, total: None,
) -> list[AblationRow]:
    """Runs every variant. `search_with` makes a search that computes only these legs, so that its time is theirs."""
    rows = []
    for name, kept in variants(legs):
        per_item = run_retrieval(cases, search_with(kept), qrels, partial(progress, name))
        rows.append(AblationRow(name, kept, headline(per_item, qrels)))
    return rows


def ablation_measures(rows: Sequence[AblationRow]) -> Flat:
    """The rows as `ablation:NAME/MEASURE`, for the result's aggregated."""
    return {f"ablation:{row.name}/{name}": value for row in rows for name, value in row.measures.items()}
