"""Results -> one HTML page that needs nothing else: tables, plots, the worst items; and the same as JSON."""

from __future__ import annotations

import datetime
import json
from collections.abc import Sequence
from html import escape
from importlib import resources
from pathlib import Path

from eval import charts
from eval.ablation import COLUMNS, WHOLE
from eval.measures import proportion, share_of
from eval.report_worst import worst_section
from eval.results import EvalResult, Flat, Row
from eval.tables import COUNTS, MEASURES, PARTS, SYSTEM_NAMES, SYSTEMS, TIMES, cell
from ingest.store import write_whole

PAGE, DATA = "report.html", "results.json"
BINS = 6
TITLES = {
    "exam": "Exam",
    "retrieval": "Retrieval",
    "answers": "Answers",
    "check": "Reply check",
    "conflicts": "Conflicts",
}
ABOUT = {
    "exam": "Every item is answered from retrieved rules by the reader that serves agents, or left open. Exam pages "
    "and any text that restates the item are barred while it is scored. Silence is not wrong.",
    "retrieval": "R@k: the share of questions with a passage among the first k that holds the gold words. MRR and nDCG "
    "are over the first ten.",
    "answers": "Evidence, figures and verdicts are judged on questions that the rules answer; refusals on all.",
    "check": "Draft replies with breaches, and clean ones that resemble them.",
    "conflicts": "Pairs of short articles that contradict each other, and pairs that only look so. Each pair is a "
    "corpus of its own; a conflict is found where both figures and the newer date are named.",
}
TILES: dict[str, tuple[tuple[str, str], ...]] = {
    "exam": (("supported/accuracy", "exam: supported items right"), ("wrong_rate", "exam: answered wrongly")),
    "retrieval": (("R@5", "retrieval: R@5"), ("MRR", "retrieval: MRR")),
    "answers": (("evidence_cited", "answers: evidence cited"), ("refusal_recall", "answers: unanswerable refused")),
    "check": (("flagged", "check: breaches flagged"), ("false_alarms", "check: false alarms")),
    "conflicts": (("recall", "conflicts: found"), ("precision", "conflicts: reported ones that are real")),
}


