"""The desk: one corpus, opened once, that answers questions and checks drafts from any number of threads."""

from __future__ import annotations

import itertools
import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

from bot.answer_cache import AnswerCache, CacheCounts
from bot.answers import Answer
from bot.check.checker import ReplyChecker
from bot.conflicts.finder import ConflictIndex, find_conflicts
from bot.conflicts.judge import load_judge
from bot.conflicts.kept import kept_conflicts
from bot.desk_api import MAX_DRAFT, MAX_QUESTION, Turn
from bot.evidence import Read
from bot.findings import CheckResult
from bot.followups import in_context, platform_in
from bot.question import read_question
from bot.reader import Reader
from bot.suggestions import ReplyLines
from bot.vocabulary import Vocabulary
from index.encoders.loading import Encoder, token_source
from index.retriever import Retriever, current_generation
from ingest.articles import Article
from ingest.errors import UsageError
from ingest.platforms import PLATFORMS, normalise_platform, platforms_in

RANKED = 12  # passages that are put in a new order by their sentences
READ_HITS = 6  # passages that the reader looks into, whatever number of hits is asked for
Progress = Callable[[str], None]
log = logging.getLogger("ruledesk.desk")


@dataclass(frozen=True, slots=True)
class _Opened:
    """Everything that belongs to one generation of the index; swapped as a whole. No two have one number."""

    number: int
    retriever: Retriever
    reader: Reader
    checker: ReplyChecker
    articles: tuple[Article, ...]


class Desk:
    """Answers from a corpus folder. A newer index generation is taken up between two questions, without a restart."""

    def __init__(
        self,
        corpus: Path,
        encoders: Sequence[Encoder] | None = None,
        cache: AnswerCache | None = None,
        today: Callable[[], date] = date.today,
    ) -> None:
        """Use `Desk.open`."""
        self._corpus = corpus
        self._encoders = encoders
        self.cache = cache
        self._today = today
        self._numbers = itertools.count(1)
        self._opened = self._open()
        self._lock = threading.Lock()
        self._looked = time.monotonic()

    @classmethod
    def open(
        cls,
        corpus: Path,
        progress: Progress = lambda _: None,
        encoders: Sequence[Encoder] | None = None,
        cache: AnswerCache | None = None,
    ) -> Desk:
        """Opens the desk over a corpus folder with an index. Without a cache each answer is computed, as whoever
        measures wants it. Raises IndexError_, ModelError."""
        progress(f"opening {corpus}")
        return cls(corpus, encoders, cache)

    def cache_counts(self) -> CacheCounts | None:
        """How much the cache has helped, where there is one."""
        return self.cache.counts() if self.cache is not None else None

    @property
    def retriever(self) -> Retriever:
        """The retriever that answers now."""
        return self._opened.retriever

    def ask(
        self,
        question: str,
        platform: str | None = None,
        history: Sequence[Turn] = (),
        top: int = 5,
        item_id: str | None = None,
    ) -> Answer:
        """One answer. Raises UsageError for an empty or over-long question or an unknown platform."""
        begun = time.perf_counter()
        text = _checked(question, "question", MAX_QUESTION)
        if not 1 <= top <= 50:
            raise UsageError(f"top is {top}; it must be 1 to 50")
        where, opened, meant = _platform(platform), self._current(), in_context(text, history)
        # A platform that the question names goes before one that was spoken of.
        spoken_of = platform_in(history) if where is None and not platforms_in(meant) else None
        if self.cache is None:
            return replace(_answer(opened, text, meant, where, spoken_of, top, begun), id=item_id)
        # History counts by what it makes of the question, not by its words: two agents rarely have the same one.
        key = (opened.number, text, meant, where, spoken_of, top, self._today())
        answer, computed = self.cache.get(key, lambda: _answer(opened, text, meant, where, spoken_of, top, begun))
        if not computed:
            spent = (time.perf_counter() - begun) * 1000
            answer = replace(answer, timings_ms={"retrieve": spent, "read": 0.0, "total": spent})
        return replace(answer, id=item_id)

    def check(self, draft: str, platform: str | None = None, item_id: str | None = None) -> CheckResult:
        """Findings of a draft. Raises UsageError as `ask` does."""
        text = _checked(draft, "draft", MAX_DRAFT)
        return self._current().checker.check(text, _platform(platform), item_id)

    def articles(self) -> Sequence[Article]:
        """Every rule article of the corpus, newest first."""
        return self._opened.articles

    def article(self, article_id: str) -> Article | None:
        """One article, or None."""
        return self._opened.retriever.articles.get(article_id)

    def index_built(self) -> datetime | None:
        """When the index that answers now was built."""
        return datetime.fromisoformat(self._opened.retriever.manifest.built)

    def refresh(self) -> bool:
        """Opens the newest generation now, while the last one goes on answering; whether another one answers after it.
        One that does not open leaves the last good one in its place."""
        if not self._lock.acquire(blocking=False):
            return False
        try:
            if not self._is_old():
                return False
            self._opened = self._open()
            if self.cache is not None:
                self.cache.clear()
            return True
        except Exception:
            log.exception("a newer index of %s does not open; the last good one goes on answering", self._corpus)
            return False
        finally:
            self._lock.release()

    def _current(self) -> _Opened:
        """What answers now; at most once a second it is looked whether a newer generation was published. That one is
        opened beside the questions, not by one of them: opening takes longer than an agent can wait."""
        now = time.monotonic()
        if now - self._looked >= 1.0:
            self._looked = now
            if self._is_old():
                threading.Thread(target=self.refresh, name="open a newer index", daemon=True).start()
        return self._opened

    def _is_old(self) -> bool:
        try:
            return current_generation(self._corpus) != self._opened.retriever.folder
        except Exception:  # whatever is wrong there, the last good one goes on answering
            return False

    def _open(self) -> _Opened:
        retriever = Retriever.open(self._corpus, self._encoders)
        if self._encoders is None:
            self._encoders = retriever.encoders
        rules = [a for a in retriever.articles.values() if a.kind == "rules"]
        articles = tuple(sorted(rules, key=lambda a: a.published or "", reverse=True))
        vocabulary = Vocabulary(retriever.articles, retriever.sentences())
        tokens = token_source(retriever.encoders)
        checker = ReplyChecker(articles, retriever.passages, tokens=tokens)
        lines = ReplyLines(checker)
        judge = load_judge(tokens) if tokens else None
        conflicts = ConflictIndex(
            kept_conflicts(
                retriever.folder, retriever.articles, judge is not None,
                lambda: find_conflicts(articles, retriever.passages, judge=judge),
            )
        )  # fmt: skip
        reader = Reader(retriever.articles, vocabulary, conflicts, lines.suggest, self._today, retriever.pairs)
        return _Opened(next(self._numbers), retriever, reader, checker, articles)


