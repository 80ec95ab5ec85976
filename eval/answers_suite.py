"""Answers: evidence cited, figures told, verdicts right and never opposite, refusals, every quote exact."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from bot.answers import Answer, Citation
from bot.desk_api import DeskApi, Turn
from bot.figures import figures_in, same_figure
from eval.gold import GoldFinder, Span, shares
from eval.items import QuestionCase
from eval.measures import is_opposite, refusal_measures, share_of, timings, verdict_measures
from eval.results import EvalResult, Flat, Row, attempt, flatten, rows_of, with_parts
from ingest.articles import Article

TOP = 5
_MARK = re.compile(r"\[(\d+)\]")
Progress = Callable[[int, int], None]


def run_answers(
    cases: Sequence[QuestionCase],
    desk: DeskApi,
    articles: Mapping[str, Article],
    progress: Progress = lambda done, total: None,
) -> list[Row]:
    """The rows of `per_item`, in the cases' order; one question first, untimed, to warm the models."""
    finder = GoldFinder(articles.values())
    rows = []
    if cases:
        _ask(desk, cases[0])
    for done, case in enumerate(cases):
        progress(done, len(cases))
        rows.append(_row(case, desk, articles, finder.all_spans(case.evidence)))
    progress(len(cases), len(cases))
    return rows


def _ask(desk: DeskApi, case: QuestionCase) -> tuple[Answer, float] | str:
    history = tuple(Turn(question, answer) for question, answer in case.history)
    return attempt(lambda: desk.ask(case.question, case.platform, history, TOP, case.id))


def _row(case: QuestionCase, desk: DeskApi, articles: Mapping[str, Article], gold: Sequence[Span]) -> Row:
    row = missing_row(case) | {"gold_found": bool(gold)}
    asked = _ask(desk, case)
    if isinstance(asked, str):
        return row | {"error": asked}
    answer, elapsed = asked
    told = [figure for figure in case.figures if figure_told(figure, answer.text)]
    row |= {
        "refused": answer.refused,
        "given_reason": answer.reason,
        "evidence_cited": any(shares(c, span) for c in answer.citations for span in gold),
        "figures_told": told,
        "figures_right": len(told) == len(case.figures) if case.figures else None,
        "verdict": answer.verdict,
        "verdict_right": answer.verdict == case.verdict if case.verdict else None,
        "opposite": is_opposite(answer.verdict, case.verdict),
        "quotes": len(answer.citations),
        "quotes_exact": all(is_exact(c, articles) for c in answer.citations),
        "marks_resolve": marks_resolve(answer),
        "confidence": answer.confidence,
        "ms": round(elapsed, 2),
        "timings_ms": {name: round(ms, 2) for name, ms in answer.timings_ms.items()},
        "text": answer.text,
        "citations": [
            {"n": c.n, "article_id": c.article_id, "start": c.start, "end": c.end, "quote": c.quote}
            for c in answer.citations
        ],
        "retrieved": [{"passage_id": h.passage.passage_id, "text": h.passage.text} for h in answer.hits],
    }
    return row


def is_exact(citation: Citation, articles: Mapping[str, Article]) -> bool:
    """Whether the citation's offsets give its quote, in an article that the corpus has; an empty quote is none."""
    article = articles.get(citation.article_id)
    if article is None or not citation.quote:
        return False
    return citation.start >= 0 and article.text[citation.start : citation.end] == citation.quote


def marks_resolve(answer: Answer) -> bool:
    """Whether every [n] of the text and the reply, every fact and every side of a conflict names a citation, each n is
    given once, and a refusal cites nothing."""
    numbers = [c.n for c in answer.citations]
    used = {int(n) for n in _MARK.findall(answer.text + (answer.suggested_reply or ""))}
    used |= {f.citation for f in answer.facts} | {s.citation for c in answer.conflicts for s in c.sides}
    used |= {c.prefer for c in answer.conflicts if c.prefer is not None}
    if answer.refused and numbers:
        return False
    return used <= set(numbers) and len(numbers) == len(set(numbers))


def figure_told(figure: str, text: str) -> bool:
    """Whether a text tells a figure: in its very characters, no digit cut off at either end, or in another notation
    of the same value (72小时 = 三天, 30% = 百分之三十)."""
    wanted = _squeeze(figure)
    # 6分 must not be found in 16分 or 6分钟, nor 1.5 in 21.5 or 1.53.
    before = r"(?<![\d.])" if wanted[:1].isdigit() else ""
    behind = r"(?!\d|\.\d)" if wanted[-1:].isdigit() else "(?!钟|之)" if wanted.endswith("分") else ""
    if re.search(before + re.escape(wanted) + behind, _squeeze(text)):
        return True
    parts = figures_in(figure)
    if not parts or sum(len(p.text) for p in parts) < len(figure.strip()):
        return False
    told = figures_in(text)
    return all(any(same_figure(part, other) for other in told) for part in parts)


def _squeeze(text: str) -> str:
    folded = text.translate(str.maketrans("０１２３４５６７８９％：．，～", "0123456789%:.,~"))
    return re.sub(r"\s+|(?<=\d),(?=\d{3})", "", folded).casefold()


def missing_row(case: QuestionCase) -> Row:
    """The row of a question that the run lacks: everything asked of it failed. An unanswerable one was not refused, an
    answerable one was answered with nothing."""
    return {
        "id": case.id,
        "question": case.question,
        "platform": case.platform,
        "language": case.language,
        "split": case.split,
        "set": case.source,
        "answerable": case.answerable,
        "reason": case.reason,
        "gold": [e.to_json() for e in case.evidence],
        "gold_figures": list(case.figures),
        "gold_verdict": case.verdict,
        "refused": case.answerable,
        "evidence_cited": False,
        "figures_told": [],
        "figures_right": False if case.figures else None,
        "verdict": None,
        "verdict_right": False if case.verdict else None,
        "opposite": False,
        "quotes": 0,
        "quotes_exact": False,
        "marks_resolve": False,
        "citations": [],
        "retrieved": [],
    }


def measure_answers(cases: Sequence[QuestionCase], per_item: Sequence[Row]) -> Flat:
    """All measures of the suite; a question without a row counts as failed in everything asked of it."""
    by_id = {case.id: case for case in cases}
    rows = rows_of(by_id, per_item, lambda item_id: missing_row(by_id[item_id]))
    return with_parts(rows, _measure, "split", "language", "set", "reason")


def _measure(rows: Sequence[Row]) -> Flat:
    answerable = [r for r in rows if r["answerable"]]
    flat = flatten(
        {
            "evidence_cited": share_of(r["evidence_cited"] for r in answerable if r["gold"]),
            "figures_in_text": share_of(r["figures_right"] for r in answerable if r["gold_figures"]),
            **verdict_measures([r["verdict"] for r in answerable], [r["gold_verdict"] for r in answerable]),
            **refusal_measures([r["refused"] for r in rows], [r["answerable"] for r in rows]),
            "quotes_exact": share_of(r["quotes_exact"] for r in rows),
            "marks_resolve": share_of(r["marks_resolve"] for r in rows),
        }
    )
    flat["opposite"] = float(sum(r["opposite"] for r in rows))
    return flat


def answers_result(
    cases: Sequence[QuestionCase], per_item: Sequence[Row], corpus_digest: str, model: str
) -> EvalResult:
    """The suite's result."""
    flat = measure_answers(cases, per_item) | timings(r["ms"] for r in per_item if "ms" in r)
    return EvalResult("answers", corpus_digest, model, len(cases), flat, tuple(per_item))
