"""An answer as what its card shows: pure functions, no gradio and no HTML."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

from bot.answers import Answer, Citation, Conflict, Language, Verdict
from bot.app.texts import platform_name, text
from index.hits import Hit
from ingest.articles import Article
from ingest.platforms import PLATFORMS

ArticleOf = Callable[[str], Article | None]

CONTEXT = 110  # characters of the passage shown on each side of a quote
OLD_AFTER_YEARS = 3
NEAREST = 3
_DAYS = 365.2425
_MARK = re.compile(r"\[(\d+)\]")
_STOPS = "。!?;！？；\n"
_PERMISSION = re.compile(
    r"可以|可不可以|能不能|能否|可否|允许|准许|行吗|行不行|(?<!可)能(?![力量]).*?[吗么嘛?？]|\bcan\b|\bmay\b|\ballow|\bok\b|permitted", re.IGNORECASE
)
_BREACH = re.compile(
    r"违规|违反|违约|违法|犯规|处罚|受罚|被罚|罚款|扣分|投诉|violat|breach|penal|punish|illegal|\bfine[ds]?\b|against the rule", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of the answer's text, or a citation mark where `n` is set."""

    text: str
    n: int | None = None


@dataclass(frozen=True, slots=True)
class QuoteView:
    """A citation with the words around it; `intact` is whether the stored article still has the quote there."""

    n: int
    article_id: str
    start: int
    end: int
    title: str
    platforms: tuple[str, ...]
    published: str | None
    old_years: int | None
    url: str | None
    before: str
    quote: str
    after: str
    intact: bool


@dataclass(frozen=True, slots=True)
class SideView:
    """One side of a conflict, with where it stands."""

    text: str
    platform: str | None
    published: str | None
    title: str
    n: int
    preferred: bool


@dataclass(frozen=True, slots=True)
class ConflictView:
    """A conflict banner; `decided` is whether the dates tell which side holds."""

    topic: str
    sides: tuple[SideView, ...]
    decided: bool


@dataclass(frozen=True, slots=True)
class AnswerView:
    """All that the answer card shows. `tone` (good, bad, mind, plain, none) picks the verdict's colour."""

    question: str
    platform: str | None
    word: str | None
    tone: str
    refused: bool
    reason: str
    pieces: tuple[Piece, ...]
    facts: tuple[tuple[str, str, int], ...]
    confidence: str
    conflicts: tuple[ConflictView, ...]
    quotes: tuple[QuoteView, ...]
    nearest: tuple[QuoteView, ...]
    reply: str | None
    follow_ups: tuple[tuple[str, str, str], ...]
    elapsed_ms: int | None


def answer_view(answer: Answer, article_of: ArticleOf, language: Language, today: date) -> AnswerView:
    """The card of an answer, in the reader's language."""
    word, tone = verdict_word(answer.question, answer.verdict, answer.refused, language)
    total = answer.timings_ms.get("total")
    return AnswerView(
        question=answer.question,
        platform=platform_name(answer.platform, language) if answer.platform else None,
        word=word,
        tone=tone,
        refused=answer.refused,
        reason=answer.reason,
        pieces=pieces(answer.text, {c.n for c in answer.citations}),
        facts=_facts(answer, language),
        confidence=answer.confidence,
        conflicts=tuple(_conflict(c, answer, language) for c in answer.conflicts),
        quotes=tuple(quote_view(c, article_of, language, today) for c in answer.citations),
        nearest=nearest(answer.hits, article_of, language, today) if answer.refused else (),
        reply=answer.suggested_reply,
        follow_ups=_follow_ups(answer, language),
        elapsed_ms=None if total is None else round(total),
    )


def verdict_word(
    question: str, verdict: Verdict | None, refused: bool, language: Language
) -> tuple[str | None, str]:
    """The verdict as a word and its tone. 「违规吗」 answered yes is bad news, so it is neither 可以 nor green."""
    if refused:
        return text("verdict.refused", language), "none"
    if verdict is None:
        return None, "plain"
    asked = _asked(question)
    kind = "permission" if asked == "permission" else "fact"
    word = text(f"verdict.{kind}.{verdict}", language)
    if verdict == "depends":
        return word, "mind"
    if asked == "other":
        return word, "plain"
    return word, "good" if (verdict == "yes") == (asked == "permission") else "bad"