def write_report(folder: Path, results: Sequence[EvalResult], when: datetime.datetime | None = None) -> Path:
    """Writes report.html and results.json into the folder, each whole, and returns the page. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    made = when or datetime.datetime.now(datetime.UTC)
    data = json.dumps([result.to_json() for result in results], ensure_ascii=False, indent=1)
    write_whole(folder / DATA, data.encode())
    write_whole(folder / PAGE, page(results, made).encode())
    return folder / PAGE


def page(results: Sequence[EvalResult], when: datetime.datetime) -> str:
    """The HTML page. Nothing in it is fetched, and its policy forbids it."""
    style = resources.files("eval").joinpath("report.css").read_text(encoding="utf-8")
    first = results[0]
    links = "".join(f'<a href="#{r.suite}">{TITLES[r.suite]}</a>' for r in results)
    tiles = "".join(_tile(r.aggregated, name, words) for r in results for name, words in TILES[r.suite])
    meta = (
        f"{when:%Y-%m-%d %H:%M} UTC · corpus <code>{escape(first.corpus_digest)}</code> · model "
        f"<code>{escape(first.model)}</code> · <code>ruledesk eval --report</code> · the rest is in results.json"
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>ruledesk benchmark</title><style>{style}</style></head><body><main><h1>ruledesk benchmark</h1>"
        f'<p class="meta">{meta}</p><nav aria-label="Suites">{links}</nav><div class="tiles">{tiles}</div>'
        + "".join(_section(result) for result in results)
        + "</main></body></html>\n"
    )


def _tile(flat: Flat, name: str, words: str) -> str:
    if name not in flat:
        return ""
    value = f"{flat[name]:.3f}" if name.endswith("MRR") else f"{flat[name]:.1%}"
    low, high = flat.get(f"{name}.low"), flat.get(f"{name}.high")
    if low is None or high is None:
        spread = ""
    elif name.endswith("MRR"):
        spread = f"95 %: {low:.3f}–{high:.3f}"
    else:
        spread = f"95 %: {low:.1%}–{high:.1%}"
    return f'<div class="tile"><span>{escape(words)}</span><b>{value}</b><span>{spread}</span></div>'


def _section(result: EvalResult) -> str:
    plots = {"exam": _exam_plots, "retrieval": _retrieval_plots, "answers": _answer_plots, "check": _check_plots}
    figures = [f for f in plots[result.suite](result) if f] if result.suite in plots else []
    times = [row["ms"] for row in result.per_item if "ms" in row]
    if times:
        about = (
            "Wall clock in this run, models warm, each answer computed, none kept from before; what the other work of "
            "the machine adds is in it."
        )
        figures.append(_figure("Latency", charts.histogram(times, f"{TITLES[result.suite]}: latency"), about))
    return (
        f'<section id="{result.suite}"><h2>{TITLES[result.suite]}</h2><p class="muted">{result.n} items. '
        f"{escape(ABOUT[result.suite])}</p>{_measures(result)}{_side_by_side(result)}{_ablation(result)}"
        f'<div class="pair">{"".join(figures)}</div>{worst_section(result)}</section>'
    )


def _measures(result: EvalResult) -> str:
    flat = result.aggregated
    parts = ["", *(p for p in PARTS[result.suite] if any(name.startswith(f"{p}/") for name in flat))]
    names = [_part_name(p, flat, result.n) for p in parts]
    rows = []
    for measure in MEASURES[result.suite]:
        if measure in flat:
            cells = [_interval_cell(flat, f"{p}/{measure}" if p else measure) for p in parts]
            rows.append([escape(measure.replace("_", " ")), *cells])
    if TIMES[0] in flat:
        both = f"{flat['ms_median']:.1f} ms <small>95 % within {flat['ms_p95']:.1f} ms</small>"
        rows.append(["time an item, median", both, *[""] * (len(parts) - 1)])
    return _table(["measure (95 % interval)", *names], rows)


def _part_name(part: str, flat: Flat, n: int) -> str:
    count = flat.get(f"{part}/n", float(n))
    return f"{escape(part.replace('_', ' ') or 'all')} <small>n = {count:.0f}</small>"


def _interval_cell(flat: Flat, name: str) -> str:
    if name not in flat or name.rsplit("/", 1)[-1] in COUNTS or f"{name}.low" not in flat:
        return escape(cell(flat, name))
    return f"{flat[name]:.3f} <small>{flat[f'{name}.low']:.2f}–{flat[f'{name}.high']:.2f}</small>"


def _side_by_side(result: EvalResult) -> str:
    flat = result.aggregated
    systems = [s for s in SYSTEMS if f"{s}:accuracy" in flat]
    if result.suite != "exam" or not systems:
        return ""
    names = ("accuracy", "accuracy_answered", "wrong_rate", "coverage")
    rows: list[list[str]] = []
    ours = -1
    for system in SYSTEMS:
        if not system or system in systems:
            ours = len(rows) if not system else ours
            cells = [_interval_cell(flat, f"{system}:{name}" if system else name) for name in names]
            rows.append([escape(SYSTEM_NAMES[system]), *cells])
    return _table(["systems side by side", *(escape(n.replace("_", " ")) for n in names)], rows, ours)


def _ablation(result: EvalResult) -> str:
    rows: dict[str, Flat] = {}
    for name, value in result.aggregated.items():
        if name.startswith("ablation:"):
            variant, _, measure = name.removeprefix("ablation:").rpartition("/")
            rows.setdefault(variant, {})[measure] = value
    if not rows:
        return ""
    body = [
        [escape(v), *("–" if c not in m else f"{m[c]:.1f}" if c == "ms" else f"{m[c]:.3f}" for c in COLUMNS)]
        for v, m in rows.items()
    ]
    ours = list(rows).index(WHOLE) if WHOLE in rows else -1
    return _table(["parts of the retriever (development half)", *(escape(c) for c in COLUMNS)], body, ours)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]], ours: int = -1) -> str:
    top = "".join(f'<th scope="col">{words}</th>' for words in head)
    body = ""
    for i, row in enumerate(rows):
        mine = ' class="ours"' if i == ours else ""
        body += f'<tr{mine}><th scope="row">{row[0]}</th>' + "".join(f"<td>{c}</td>" for c in row[1:]) + "</tr>"
    return f'<div class="sheet"><table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>'


def _figure(title: str, svg: str, about: str = "") -> str:
    small = f"<small>{escape(about)}</small>" if about else ""
    return f"<figure><figcaption>{escape(title)}{small}</figcaption>{svg}</figure>"


def _bar(label: str, flags: Sequence[bool]) -> charts.Bar | None:
    estimate = share_of(flags)
    return None if estimate is None else charts.Bar(label, estimate.value, estimate.low, estimate.high, estimate.n)


def _exam_plots(result: EvalResult) -> list[str]:
    rows = result.per_item
    kinds = [_bar(k.replace("_", " "), [r["correct"] for r in rows if r["type"] == k]) for k in _kinds(rows, "type")]
    support = [
        _bar("borne out by rules", [r["correct"] for r in rows if r["supported"] is True]),
        _bar("not borne out", [r["correct"] for r in rows if r["supported"] is False]),
        _bar("not known", [r["correct"] for r in rows if r["supported"] is None]),
    ]
    stacks = []
    for system in SYSTEMS:
        answers = [r["systems"][system or "product"] for r in rows if (system or "product") in r["systems"]]
        if answers:
            right = sum(a["correct"] for a in answers)
            silent = sum(not a["answered"] for a in answers)
            stacks.append(charts.Stack(SYSTEM_NAMES[system], right, len(answers) - right - silent, silent))
    bins = reliability_bins(rows)
    about = "Items in groups of like confidence; the larger the dot, the more items. On the dashed line it is true."
    return [
        _figure("Right, wrong, left open", charts.stacks(stacks, "Answers by system"), "Items by system."),
        _bars("Accuracy by type of item and by support in the rules", [*kinds, *support]),
        _figure("Reliability of the stated confidence", charts.reliability(bins, "Reliability"), about) if bins else "",
    ]


def reliability_bins(rows: Sequence[Row]) -> list[charts.Bin]:
    """Answered items that state a confidence, in BINS groups of like size, lowest confidence first."""
    known = sorted(
        (float(r["confidence"]), bool(r["correct"])) for r in rows if r["answered"] and r.get("confidence") is not None
    )
    bins = []
    for i in range(BINS):
        part = known[len(known) * i // BINS : len(known) * (i + 1) // BINS]
        estimate = proportion(sum(c for _, c in part), len(part))
        if estimate is not None:
            mean = min(1.0, max(0.0, sum(c for c, _ in part) / len(part)))
            bins.append(charts.Bin(mean, estimate.value, estimate.low, estimate.high, estimate.n))
    return bins


def _retrieval_plots(result: EvalResult) -> list[str]:
    ks = (1, 3, 5, 10)
    lines = []
    for name, kept in (("all", None), ("zh", "zh"), ("en", "en")):
        rows = [r for r in result.per_item if kept is None or r["language"] == kept]
        if rows and (kept is None or len(rows) < result.n):
            points = [share_of(r["first"] is not None and r["first"] <= k for r in rows) for k in ks]
            lines.append(charts.Line(name, [(p.value, p.low, p.high) for p in points if p is not None]))
    svg = charts.lines([str(k) for k in ks], lines, "Recall by k", "k: passages looked at")
    about = "Share of questions with the gold among the first k; the bands are 95 % intervals."
    return [_figure("Recall by k", svg, about)]


def _answer_plots(result: EvalResult) -> list[str]:
    rows = [r for r in result.per_item if r["answerable"] and r["gold"]]
    measures = [
        _bar("evidence cited", [r["evidence_cited"] for r in rows]),
        _bar("figures in text", [r["figures_right"] for r in result.per_item if r["figures_right"] is not None]),
        _bar("verdict right", [r["verdict_right"] for r in result.per_item if r["verdict_right"] is not None]),
        _bar("never opposite", [not r["opposite"] for r in result.per_item if r["gold_verdict"]]),
        _bar("quotes exact", [r["quotes_exact"] for r in result.per_item]),
    ]
    silent = [r for r in result.per_item if not r["answerable"]]
    reasons = [
        _bar((kind or "no reason").replace("_", " "), [r["refused"] for r in silent if r["reason"] == kind])
        for kind in _kinds(silent, "reason")
    ]
    return [_bars("What the answers get right", measures), _bars("Unanswerable questions refused, by reason", reasons)]


def _check_plots(result: EvalResult) -> list[str]:
    labels = sorted({label for row in result.per_item for label in row["gold_labels"]})
    found = [
        _bar(name.replace("_", " "), [name in r["found_labels"] for r in result.per_item if name in r["gold_labels"]])
        for name in labels
    ]
    return [_bars("Breaches found under their label", found)]


def _bars(title: str, rows: Sequence[charts.Bar | None]) -> str:
    known = [row for row in rows if row is not None]
    return _figure(title, charts.bars(known, title)) if known else ""


def _kinds(rows: Sequence[Row], key: str) -> list[str]:
    return sorted({row[key] for row in rows}, key=str)
