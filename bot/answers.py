"""The types that the bot emits: an answer with its citations, facts and conflicts."""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, Literal

from index.hits import Hit

Verdict = Literal["yes", "no", "depends"]
Language = Literal["zh", "en"]
Confidence = Literal["sure", "check", "unsure"]
FactKind = Literal["points", "money", "percent", "duration", "count"]


@dataclass(frozen=True, slots=True)
class Citation:
    """An exact span of a stored article: article.text[start:end] == quote."""

    n: int
    article_id: str
    title: str
    platforms: tuple[str, ...]
    published: str | None
    url: str | None
    passage_id: str
    start: int
    end: int
    quote: str


@dataclass(frozen=True, slots=True)
class Fact:
    """A figure with its unit. `value` is normalised (points: 6, money: yuan, percent: 30, duration: hours, count: n);
    `text` is the figure as it stands in the rule; `citation` is the n of the citation whose quote holds it."""

    kind: FactKind
    value: float
    text: str
    citation: int


@dataclass(frozen=True, slots=True)
class ConflictSide:
    """One of two rules that disagree; citation is an n of the answer's citations."""

    text: str
    platform: str | None
    published: str | None
    citation: int


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two rules for the same platform and matter that disagree. `prefer` is the citation n of the newer side, or None
    where the dates do not decide."""

    topic: str
    sides: tuple[ConflictSide, ...]
    prefer: int | None


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer. A refused answer has no citations; every [n] in `text` resolves to a citation."""

    question: str
    platform: str | None
    language: Language
    verdict: Verdict | None
    refused: bool
    reason: str
    text: str
    citations: tuple[Citation, ...]
    facts: tuple[Fact, ...]
    conflicts: tuple[Conflict, ...]
    suggested_reply: str | None
    hits: tuple[Hit, ...]
    timings_ms: dict[str, float]
    confidence: Confidence = "check"
    id: str | None = None

    def with_id(self, item_id: str | None) -> Answer:
        """The same answer under a batch item's id."""
        return replace(self, id=item_id)

    def to_json(self) -> dict[str, Any]:
        """The answer JSON of the contract (id only where there is one)."""
        row: dict[str, Any] = {} if self.id is None else {"id": self.id}
        row |= {
            "question": self.question,
            "platform": self.platform,
            "language": self.language,
            "verdict": self.verdict,
            "refused": self.refused,
            "reason": self.reason,
            "text": self.text,
            "citations": [_jsonable(c) for c in self.citations],
            "facts": [_jsonable(f) for f in self.facts],
            "conflicts": [_jsonable(c) for c in self.conflicts],
            "suggested_reply": self.suggested_reply,
            "hits": [h.to_json() for h in self.hits],
            "timings_ms": {k: round(v, 2) for k, v in self.timings_ms.items()},
            "confidence": self.confidence,
        }
        return row


def _jsonable(value: Any) -> Any:
    """Dataclasses as dicts and tuples as lists, so that what is printed equals what is read back."""
    if isinstance(value, str):
        return value
    if isinstance(value, tuple):
        return [_jsonable(v) for v in value]
    if is_dataclass(value):
        return {field.name: _jsonable(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value
