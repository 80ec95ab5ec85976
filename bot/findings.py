"""The types of the reply check: what is wrong with a draft, where, and which rule says so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from bot.answers import Citation

Severity = Literal["high", "medium", "low"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One breach: draft[start:end] are the offending words; `penalty` is the rule's own figure, where it has one."""

    label: str
    severity: Severity
    start: int
    end: int
    message: str
    penalty: str | None
    citations: tuple[Citation, ...]
    suggestion: str


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What the desk thinks of a draft reply: ok where nothing was found."""

    draft: str
    findings: tuple[Finding, ...]
    id: str | None = None

    @property
    def ok(self) -> bool:
        """Whether the draft may be sent as far as the rules tell."""
        return not self.findings

    def to_json(self) -> dict[str, Any]:
        """The check JSON of the contract (id only where there is one)."""
        row: dict[str, Any] = {} if self.id is None else {"id": self.id}
        row |= {"draft": self.draft, "ok": self.ok, "findings": [finding_json(f) for f in self.findings]}
        return row


def finding_json(finding: Finding) -> dict[str, Any]:
    """One finding of the check contract."""
    return {
        "label": finding.label,
        "severity": finding.severity,
        "start": finding.start,
        "end": finding.end,
        "message": finding.message,
        "penalty": finding.penalty,
        "citations": [citation_json(c) for c in finding.citations],
        "suggestion": finding.suggestion,
    }


def citation_json(citation: Citation) -> dict[str, Any]:
    """One citation of the answer and check contracts."""
    return {
        "n": citation.n,
        "article_id": citation.article_id,
        "title": citation.title,
        "platforms": list(citation.platforms),
        "published": citation.published,
        "url": citation.url,
        "passage_id": citation.passage_id,
        "start": citation.start,
        "end": citation.end,
        "quote": citation.quote,
    }
