"""The exam reader: answers items from retrieved rules with no generative model, cites them, or leaves an item open."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from bot.answers import Citation
from bot.evidence import PairReading
from bot.exam.blanks import Believed, fill
from bot.exam.choice import Heard, all_figures, choose
from bot.exam.evidence import Stretch, stretch
from bot.exam.judging import Verdict, judge
from bot.exam.marking import BLANK, Prediction
from bot.exam.priors import guess_statement, option_prior
from bot.exam.restating import restates
from bot.exam.second import UNREAD, Opinion, SecondOpinion
from bot.exam.statements import settle, statement_of
from bot.exam.terms import Weights
from bot.exam.weighing import blank_features, blank_kind, threshold, weigh
from bot.log_odds import probability
from index.hits import Hit
from index.pairs import PairReader
from index.query import Query, read_query
from ingest.articles import Article, Passage
from ingest.exam import ExamItem
from ingest.sentences import trim

Risk = Literal["low", "exam"]
Allow = Callable[[Passage], bool]
POOL = 12  # passages read for an item
PER_OPTION = 4  # and for each option besides
BEFORE = 300  # characters ahead of a passage in which the lead-in of its list may stand
PICKED = 0.1  # how much more a sentence counts that the retriever itself picked
BELIEVED = 0.06  # what a log-odds that a sentence answers the stem counts for the fillings taken from it


class Searcher(Protocol):
    """What the reader needs of a retriever; index.retriever.Retriever is one."""

    @property
    def articles(self) -> Mapping[str, Article]:
        """The articles by id."""

    @property
    def passages(self) -> Sequence[Passage]:
        """All passages."""

    def search(self, query: Query, k: int = 10, allow: Allow | None = None) -> list[Hit]:
        """The best k passages."""

    @property
    def pairs(self) -> PairReader | None:
        """What reads sentences a second time, where the index has it."""

    def sentences(self) -> list[tuple[str, int, int]]:
        """All sentences of the corpus as (article_id, start, end)."""


@dataclass(frozen=True, slots=True)
class Question:
    """What the reader sees of an item: never its key, never its evidence."""

    type: str
    stem: str
    options: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ExamAnswer:
    """`predicted` is a letter, a boolean, a tuple with one filling a blank ("" where one stays empty), or None where the
    item is left open. `confidence` 0..1. `hits` are the passages that were read."""

    predicted: Prediction
    answered: bool
    citations: tuple[Citation, ...] = ()
    confidence: float = 0.0
    hits: tuple[Hit, ...] = ()


_Span = tuple[Hit | None, int, int]
_Found = tuple[Prediction, float, list[_Span]]
OPEN = ExamAnswer(None, False)


class ExamReader:
    """Answers exam items. `risk` "low" leaves doubtful ones open, "exam" answers as soon as anything leans."""

    def __init__(self, retriever: Searcher, risk: Risk = "low") -> None:
        """Counts the words of the retriever's passages, so that rare ones tell more."""
        self._retriever = retriever
        self.weights = Weights(p.text for p in retriever.passages)
        self._second = SecondOpinion(retriever.articles, retriever.sentences(), retriever.pairs)
        self.risk: Risk = risk

    def answer(self, item: ExamItem, allow: Allow | None = None) -> ExamAnswer:
        """Answers from retrieved passages; `allow` bars passages besides those that restate the item."""
        question = Question(item.type, item.stem, item.options)

        def allowed(passage: Passage) -> bool:
            return not restates(item, passage.text) and (allow is None or allow(passage))

        return self._read(question, *self.gather(question, allowed))

    def answer_with(self, item: ExamItem, sentences: Sequence[str]) -> ExamAnswer:
        """Answers from sentences that are given (gold evidence); nothing is retrieved, nothing cited."""
        return self._read(Question(item.type, item.stem, item.options), [stretch(s) for s in sentences], {})

    def closed_book(self, item: ExamItem) -> ExamAnswer:
        """Answers with no evidence at all, from how exams are usually made: what an examinee guesses."""
        if item.type == "single_choice":
            prior = option_prior(item.stem, item.options)
            return ExamAnswer(max(prior, key=lambda n: prior[n]), True) if prior else OPEN
        if item.type == "true_false":
            return ExamAnswer(guess_statement(item.stem), True)
        return OPEN

    def gather(self, question: Question, allow: Allow) -> tuple[list[Stretch], dict[str, list[Hit]]]:
        """The passages for the stem and for each option together, and the hits of each option."""
        stem = BLANK.sub(" ", question.stem)
        found: dict[str, tuple[Hit, float]] = {}
        units: dict[str, dict[tuple[int, int], float]] = {}
        near: dict[str, list[Hit]] = {}
        asked = [("", stem, POOL)] + [(n, f"{stem} {o}", PER_OPTION) for n, o in question.options.items()]
        for name, text, count in asked:
            hits = self._retriever.search(read_query(text), count, allow)
            near[name] = hits
            top = max((h.score for h in hits), default=0.0)
            for hit in hits:
                share = max(0.0, hit.score / top) if top > 0 else 1.0
                prior = 0.9 + 0.1 * share
                key, at = hit.passage.passage_id, hit.passage.start
                span = (hit.unit[0] - at, hit.unit[1] - at)
                units.setdefault(key, {})
                units[key][span] = max(units[key].get(span, 0.0), 1 + PICKED * share)
                if key not in found or found[key][1] < prior:
                    found[key] = (hit, prior)
        stretches = [self._stretch(h, prior, units[key]) for key, (h, prior) in found.items()]
        return stretches, {n: hits for n, hits in near.items() if n}

    def _stretch(self, hit: Hit, prior: float, units: Mapping[tuple[int, int], float]) -> Stretch:
        passage = hit.passage
        article = self._retriever.articles[passage.article_id]
        return stretch(
            passage.text,
            " ".join([article.title, *passage.heading_path]),
            passage.start,
            hit,
            prior,
            article.text[max(0, passage.start - BEFORE) : passage.start],
            tuple((s, e, f) for (s, e), f in units.items()),
        )

    def _read(self, question: Question, stretches: Sequence[Stretch], near: Mapping[str, Sequence[Hit]]) -> ExamAnswer:
        hits = tuple(s.hit for s in stretches if s.hit is not None)
        if question.type == "single_choice":
            found = self._choose(question, stretches, near)
        elif question.type == "true_false":
            found = self._judge(question, stretches)
        else:
            found = self._fill(question, stretches)
        predicted, confidence, marks = found
        if predicted is None:
            return ExamAnswer(None, False, (), confidence, hits)
        return ExamAnswer(predicted, True, self._cite(marks), confidence, hits)

    def _choose(self, question: Question, stretches: Sequence[Stretch], near: Mapping[str, Sequence[Hit]]) -> _Found:
        bold = self.risk == "exam"
        heard = {} if all_figures(question.options) else self.heard(question, near)
        choice = choose(question.stem, question.options, stretches, self.weights, heard, self.read_one, bold)
        if choice.letter is None or not (bold or choice.is_sure):
            return None, choice.confidence, []
        return choice.letter, choice.confidence, [_span(choice.where, choice.clause)] if choice.where else []

    def heard(self, question: Question, near: Mapping[str, Sequence[Hit]]) -> dict[str, Heard]:
        """What the retriever and the desk make of each option."""
        leaning = _nearness(near)
        return {
            name: Heard(leaning[name], self._second.on(statement_of(question.stem, question.options[name]), hits))
            for name, hits in near.items()
        }

    def read_one(self, text: str, where: Stretch, clause: int) -> PairReading | None:
        """A text read a second time against the sentence of a clause."""
        return self._second.read_at(text, [(where, clause)])[0]

    def _judge(self, question: Question, stretches: Sequence[Stretch]) -> _Found:
        verdict, opinion = self.heard_of(question, stretches)
        judgement = settle(question.stem, verdict, opinion, self.risk == "exam")
        if judgement.holds is None:
            return None, judgement.confidence, []
        if (judgement.own or opinion.sentence is None) and verdict.where is not None:
            return judgement.holds, judgement.confidence, [_span(verdict.where, verdict.clause)]
        return judgement.holds, judgement.confidence, [opinion.sentence] if opinion.sentence else []

    def heard_of(self, question: Question, stretches: Sequence[Stretch]) -> tuple[Verdict, Opinion]:
        """A statement judged by its words, and by the desk."""
        verdict = judge(question.stem, stretches, self.weights)
        hits = [s.hit for s in stretches if s.hit is not None]
        if hits:
            return verdict, self._second.on(question.stem, hits)
        return verdict, self._second.on_given(question.stem, [s.text for s in stretches])

    def _fill(self, question: Question, stretches: Sequence[Stretch]) -> _Found:
        filled = fill(question.stem, stretches, self.weights, self.believed(question.stem))
        fillings = [f for f, _ in filled if f is not None]
        kind = blank_kind(self._second.reads and any(s.hit is not None for s in stretches))
        # The worst blank decides: an item is right when all of it is.
        confidence = (
            min(
                probability(weigh(kind, blank_features(f.score, margin, f.as_asked)))
                for f, margin in filled
                if f is not None
            )
            if len(fillings) == len(filled) > 0
            else 0.0
        )
        if not fillings or (self.risk == "low" and confidence < threshold(kind)):
            return None, confidence, []
        marks = [_span(f.where, f.clause) for f in fillings]
        return tuple(f.text if f is not None else "" for f, _ in filled), confidence, marks

    def believed(self, stem: str) -> Believed:
        """How much more fillings count from sentences that answer the stem as a question."""
        asked = BLANK.sub("多少", stem)

        def believed(places: Sequence[tuple[Stretch, int]]) -> list[float]:
            read = self._second.read_at(asked, places)
            return [BELIEVED * max(UNREAD, min(-UNREAD, r.answers)) if r else 0.0 for r in read]

        return believed

    def _cite(self, spans: Sequence[_Span]) -> tuple[Citation, ...]:
        """The deciding sentences, each once, cut from the stored article."""
        cited: dict[tuple[str, int, int], Citation] = {}
        for hit, first, last in spans:
            if hit is None:
                continue
            passage = hit.passage
            article = self._retriever.articles[passage.article_id]
            start, end = trim(article.text, first, last)
            key = (article.article_id, start, end)
            if key not in cited:
                cited[key] = Citation(
                    len(cited) + 1, article.article_id, article.title, passage.platforms, article.published,
                    article.url, passage.passage_id, start, end, article.text[start:end],
                )  # fmt: skip
        return tuple(cited.values())


def _span(where: Stretch, clause: int) -> _Span:
    """The sentence of a clause, in its article."""
    first, last = where.sentence_span(clause)
    return where.hit, where.offset + first, where.offset + last


def _nearness(near: Mapping[str, Sequence[Hit]]) -> dict[str, float]:
    """For each option how much nearer it is to the rules than the others, by the retriever's sentence vectors."""
    leaning = dict.fromkeys(near, 0.0)
    legs = {leg for hits in near.values() for h in hits for leg in h.legs if leg.endswith(":units")}
    for leg in legs:
        best = {n: max((h.legs.get(leg, 0.0) for h in hits), default=0.0) for n, hits in near.items()}
        mean = sum(best.values()) / len(best)
        spread = max((sum((b - mean) ** 2 for b in best.values()) / len(best)) ** 0.5, 0.01)
        for name, value in best.items():
            leaning[name] += max(-2.0, min(2.0, (value - mean) / spread))
    return leaning
