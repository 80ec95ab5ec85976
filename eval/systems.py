"""The real desk, retriever and exam reader as the suites' protocols see them; the only glue to bot, imported late."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from bot.desk_api import DeskApi
from eval.bar import Restates
from eval.exam_suite import PRODUCT, Allow, Cited, ExamReply, ExamSystem
from eval.gold import Span
from eval.items import ExamCase
from eval.retrieval_suite import Search
from index.hits import Hit
from ingest.articles import Article, Passage
from ingest.errors import UsageError

if TYPE_CHECKING:
    from bot.exam import ExamAnswer, ExamReader
    from index.encoders.loading import Encoder
    from index.retriever import Retriever

STARTER = Path(str(resources.files("corpus").joinpath("README.md"))).parent
WORDS, PLATFORM = "words", "platform"
Told = Callable[[str], None]


@dataclass
class Systems:
    """Everything that a run of the benchmark needs of the product, over one corpus."""

    corpus: Path
    desk: DeskApi
    retriever: Retriever

    @property
    def corpus_digest(self) -> str:
        """The digest of the corpus that the index was built from."""
        return self.retriever.manifest.corpus_digest

    @property
    def model(self) -> str:
        """The encoders' names."""
        return "+".join(self.retriever.manifest.models)

    @property
    def articles(self) -> Mapping[str, Article]:
        """The articles that citations point into."""
        return self.retriever.articles

    @property
    def passages(self) -> Sequence[Passage]:
        """All passages that can be retrieved."""
        return self.retriever.passages

    @cached_property
    def search(self) -> Search:
        """The product's own retrieval: the hits as agents see them, put in order by their sentences."""
        return as_shown(self.retriever)

    @cached_property
    def legs(self) -> tuple[str, ...]:
        """The scorers of the retriever, the platform match among them, those without weight left out."""
        from index.query import read_query

        names = self.retriever.leg_scores(read_query("发票"))
        return tuple(name for name in names if self.retriever.weights.weight(name))

    def variant(self, legs: Sequence[str]) -> Retriever:
        """The same index asked with these legs alone; vector legs left out are not computed."""
        from index.fusion import FusionWeights
        from index.retriever import Retriever

        weights = self.retriever.weights
        kept = {name: weights.weight(name) or 1.0 for name in legs}
        manifest = self.retriever.manifest
        vectors = tuple(leg for leg in manifest.legs if leg.name in legs)
        encoders = [e for e in self._encoders if any(leg.model == e.name for leg in vectors)]
        # Weights are looked up by full name first: a leg that is left out must not be found by what it embeds.
        silent = {leg.name: 0.0 for leg in manifest.legs if leg.name not in legs}
        return Retriever(
            self.retriever.folder,
            replace(manifest, legs=vectors),
            encoders,
            FusionWeights({**silent, **kept}, weights.floors),
        )

    def search_with(self, legs: Sequence[str]) -> Search:
        """A search by these legs alone."""
        return searcher(self.variant(legs))

    @cached_property
    def _encoders(self) -> Sequence[Encoder]:
        from index.encoders.loading import load_encoders

        return load_encoders(self.retriever.manifest.models)

    @property
    def restates(self) -> Restates:
        """The reader's own test of whether a text restates an item."""
        from bot.exam import restates

        return restates

    def exam_systems(self, side_by_side: bool = True) -> dict[str, ExamSystem]:
        """The product, and beside it: closed book, BM25 only, dense only, the product when it answers as soon as
        anything leans, and gold evidence given."""
        from bot.exam import ExamReader

        reader = ExamReader(self.retriever)
        systems: dict[str, ExamSystem] = {PRODUCT: reading(reader)}
        if side_by_side:
            dense = [leg.name for leg in self.retriever.manifest.legs]
            systems |= {
                "closed_book": closed_book(reader),
                "bm25_only": reading(ExamReader(self.variant([WORDS]))),
                "dense_only": reading(ExamReader(self.variant(dense))),
                "bold": reading(ExamReader(self.retriever, risk="exam")),
                "gold_given": with_gold(reader, self.articles),
            }
        return systems


def searcher(retriever: Retriever) -> Search:
    """A retriever as the retrieval suite sees it."""
    from index.query import read_query

    def search(question: str, platform: str | None, k: int) -> Sequence[Hit]:
        return retriever.search(read_query(question, platform), k)

    return search


def as_shown(retriever: Retriever) -> Search:
    """The retriever with the desk's second ranking behind it."""
    from bot.desk import RANKED
    from bot.question import read_question
    from bot.reader import Reader
    from bot.vocabulary import Vocabulary

    vocabulary = Vocabulary(retriever.articles, retriever.sentences())
    reader = Reader(retriever.articles, vocabulary, pairs=retriever.pairs)

    def search(question: str, platform: str | None, k: int) -> Sequence[Hit]:
        read = read_question(question, platform)
        return reader.rank(read, retriever.search(read.query, max(k, RANKED)))[:k]

    return search


def reading(reader: ExamReader) -> ExamSystem:
    """The exam reader over its retriever."""

    def answer(case: ExamCase, allow: Allow, gold: Sequence[Span]) -> ExamReply:
        return reply_of(reader.answer(case.item, allow=allow))

    return answer


def closed_book(reader: ExamReader) -> ExamSystem:
    """The exam reader without retrieval."""

    def answer(case: ExamCase, allow: Allow, gold: Sequence[Span]) -> ExamReply:
        return reply_of(reader.closed_book(case.item))

    return answer


def with_gold(reader: ExamReader, articles: Mapping[str, Article]) -> ExamSystem:
    """The exam reader given the evidence; silent where the item has none."""

    def answer(case: ExamCase, allow: Allow, gold: Sequence[Span]) -> ExamReply:
        sentences = [articles[s.article_id].text[s.start : s.end] for s in gold]
        return reply_of(reader.answer_with(case.item, sentences)) if sentences else ExamReply(None)

    return answer


def reply_of(reply: ExamAnswer) -> ExamReply:
    """The reader's reply in the suite's own type."""
    return ExamReply(
        predicted=reply.predicted if reply.answered else None,
        citations=tuple(Cited(c.article_id, c.start, c.end, c.quote) for c in reply.citations),
        confidence=reply.confidence,
        retrieved=tuple(h.passage for h in reply.hits),
    )


def open_systems(corpus: Path | None, told: Told = lambda line: None) -> Systems:
    """Opens a corpus that was ingested and indexed, or the starter rulebook, built on first use.

    Raises UsageError for a folder that does not exist; CorpusError, IndexError_ and ModelError name their own remedy.
    """
    from bot.starter import starter_corpus

    if corpus is None or is_starter(corpus):
        folder = starter_corpus(lambda step, done, total: told(f"{step} {done}/{total}" if total else step))
    else:
        folder = corpus
    if not folder.is_dir():
        raise UsageError(f"{folder}: no such folder; make it with: ruledesk ingest SOURCE --into {folder}")
    told(f"opening {folder}")
    from bot.desk import Desk

    desk = Desk.open(folder, cache=None)  # what is measured is the work of answering, not of remembering
    return Systems(folder, desk, desk.retriever)


def is_starter(corpus: Path | None) -> bool:
    """Whether the corpus meant is the project's own."""
    return corpus is None or corpus.resolve() in (STARTER.resolve(), STARTER.resolve() / "rulebook")
