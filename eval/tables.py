"""Results as text tables for a person."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from eval.ablation import COLUMNS, AblationRow
from eval.results import EvalResult, Flat

# The measures that a person reads first, by suite; every other one stands in the JSON.
MEASURES: dict[str, tuple[str, ...]] = {
    "exam": (
        "accuracy", "accuracy_answered", "wrong_rate", "coverage", "blanks_accuracy", "citation_exact",
        "evidence_recall", "leaks",
    ),
    "retrieval": ("R@1", "R@3", "R@5", "R@10", "MRR", "nDCG@10"),
    "answers": (
        "evidence_cited", "figures_in_text", "verdict_accuracy", "opposite", "refusal_precision", "refusal_recall",
        "answerable_lost", "quotes_exact", "marks_resolve",
    ),
    "check": ("flagged", "label_right", "rule_right", "span_right", "false_alarms", "quotes_exact"),
    "conflicts": ("recall", "precision", "false_alarms", "found", "invented"),
}  # fmt: skip
COUNTS = frozenset({"opposite", "leaks", "found", "invented"})
PARTS: dict[str, tuple[str, ...]] = {
    "exam": ("exam", "development", "held_out", "supported", "not_supported"),
    "retrieval": ("development", "held_out", "zh", "en"),
    "answers": ("development", "held_out", "zh", "en", "followups"),
    "check": ("development", "held_out"),
    "conflicts": ("development", "held_out"),
}
SYSTEMS = ("closed_book", "bm25_only", "dense_only", "", "bold", "gold_given")
SYSTEM_NAMES = {
    "closed_book": "closed book",
    "bm25_only": "BM25 only",
    "dense_only": "dense only",
    "": "the product",
    "bold": "the product, bold",
    "gold_given": "gold evidence given",
}
TIMES = ("ms_median", "ms_p95")


def render(result: EvalResult) -> str:
    """One suite's tables: measures by part of the items, systems side by side, time."""
    flat = result.aggregated
    lines = [f"{result.suite}: {result.n} items, corpus {result.corpus_digest}, model {result.model}", ""]
    parts = ["", *(p for p in PARTS[result.suite] if any(name.startswith(f"{p}/") for name in flat))]
    rows = [["", "all (95 % interval)", *parts[1:]]]
    for measure in MEASURES[result.suite]:
        if measure in flat:
            rows.append([measure, *(cell(flat, f"{p}/{measure}" if p else measure, not p) for p in parts)])
    lines += table(rows)
    systems = [s for s in SYSTEMS if not s or f"{s}:accuracy" in flat]
    if result.suite == "exam" and len(systems) > 1:
        names = ("accuracy", "accuracy_answered", "wrong_rate", "coverage")
        side = [["side by side", *names]]
        for system in systems:
            side.append([SYSTEM_NAMES[system], *(cell(flat, f"{system}:{n}" if system else n) for n in names)])
        lines += ["", *table(side)]
    if TIMES[0] in flat:
        lines += ["", f"time an item: median {flat['ms_median']:.1f} ms, 95th percentile {flat['ms_p95']:.1f} ms"]
    if flat.get("gold_missing"):
        lines.append(f"evidence not in this corpus: {flat['gold_missing']:.0f} items, which count as not found")
    for item_id in result.failed[:5]:
        why = next(row["error"] for row in result.per_item if row["id"] == item_id)
        lines.append(f"failed: {item_id}: {why}")
    if len(result.failed) > 5:
        lines.append(f"failed: {len(result.failed) - 5} more")
    return "\n".join(lines)


def render_ablation(rows: Sequence[AblationRow]) -> str:
    """The ablation table: a variant a line."""
    body = [["parts, development half", *COLUMNS]]
    for row in rows:
        cells = []
        for name in COLUMNS:
            value = row.measures.get(name)
            cells.append("-" if value is None else f"{value:.1f}" if name == "ms" else f"{value:.3f}")
        body.append([row.name, *cells])
    return "\n".join(table(body))


def cell(flat: Flat, name: str, interval: bool = True) -> str:
    """A measure as text, with its interval where it has one; "-" where it could not be measured."""
    if name not in flat:
        return "-"
    value = flat[name]
    if name.rsplit("/", 1)[-1] in COUNTS:
        return f"{value:.0f}"
    if interval and f"{name}.low" in flat:
        return f"{value:.3f} ({flat[f'{name}.low']:.2f}-{flat[f'{name}.high']:.2f})"
    return f"{value:.3f}"


def table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Lines of a table: the first column to the left, the others to the right; the first row is the head."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for number, row in enumerate(rows):
        cells = [text.rjust(width) for text, width in zip(row[1:], widths[1:], strict=True)]
        yield "  ".join([row[0].ljust(widths[0]), *cells]).rstrip()
        if number == 0:
            yield "  ".join("-" * width for width in widths)
