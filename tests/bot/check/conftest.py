"""Corpora for the tests of the reply check: the starter rulebook, and small ones written for a test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.check import ReplyChecker
from ingest.articles import Article, Passage
from ingest.frontmatter import parse_markdown
from ingest.identity import Shelf
from ingest.passages import split_article

RULEBOOK = Path(__file__).resolve().parents[3] / "corpus" / "rulebook"
Corpus = tuple[list[Article], list[Passage]]


def corpus_of(pages: dict[str, str]) -> Corpus:
    """Articles and passages of Markdown pages by name, as ingest makes them."""
    shelf = Shelf((), {})
    for name, text in pages.items():
        shelf.put(name, [parse_markdown(text, name)])
    articles = list(shelf.result())
    return articles, [p for a in articles for p in split_article(a)]


@pytest.fixture(scope="session")
def rulebook() -> Corpus:
    """The starter rulebook."""
    return corpus_of({p.name: p.read_text(encoding="utf-8") for p in sorted(RULEBOOK.glob("*.md"))})


@pytest.fixture(scope="session")
def checker(rulebook: Corpus) -> ReplyChecker:
    """The reply check on the starter rulebook."""
    return ReplyChecker(*rulebook)


@pytest.fixture
def checker_for() -> Callable[..., ReplyChecker]:
    """Makes a check on articles given as (platforms, body) pairs."""

    def make(*articles: tuple[str, str]) -> ReplyChecker:
        pages = {}
        for i, (platforms, body) in enumerate(articles):
            head = f"---\ntitle: 规则{i}\nplatforms: [{platforms}]\npublished: 2024-01-{i + 1:02}\nkind: rules\n---\n"
            pages[f"page-{i}.md"] = f"{head}# 规则{i}\n\n{body}\n"
        return ReplyChecker(*corpus_of(pages))

    return make
