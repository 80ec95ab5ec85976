"""The quality gate: measures of the starter rulebook must not fall below what was pinned.

    python -m eval.gate [--update] [--lower SUITE/MEASURE ...]

Pinned in baseline.json: floors (and ceilings, for what should be small), the corpus digest, the digest and count of
every item file, the number of judged items. `--update` pins what is better or new; it writes nothing where a measure
got worse, unless a person names that measure with `--lower`.
"""

from __future__ import annotations

import argparse
import datetime
import json
import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from eval.answers_suite import measure_answers
from eval.check_suite import measure_check
from eval.conflicts_suite import ITEMS as CONFLICT_ITEMS
from eval.conflicts_suite import conflicts_result
from eval.exam_suite import measure_exam
from eval.items import FILES, digest_of, load_rows
from eval.results import EvalResult, Flat, Row
from eval.retrieval_suite import measure_retrieval, qrels_of
from eval.runs import Plan, make_plan, run_plan
from eval.systems import STARTER, Systems, open_systems
from ingest.errors import RuledeskError, UsageError
from ingest.store import write_whole

BASELINE = Path(__file__).with_name("baseline.json")
FORMAT = 1
HIGH: dict[str, tuple[str, ...]] = {
    "exam": (
        "accuracy", "exam/accuracy", "development/accuracy", "held_out/accuracy", "supported/accuracy",
        "accuracy_answered", "citation_exact", "evidence_recall",
    ),
    "retrieval": (
        "R@1", "R@5", "MRR", "nDCG@10", "en/MRR", "development/R@5", "development/MRR", "held_out/R@5", "held_out/MRR",
    ),
    "answers": (
        "evidence_cited", "figures_in_text", "verdict_accuracy", "refusal_precision", "refusal_recall", "quotes_exact",
        "marks_resolve", "held_out/evidence_cited", "held_out/refusal_recall",
    ),
    "check": ("flagged", "label_right", "rule_right", "span_right", "held_out/flagged", "held_out/label_right"),
    "conflicts": ("recall", "precision", "held_out/recall", "held_out/precision"),
}  # fmt: skip
LOW: dict[str, tuple[str, ...]] = {
    "exam": ("wrong_rate", "held_out/wrong_rate", "leaks"),
    "retrieval": ("gold_missing",),
    "answers": ("opposite", "answerable_lost", "held_out/answerable_lost"),
    "check": ("false_alarms", "held_out/false_alarms"),
    "conflicts": ("false_alarms", "held_out/false_alarms"),
}


@dataclass(frozen=True, slots=True)
class Baseline:
    """What is pinned. Floors and ceilings are named SUITE/MEASURE; `items` holds digest and count of each file."""

    corpus_digest: str | None = None
    model: str | None = None
    items: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    judged: Mapping[str, int] = field(default_factory=dict)
    floors: Mapping[str, float] = field(default_factory=dict)
    ceilings: Mapping[str, float] = field(default_factory=dict)
    measured: str | None = None  # the day of the last --update


@dataclass(frozen=True, slots=True)
class Measured:
    """What a run gave: as Baseline, with the ids of judged items that the run lacks, by suite."""

    corpus_digest: str
    model: str
    items: Mapping[str, tuple[str, int]]
    judged: Mapping[str, int]
    values: Mapping[str, float]
    missing: Mapping[str, Sequence[str]] = field(default_factory=dict)


def problems(baseline: Baseline, run: Measured, slack: float = 0.0) -> list[str]:
    """Why the run does not pass, a line each; empty where it does.

    `slack` is how much a share may differ (a count by one): another processor adds floats in another order, which can
    turn a tie between two passages. It moves no floor.
    """
    found = _moved(baseline, run)
    for suite, ids in run.missing.items():
        if ids:
            shown = ", ".join(ids[:5]) + (" ..." if len(ids) > 5 else "")
            found.append(f"{suite}: {len(ids)} judged items are not in the run and count as failed: {shown}")
    return found + [line for _, line in _worse(baseline, run, slack)]


