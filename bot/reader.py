"""Hits -> an answer: the fewest exact sentences that answer in full, the verdict they decide, the figures they hold."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from bot.answerable import Judge, Judgement, Reason
from bot.answers import Answer, Citation, Confidence, Conflict, ConflictSide, Verdict
from bot.conflicts.finder import ConflictIndex, CorpusConflict, Side
from bot.evidence import Evidence, EvidenceFinder, Read
from bot.facts import facts_of
from bot.question import Question
from bot.quoting import Quoted, led_on, repeats, span_of, whole_rule
from bot.scope import Scope, scope_of
from bot.second_reading import SecondReading
from bot.verdict import SentenceContext, decide, sentence_context
from bot.verdict_learned import weighed
from bot.vocabulary import Vocabulary
from bot.wording import Part, answer_text, refusal_text
from index.hits import Hit
from index.pairs import PairReader
from ingest.articles import Article
from ingest.sentences import trim

# Citations for the rule itself; figure, penalty and the other side of a conflict come on top. Three where the best one
# has most of the question in it; more where none has, and the agent must look for himself.
MAX_RULES, MAX_UNSURE = 3, 6
PLAIN = 0.5  # share of the question's terms from which a sentence is said to have most of it
MARGIN = 2.8  # log-odds behind the best sentence within which another one is shown as well
FIGURE_MARGIN = 4.0  # the same for a sentence whose rule has the figure asked for
SECOND_SOURCE = 3.5  # the same for a sentence of another article that holds as much of the question
PAIRED = 1.6  # times as far apart lie sentences that were read twice
DECIDING = 3  # sentences that the verdict is read from
_PENALTY = re.compile(r"扣|罚|违约金|清退|关闭店铺|下架|降权|赔|屏蔽|封")
Suggest = Callable[[Question, Verdict | None, Sequence[Evidence]], str | None]


def on_platform(question: Question, evidence: Sequence[Evidence]) -> list[Evidence]:
    """The evidence of the platform asked for; all of it where none is asked for or nothing is that platform's."""
    if not question.query.platforms:
        return list(evidence)
    own = [e for e in evidence if e.features["platform"] >= 0]
    return own or list(evidence)


