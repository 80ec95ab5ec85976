"""Passages -> units: the sentences in them, each with the heads it stands under."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ingest.articles import Article, Passage
from ingest.sections import Section, build_sections
from ingest.sentences import LEADS_ON, sentence_spans, trim

# A figure or a mark alone is no sentence: it is told with the one before it.
MIN_UNIT = 6
# A lead (the words of a section before its first numbered rule) beyond this length is a text of its own.
MAX_LEAD = 220
# A question and its answer, told as such, are one unit up to this length.
MAX_ANSWERED = 240
# What the one and the other begin with, and where such a question begins within a sentence.
QUESTION, ANSWER = r"(?:问|[Qq]\d{0,2})\s?[:：]", r"(?:答|[Aa]\d{0,2}|客服)\s?[:：]"
_ASKS = re.compile(r"(?<=[\s)）。!！?？;；”\"~…])(?=" + QUESTION + ")")
_QUESTION, _ANSWER = re.compile(QUESTION), re.compile(ANSWER)
# What says of such an answer whether it was right.
_JUDGES = re.compile(r"(?:那么)?(?:这|此)(?:种|类|样|个)?(?:情况|回答|回复|说法|答复|做法)")


@dataclass(frozen=True, slots=True)
class Unit:
    """A sentence of a passage: article.text[start:end], under `context` (title and headings, for matching only)."""

    passage: int  # position of its passage in the index
    start: int
    end: int
    context: str
    lead: str = ""  # the headings, and the words of its sections before their first numbered rule


def units_of(passages: Sequence[Passage], articles: Mapping[str, Article]) -> list[Unit]:
    """The units of the passages, in their order. A unit never leaves its passage."""
    trees = {a.article_id: build_sections(a.text, a.headings, a.platforms) for a in articles.values()}
    units: list[Unit] = []
    for position, passage in enumerate(passages):
        article = articles[passage.article_id]
        sentences = rule_sentences(article.text, trees[passage.article_id], passage.start, passage.end)
        for start, end in answered(article.text, sentences):
            chain = trees[passage.article_id].chain(start)
            path = (chain[-1].path if chain else ()) or passage.heading_path
            lead = " ".join([*path, *(article.text[s:e] for s, e in leads_at(article.text, chain, start))])
            units.append(Unit(position, start, end, " ".join([article.title, *path]), lead))
    return units


def rule_sentences(text: str, tree: Section, start: int, end: int) -> list[tuple[int, int]]:
    """The sentences of text[start:end], cut as well where a numbered rule begins: lists often have no full stops."""
    cuts = sorted({start, *(s.start for s in tree.walk() if start < s.start < end)})
    spans: list[tuple[int, int]] = []
    for left, right in zip(cuts, [*cuts[1:], end], strict=True):
        spans += _joined(text, sentence_spans(text, left, right))
    return spans


def answered(text: str, sentences: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The sentences, each question that is told as one (问:) together with its answer (答:): alone it rules nothing."""
    spans: list[tuple[int, int]] = []
    for start, end in (part for span in sentences for part in _before_questions(text, *span)):
        if spans and end - spans[-1][0] <= MAX_ANSWERED and _goes_on(text, spans[-1], (start, end)):
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    return spans


def _goes_on(text: str, before: tuple[int, int], span: tuple[int, int]) -> bool:
    """Whether a span answers the question before it, or judges the answer that stands there."""
    is_question, has_answer = _QUESTION.match(text, *before), _ANSWER.search(text, *before)
    if _ANSWER.match(text, *span):
        return text[before[1] - 1] in "?？" or (is_question is not None and has_answer is None)
    return _JUDGES.match(text, *span) is not None and is_question is not None and has_answer is not None


def _before_questions(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The span, cut where a question begins within it."""
    cuts = [start, *(m.start() for m in _ASKS.finditer(text, start + 1, end)), end]
    return [trim(text, left, right) for left, right in itertools.pairwise(cuts)]


def leads_at(text: str, chain: Sequence[Section], place: int) -> list[tuple[int, int]]:
    """The words of the sections around a place (`chain`, outermost first) before their first numbered rule, nearest
    first; none that holds it."""
    own = [trim(text, section.start, section.own_end) for section in reversed(chain) if section.children]
    return [(start, end) for start, end in own if end - start <= MAX_LEAD and not start <= place < end]


def _joined(text: str, spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The spans; those too short for a sentence go with the one before, 怎么办? with the one behind."""
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        short = end - start < MIN_UNIT and not _leads_on(text, start, end)
        if joined and (short or _leads_on(text, *joined[-1])):
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    if len(joined) > 1 and _leads_on(text, *joined[-1]):
        joined[-2:] = [(joined[-2][0], joined[-1][1])]
    return joined


def _leads_on(text: str, start: int, end: int) -> bool:
    return end - start < MIN_UNIT and text[end - 1] in LEADS_ON
