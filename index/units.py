"""Passages -> units: the sentences in them, each with the heads it stands under."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ingest.articles import Article, Passage
from ingest.sections import Section, build_sections
from ingest.sentences import sentence_spans, trim

# A figure or a mark alone is no sentence: it is told with the one before it.
MIN_UNIT = 6
# A lead (the words of a section before its first numbered rule) beyond this length is a text of its own.
MAX_LEAD = 220


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
        for start, end in rule_sentences(article.text, trees[passage.article_id], passage.start, passage.end):
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
        spans += _joined(sentence_spans(text, left, right))
    return spans


def leads_at(text: str, chain: Sequence[Section], place: int) -> list[tuple[int, int]]:
    """The words of the sections around a place (`chain`, outermost first) before their first numbered rule, nearest
    first; none that holds it."""
    own = [trim(text, section.start, section.own_end) for section in reversed(chain) if section.children]
    return [(start, end) for start, end in own if end - start <= MAX_LEAD and not start <= place < end]


def _joined(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and end - start < MIN_UNIT:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined
