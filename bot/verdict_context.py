"""A sentence with what stands around it, as the verdict reads it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.evidence import Evidence, EvidenceFinder, PairReading
from bot.scope import scope_of
from index.units import ANSWER, QUESTION
from ingest.articles import Article

# How much text behind a sentence is looked at for the answer to a question.
_BEHIND = 120
_TOLD = re.compile(rf"(?:{QUESTION}.*?|.*?[?？]\s*)(?={ANSWER})", re.DOTALL)
_ANSWER = re.compile(r"\s*([^?？\n]{2,110}?[。；;!！?？\n)）](?:\s?[(（][^()（）]{2,40}[)）])?)")


@dataclass(frozen=True, slots=True)
class SentenceContext:
    """A sentence, its heads and leads, how well the evidence finder likes it (log-odds; None where unknown), the text
    before it in its rule, the sentence behind it where it asks what that one answers, and its second reading (None where
    there was none)."""

    sentence: str
    lead: str = ""
    score: float | None = None
    before: str = ""
    answer: str = ""
    pair: PairReading | None = None


def as_context(sentence: tuple[str, str] | SentenceContext) -> SentenceContext:
    """A context as it is, or one made of (sentence, its heads and leads)."""
    return sentence if isinstance(sentence, SentenceContext) else SentenceContext(*sentence)


def sentence_context(finder: EvidenceFinder, article: Article, evidence: Evidence) -> SentenceContext:
    """The context of an evidence sentence in its article."""
    scope = scope_of(finder, article, evidence)
    lead = " ".join([*scope.path, *(article.text[s:e] for s, e in scope.leads)])
    before = article.text[scope.rule[0] : evidence.start] if scope.rule[0] < evidence.start else ""
    asked, answer = _asked_and_answered(evidence.text)
    answer = answer or answer_behind(evidence.text, article.text, evidence.end)
    return SentenceContext(asked, lead, evidence.score, before, answer, evidence.pair)


def _asked_and_answered(sentence: str) -> tuple[str, str]:
    """A sentence that is a question with its answer (问: ... 答: ...) as both; else the sentence and nothing."""
    told = _TOLD.match(sentence)
    return (told.group(0).strip(), sentence[told.end() :]) if told else (sentence, "")


def answer_behind(sentence: str, text: str, end: int) -> str:
    """The sentence behind one that asks; empty where it does not ask."""
    if not sentence.rstrip().endswith(("?", "？")):
        return ""
    match = _ANSWER.match(text[end : end + _BEHIND])
    return match.group(1).strip() if match else ""
