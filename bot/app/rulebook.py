"""The rules browser: which articles fit a search, pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from bot.answers import Language
from bot.app.quotes import old_years, platform_names
from ingest.articles import Article

SHOWN = 60
SNIPPET = 70


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One article of the list; start and end are the first match in its text, equal where only the title matched."""

    article_id: str
    title: str
    platforms: tuple[str, ...]
    published: str | None
    old_years: int | None
    start: int
    end: int
    before: str
    match: str
    after: str


@dataclass(frozen=True, slots=True)
class RulesView:
    """The list: how many articles fit, the first of them, how many are left out."""

    total: int
    rows: tuple[RuleRow, ...]
    more: int


def rules_view(
    articles: Iterable[Article], words: str, platform: str | None, year: str | None, language: Language, today: date
) -> RulesView:
    """Articles that hold every word in title or text, speak of the platform and were published in the year."""
    wanted = words.casefold().split()
    fits = [a for a in articles if _fits(a, wanted, platform, year)]
    rows = tuple(_row(a, wanted, language, today) for a in fits[:SHOWN])
    return RulesView(len(fits), rows, len(fits) - len(rows))


def years(articles: Iterable[Article]) -> Sequence[str]:
    """The years in which rules were published, newest first."""
    return sorted({a.published[:4] for a in articles if a.published}, reverse=True)


def _fits(article: Article, wanted: list[str], platform: str | None, year: str | None) -> bool:
    if platform and platform not in article.platforms:
        return False
    if year and not (article.published or "").startswith(year):
        return False
    whole = f"{article.title}\n{article.text}".casefold()
    return all(word in whole for word in wanted)


def _row(article: Article, wanted: list[str], language: Language, today: date) -> RuleRow:
    start, end = _first_match(article.text, wanted)
    left = max(0, start - SNIPPET // 3)
    before = ("…" if left else "") + article.text[left:start]
    right = min(len(article.text), end + SNIPPET)
    after = article.text[end:right] + ("…" if right < len(article.text) else "")
    return RuleRow(
        article.article_id,
        article.title,
        platform_names(article.platforms, language),
        article.published,
        old_years(article.published, today),
        start,
        end,
        " ".join(before.split()),
        article.text[start:end],
        " ".join(after.split()),
    )


def _first_match(text: str, wanted: list[str]) -> tuple[int, int]:
    folded = text.casefold()
    if len(folded) != len(text):  # a letter such as ß grows when folded, and the offsets would no longer fit
        folded = text.lower() if len(text.lower()) == len(text) else text
    found = [(at, at + len(word)) for word in wanted if (at := folded.find(word)) >= 0]
    return min(found, default=(0, 0))
