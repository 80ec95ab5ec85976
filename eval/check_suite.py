"""The reply check: breaches flagged, under the right label and rule, at the right words; false alarms; time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from bot.desk_api import DeskApi
from bot.findings import CheckResult, Finding
from eval.answers_suite import is_exact
from eval.gold import GoldFinder, Span, shares
from eval.items import DraftCase
from eval.measures import share_of, timings
from eval.results import EvalResult, Flat, Row, attempt, flatten, rows_of, with_parts
from ingest.articles import Article

Progress = Callable[[int, int], None]


def run_check(
    cases: Sequence[DraftCase],
    desk: DeskApi,
    articles: Mapping[str, Article],
    progress: Progress = lambda done, total: None,
) -> list[Row]:
    """The rows of `per_item`, in the cases' order; one draft first, untimed, so that word lists are loaded."""
    finder = GoldFinder(articles.values())
    rows = []
    if cases:
        _check(desk, cases[0])
    for done, case in enumerate(cases):
        progress(done, len(cases))
        rows.append(_row(case, desk, articles, finder.all_spans(case.evidence)))
    progress(len(cases), len(cases))
    return rows


def _check(desk: DeskApi, case: DraftCase) -> tuple[CheckResult, float] | str:
    return attempt(lambda: desk.check(case.draft, case.platform, case.id))


def _row(case: DraftCase, desk: DeskApi, articles: Mapping[str, Article], gold: Sequence[Span]) -> Row:
    row = missing_row(case) | {"gold_found": bool(gold)}
    checked = _check(desk, case)
    if isinstance(checked, str):
        return row | {"error": checked}
    result, elapsed = checked
    right = [f for f in result.findings if f.label in case.labels]
    quotes = [c for f in result.findings for c in f.citations]
    labels = list(dict.fromkeys(f.label for f in result.findings))
    row |= {
        "ok": result.ok,
        "found_labels": labels,
        "flagged": not result.ok,
        "label_right": set(case.labels) <= set(labels) if case.labels else None,
        "extra_labels": [label for label in labels if label not in case.labels],
        "rule_right": _cites(right, gold) if case.labels and case.evidence else None,
        "span_right": all(_marks(right, case.draft, words) for words in case.spans) if case.spans else None,
        "offsets_right": all(0 <= f.start < f.end <= len(case.draft) for f in result.findings),
        "quotes_exact": all(is_exact(c, articles) for c in quotes),
        "ms": round(elapsed, 2),
        "findings": [
            {"label": f.label, "words": case.draft[f.start : f.end], "penalty": f.penalty, "message": f.message}
            for f in result.findings
        ],
    }
    return row


def _cites(findings: Sequence[Finding], gold: Sequence[Span]) -> bool:
    return any(shares(c, span) for f in findings for c in f.citations for span in gold)


def _marks(findings: Sequence[Finding], draft: str, words: str) -> bool:
    """Whether a finding marks any of the offending words, where they first stand or again."""
    at = draft.find(words)
    while at >= 0:
        if any(f.start < at + len(words) and at < f.end for f in findings):
            return True
        at = draft.find(words, at + 1)
    return False


def missing_row(case: DraftCase) -> Row:
    """The row of a draft that the run lacks: a breach that was not flagged, or a clean draft that was."""
    return {
        "id": case.id,
        "draft": case.draft,
        "platform": case.platform,
        "split": case.split,
        "set": case.source,
        "gold_ok": case.ok,
        "gold_labels": list(case.labels),
        "gold_spans": list(case.spans),
        "gold": [e.to_json() for e in case.evidence],
        "ok": not case.ok,
        "found_labels": [],
        "extra_labels": [],
        "flagged": case.ok,
        "label_right": False if case.labels else None,
        "rule_right": False if case.labels and case.evidence else None,
        "span_right": False if case.spans else None,
        "offsets_right": False,
        "quotes_exact": False,
        "findings": [],
    }


def measure_check(cases: Sequence[DraftCase], per_item: Sequence[Row]) -> Flat:
    """All measures of the suite, by label too; a draft without a row counts as failed."""
    by_id = {case.id: case for case in cases}
    rows = rows_of(by_id, per_item, lambda item_id: missing_row(by_id[item_id]))
    flat = with_parts(rows, _measure, "split", "set")
    for label in sorted({name for row in rows for name in row["gold_labels"]}):
        part = [r for r in rows if label in r["gold_labels"]]
        flat[f"{label}/n"] = float(len(part))
        flat |= {
            f"{label}/{name}": value
            for name, value in flatten({"found": share_of(label in r["found_labels"] for r in part)}).items()
        }
    return flat


def _measure(rows: Sequence[Row]) -> Flat:
    breaches, clean = [r for r in rows if not r["gold_ok"]], [r for r in rows if r["gold_ok"]]
    return flatten(
        {
            "flagged": share_of(r["flagged"] for r in breaches),
            "label_right": share_of(r["label_right"] for r in breaches if r["gold_labels"]),
            "rule_right": share_of(r["rule_right"] for r in breaches if r["rule_right"] is not None),
            "span_right": share_of(r["span_right"] for r in breaches if r["gold_spans"]),
            "false_alarms": share_of(r["flagged"] for r in clean),
            "no_extra_label": share_of(not r["extra_labels"] for r in breaches),
            "quotes_exact": share_of(r["quotes_exact"] and r["offsets_right"] for r in rows),
        }
    )


def check_result(
    cases: Sequence[DraftCase], per_item: Sequence[Row], corpus_digest: str, model: str
) -> EvalResult:
    """The suite's result."""
    flat = measure_check(cases, per_item) | timings(r["ms"] for r in per_item if "ms" in r)
    return EvalResult("check", corpus_digest, model, len(cases), flat, tuple(per_item))
