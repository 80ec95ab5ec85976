"""Which words of an article are quoted: the sentence, or the whole of its rule, and what it only leads on to."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.evidence import Evidence
from bot.scope import Scope
from ingest.articles import Article, fold
from ingest.sentences import LEADS_ON, sentence_spans

SHORT_RULE = 170  # a numbered rule up to this length is quoted whole
FOLLOWS, ENOUGH = 220, 60  # characters of that which are quoted at most, and from which on no further sentence is


@dataclass(frozen=True, slots=True)
class Quoted:
    """A span to be cited, and why."""

    article: Article
    passage_id: str
    platforms: tuple[str, ...]
    start: int
    end: int
    role: str


def span_of(article: Article, evidence: Evidence, role: str) -> Quoted:
    """The sentence as it is."""
    return Quoted(article, evidence.passage.passage_id, evidence.passage.platforms, evidence.start, evidence.end, role)


def whole_rule(scope: Scope, best: Evidence) -> Quoted:
    """The sentence, or the whole of its numbered rule where that is short: its penalty and exception belong to it."""
    start, end = scope.rule if scope.rule[1] - scope.rule[0] <= SHORT_RULE else scope.sentence
    passage = best.passage
    start, end = max(start, min(passage.start, best.start)), min(end, max(passage.end, best.end))
    return Quoted(scope.article, passage.passage_id, passage.platforms, start, end, "rule")


def repeats(one: Quoted, other: Quoted) -> bool:
    """The same span, one inside the other, or the same words in another article."""
    if one.article.article_id == other.article.article_id and one.start < other.end and other.start < one.end:
        return True
    return fold(one.article.text[one.start : one.end]) == fold(other.article.text[other.start : other.end])


def led_on(quoted: Quoted) -> Quoted:
    """The span; where it only asks or announces (怎么申请? 防范:), with what follows it: alone it tells no rule."""
    text, end = quoted.article.text, quoted.end
    if not text[quoted.start : end].rstrip().endswith(LEADS_ON):
        return quoted
    for _, until in sentence_spans(text, quoted.end, min(len(text), quoted.end + 2 * FOLLOWS)):
        if until - quoted.end > (FOLLOWS if end > quoted.end else 2 * FOLLOWS - 1):
            break
        end = until
        if end - quoted.end >= ENOUGH and not text[quoted.start : end].endswith(LEADS_ON):
            break
    return replace(quoted, end=end)