def _asked(question: str) -> str:
    # Of two kinds in one question the last is the one a yes or no belongs to: 「买家说我违规,可以不赔吗」.
    last = {
        kind: max((m.start() for m in pattern.finditer(question)), default=-1)
        for kind, pattern in (("permission", _PERMISSION), ("breach", _BREACH))
    }
    if max(last.values()) < 0:
        return "other"
    return "permission" if last["permission"] > last["breach"] else "breach"


def pieces(words: str, known: set[int]) -> tuple[Piece, ...]:
    """The text cut at its [n] marks; a mark that names no citation stays plain text."""
    found: list[Piece] = []
    at = 0
    for match in _MARK.finditer(words):
        n = int(match.group(1))
        if n not in known:
            continue
        if match.start() > at:
            found.append(Piece(words[at : match.start()]))
        found.append(Piece(match.group(0), n))
        at = match.end()
    if at < len(words):
        found.append(Piece(words[at:]))
    return tuple(found)


def quote_view(citation: Citation, article_of: ArticleOf, language: Language, today: date) -> QuoteView:
    """A citation inside its surroundings; where the article no longer fits, the quote stands alone and says so."""
    article = article_of(citation.article_id)
    intact = article is not None and article.text[citation.start : citation.end] == citation.quote
    before, after = surroundings(article.text, citation.start, citation.end) if article and intact else ("", "")
    return QuoteView(
        citation.n,
        citation.article_id,
        citation.start,
        citation.end,
        citation.title,
        platform_names(citation.platforms, language),
        citation.published,
        old_years(citation.published, today),
        safe_url(citation.url),
        before,
        citation.quote,
        after,
        intact,
    )


def nearest(hits: tuple[Hit, ...], article_of: ArticleOf, language: Language, today: date) -> tuple[QuoteView, ...]:
    """What the rules say that comes nearest to a refused question: the best sentence of the first hits."""
    found = []
    for hit in hits[:NEAREST]:
        article = article_of(hit.passage.article_id)
        if article is None:
            continue
        start, end = hit.unit if hit.unit[0] < hit.unit[1] else (hit.passage.start, hit.passage.end)
        citation = Citation(
            hit.rank,
            article.article_id,
            article.title,
            hit.passage.platforms or article.platforms,
            article.published,
            article.url,
            hit.passage.passage_id,
            start,
            end,
            article.text[start:end],
        )
        found.append(quote_view(citation, article_of, language, today))
    return tuple(found)


def surroundings(whole: str, start: int, end: int) -> tuple[str, str]:
    """The words before and after whole[start:end]: whole sentences where they fit in CONTEXT, else cut with an ellipsis."""
    left = max(0, start - CONTEXT)
    stop = next((i + 1 for i in range(left, start) if whole[i] in _STOPS), None) if left else 0
    left_cut = left > 0 and stop is None
    before = whole[left if stop is None else stop : start]
    right = min(len(whole), end + CONTEXT)
    stop = next((i + 1 for i in range(right - 1, end - 1, -1) if whole[i] in _STOPS), None)
    right_cut = right < len(whole) and stop is None
    after = whole[end : right if stop is None or right == len(whole) else stop]
    return ("…" if left_cut else "") + before.lstrip("\n"), after.rstrip("\n") + ("…" if right_cut else "")


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


def _facts(answer: Answer, language: Language) -> tuple[tuple[str, str, int], ...]:
    rows = [(text(f"fact.{f.kind}", language), f.text, f.citation) for f in answer.facts]
    return tuple({(kind, words): (kind, words, n) for kind, words, n in reversed(rows)}.values())[::-1]


def _conflict(conflict: Conflict, answer: Answer, language: Language) -> ConflictView:
    titles = {c.n: c.title for c in answer.citations}
    sides = tuple(
        SideView(
            s.text,
            platform_name(s.platform, language) if s.platform else None,
            s.published,
            titles.get(s.citation, ""),
            s.citation,
            s.citation == conflict.prefer,
        )
        for s in conflict.sides
    )
    return ConflictView(conflict.topic, sides, conflict.prefer is not None)


def _follow_ups(answer: Answer, language: Language) -> tuple[tuple[str, str, str], ...]:
    """(label, question, platform) of the chips under an answer; the platform is empty where it stays as it is."""
    if answer.refused:
        return ()
    chips = []
    if not any(f.kind in ("points", "money") for f in answer.facts):
        words = text("follow.penalty", language)
        chips.append((words, words, ""))
    others = [p for p in ("天猫", "京东", "拼多多", "抖音") if p != answer.platform][:2]
    chips += [(text("follow.platform", language, platform=platform_name(p, language)), answer.question, p) for p in others]
    return tuple(chips)
