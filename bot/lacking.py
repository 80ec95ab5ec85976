"""What the rulebook lacks: refused questions grouped, the most asked first. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ingest.articles import fold

DAYS = 7


@dataclass(frozen=True, slots=True)
class Lacking:
    """One refused question, as it was asked last; `platforms` are those it was asked for, None for any."""

    question: str
    times: int
    platforms: tuple[str | None, ...]
    last: str
    reason: str

    def to_json(self) -> dict[str, Any]:
        """The row that the page shows and the sheet holds."""
        platforms = [p for p in self.platforms if p]
        return {
            "question": self.question,
            "times": self.times,
            "platforms": platforms,
            "last": self.last,
            "reason": self.reason,
        }


def grouped(rows: Sequence[Mapping[str, Any]]) -> tuple[Lacking, ...]:
    """Rows as the store gives them, newest first; questions that differ in spacing and punctuation are one."""
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        groups.setdefault(fold(row["question"]) or row["question"], []).append(row)
    found = [
        Lacking(g[0]["question"], len(g), tuple(dict.fromkeys(r["platform"] for r in g)), g[0]["at"], g[0]["reason"])
        for g in groups.values()
    ]
    return tuple(sorted(found, key=lambda item: (-item.times, item.question)))
