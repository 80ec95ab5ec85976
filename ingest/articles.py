"""The types that ingest emits: an article, what a parser found, a passage of an article."""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass, field
from typing import Any, Literal

ArticleKind = Literal["rules", "exam"]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading that the page itself marked up: text[start:end] is its words, level 1 is the outermost."""

    start: int
    end: int
    level: int


@dataclass(frozen=True, slots=True)
class ArticleDraft:
    """One article as a parser found it, before it has an identity in a corpus.

    `text` is the body alone (no title, no date). `headings` are offsets into `text`, in order; empty where the page
    marks none up and the structure stands in the words themselves. `platforms` and `kind` are None unless the source
    declares them (front matter does).
    """

    title: str
    text: str
    published: str | None = None
    url: str | None = None
    headings: tuple[Heading, ...] = ()
    platforms: tuple[str, ...] | None = None
    kind: ArticleKind | None = None
    article_id: str | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Article:
    """A stored rule text. Every citation satisfies `article.text[start:end] == quote`."""

    article_id: str
    kind: ArticleKind
    title: str
    platforms: tuple[str, ...]
    published: str | None
    url: str | None
    sources: tuple[str, ...]
    text: str
    headings: tuple[Heading, ...] = field(default=())

    @property
    def source(self) -> str:
        """All pages that carry the article, in one line."""
        return "; ".join(self.sources)

    def to_json(self) -> dict[str, Any]:
        """The line of articles.jsonl."""
        return {
            "article_id": self.article_id,
            "kind": self.kind,
            "title": self.title,
            "platforms": list(self.platforms),
            "published": self.published,
            "url": self.url,
            "source": self.source,
            "text": self.text,
            "sources": list(self.sources),
            "headings": [[h.start, h.end, h.level] for h in self.headings],
        }

    @classmethod
    def from_json(cls, row: dict[str, Any]) -> Article:
        """Reads a line of articles.jsonl; `sources` and `headings` are optional in it. Raises KeyError, TypeError."""
        return cls(
            article_id=row["article_id"],
            kind=row["kind"],
            title=row["title"],
            platforms=tuple(row["platforms"]),
            published=row["published"],
            url=row["url"],
            sources=tuple(row.get("sources") or [row["source"]]),
            text=row["text"],
            headings=tuple(Heading(*h) for h in row.get("headings", ())),
        )


@dataclass(frozen=True, slots=True)
class Passage:
    """What is retrieved: at most 400 characters, text == article.text[start:end]."""

    passage_id: str
    article_id: str
    heading_path: tuple[str, ...]
    platforms: tuple[str, ...]
    start: int
    end: int
    text: str

    def to_json(self) -> dict[str, Any]:
        """The line of passages.jsonl."""
        return {
            "passage_id": self.passage_id,
            "article_id": self.article_id,
            "heading_path": list(self.heading_path),
            "platforms": list(self.platforms),
            "start": self.start,
            "end": self.end,
            "text": self.text,
        }

    @classmethod
    def from_json(cls, row: dict[str, Any]) -> Passage:
        """Reads a line of passages.jsonl. Raises KeyError where a field is missing."""
        return cls(
            passage_id=row["passage_id"],
            article_id=row["article_id"],
            heading_path=tuple(row["heading_path"]),
            platforms=tuple(row["platforms"]),
            start=row["start"],
            end=row["end"],
            text=row["text"],
        )


def fold(text: str) -> str:
    """Text for comparison only: NFKC, lower case, without white space and punctuation."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(c for c in folded if unicodedata.category(c)[0] in "LN")


def make_article_id(title: str, published: str | None) -> str:
    """A stable id of an article: its date and a digest of its title, so that a changed text keeps its identity."""
    digest = hashlib.sha256(f"{fold(title)}|{published or ''}".encode()).hexdigest()[:10]
    return f"{published or 'undated'}-{digest}"