class Reader:
    """Reads answers out of hits, for one corpus."""

    def __init__(
        self,
        articles: Mapping[str, Article],
        vocabulary: Vocabulary,
        conflicts: ConflictIndex | None = None,
        suggest: Suggest | None = None,
        today: Callable[[], datetime.date] = datetime.date.today,
        pairs: PairReader | None = None,
    ) -> None:
        self._articles = articles
        self._vocabulary = vocabulary
        self._finder = EvidenceFinder(articles, vocabulary)
        self._judge = Judge(self._finder, vocabulary)
        self._conflicts = conflicts
        self._suggest = suggest
        self._today = today
        self._second = SecondReading(pairs)

    def rank(self, question: Question, hits: Sequence[Hit], sentences: Read | None = None) -> list[Hit]:
        """The hits in a new order: a passage counts for its own score and for its best answering sentence."""
        sentences = Read() if sentences is None else sentences
        best: dict[str, float] = {}
        found = self._finder.find(question, hits, sentences)
        for evidence in self._second.weigh(question, found, sentences.pairs):
            best.setdefault(evidence.passage.passage_id, evidence.score)
        order = sorted(hits, key=lambda h: -(h.score + best[h.passage.passage_id]))
        return [replace(h, rank=n, score=h.score + best[h.passage.passage_id]) for n, h in enumerate(order, start=1)]

    def read(
        self, question: Question, asked: str, hits: Sequence[Hit], shown: Sequence[Hit], sentences: Read | None = None
    ) -> Answer:
        """The answer to a question: `asked` are its words as typed, `shown` the hits to hand on with it, `sentences`
        what `rank` read in them."""
        sentences = Read() if sentences is None else sentences
        evidence = on_platform(question, self._finder.find(question, hits, sentences))
        evidence = self._second.weigh(question, evidence, sentences.pairs)
        evidence = self.with_figure_first(question, evidence)
        scope = self._scope(evidence[0]) if evidence else None
        judgement = self._judge.judge(question, evidence, scope)
        if judgement.reason or scope is None:
            return self._refusal(question, asked, judgement.reason or "no_rules", evidence, shown)
        contexts = [self._context(e) for e in evidence[:DECIDING]]
        decision = weighed(decide(question, contexts, self._vocabulary), question, contexts)
        verdict = decision.verdict
        deciding = decision.deciding or 0
        chosen = self._choose(question, evidence, scope, deciding if verdict else 0, verdict)
        parts = [Part(self._citation(n, c), c.role) for n, c in enumerate(chosen, start=1)]
        conflicts, parts = self._disagreements(parts)
        citations = tuple(p.citation for p in parts)
        text = answer_text(question, verdict, parts, conflicts, self._today())
        return Answer(
            question=asked,
            platform=question.query.platforms[0] if question.query.platforms else None,
            language=question.query.language,
            verdict=verdict,
            refused=False,
            reason="",
            text=text,
            citations=citations,
            facts=tuple(facts_of(question, citations)),
            conflicts=tuple(conflicts),
            suggested_reply=self._suggest(question, verdict, evidence) if self._suggest else None,
            hits=tuple(shown),
            timings_ms={},
            confidence=_confidence(question, judgement, verdict, decision.confidence, conflicts),
        )

    def with_figure_first(self, question: Question, evidence: list[Evidence]) -> list[Evidence]:
        """The evidence, led by the best sentence whose rule holds the figure asked for, if one is nearly as good."""
        if not question.wants or not evidence:
            return evidence
        for i, candidate in enumerate(evidence):
            if candidate.score < evidence[0].score - _far(FIGURE_MARGIN, evidence):
                break
            scope = self._scope(candidate)
            if question.answered_in(candidate.text) or any(
                question.answered_by(f, scope.article.text) for _, f in scope.figures()
            ):
                return [candidate, *evidence[:i], *evidence[i + 1 :]]
        return evidence

    def _scope(self, evidence: Evidence) -> Scope:
        return scope_of(self._finder, self._articles[evidence.passage.article_id], evidence)

    def _context(self, evidence: Evidence) -> SentenceContext:
        return sentence_context(self._finder, self._articles[evidence.passage.article_id], evidence)

    def _choose(
        self, question: Question, evidence: Sequence[Evidence], scope: Scope, deciding: int, verdict: Verdict | None
    ) -> list[Quoted]:
        """The deciding sentence, the figure asked for, the penalty, and what else answers nearly as well."""
        best = evidence[deciding]
        if deciding:
            scope = self._scope(best)
        chosen = [led_on(whole_rule(scope, best))]
        if question.wants:
            self._add_figure(question, best, scope, chosen)
        elif verdict and (verdict == "no") != (question.form == "breach"):
            self._add_penalty(best, scope, chosen)
        limit = MAX_RULES if best.context >= PLAIN else MAX_UNSURE
        for other in evidence:
            if sum(1 for c in chosen if c.role in ("rule", "also")) >= limit:
                break
            margin = SECOND_SOURCE if _corroborates(other, evidence[0]) else MARGIN
            if evidence[0].score - other.score > _far(margin, evidence):
                continue
            candidate = led_on(span_of(self._articles[other.passage.article_id], other, "also"))
            if not any(repeats(candidate, c) for c in chosen):
                chosen.append(candidate)
        return chosen

    def _add_figure(self, question: Question, best: Evidence, scope: Scope, chosen: list[Quoted]) -> None:
        wanted = [(d, f) for d, f in scope.figures() if question.answered_by(f, scope.article.text)]
        if not wanted or wanted[0][0] == 0:
            return
        start, end = scope.sentence_holding(wanted[0][1])
        chosen.append(Quoted(scope.article, best.passage.passage_id, best.passage.platforms, start, end, "figure"))

    def _add_penalty(self, best: Evidence, scope: Scope, chosen: list[Quoted]) -> None:
        """What follows from the breach, where it stands in the same rule or over it and not in the sentence itself."""
        if _PENALTY.search(best.text) and any(d == 0 for d, _ in scope.figures()):
            return
        for distance, figure in scope.figures():
            if distance and figure.kind in ("points", "money"):
                start, end = scope.sentence_holding(figure)
                if _PENALTY.search(scope.article.text[start:end]):
                    chosen.append(
                        Quoted(scope.article, best.passage.passage_id, best.passage.platforms, start, end, "penalty")
                    )
                    return

    def _citation(self, n: int, chosen: Quoted) -> Citation:
        start, end = trim(chosen.article.text, chosen.start, chosen.end)
        return Citation(
            n=n,
            article_id=chosen.article.article_id,
            title=chosen.article.title,
            platforms=chosen.platforms,
            published=chosen.article.published,
            url=chosen.article.url,
            passage_id=chosen.passage_id,
            start=start,
            end=end,
            quote=chosen.article.text[start:end],
        )

    def _disagreements(self, parts: list[Part]) -> tuple[list[Conflict], list[Part]]:
        """Conflicts that the rule cited first takes part in, each side with a citation; the newer side is preferred."""
        if self._conflicts is None:
            return [], parts
        found: list[CorpusConflict] = []
        for part in parts[:2]:
            cited = part.citation
            for conflict in self._conflicts.touching(cited.article_id, cited.start, cited.end):
                if conflict not in found:
                    found.append(conflict)
        conflicts = []
        for conflict in found[:2]:
            sides = []
            for side in conflict.sides:
                shown = next((p for p in parts if _covers(p.citation, side.article_id, side.start, side.end)), None)
                if shown is None:
                    shown = self._other_side(side, len(parts) + 1)
                    parts = [*parts, shown]
                sides.append(ConflictSide(side.text, side.platform, side.published, shown.citation.n))
            prefer = sides[conflict.prefer].citation if conflict.prefer is not None else None
            conflicts.append(Conflict(conflict.topic, tuple(sides), prefer))
        return conflicts, parts

    def _other_side(self, side: Side, n: int) -> Part:
        """A citation of its own for a side of a conflict that the answer did not cite."""
        article = self._articles[side.article_id]
        platforms = (side.platform,) if side.platform else article.platforms
        passage_id = f"{article.article_id}#{side.start}-{side.end}"
        return Part(self._citation(n, Quoted(article, passage_id, platforms, side.start, side.end, "also")), "also")

    def _refusal(
        self, question: Question, asked: str, reason: Reason, evidence: Sequence[Evidence], shown: Sequence[Hit]
    ) -> Answer:
        nearest = None
        if evidence:
            nearest = self._citation(1, span_of(self._articles[evidence[0].passage.article_id], evidence[0], "also"))
        text = refusal_text(question, reason, nearest)
        return Answer(
            question=asked,
            platform=question.query.platforms[0] if question.query.platforms else None,
            language=question.query.language,
            verdict=None,
            refused=True,
            reason=text.split("\n", 1)[0],
            text=text,
            citations=(),
            facts=(),
            conflicts=(),
            suggested_reply=None,
            hits=tuple(shown),
            timings_ms={},
            confidence="unsure",
        )


def _far(margin: float, evidence: Sequence[Evidence]) -> float:
    """A margin in log-odds, as wide as the second reading spreads the scores."""
    return margin * PAIRED if any(e.pair for e in evidence[:DECIDING]) else margin


def _corroborates(other: Evidence, best: Evidence) -> bool:
    """Whether another article says as much of what is asked: a second source is worth a place."""
    second = other.passage.article_id != best.passage.article_id
    return second and other.own >= 0.9 * best.own > 0


def _covers(citation: Citation, article_id: str, start: int, end: int) -> bool:
    return citation.article_id == article_id and citation.start < end and start < citation.end


def _confidence(
    question: Question, judgement: Judgement, verdict: Verdict | None, certainty: float, conflicts: Sequence[Conflict]
) -> Confidence:
    """sure: the rule answers plainly; check: it does, but something is doubtful; unsure: read the quotes yourself."""
    if judgement.probability < 0.5 or (question.is_yes_no and verdict is None):
        return "unsure"
    if conflicts or verdict == "depends" or judgement.probability < 0.8 or (question.is_yes_no and certainty < 0.7):
        return "check"
    return "sure"
