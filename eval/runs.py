"""Which items a run is on, and the suites run one after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from eval.ablation import AblationRow, ablate, ablation_measures
from eval.answers_suite import answers_result, run_answers
from eval.bar import Bar
from eval.check_suite import check_result, run_check
from eval.exam_suite import exam_result, run_exam
from eval.items import (
    FILES,
    SUITES,
    DraftCase,
    ExamCase,
    QuestionCase,
    Suite,
    load_drafts,
    load_exam,
    load_questions,
    select,
    suites_of,
)
from eval.results import EvalResult
from eval.retrieval_suite import judged, qrels_of, retrieval_result, run_retrieval
from eval.systems import STARTER, Systems, is_starter
from ingest.errors import UsageError

SplitChoice = Literal["development", "held_out", "all"]
Progress = Callable[[str, int, int], None]  # step, done, total
OWN_EXAM = "exam.jsonl"


@dataclass(frozen=True, slots=True)
class Plan:
    """The suites of a run and their items."""

    suites: tuple[Suite, ...]
    exam: tuple[ExamCase, ...] = ()
    retrieval: tuple[QuestionCase, ...] = ()
    answers: tuple[QuestionCase, ...] = ()
    check: tuple[DraftCase, ...] = ()

    def ids(self, suite: Suite) -> list[str]:
        """The ids of a suite's items, in order."""
        groups: dict[Suite, Sequence[ExamCase | QuestionCase | DraftCase]] = {
            "exam": self.exam,
            "retrieval": self.retrieval,
            "answers": self.answers,
            "check": self.check,
        }
        return [case.id for case in groups[suite]]


def make_plan(suite: Suite | None, corpus: Path | None, items: Path | None, split: SplitChoice = "all") -> Plan:
    """Loads the items before any model is. Raises UsageError that names the file, line or option to mend."""
    files = {name: _files(name, corpus) for name in SUITES}
    if items is not None:
        fitting = suites_of(items)
        if suite is not None and suite not in fitting:
            raise UsageError(f"{items}: its items fit {' and '.join(fitting)}, not {suite}; leave {suite} out")
        files = {name: (items,) if name in fitting else () for name in SUITES}
    wanted = [name for name in SUITES if (suite is None or name == suite) and files[name]]
    if not wanted:
        raise UsageError(f"{corpus}: no items of its own for {suite or 'any suite'}; give them with --items FILE.jsonl")
    plan = Plan(tuple(wanted))
    if "exam" in wanted:
        exam = [case for path in files["exam"] for case in load_exam(path)]
        if items is None and not is_starter(corpus):
            exam = [replace(case, evidence=None) for case in exam]  # a page's own exam says nothing of evidence
        plan = replace(plan, exam=tuple(select(exam, split)))
    if "retrieval" in wanted:
        questions = judged([case for path in files["retrieval"] for case in load_questions(path)])
        if not questions and suite is None:
            plan = replace(plan, suites=tuple(name for name in plan.suites if name != "retrieval"))
        else:
            plan = replace(plan, retrieval=tuple(select(questions, split)))
    if "answers" in wanted:
        asked = [case for path in files["answers"] for case in load_questions(path)]
        plan = replace(plan, answers=tuple(select(asked, split)))
    if "check" in wanted:
        drafts = [case for path in files["check"] for case in load_drafts(path)]
        plan = replace(plan, check=tuple(select(drafts, split)))
    return plan


def _files(suite: Suite, corpus: Path | None) -> tuple[Path, ...]:
    if corpus is None or is_starter(corpus):
        return tuple(STARTER / name for name in FILES[suite])
    own = corpus / OWN_EXAM
    return (own,) if suite == "exam" and own.is_file() and own.stat().st_size else ()


def run_plan(
    plan: Plan, systems: Systems, progress: Progress = lambda step, done, total: None, side_by_side: bool = True
) -> list[EvalResult]:
    """Runs the plan's suites in order."""
    return [_run(suite, plan, systems, progress, side_by_side) for suite in plan.suites]


def _run(suite: Suite, plan: Plan, systems: Systems, progress: Progress, side_by_side: bool) -> EvalResult:
    def told(done: int, total: int) -> None:
        progress(suite, done, total)

    articles, digest, model = systems.articles, systems.corpus_digest, systems.model
    if suite == "exam":
        bar = Bar(articles.values(), systems.passages, systems.restates)
        rows = run_exam(plan.exam, systems.exam_systems(side_by_side), articles, bar, told)
        return exam_result(plan.exam, rows, digest, model)
    if suite == "retrieval":
        qrels = qrels_of(plan.retrieval, list(articles.values()), systems.passages)
        rows = run_retrieval(plan.retrieval, systems.search, qrels, told)
        return retrieval_result(plan.retrieval, qrels, rows, digest, model)
    if suite == "answers":
        rows = run_answers(plan.answers, systems.desk, articles, told)
        return answers_result(plan.answers, rows, digest, model)
    rows = run_check(plan.check, systems.desk, articles, told)
    return check_result(plan.check, rows, digest, model)


def run_ablation(
    plan: Plan, systems: Systems, progress: Progress = lambda step, done, total: None
) -> list[AblationRow]:
    """Every part alone, left out, and the whole, on the development half; on all items where they have no halves."""
    half: Sequence[QuestionCase] = [c for c in plan.retrieval if c.split == "development"]
    if not half and any(c.split for c in plan.retrieval):
        raise UsageError("--ablate: the development half only, and none of its questions is in this run")
    cases = half or plan.retrieval
    if not cases:
        raise UsageError("--ablate: it belongs to the retrieval suite, which is not in this run")
    qrels = qrels_of(cases, list(systems.articles.values()), systems.passages)
    return ablate(cases, systems.legs, systems.search_with, qrels, progress)


def with_ablation(results: Sequence[EvalResult], rows: Sequence[AblationRow]) -> list[EvalResult]:
    """The results, the retrieval one with the ablation's measures beside its own."""
    measures = ablation_measures(rows)
    return [
        replace(result, aggregated=result.aggregated | measures) if result.suite == "retrieval" else result
        for result in results
    ]