def updated(baseline: Baseline, run: Measured, lower: Collection[str] = ()) -> Baseline:
    """The baseline with what is better or new in the run. Raises UsageError where a measure got worse that `lower`
    does not name, where `lower` names none that did, or where judged items are missing from the run."""
    for suite, ids in run.missing.items():
        if ids:
            raise UsageError(f"{suite}: {len(ids)} judged items are not in the run; nothing is pinned from it")
    worse = dict(_worse(baseline, run))
    idle = sorted(set(lower) - set(worse))
    if idle:
        raise UsageError(f"--lower {idle[0]}: it is not worse than pinned; worse are: {', '.join(worse) or 'none'}")
    refused = [name for name in worse if name not in lower]
    if refused:
        ways = " ".join(f"--lower {name}" for name in refused)
        raise UsageError(f"{worse[refused[0]]}; refused to pin less; a person may say {ways}")
    floors, ceilings = dict(baseline.floors), dict(baseline.ceilings)
    for pinned, names, better in ((floors, HIGH, max), (ceilings, LOW, min)):
        for suite, measures in names.items():
            for name in (f"{suite}/{measure}" for measure in measures):
                if name in lower:
                    pinned.pop(name, None)
                if name in run.values:
                    pinned[name] = better(run.values[name], pinned.get(name, run.values[name]))
    return Baseline(run.corpus_digest, run.model, run.items, run.judged, floors, ceilings)


def _moved(baseline: Baseline, run: Measured) -> list[str]:
    found = []
    if baseline.corpus_digest != run.corpus_digest:
        found.append(f"corpus digest: pinned {baseline.corpus_digest}, now {run.corpus_digest}; pin it with --update")
    if baseline.model != run.model:
        found.append(f"model: pinned {baseline.model}, now {run.model}; pin it with --update")
    for name in sorted({*baseline.items, *run.items}):
        pinned, now = baseline.items.get(name), run.items.get(name)
        if pinned != now:
            told = [f"{x[1]} items, digest {x[0]}" if x else "none" for x in (pinned, now)]
            found.append(f"{name}: pinned {told[0]}, now {told[1]}; pin it with --update")
    for suite in sorted({*baseline.judged, *run.judged}):
        if baseline.judged.get(suite) != run.judged.get(suite):
            found.append(f"{suite}: pinned {baseline.judged.get(suite)} judged items, now {run.judged.get(suite)}")
    return found


def _worse(baseline: Baseline, run: Measured, slack: float = 0.0) -> list[tuple[str, str]]:
    """(name, line) of every pinned measure that got worse; one that the run does not give got worse."""
    found = []
    for pinned, sign, word in ((baseline.floors, 1, "floor"), (baseline.ceilings, -1, "ceiling")):
        for name, limit in pinned.items():
            value = run.values.get(name)
            if value is None:
                found.append((name, f"{name}: the run gives none, the {word} is {limit}"))
            elif sign * (value - limit) < -(slack if limit <= 1 else float(slack > 0)):
                found.append((name, f"{name}: {value} is {'below' if sign > 0 else 'above'} its {word} {limit}"))
    return found


def measured(plan: Plan, results: Sequence[EvalResult], systems: Systems) -> Measured:
    """What the results come to on the plan's items, measured here and not as the run says of itself."""
    values: Flat = {}
    missing: dict[str, list[str]] = {}
    rows = {result.suite: result.per_item for result in results}
    for suite in plan.suites:
        per_item = rows.get(suite, ())
        present = {row["id"] for row in per_item}
        missing[suite] = [item_id for item_id in plan.ids(suite) if item_id not in present]
        flat = _measure(suite, per_item, plan, systems)
        for measure in (*HIGH[suite], *LOW[suite]):
            if measure in flat:
                values[f"{suite}/{measure}"] = flat[measure]
    judged: dict[str, int] = {suite: len(plan.ids(suite)) for suite in plan.suites}
    return Measured(systems.corpus_digest, systems.model, item_files(), judged, values, missing)


