"""A reply check as what its card shows: pure functions, no gradio and no HTML."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from bot.answers import Language
from bot.app.quotes import ArticleOf, QuoteCard, quote_cards
from bot.app.texts import label_name
from bot.findings import CheckResult, Finding

_RANK = {"high": 0, "medium": 1, "low": 2}


@dataclass(frozen=True, slots=True)
class DraftPiece:
    """A run of the draft; `finding` is the 1-based number of the gravest finding that covers it, or None."""

    text: str
    finding: int | None
    severity: str


@dataclass(frozen=True, slots=True)
class FindingView:
    """One finding with the offending words and the rule's own."""

    n: int
    words: str
    label: str
    severity: str
    message: str
    penalty: str | None
    suggestion: str
    quotes: tuple[QuoteCard, ...]


@dataclass(frozen=True, slots=True)
class CheckView:
    """All that the check card shows."""

    ok: bool
    tone: str
    pieces: tuple[DraftPiece, ...]
    findings: tuple[FindingView, ...]


def check_view(result: CheckResult, article_of: ArticleOf, language: Language, today: date) -> CheckView:
    """The card of a check, in the reader's language."""
    found = result.findings
    views = tuple(
        FindingView(
            n,
            result.draft[f.start : f.end],
            label_name(f.label, language),
            f.severity,
            f.message,
            f.penalty,
            f.suggestion,
            quote_cards(f.citations, article_of, language, today),
        )
        for n, f in enumerate(found, 1)
    )
    grave = any(f.severity == "high" for f in found)
    return CheckView(result.ok, "bad" if grave else "mind", draft_pieces(result.draft, found), views)


def draft_pieces(draft: str, findings: tuple[Finding, ...]) -> tuple[DraftPiece, ...]:
    """The draft cut at the edges of all findings; joined again the pieces are the draft, whatever overlaps."""
    edges = {0, len(draft)} | {min(max(at, 0), len(draft)) for f in findings for at in (f.start, f.end)}
    cuts = sorted(edges)
    pieces = []
    for start, end in pairwise(cuts):
        over = [(_RANK[f.severity], n) for n, f in enumerate(findings, 1) if f.start <= start and end <= f.end]
        if over:
            n = min(over)[1]
            pieces.append(DraftPiece(draft[start:end], n, findings[n - 1].severity))
        else:
            pieces.append(DraftPiece(draft[start:end], None, ""))
    return tuple(pieces)
