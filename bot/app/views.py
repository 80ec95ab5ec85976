"""An answer as what its card shows: pure functions, no gradio and no HTML."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from bot.answers import Answer, Conflict, Language, Verdict
from bot.app.quotes import ArticleOf, QuoteCard, nearest, quote_cards
from bot.app.texts import platform_name, text
from bot.wording import words
from ingest.platforms import PLATFORMS

_MARK = re.compile(r"\[(\d+)\]")
_PERMISSION = re.compile(
    r"可以|可不可以|能不能|能否|可否|允许|准许|行吗|行不行|(?<!可)能(?![力量]).*?[吗么嘛?？]"
    r"|\bcan\b|\bmay\b|\ballow|\bok\b|permitted",
    re.IGNORECASE,
)
_BREACH = re.compile(
    r"违规|违反|违约|违法|犯规|处罚|受罚|被罚|罚款|扣分|投诉"
    r"|violat|breach|penal|punish|illegal|\bfine[ds]?\b|against the rule",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of the answer's text, or a citation mark where `n` is set."""

    text: str
    n: int | None = None


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
    quotes: tuple[QuoteCard, ...]
    nearest: tuple[QuoteCard, ...]
    reply: str | None
    follow_ups: tuple[tuple[str, str, str], ...]
    elapsed_ms: int | None


def answer_view(answer: Answer, article_of: ArticleOf, language: Language, today: date) -> AnswerView:
    """The card of an answer, in the reader's language."""
    word, tone = verdict_word(answer.question, answer.verdict, answer.refused, language)
    said, rest = opening(answer)
    if said and language == answer.language:
        word = said  # as the desk put it: 「需要」 answers 「要不要」 better than 「是」
    total = answer.timings_ms.get("total")
    return AnswerView(
        question=answer.question,
        platform=platform_name(answer.platform, language) if answer.platform else None,
        word=word,
        tone=tone,
        refused=answer.refused,
        reason=answer.reason,
        pieces=pieces(rest, {c.n for c in answer.citations}),
        facts=_facts(answer, language),
        confidence=answer.confidence,
        conflicts=tuple(_conflict(c, answer, language) for c in answer.conflicts),
        quotes=quote_cards(answer.citations, article_of, language, today),
        nearest=nearest(answer.hits, article_of, language, today) if answer.refused else (),
        reply=answer.suggested_reply,
        follow_ups=_follow_ups(answer, language),
        elapsed_ms=None if total is None else round(total),
    )


def verdict_word(question: str, verdict: Verdict | None, refused: bool, language: Language) -> tuple[str | None, str]:
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


def opening(answer: Answer) -> tuple[str | None, str]:
    """The verdict's word as the text opens with it, and the text without it: it is shown once, in colour. What follows
    the word in its line stays in the text."""
    if answer.verdict is None or answer.refused:
        return None, answer.text
    known = {forms[answer.verdict] for forms in words(answer.language)["verdict"].values()}
    lines = answer.text.split("\n")
    at = next((i for i, line in enumerate(lines[:2]) if line in known), None)
    if at is None:
        return None, answer.text
    word, _, more = re.sub(r"[,，]\s*", "\n", lines[at], count=1).partition("\n")
    kept = [more[:1].upper() + more[1:]] if more else []
    return word.rstrip("。."), "\n".join([*lines[:at], *kept, *lines[at + 1 :]])


def _asked(question: str) -> str:
    # Of two kinds in one question the last is the one a yes or no belongs to: 「买家说我违规,可以不赔吗」.
    last = {
        kind: max((m.start() for m in pattern.finditer(question)), default=-1)
        for kind, pattern in (("permission", _PERMISSION), ("breach", _BREACH))
    }
    if max(last.values()) < 0:
        return "other"
    return "permission" if last["permission"] > last["breach"] else "breach"


def pieces(marked: str, known: set[int]) -> tuple[Piece, ...]:
    """The text cut at its [n] marks; a mark that names no citation stays plain text."""
    found: list[Piece] = []
    at = 0
    for match in _MARK.finditer(marked):
        n = int(match.group(1))
        if n not in known:
            continue
        if match.start() > at:
            found.append(Piece(marked[at : match.start()]))
        found.append(Piece(match.group(0), n))
        at = match.end()
    if at < len(marked):
        found.append(Piece(marked[at:]))
    return tuple(found)


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
    told = {answer.platform} | {p for c in answer.citations for p in c.platforms}
    others = [p for p in PLATFORMS if p not in told][:2]
    chips += [
        (text("follow.platform", language, platform=platform_name(p, language)), answer.question, p) for p in others
    ]
    return tuple(chips)
