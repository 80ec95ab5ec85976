"""A second opinion on statements: the verdict that the desk itself would give if an agent asked them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.evidence import EvidenceFinder
from bot.question import read_question
from bot.second_reading import SecondReading
from bot.verdict import SentenceContext, decide, sentence_context
from bot.vocabulary import Vocabulary
from index.hits import Hit
from index.pairs import PairReader
from ingest.articles import Article

DECIDING = 6  # sentences that the verdict is read from


@dataclass(frozen=True, slots=True)
class Opinion:
    """`value` -1 (the rules say no) .. 1 (they say yes), 0 where they do not decide; and the sentence that decided, as
    article.text[start:end] of a hit's article."""

    value: float
    hit: Hit | None = None
    start: int = 0
    end: int = 0


NONE = Opinion(0.0)


class SecondOpinion:
    """Asks the desk's evidence finder, its second reading and its verdict."""

    def __init__(
        self,
        articles: Mapping[str, Article],
        sentences: Iterable[tuple[str, int, int]],
        pairs: PairReader | None = None,
    ) -> None:
        """`sentences` are the corpus's, as (article_id, start, end)."""
        self._articles = articles
        self._vocabulary = Vocabulary(articles, sentences)
        self._finder = EvidenceFinder(articles, self._vocabulary)
        self._reading = SecondReading(pairs)

    def on(self, statement: str, hits: Sequence[Hit]) -> Opinion:
        """The verdict on a statement from the hits for it."""
        question = read_question(as_question(statement))
        found = self._finder.find(question, [h for h in hits if h.units])
        evidence = self._reading.weigh(question, found, {})[:DECIDING]
        if not evidence or not question.is_yes_no:
            return NONE
        contexts = [sentence_context(self._finder, self._articles[e.passage.article_id], e) for e in evidence]
        decision = decide(question, contexts, self._vocabulary)
        if decision.verdict not in ("yes", "no") or decision.deciding is None:
            return NONE
        value = 2 * decision.confidence - 1
        best = evidence[decision.deciding]
        return Opinion(value if decision.verdict == "yes" else -value, best.hit, best.start, best.end)

    def on_given(self, statement: str, sentences: Sequence[str]) -> Opinion:
        """The verdict on a statement from sentences that are given."""
        question = read_question(as_question(statement))
        if not question.is_yes_no or not sentences:
            return NONE
        decision = decide(question, [SentenceContext(s) for s in sentences], self._vocabulary)
        if decision.verdict not in ("yes", "no"):
            return NONE
        value = 2 * decision.confidence - 1
        return Opinion(value if decision.verdict == "yes" else -value)


def as_question(statement: str) -> str:
    """A statement as an agent would ask it."""
    return statement.rstrip(" 。.!！;；") + "吗?"
