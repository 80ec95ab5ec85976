"""Quotes as their cards show them: exact words marked inside the article around them, with date and age."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from urllib.parse import urlsplit

from bot.answers import Citation, Language
from bot.app.texts import platform_name, text
from index.hits import Hit
from ingest.articles import Article
from ingest.platforms import PLATFORMS

ArticleOf = Callable[[str], Article | None]

CONTEXT = 70  # characters of the article shown on each side of a quote
OLD_AFTER_YEARS = 3
NEAREST = 3
_DAYS = 365.2425
_STOPS = "。!?;！？；\n"


@dataclass(frozen=True, slots=True)
class QuotePiece:
    """A run of a card's text. `ns` are the citations that cover it, `starts` those that begin with it."""

    text: str
    ns: tuple[int, ...] = ()
    starts: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class QuoteCard:
    """Citations of one stretch of an article; start and end span their quotes in the article's text. `intact` is
    whether the stored article still holds the quotes there."""

    ns: tuple[int, ...]
    article_id: str
    title: str
    platforms: tuple[str, ...]
    published: str | None
    old_years: int | None
    url: str | None
    start: int
    end: int
    pieces: tuple[QuotePiece, ...]
    intact: bool


def quote_cards(
    citations: Iterable[Citation], article_of: ArticleOf, language: Language, today: date
) -> tuple[QuoteCard, ...]:
    """The cards of some citations in order; quotes whose surroundings meet in one article share a card."""
    groups: list[list[Citation]] = []
    alone: set[int] = set()
    for citation in citations:
        article = article_of(citation.article_id)
        intact = article is not None and article.text[citation.start : citation.end] == citation.quote
        home = next((g for g in groups if intact and g[0].n not in alone and _meet(g, citation)), None)
        if home is None:
            groups.append([citation])
            if not intact:
                alone.add(citation.n)
        else:
            home.append(citation)
    return tuple(_card(g, article_of(g[0].article_id), g[0].n not in alone, language, today) for g in groups)


def nearest(hits: tuple[Hit, ...], article_of: ArticleOf, language: Language, today: date) -> tuple[QuoteCard, ...]:
    """What the rules say that comes nearest to a refused question: the best sentence of the first hits."""
    found = []
    for hit in hits[:NEAREST]:
        article = article_of(hit.passage.article_id)
        if article is None:
            continue
        start, end = hit.unit if hit.unit[0] < hit.unit[1] else (hit.passage.start, hit.passage.end)
        platforms = hit.passage.platforms or article.platforms
        quote = article.text[start:end]
        found.append(
            Citation(
                hit.rank,
                article.article_id,
                article.title,
                platforms,
                article.published,
                article.url,
                hit.passage.passage_id,
                start,
                end,
                quote,
            )
        )
    return quote_cards(found, article_of, language, today)


def surroundings(whole: str, start: int, end: int) -> tuple[int, int]:
    """Where the surroundings of whole[start:end] begin and end: at sentence ends within CONTEXT where there are any."""
    left = max(0, start - CONTEXT)
    if left:
        left = next((i + 1 for i in range(left, start) if whole[i] in _STOPS), left)
    right = min(len(whole), end + CONTEXT)
    if right < len(whole):
        right = next((i + 1 for i in range(right - 1, end - 1, -1) if whole[i] in _STOPS), right)
    while left < start and whole[left].isspace():
        left += 1
    while right > end and whole[right - 1].isspace():
        right -= 1
    return left, right


def old_years(published: str | None, today: date) -> int | None:
    """Whole years since publication where that is OLD_AFTER_YEARS or more, else None."""
    try:
        years = (today - date.fromisoformat(published or "")).days / _DAYS
    except ValueError:
        return None
    return int(years) if years >= OLD_AFTER_YEARS else None


def safe_url(url: str | None) -> str | None:
    """The address if it is an http(s) one: javascript:, data: and the like never become a link."""
    try:
        parts = urlsplit((url or "").strip())
    except ValueError:
        return None
    return (url or "").strip() if parts.scheme.lower() in ("http", "https") and parts.netloc else None


def platform_names(platforms: tuple[str, ...], language: Language) -> tuple[str, ...]:
    """Names for a reader; all seven become one phrase."""
    if set(PLATFORMS) <= set(platforms):
        return (text("quote.all", language),)
    return tuple(platform_name(p, language) for p in platforms)


def _meet(group: list[Citation], citation: Citation) -> bool:
    if group[0].article_id != citation.article_id:
        return False
    start, end = min(c.start for c in group), max(c.end for c in group)
    return citation.start - end <= CONTEXT and start - citation.end <= CONTEXT


def _card(group: list[Citation], article: Article | None, intact: bool, language: Language, today: date) -> QuoteCard:
    first = group[0]
    start, end = min(c.start for c in group), max(c.end for c in group)
    if article is not None and intact:
        pieces = _pieces(article.text, group, *surroundings(article.text, start, end))
    else:
        pieces = (QuotePiece(first.quote, (first.n,), (first.n,)),)
    return QuoteCard(
        tuple(c.n for c in group),
        first.article_id,
        first.title,
        platform_names(tuple(dict.fromkeys(p for c in group for p in c.platforms)), language),
        first.published,
        old_years(first.published, today),
        safe_url(first.url),
        start,
        end,
        pieces,
        intact,
    )


def _pieces(whole: str, group: list[Citation], left: int, right: int) -> tuple[QuotePiece, ...]:
    cuts = sorted({left, right} | {at for c in group for at in (c.start, c.end)})
    found = [QuotePiece("…")] if left and whole[left - 1] not in _STOPS else []
    for a, b in pairwise(cuts):
        over = tuple(c.n for c in group if c.start <= a and b <= c.end)
        found.append(QuotePiece(whole[a:b], over, tuple(c.n for c in group if c.start == a)))
    if right < len(whole) and whole[right - 1] not in _STOPS:
        found.append(QuotePiece("…"))
    return tuple(found)