def _answer(
    opened: _Opened, text: str, meant: str, platform: str | None, spoken_of: str | None, top: int, begun: float
) -> Answer:
    """One computed answer: `meant` is the question as its history makes it, `begun` when it came. `spoken_of` is the
    platform of the history, None where one was picked: of that one first; where its rules are silent, of any."""
    answer = _read(opened, text, meant, platform or spoken_of, top, begun)
    if answer.refused and spoken_of:
        anywhere = _read(opened, text, meant, None, top, begun)
        return answer if anywhere.refused else anywhere
    return answer


def _read(opened: _Opened, text: str, meant: str, platform: str | None, top: int, begun: float) -> Answer:
    read = read_question(meant, platform)
    hits = opened.retriever.search(read.query, max(top, RANKED))
    sentences = Read()
    shown = opened.reader.rank(read, hits, sentences)[:top]
    retrieved = time.perf_counter()
    answer = opened.reader.read(read, text, hits[:READ_HITS], shown, sentences)
    done = time.perf_counter()
    timings = {
        "retrieve": (retrieved - begun) * 1000,
        "read": (done - retrieved) * 1000,
        "total": (done - begun) * 1000,
    }
    return replace(answer, timings_ms=timings)


def _checked(text: str, what: str, limit: int) -> str:
    stripped = "".join(c for c in text if c.isprintable() or c in "\n\t").strip()
    if not stripped:
        raise UsageError(f"the {what} is empty; type one")
    if len(stripped) > limit:
        raise UsageError(f"the {what} has {len(stripped):,} characters; the limit is {limit:,}; shorten it")
    return stripped if what == "question" else text


def _platform(name: str | None) -> str | None:
    if name is None or not name.strip():
        return None
    known = normalise_platform(name)
    if known is None:
        raise UsageError(f"platform {name!r} is not known; known are {' '.join(PLATFORMS)}")
    return known
