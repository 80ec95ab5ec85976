"""The exam: every item answered by several systems side by side, with the bar up, and marked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from eval.bar import Bar
from eval.gold import GoldFinder, Span, shares
from eval.items import ExamCase
from eval.marking import Predicted, mark
from eval.measures import exam_measures, share_of, timings
from eval.results import EvalResult, Flat, Row, attempt, flatten, prefixed, rows_of, with_parts
from ingest.articles import Article, Passage

PRODUCT = "product"
Allow = Callable[[Passage], bool]
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Cited:
    """A citation as the exam marks it: article text [start:end] must be `quote`."""

    article_id: str
    start: int
    end: int
    quote: str

    def to_json(self) -> Row:
        """As it stands in per_item."""
        return {"article_id": self.article_id, "start": self.start, "end": self.end, "quote": self.quote}


@dataclass(frozen=True, slots=True)
class ExamReply:
    """What a system says to an item; predicted None is silence. `confidence` is a probability where the system has
    one, `retrieved` the passages it read, best first."""

    predicted: Predicted
    citations: tuple[Cited, ...] = ()
    confidence: float | None = None
    retrieved: tuple[Passage, ...] = field(default=())


class ExamSystem(Protocol):
    """Anything that answers exam items."""

    def __call__(self, case: ExamCase, allow: Allow, gold: Sequence[Span]) -> ExamReply:
        """One reply. `allow` bars passages; only the row with given evidence may look at `gold`."""
        ...


def run_exam(
    cases: Sequence[ExamCase],
    systems: Mapping[str, ExamSystem],
    articles: Mapping[str, Article],
    bar: Bar,
    progress: Progress = lambda done, total: None,
) -> list[Row]:
    """The rows of `per_item`, in the cases' order. `systems` holds the product under PRODUCT; the others' answers
    stand beside it in `systems`. An item that breaks the product is kept with its error and counts as failed."""
    finder = GoldFinder(articles.values())
    rows = []
    for done, case in enumerate(cases):
        progress(done, len(cases))
        rows.append(_row(case, systems, articles, bar, finder))
    progress(len(cases), len(cases))
    return rows


def _row(
    case: ExamCase, systems: Mapping[str, ExamSystem], articles: Mapping[str, Article], bar: Bar, finder: GoldFinder
) -> Row:
    gold = finder.all_spans(case.evidence or ())
    barred = bar.barred(case.item)
    allow = bar.allow(barred)
    row = missing_row(case)
    row |= {"gold_found": bool(gold), "barred": len(barred), "systems": {}}
    for name, system in systems.items():
        tried = attempt(partial(system, case, allow, gold))
        if isinstance(tried, str):
            row["systems"][name] = {"answered": False, "predicted": None, "correct": False, "error": tried}
            if name == PRODUCT:
                row["error"] = tried
            continue
        reply, elapsed = tried
        marked = _marked(case, reply, gold, articles, bar, barred)
        row["systems"][name] = {k: marked[k] for k in ("answered", "predicted", "correct")}
        if name == PRODUCT:
            row |= marked
            row["confidence"] = reply.confidence
            row["ms"] = round(elapsed, 2)
            row["retrieved"] = [
                {"passage_id": p.passage_id, "article_id": p.article_id, "text": p.text} for p in reply.retrieved
            ]
    return row


def _marked(
    case: ExamCase,
    reply: ExamReply,
    gold: Sequence[Span],
    articles: Mapping[str, Article],
    bar: Bar,
    barred: frozenset[str],
) -> Row:
    predicted = reply.predicted
    if isinstance(predicted, Sequence) and not isinstance(predicted, str):
        predicted = list(predicted)
    answered = predicted is not None and not (isinstance(predicted, list) and all(p is None for p in predicted))
    texts = {name: article.text for name, article in articles.items()}
    exact = [texts.get(c.article_id, "")[c.start : c.end] == c.quote != "" for c in reply.citations]
    leaked = any(bar.touches(barred, c) for c in reply.citations)
    leaked = leaked or any(p.passage_id in barred for p in reply.retrieved)
    marked = mark(case.item, predicted if answered else None)
    row: Row = {
        "answered": answered,
        "predicted": predicted if answered else None,
        # What was read off the item itself is no answer, however right.
        "correct": marked.correct and not leaked,
        "citations": [c.to_json() for c in reply.citations],
        "citations_exact": all(exact),
        "evidence_cited": any(shares(c, span) for c in reply.citations for span in gold),
        "leaked": leaked,
    }
    if marked.blanks is not None:
        row |= {"blanks_correct": 0 if leaked else marked.blanks_correct, "blanks": marked.blanks}
    return row


def missing_row(case: ExamCase) -> Row:
    """The row of an item that the run lacks: not answered, not right."""
    answer = case.item.answer
    row: Row = {
        "id": case.id,
        "type": case.item.type,
        "supported": case.supported,
        "answered": False,
        "predicted": None,
        "gold": [list(b) for b in answer] if isinstance(answer, tuple) else answer,
        "correct": False,
        "citations": [],
        "citations_exact": True,
        "evidence_cited": False,
        "leaked": False,
        "split": case.split,
        "set": case.source,
        "stem": case.item.stem,
        "options": case.item.options,
        "confidence": None,
        "retrieved": [],
        "systems": {},
    }
    if isinstance(answer, tuple):
        row |= {"blanks_correct": 0, "blanks": len(answer)}
    return row


def measure_exam(cases: Sequence[ExamCase], per_item: Sequence[Row]) -> Flat:
    """All measures of the suite; a case without a row counts as not answered and not right."""
    by_id = {case.id: case for case in cases}
    rows = rows_of(by_id, per_item, lambda item_id: missing_row(by_id[item_id]))
    flat = with_parts(rows, _measure, "set", "split", "type", "supported")
    names = dict.fromkeys(name for row in rows for name in row["systems"])
    for name in names:
        answers = [row["systems"].get(name, {"answered": False, "correct": False}) for row in rows]
        measured = exam_measures([a["answered"] for a in answers], [a["correct"] for a in answers])
        if name != PRODUCT:
            flat |= prefixed(f"{name}:", flatten(measured))
    return flat


def _measure(rows: Sequence[Row]) -> Flat:
    flat = flatten(exam_measures([r["answered"] for r in rows], [r["correct"] for r in rows]))
    blanks = [r for r in rows if "blanks" in r]
    if blanks:
        right, all_blanks = sum(r["blanks_correct"] for r in blanks), sum(r["blanks"] for r in blanks)
        flat["blanks_accuracy"] = round(right / all_blanks, 4)
    cited = [r for r in rows if r["citations"]]
    supported = [r for r in rows if r["supported"]]
    flat |= flatten(
        {
            "citation_exact": share_of(r["citations_exact"] for r in cited),
            "evidence_recall": share_of(r["evidence_cited"] for r in supported),
            "evidence_recall_answered": share_of(r["evidence_cited"] for r in supported if r["answered"]),
        }
    )
    flat["leaks"] = float(sum(r["leaked"] for r in rows))
    return flat


def exam_result(
    cases: Sequence[ExamCase], per_item: Sequence[Row], corpus_digest: str, model: str
) -> EvalResult:
    """The suite's result."""
    flat = measure_exam(cases, per_item) | timings(r["ms"] for r in per_item if "ms" in r)
    return EvalResult("exam", corpus_digest, model, len(cases), flat, tuple(per_item))
