"""The latest measured figures of the desk, read from a report's folder or from what was pinned with the release."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ingest.errors import CorpusError

RESULTS, PAGE = "results.json", "report.html"  # what `ruledesk eval --report DIR` writes
SUITES = ("retrieval", "answers", "check", "exam")
# What a reader asks first, and whether more of it is better.
HEADLINES: Mapping[str, bool] = {
    "retrieval/R@5": True,
    "retrieval/MRR": True,
    "answers/evidence_cited": True,
    "answers/figures_in_text": True,
    "answers/verdict_accuracy": True,
    "answers/opposite": False,
    "answers/refusal_recall": True,
    "answers/answerable_lost": False,
    "answers/quotes_exact": True,
    "check/flagged": True,
    "check/label_right": True,
    "check/false_alarms": False,
    "exam/accuracy": True,
    "exam/accuracy_answered": True,
    "exam/wrong_rate": False,
}
COUNTS = frozenset({"answers/opposite"})


@dataclass(frozen=True, slots=True)
class Figure:
    """One measure: over all items with its 95 % interval where that is known, and over the held-out half."""

    name: str
    value: float
    low: float | None
    high: float | None
    held_out: float | None
    n: int | None
    more_is_better: bool
    is_count: bool


@dataclass(frozen=True, slots=True)
class Benchmark:
    """The headline figures and where they come from. `pinned`: they are the release's floors and ceilings, not a run
    on this machine. `page` is the whole report as HTML."""

    figures: tuple[Figure, ...]
    pinned: bool
    measured: str | None
    corpus_digest: str | None
    model: str | None
    command: str
    page: Path | None


@dataclass(frozen=True, slots=True)
class Figures:
    """Where figures may lie; read anew at each look, so that a new report shows at once."""

    report: Path | None = None
    pinned: Path | None = None

    def latest(self) -> Benchmark | None:
        """The report where there is one, else the pinned figures, else None. Raises CorpusError for a damaged file."""
        if self.report is not None and (self.report / RESULTS).is_file():
            return _of_report(self.report)
        return _of_pinned(self.pinned) if self.pinned is not None and self.pinned.is_file() else None


def _of_report(folder: Path) -> Benchmark:
    path = folder / RESULTS
    results = _read(path)
    try:
        flat = {f"{r['suite']}/{name}": float(v) for r in results for name, v in r["aggregated"].items()}
        counts = {r["suite"]: int(r["n"]) for r in results}
        digest, model = results[0]["corpus_digest"], results[0]["model"]
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        raise CorpusError(f"{path}: no report ({error!r}); write it anew: ruledesk eval --report DIR") from error
    when = datetime.fromtimestamp(path.stat().st_mtime, UTC).strftime("%Y-%m-%d %H:%M UTC")
    page = folder / PAGE if (folder / PAGE).is_file() else None
    suites = "" if set(counts) == set(SUITES) else " ".join(("", *counts)) if len(counts) == 1 else ""
    return Benchmark(
        _figures(flat, counts), False, when, digest, model, f"ruledesk eval{suites} --report {folder}", page
    )


def _of_pinned(path: Path) -> Benchmark:
    data = _read(path)
    try:
        flat = {name: float(value) for part in ("floors", "ceilings") for name, value in data[part].items()}
        counts = {suite: int(n) for suite, n in data["judged"].items()}
        return Benchmark(
            _figures(flat, counts),
            True,
            data.get("measured"),
            data["corpus_digest"],
            data["model"],
            "python -m eval.gate --update",
            None,
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise CorpusError(f"{path}: these are no pinned figures ({error!r}); install ruledesk again") from error


def _figures(flat: Mapping[str, float], counts: Mapping[str, int]) -> tuple[Figure, ...]:
    found = []
    for name, more in HEADLINES.items():
        if name in flat:
            suite, measure = name.split("/", 1)
            found.append(
                Figure(
                    name,
                    flat[name],
                    flat.get(f"{name}.low"),
                    flat.get(f"{name}.high"),
                    flat.get(f"{suite}/held_out/{measure}"),
                    counts.get(suite),
                    more,
                    name in COUNTS,
                )
            )
    return tuple(found)


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CorpusError(f"{path}: cannot be read ({error}); write it anew: ruledesk eval --report DIR") from error
