"""Which drafts are the same article, and what becomes of it when a source changes or goes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace

from rapidfuzz import fuzz

from ingest.articles import Article, ArticleDraft, fold, make_article_id
from ingest.exam import looks_like_exam
from ingest.passages import platforms_of_article

# Two pages print the same article with small differences in spacing and filler; below this they are two articles.
SAME_TEXT = 90.0


class Shelf:
    """The articles of a corpus while sources are read into it, each with the sources that carry it."""

    def __init__(
        self, articles: Iterable[Article], members: dict[str, tuple[str, ...]], labels: dict[str, str] | None = None
    ) -> None:
        """`members`: the article ids that each source carried so far; `labels`: what a source calls its origin."""
        self._articles = {a.article_id: a for a in articles}
        self._members = {source: list(ids) for source, ids in members.items()}
        self._labels = dict(labels or {})
        self._by_text = {fold(a.text): a.article_id for a in self._articles.values()}

    def put(self, source: str, drafts: Iterable[ArticleDraft]) -> tuple[str, ...]:
        """Replaces what `source` carried by these drafts and returns their article ids, in order."""
        before = set(self._members.get(source, ()))
        self._members[source] = []
        for draft in drafts:
            if draft.source:
                self._labels[source] = draft.source
            article = self._article(source, draft, before)
            self._articles[article.article_id] = article
            self._by_text[fold(article.text)] = article.article_id
            if article.article_id not in self._members[source]:
                self._members[source].append(article.article_id)
        return tuple(self._members[source])

    def drop(self, source: str) -> None:
        """The source is gone: what only it carried will be gone too."""
        self._members.pop(source, None)

    def label(self, source: str) -> str | None:
        """What the source calls its origin (front matter does), or None."""
        return self._labels.get(source)

    def carried(self, source: str) -> tuple[str, ...]:
        """The article ids that a source carries."""
        return tuple(self._members.get(source, ()))

    def title(self, article_id: str) -> str:
        """The title of an article that is, or was, on the shelf."""
        return self._articles[article_id].title

    def result(self) -> tuple[Article, ...]:
        """Every article that a source still carries, newest first, each with the names of all its sources."""
        carriers: dict[str, list[str]] = {}
        for source, ids in self._members.items():
            for article_id in ids:
                carriers.setdefault(article_id, []).append(source)
        kept = [
            replace(self._articles[i], sources=tuple(sorted({self._labels.get(s, s) for s in sources})))
            for i, sources in carriers.items()
        ]
        kept.sort(key=lambda a: a.article_id)
        kept.sort(key=lambda a: a.published or "", reverse=True)
        return tuple(kept)

    def _article(self, source: str, draft: ArticleDraft, before: set[str]) -> Article:
        article_id = draft.article_id or make_article_id(draft.title, draft.published)
        twin = self._by_text.get(fold(draft.text))
        if draft.article_id is None and twin is not None and self._same_page_text(twin, draft):
            article_id = twin
        known = self._articles.get(article_id)
        if known is not None and draft.article_id is None and article_id not in before:
            alike = fuzz.ratio(fold(known.text), fold(draft.text)) >= SAME_TEXT
            if alike:
                return known  # the same article on another page: its first text stands
            if self._carried_elsewhere(article_id, source):
                digest = hashlib.sha256(fold(draft.text).encode()).hexdigest()[:6]
                article_id = f"{article_id}-{digest}"
        platforms = draft.platforms
        if platforms is None:
            headings = tuple(draft.text[h.start : h.end] for h in draft.headings)
            platforms = platforms_of_article(draft.title, draft.text, headings)
        return Article(
            article_id=article_id,
            kind=draft.kind or ("exam" if looks_like_exam(draft.title, draft.text) else "rules"),
            title=draft.title,
            platforms=platforms,
            published=draft.published,
            url=draft.url,
            sources=(),
            text=draft.text,
            headings=draft.headings,
        )

    def _same_page_text(self, article_id: str, draft: ArticleDraft) -> bool:
        """The same words under another title or without a date are the same article; another date is another one."""
        known = self._articles[article_id]
        return known.published == draft.published or known.published is None or draft.published is None

    def _carried_elsewhere(self, article_id: str, source: str) -> bool:
        return any(article_id in ids for name, ids in self._members.items() if name != source)