def with_conflicts(run: Measured) -> Measured:
    """The run with the suite of conflicts, which stands on no corpus and no model."""
    result = conflicts_result(CONFLICT_ITEMS, "all")
    names = (*HIGH["conflicts"], *LOW["conflicts"])
    values = {f"conflicts/{name}": result.aggregated[name] for name in names if name in result.aggregated}
    return replace(run, values={**run.values, **values}, judged={**run.judged, "conflicts": result.n})


def _measure(suite: str, per_item: Sequence[Row], plan: Plan, systems: Systems) -> Flat:
    if suite == "exam":
        return measure_exam(plan.exam, per_item)
    if suite == "retrieval":
        qrels = qrels_of(plan.retrieval, list(systems.articles.values()), systems.passages)
        return measure_retrieval(plan.retrieval, qrels, per_item)
    if suite == "answers":
        return measure_answers(plan.answers, per_item)
    return measure_check(plan.check, per_item)


def item_files() -> dict[str, tuple[str, int]]:
    """Digest and number of lines of every item file of the starter corpus, and of the pairs of articles."""
    paths = {name: STARTER / name for name in sorted({name for group in FILES.values() for name in group})}
    paths[f"eval/{CONFLICT_ITEMS.name}"] = CONFLICT_ITEMS
    return {name: (digest_of(path), len(load_rows(path))) for name, path in paths.items()}


def read_baseline(path: Path) -> Baseline:
    """Reads baseline.json. Raises UsageError where it is none; an empty object is a baseline that pins nothing."""
    try:
        row = json.loads(path.read_text(encoding="utf-8"))
        if row and row.pop("format") != FORMAT:
            raise UsageError(f"{path}: its format is not {FORMAT}; pin anew with --update")
        row["items"] = {name: (digest, count) for name, (digest, count) in row.get("items", {}).items()}
        return Baseline(**row)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise UsageError(f"{path}: no baseline ({error}); take it from git again") from error


def write_baseline(path: Path, baseline: Baseline) -> None:
    """Writes baseline.json, whole."""
    row = {"format": FORMAT, **asdict(baseline)}
    write_whole(path, (json.dumps(row, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode())


def main(arguments: Sequence[str] | None = None) -> int:
    """0 passed or pinned, 1 not passed, 2 wrong usage."""
    parser = argparse.ArgumentParser(prog="python -m eval.gate", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--update", action="store_true", help="pin what is better or new")
    parser.add_argument("--lower", action="append", default=[], metavar="SUITE/MEASURE", help="let it be pinned lower")
    parser.add_argument("--slack", type=float, default=0.0, help="how much a share may differ between machines")
    parser.add_argument("--baseline", type=Path, default=BASELINE)
    options = parser.parse_args(arguments)
    if options.lower and not options.update:
        parser.error("--lower goes with --update")
    try:
        baseline = read_baseline(options.baseline)
        plan = make_plan(None, None, None)
        systems = open_systems(None, lambda line: print(line, file=sys.stderr))
        run = with_conflicts(measured(plan, run_plan(plan, systems, side_by_side=False), systems))
        if options.update:
            today = datetime.datetime.now(datetime.UTC).date().isoformat()
            write_baseline(options.baseline, replace(updated(baseline, run, options.lower), measured=today))
            print(f"pinned {len(run.values)} measures in {options.baseline}")
            return 0
    except RuledeskError as error:
        print(f"eval.gate: {error}", file=sys.stderr)
        return 2
    found = problems(baseline, run, options.slack)
    print("\n".join(found) or f"passed: {len(baseline.floors) + len(baseline.ceilings)} measures hold")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
