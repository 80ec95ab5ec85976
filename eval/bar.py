"""What an exam item must not be answered from: exam articles, and any text that restates the item."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property

from eval.gold import SpanLike
from eval.marking import BLANK
from ingest.articles import Article, Passage, fold
from ingest.exam import ExamItem, looks_like_exam

Restates = Callable[[ExamItem, str], bool]
_GRAM = 3
SOME, SAME = 0.3, 0.85  # share of the stem's character triples
# The marks of a question: an answer in brackets, an empty bracket, lettered options, the names of question parts.
_QUESTION = re.compile(
    r"[(（【\[]\s*(?:[A-Ha-h]|[√×✓✔✗✘xX]|对|错|正确|错误)?\s*[)）】\]]|_{2,}|答案|单选|选择题|填空|判断题?\s*[:：]|考题|试题"
    r"|(?:^|\s)[A-D]\s?[.、．:：]"
)
_ASKS = re.compile(r"[?？]|下列|下面哪|以下哪|哪[个项种些一]|不?正确的是|错误的是|的是\s*[(（]?")


def restates(item: ExamItem, text: str) -> bool:
    """Whether a text tells the item itself and not the rule it asks for.

    A rule may use the words of a statement or of a sentence with blanks; only together with the marks of a question
    are they the item. A stem that asks is the item wherever its words stand, and so are its words beside its options.
    """
    return _restates(_Stem(item), fold(text), text)


class Bar:
    """Decides for one item after another which passages of a corpus may be seen."""

    def __init__(self, articles: Iterable[Article], passages: Sequence[Passage], also: Restates | None = None) -> None:
        """`also` bars what it says restates an item, besides `restates` itself (the reader brings its own)."""
        self._articles: Mapping[str, Article] = {a.article_id: a for a in articles}
        self._passages = passages
        self._also = also

    @cached_property
    def _exam_ids(self) -> frozenset[str]:
        return frozenset(a.article_id for a in self._articles.values() if _is_exam(a))

    @cached_property
    def _folded(self) -> list[str]:
        return [fold(p.text) for p in self._passages]

    def barred(self, item: ExamItem) -> frozenset[str]:
        """The ids of the passages that the item must not see: those of exams, those that restate it, and the
        neighbours of these, where the options or the answer of a restated item may stand."""
        stem = _Stem(item)
        out: set[str] = set()
        for position, passage in enumerate(self._passages):
            if passage.article_id in self._exam_ids:
                out.add(passage.passage_id)
            elif _restates(stem, self._folded[position], passage.text) or (
                self._also is not None and self._also(item, passage.text)
            ):
                near = self._passages[max(0, position - 1) : position + 2]
                out |= {p.passage_id for p in near if p.article_id == passage.article_id}
        return frozenset(out)

    def allow(self, barred: frozenset[str]) -> Callable[[Passage], bool]:
        """A predicate for the retriever: false for barred passages and for those that this corpus does not have."""
        known = {p.passage_id for p in self._passages} - barred
        return lambda passage: passage.passage_id in known

    def touches(self, barred: frozenset[str], cited: SpanLike) -> bool:
        """Whether a citation lies in an exam, in an article that is not here, or in part in a barred passage."""
        if cited.article_id in self._exam_ids or cited.article_id not in self._articles:
            return True
        return any(
            p.passage_id in barred and p.article_id == cited.article_id and cited.start < p.end and p.start < cited.end
            for p in self._passages
        )


def _is_exam(article: Article) -> bool:
    return article.kind == "exam" or looks_like_exam(article.title, article.text)


class _Stem:
    """An item's words, folded once for many texts."""

    def __init__(self, item: ExamItem) -> None:
        parts = [fold(part) for part in BLANK.split(item.stem)]
        self.grams = [part[i : i + _GRAM] for part in parts for i in range(max(1, len(part) - _GRAM + 1)) if part]
        self.options = [fold(o) for o in item.options.values() if len(fold(o)) >= 2]
        self.asks = item.type == "single_choice" and _ASKS.search(item.stem) is not None


def _restates(stem: _Stem, folded: str, text: str) -> bool:
    if not stem.grams:
        return False
    share = sum(gram in folded for gram in stem.grams) / len(stem.grams)
    if share < SOME:
        return False
    options = sum(option in folded for option in stem.options)
    if options >= 2 and 2 * options >= len(stem.options) and _QUESTION.search(text):
        return True
    return share >= SAME and (stem.asks or _QUESTION.search(text) is not None)
