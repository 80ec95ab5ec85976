"""A small rulebook, a desk, a retriever and exam systems that the suites can be run on in milliseconds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any

import pytest

from bot.answers import Answer, Citation
from bot.desk_api import Turn
from bot.findings import CheckResult, Finding
from eval.exam_suite import Cited, ExamReply
from eval.gold import Evidence, Span
from eval.items import ExamCase, QuestionCase
from index.hits import Hit
from index.query import read_query
from ingest.articles import Article, Passage, fold
from ingest.errors import UsageError
from ingest.exam import ExamItem

INVOICE = "店铺不肯开票的,每次记3点。\n开票由店家出邮费。\n晚寄出的,赔货款的两成,至多80元。"
PARCEL = "包裹要在36小时内交出。\n逾期没交出的,每单赔5元。"


def make_article(name: str, text: str, kind: Any = "rules", published: str = "2024-03-01", title: str = "") -> Article:
    return Article(name, kind, title or name, ("天猫",), published, None, (name,), text)


def cut(article: Article) -> list[Passage]:
    """A passage a line, with the ids that ingest gives."""
    passages, at = [], 0
    for line in article.text.split("\n"):
        name = f"{article.article_id}#{at}-{at + len(line)}"
        passages.append(Passage(name, article.article_id, (), article.platforms, at, at + len(line), line))
        at += len(line) + 1
    return passages


@dataclass
class World:
    """Articles and passages, searched by shared characters."""

    articles: dict[str, Article]
    passages: list[Passage] = field(default_factory=list)
    shared_legs: tuple[str, ...] = ("words", "platform")

    def __post_init__(self) -> None:
        self.passages = [p for a in self.articles.values() for p in cut(a)]

    def plus(self, *articles: Article) -> World:
        return World({**self.articles, **{a.article_id: a for a in articles}})

    def search(
        self, question: str, platform: str | None, k: int, allow: Callable[[Passage], bool] = lambda p: True
    ) -> list[Hit]:
        wanted = set(fold(question))
        seen = [p for p in self.passages if allow(p)]
        ranked = sorted(seen, key=lambda p: (-len(wanted & set(fold(p.text))), p.passage_id))[:k]
        return [
            Hit(p, float(len(wanted & set(fold(p.text)))), rank, (p.start, p.end), {})
            for rank, p in enumerate(ranked, 1)
        ]

    def citation(self, passage: Passage, n: int = 1) -> Citation:
        article = self.articles[passage.article_id]
        return Citation(
            n, article.article_id, article.title, article.platforms, article.published, None, passage.passage_id,
            passage.start, passage.end, passage.text,
        )  # fmt: skip

    # What eval.systems.Systems offers.

    @property
    def desk(self) -> FakeDesk:
        return FakeDesk(self)

    corpus_digest = "feedc0dedeadbeef"
    model = "shared-characters"
    legs = ("words", "platform")

    def search_with(self, legs: Sequence[str]) -> Any:
        return self.search

    def restates(self, item: ExamItem, text: str) -> bool:
        return False

    def exam_systems(self, side_by_side: bool = True) -> dict[str, Any]:
        return {"product": ExamEcho(self), "closed_book": lambda case, allow, gold: ExamReply(None)}


class FakeDesk:
    """Answers with the best passage; refuses where two characters or fewer are shared."""

    def __init__(self, world: World) -> None:
        self.world = world

    def ask(
        self,
        question: str,
        platform: str | None = None,
        history: Sequence[Turn] = (),
        top: int = 5,
        item_id: str | None = None,
    ) -> Answer:
        if platform not in (None, "天猫"):
            raise UsageError(f"platform {platform!r} is not known")
        hits = self.world.search(question, platform, top)
        refused = not hits or hits[0].score <= 2
        cited = () if refused else (self.world.citation(hits[0].passage),)
        return Answer(
            question=question,
            platform=platform,
            language=read_query(question).language,
            verdict="no" if not refused and "不" in question else None,
            refused=refused,
            reason="nothing found" if refused else "",
            text="无规则" if refused else f"{cited[0].quote}[1]",
            citations=cited,
            facts=(),
            conflicts=(),
            suggested_reply=None,
            hits=tuple(hits),
            timings_ms={"retrieve": 0.1, "read": 0.1, "total": 0.2},
            id=item_id,
        )

    def check(self, draft: str, platform: str | None = None, item_id: str | None = None) -> CheckResult:
        at = draft.find("不开票")
        if at < 0:
            return CheckResult(draft, (), item_id)
        rule = self.world.citation(self.world.passages[0])
        return CheckResult(
            draft, (Finding("invoice_refused", "high", at, at + 3, "m", "3点", (rule,), "s"),), item_id
        )

    def articles(self) -> Sequence[Article]:
        return list(self.world.articles.values())

    def article(self, article_id: str) -> Article | None:
        return self.world.articles.get(article_id)


class ExamEcho:
    """An exam system that believes whatever text it finds nearest, answer marks included: bait for the bar."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.read: list[str] = []

    def __call__(self, case: ExamCase, allow: Callable[[Passage], bool], gold: Sequence[Span]) -> ExamReply:
        hits = self.world.search(case.item.stem, None, 2, allow)
        passages = tuple(h.passage for h in hits)
        self.read += [p.passage_id for p in passages]
        if not passages:
            return ExamReply(None)
        best = passages[0]
        cited = (Cited(best.article_id, best.start, best.end, best.text),)
        predicted: Any
        if case.item.type == "true_false":
            predicted = "×" not in best.text
        elif case.item.type == "single_choice":
            predicted = next((k for k, v in case.item.options.items() if v in best.text), None)
        else:
            predicted = [next((form for form in forms if form in best.text), None) for forms in case.item.answer]  # type: ignore[union-attr]
        return ExamReply(predicted, cited if predicted is not None else (), 0.8, passages)


@pytest.fixture
def world() -> World:
    return World({"invoice": make_article("invoice", INVOICE), "parcel": make_article("parcel", PARCEL)})


@pytest.fixture
def kit() -> SimpleNamespace:
    """The helpers of this file, for tests that build their own."""
    return SimpleNamespace(
        World=World, FakeDesk=FakeDesk, ExamEcho=ExamEcho, article=make_article, exam=exam_case, question=question
    )


def exam_case(
    item_id: str, kind: Any, stem: str, answer: Any, options: dict[str, str] | None = None, quotes: Any = None
) -> ExamCase:
    evidence = None if quotes is None else tuple(Evidence(q) for q in quotes)
    return ExamCase(item_id, ExamItem(item_id, kind, stem, answer, options or {}), evidence, None, "items")


def question(item_id: str, text: str, *quotes: str, **more: Any) -> QuestionCase:
    case = QuestionCase(
        item_id, text, None, read_query(text).language, bool(quotes), None, (), tuple(Evidence(q) for q in quotes), (),
        None, None, "items",
    )  # fmt: skip
    return replace(case, **more)
