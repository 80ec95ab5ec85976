"""The type that the index emits: a ranked passage, with the sentence in it that matched best."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ingest.articles import Passage


@dataclass(frozen=True, slots=True)
class UnitMatch:
    """A sentence of a hit, article.text[start:end], with what each sentence-seeing scorer gave it, standardised; `row`
    is its place in the index."""

    start: int
    end: int
    legs: dict[str, float]
    row: int = -1


@dataclass(frozen=True, slots=True)
class Hit:
    """A retrieved passage. `score` is the fused score (higher is better, comparable only within one query); `unit` is
    the [start, end) of the best-matching sentence in the article's text; `legs` holds each scorer's own score
    and `units` all its sentences, in order."""

    passage: Passage
    score: float
    rank: int
    unit: tuple[int, int]
    legs: dict[str, float]
    units: tuple[UnitMatch, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The hit of the answer contract."""
        return {
            "passage_id": self.passage.passage_id,
            "article_id": self.passage.article_id,
            "start": self.passage.start,
            "end": self.passage.end,
            "score": round(self.score, 4),
            "rank": self.rank,
            "text": self.passage.text,
        }
