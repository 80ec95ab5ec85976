"""A second opinion on statements: what the desk itself would make of them if an agent asked them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.evidence import EvidenceFinder, PairReading
from bot.exam.evidence import Stretch
from bot.question import Question, read_question
from bot.second_reading import SecondReading, pair_weights
from bot.verdict import SentenceContext, decide, sentence_context
from bot.verdict_learned import learned_opinion, second_reading
from bot.vocabulary import Vocabulary
from index.hits import Hit
from index.pairs import PairReader
from ingest.articles import Article

DECIDING = 6  # sentences that the verdict is read from
UNREAD = -6.0  # log-odds that a sentence answers which the second reading has not seen


@dataclass(frozen=True, slots=True)
class Opinion:
    """In log-odds: that the statement holds, by the rules' votes (`learned`) and by the second reading (`yes`); that the
    sentences decide it (`answers`), and that the plainest of them does (`surest`). `sentence` is the best one, as
    article.text[start:end] of a hit's article."""

    learned: float = 0.0
    yes: float = 0.0
    answers: float = UNREAD
    surest: float = UNREAD
    sentence: tuple[Hit, int, int] | None = None

    @property
    def is_read(self) -> bool:
        """Whether there was a second reading."""
        return self.surest > UNREAD

    @property
    def holds(self) -> float:
        """Log-odds that the statement holds, by both."""
        return self.learned + pair_weights()["verdict"] * self.yes


NONE = Opinion()


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
        self._pairs = pairs
        self._reading = SecondReading(pairs)

    @property
    def reads(self) -> bool:
        """Whether the index has a second reading."""
        return self._pairs is not None

    def on(self, statement: str, hits: Sequence[Hit]) -> Opinion:
        """What the hits for a statement make of it."""
        question = read_question(as_question(statement))
        found = self._finder.find(question, [h for h in hits if h.units])
        evidence = self._reading.weigh(question, found, {})[:DECIDING]
        if not evidence:
            return NONE
        best = evidence[0]
        contexts = [sentence_context(self._finder, self._articles[e.passage.article_id], e) for e in evidence]
        return self._opinion(question, contexts, (best.hit, best.start, best.end))

    def on_given(self, statement: str, sentences: Sequence[str]) -> Opinion:
        """What sentences that are given make of a statement."""
        if not sentences:
            return NONE
        return self._opinion(read_question(as_question(statement)), [SentenceContext(s) for s in sentences], None)

    def read_at(self, text: str, places: Sequence[tuple[Stretch, int]]) -> list[PairReading | None]:
        """A text read against the sentences of clauses, in one go; None where the index has no second reading of one."""
        rows = [_row(where, clause) for where, clause in places]
        known = list(dict.fromkeys(r for r in rows if r is not None))
        if self._pairs is None or not known:
            return [None] * len(rows)
        read = {
            row: PairReading(*map(float, logits))
            for row, logits in zip(known, self._pairs.read(text, known), strict=True)
        }
        return [None if row is None else read[row] for row in rows]

    def _opinion(
        self, question: Question, contexts: Sequence[SentenceContext], sentence: tuple[Hit, int, int] | None
    ) -> Opinion:
        decision = decide(question, contexts, self._vocabulary)
        learned = learned_opinion(decision, question, contexts)
        second = second_reading(contexts)
        if second is None:
            return Opinion(learned, sentence=sentence)
        surest = max(c.pair.answers for c in contexts if c.pair is not None)
        return Opinion(learned, second.yes, second.answers, surest, sentence)


def as_question(statement: str) -> str:
    """A statement as an agent would ask it."""
    return statement.rstrip(" 。.!！;；") + "吗?"


def _row(where: Stretch, clause: int) -> int | None:
    """The place in the index of the sentence that a clause stands in."""
    if where.hit is None:
        return None
    start, end = (where.offset + at for at in where.sentence_span(clause))
    shared, row = max(((min(end, u.end) - max(start, u.start), u.row) for u in where.hit.units), default=(0, -1))
    return row if shared > 0 and row >= 0 else None
