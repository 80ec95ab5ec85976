"""Evidence as people give it (a quote or a short snippet) -> spans of the corpus at hand."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from ingest.articles import Article


@dataclass(frozen=True, slots=True)
class Evidence:
    """What decides an item: words of a rule, and where known its article or its date."""

    quote: str
    article_id: str | None = None
    date: str | None = None

    def to_json(self) -> dict[str, Any]:
        """As it stands in per_item."""
        known = {"article_id": self.article_id, "date": self.date, "quote": self.quote}
        return {name: value for name, value in known.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Span:
    """[start, end) of an article's text."""

    article_id: str
    start: int
    end: int


class SpanLike(Protocol):
    """A passage, a chunk or a citation: something that is cut from an article."""

    @property
    def article_id(self) -> str:
        """The article it is cut from."""
        ...

    @property
    def start(self) -> int:
        """Where it starts in the article's text."""
        ...

    @property
    def end(self) -> int:
        """Where it ends."""
        ...


class GoldFinder:
    """Finds evidence in the rule articles of one corpus. Width, case and white space do not count; every other
    character does: a rule with one word changed is another rule."""

    def __init__(self, articles: Iterable[Article]) -> None:
        """Articles of kind exam are no evidence and are left out."""
        self._articles = {a.article_id: a for a in articles if a.kind == "rules"}
        self._folded = {a.article_id: _fold_map(a.text) for a in self._articles.values()}
        self._found: dict[Evidence, tuple[Span, ...]] = {}

    def spans(self, evidence: Evidence) -> tuple[Span, ...]:
        """Every place where the evidence stands: in its article where the corpus has that article, else in the
        articles of its date, else anywhere. Empty where the corpus does not hold it."""
        if evidence not in self._found:
            self._found[evidence] = self._search(evidence)
        return self._found[evidence]

    def all_spans(self, evidence: Iterable[Evidence]) -> tuple[Span, ...]:
        """The places of several, each once."""
        return tuple(dict.fromkeys(span for e in evidence for span in self.spans(e)))

    def _search(self, evidence: Evidence) -> tuple[Span, ...]:
        if evidence.article_id in self._articles:
            return self._in([str(evidence.article_id)], evidence.quote)
        dated = [a.article_id for a in self._articles.values() if evidence.date and a.published == evidence.date]
        return self._in(dated, evidence.quote) or self._in(list(self._articles), evidence.quote)

    def _in(self, article_ids: Sequence[str], quote: str) -> tuple[Span, ...]:
        needle, _ = _fold_map(quote)
        found = []
        for article_id in article_ids if needle else ():
            text, offsets = self._folded[article_id]
            at = text.find(needle)
            while at >= 0:
                found.append(Span(article_id, offsets[at], offsets[at + len(needle) - 1] + 1))
                at = text.find(needle, at + len(needle))
        return tuple(found)


def _fold_map(text: str) -> tuple[str, list[int]]:
    """The text without white space, width and case, and for each of its characters the offset in `text`."""
    characters: list[str] = []
    offsets: list[int] = []
    for offset, char in enumerate(text):
        for folded in unicodedata.normalize("NFKC", char).casefold():
            if not folded.isspace():
                characters.append(folded)
                offsets.append(offset)
    return "".join(characters), offsets


def holds(piece: SpanLike, span: Span) -> bool:
    """Whether the piece contains the whole span."""
    return piece.article_id == span.article_id and piece.start <= span.start and span.end <= piece.end


def shares(piece: SpanLike, span: Span) -> bool:
    """Whether the piece and the span share at least half of the shorter one: a citation of the evidence."""
    if piece.article_id != span.article_id:
        return False
    shared = min(piece.end, span.end) - max(piece.start, span.start)
    return shared > 0 and 2 * shared >= min(piece.end - piece.start, span.end - span.start)


def relevant(pieces: Mapping[str, SpanLike], spans: Iterable[Span]) -> set[str]:
    """The names of the pieces that hold a gold span. A span that the cutting went through, so that no piece holds it
    whole, counts for the piece that has most of it: a ranking cannot be blamed for the cutting twice."""
    names: set[str] = set()
    for span in spans:
        same = {name: p for name, p in pieces.items() if p.article_id == span.article_id}
        whole = {name for name, p in same.items() if holds(p, span)}
        if not whole and same:
            shared = {n: min(p.end, span.end) - max(p.start, span.start) for n, p in same.items()}
            best = max(shared.values())
            whole = {next(n for n, length in shared.items() if length == best)} if best > 0 else set()
        names |= whole
    return names
