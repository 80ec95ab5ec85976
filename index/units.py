"""Passages -> units: the sentences in them, each with the heads it stands under."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ingest.articles import Article, Passage
from ingest.sections import Section, build_sections
from ingest.sentences import sentence_spans

# A figure or a mark alone is no sentence: it is told with the one before it.
MIN_UNIT = 6


@dataclass(frozen=True, slots=True)
class Unit:
    """A sentence of a passage: article.text[start:end], under `context` (title and headings, for matching only)."""

    passage: int  # position of its passage in the index
    start: int
    end: int
    context: str


def units_of(passages: Sequence[Passage], articles: Mapping[str, Article]) -> list[Unit]:
    """The units of the passages, in their order. A unit never leaves its passage."""
    trees = {a.article_id: build_sections(a.text, a.headings, a.platforms) for a in articles.values()}
    units: list[Unit] = []
    for position, passage in enumerate(passages):
        article = articles[passage.article_id]
        for start, end in rule_sentences(article.text, trees[passage.article_id], passage.start, passage.end):
            path = path_at(trees[passage.article_id], start, end) or passage.heading_path
            units.append(Unit(position, start, end, " ".join([article.title, *path])))
    return units


def rule_sentences(text: str, tree: Section, start: int, end: int) -> list[tuple[int, int]]:
    """The sentences of text[start:end], cut as well where a numbered rule begins: lists often have no full stops."""
    cuts = sorted({start, *(s.start for s in tree.walk() if start < s.start < end)})
    spans: list[tuple[int, int]] = []
    for left, right in zip(cuts, [*cuts[1:], end], strict=True):
        spans += _joined(sentence_spans(text, left, right))
    return spans


def path_at(tree: Section, start: int, end: int) -> tuple[str, ...]:
    """The headings above [start, end) in a section tree."""
    section = tree
    while True:
        below = next((c for c in section.children if c.start <= start and start < c.end), None)
        if below is None:
            return section.path
        section = below


def _joined(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and end - start < MIN_UNIT:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined
