"""`ruledesk eval`: the benchmark on the command line."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ingest.errors import RuledeskError, UsageError

if TYPE_CHECKING:
    from eval.items import Suite
    from eval.runs import SplitChoice

DONE, SOME_FAILED, WRONG_USAGE = 0, 1, 2


class SuiteName(StrEnum):
    """The suites as the command line names them."""

    exam = "exam"
    retrieval = "retrieval"
    answers = "answers"
    check = "check"
    conflicts = "conflicts"


class SplitName(StrEnum):
    """The halves of the project's own items."""

    development = "development"
    held_out = "held_out"
    all = "all"


EXAMPLE = """Runs the benchmark and prints its measures, each with a 95 % interval.

Without a suite four are run: exam, retrieval, answers and check. Items of your own need --items: lines with a stem fit
the exam, lines with a question retrieval and answers, lines with a draft the check (the forms are in corpus/README.md).

The fifth, conflicts, is run by its name: pairs of articles that contradict each other or only look so, each pair a
corpus of its own. It needs no --corpus; its lines have articles.

Example: ruledesk eval exam --report out/report"""


def evaluate(
    suite: Annotated[SuiteName | None, typer.Argument(help="Which suite; the first four when left out.")] = None,
    corpus: Annotated[
        Path | None, typer.Option(help="An ingested and indexed folder; the starter rulebook when left out.")
    ] = None,
    items: Annotated[Path | None, typer.Option(help="Items of your own, one JSON object a line.")] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the result as JSON; a list of results where several suites ran.")
    ] = False,
    report: Annotated[Path | None, typer.Option(help="Write report.html and results.json into this folder.")] = None,
    ablate: Annotated[
        bool, typer.Option("--ablate", help="Retrieval: each part alone, left out, and the whole (development half).")
    ] = False,
    split: Annotated[SplitName, typer.Option(help="Which half of the items.")] = SplitName.all,
) -> None:
    try:
        failed = _evaluate(suite, corpus, items, as_json, report, ablate, split)
    except RuledeskError as error:
        typer.echo(f"ruledesk eval: {error}", err=True)
        raise typer.Exit(WRONG_USAGE) from None
    except OSError as error:
        typer.echo(f"ruledesk eval: {error.filename}: {error.strerror}", err=True)
        raise typer.Exit(WRONG_USAGE) from None
    raise typer.Exit(SOME_FAILED if failed else DONE)


evaluate.__doc__ = EXAMPLE  # shown by --help here and in the one command


def _evaluate(
    suite: SuiteName | None,
    corpus: Path | None,
    items: Path | None,
    as_json: bool,
    report: Path | None,
    ablate: bool,
    split: SplitName,
) -> bool:
    """Runs and prints; whether an item failed. Raises RuledeskError."""
    from bot.progress import Bar
    from eval.items import SUITES
    from eval.runs import make_plan, run_ablation, run_plan, with_ablation
    from eval.systems import open_systems
    from eval.tables import render, render_ablation

    if ablate and suite not in (None, SuiteName.retrieval):
        raise UsageError(f"--ablate: it belongs to retrieval, not to {suite}; say: ruledesk eval retrieval --ablate")
    if suite is SuiteName.conflicts:
        return _conflicts(corpus, items, as_json, report, split)
    name: Suite | None = next((s for s in SUITES if suite is not None and s == suite.value), None)
    half: SplitChoice = split.value
    plan = make_plan(name, corpus, items, half)
    if report is not None:
        report.mkdir(parents=True, exist_ok=True)
    systems = open_systems(corpus, lambda line: typer.echo(line, err=True))
    with Bar() as bar:
        results = run_plan(plan, systems, bar)
        parts = run_ablation(plan, systems, bar) if ablate else []
    results = with_ablation(results, parts)
    if as_json:
        found = [result.to_json() for result in results]
        typer.echo(json.dumps(found[0] if suite is not None or len(found) == 1 else found, ensure_ascii=False))
    else:
        typer.echo("\n\n".join([*(render(result) for result in results), *([render_ablation(parts)] if parts else [])]))
    if report is not None:
        from eval.report import write_report

        typer.echo(f"wrote {write_report(report, results)}", err=True)
    return any(result.failed for result in results)


def _conflicts(corpus: Path | None, items: Path | None, as_json: bool, report: Path | None, split: SplitName) -> bool:
    """Runs and prints the suite of conflicts; whether an item failed. Raises RuledeskError."""
    from eval.conflicts_suite import conflicts_result
    from eval.tables import render

    if corpus is not None:
        raise UsageError(f"--corpus {corpus}: each item of conflicts is a corpus of its own; leave --corpus out")
    result = conflicts_result(items, split.value)
    typer.echo(json.dumps(result.to_json(), ensure_ascii=False) if as_json else render(result))
    if report is not None:
        from eval.report import write_report

        typer.echo(f"wrote {write_report(report, [result])}", err=True)
    return bool(result.failed)


eval_app = typer.Typer(add_completion=False, rich_markup_mode=None)
eval_app.command(help=EXAMPLE)(evaluate)


if __name__ == "__main__":
    eval_app()
