"""What loading pages would change in a rulebook: two states of a corpus compared. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ingest.articles import Article
from ingest.pipeline import IngestReport
from ingest.platforms import PLATFORMS

LINES_SHOWN = 12
LINE_LENGTH = 120
SHORT = 60  # characters: a page with less is rarely a rule


@dataclass(frozen=True, slots=True)
class ArticleChange:
    """One article; `lines` are lines that came (+) and went (-), of a changed article only. `warnings` are keys:
    no_date, all_platforms, short, exam."""

    article_id: str
    title: str
    platforms: tuple[str, ...]
    published: str | None
    characters: int
    lines: tuple[tuple[str, str], ...] = ()
    more_lines: int = 0
    warnings: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The row that the page shows."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Changes:
    """What would be new, changed and removed; `failed` are sources that could not be read, with the reason."""

    new: tuple[ArticleChange, ...]
    changed: tuple[ArticleChange, ...]
    removed: tuple[ArticleChange, ...]
    unchanged: int
    failed: tuple[str, ...]
    skipped: tuple[str, ...]

    @property
    def empty(self) -> bool:
        """Whether the rulebook would stay as it is."""
        return not (self.new or self.changed or self.removed)

    def to_json(self) -> dict[str, Any]:
        """What the page shows."""
        rows = {name: [c.to_json() for c in getattr(self, name)] for name in ("new", "changed", "removed")}
        return rows | {
            "unchanged": self.unchanged,
            "failed": list(self.failed),
            "skipped": list(self.skipped),
            "empty": self.empty,
        }


def compare(old: Iterable[Article], new: Iterable[Article], report: IngestReport) -> Changes:
    """The differences between two states. An article whose words, platforms and date stay is unchanged, whatever
    pages carry it."""
    before = {a.article_id: a for a in old}
    after = {a.article_id: a for a in new}
    came = [_change(a) for k, a in after.items() if k not in before]
    changed = [_change(a, before[k]) for k, a in after.items() if k in before and _words(a) != _words(before[k])]
    gone = [_change(a) for k, a in before.items() if k not in after]
    same = len(after) - len(came) - len(changed)
    failed = tuple(report.failed.values())
    return Changes(tuple(came), tuple(changed), tuple(gone), same, failed, tuple(report.skipped))


def _words(article: Article) -> tuple[object, ...]:
    return article.title, article.text, article.platforms, article.published, article.kind


def _change(article: Article, old: Article | None = None) -> ArticleChange:
    lines = _lines(old, article) if old else []
    return ArticleChange(
        article.article_id,
        article.title,
        article.platforms,
        article.published,
        len(article.text),
        tuple(lines[:LINES_SHOWN]),
        max(0, len(lines) - LINES_SHOWN),
        _warnings(article),
    )


def _lines(old: Article, new: Article) -> list[tuple[str, str]]:
    def words(a: Article) -> list[str]:
        return [a.title, "/".join(a.platforms), a.published or "-", *a.text.splitlines()]

    found = []
    for line in difflib.ndiff(words(old), words(new)):
        if line[:2] in ("+ ", "- ") and line[2:].strip():
            text = line[2:].strip()
            found.append((line[0], text if len(text) <= LINE_LENGTH else text[: LINE_LENGTH - 1] + "…"))
    return found


def _warnings(article: Article) -> tuple[str, ...]:
    if article.kind == "exam":
        return ("exam",)
    found = []
    if not article.published:
        found.append("no_date")
    if not article.platforms or set(PLATFORMS) <= set(article.platforms):
        found.append("all_platforms")
    if len(article.text) < SHORT:
        found.append("short")
    return tuple(found)
