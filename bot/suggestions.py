"""A line to send: a polite sentence for the buyer that the cited rule supports and the reply check finds clean."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Protocol

from bot.answers import Verdict
from bot.evidence import Evidence
from bot.findings import CheckResult
from bot.question import Question
from bot.vocabulary import key_terms
from index.query import CONCEPT


class Checker(Protocol):
    """What is needed of the reply check."""

    def check(self, draft: str, platform: str | None = None, item_id: str | None = None) -> CheckResult:
        """Findings of a draft."""
        ...


@dataclass(frozen=True, slots=True)
class Line:
    """A line for the buyer and the concepts that question and rule must share before it is offered."""

    every: frozenset[str]
    some: frozenset[str]
    verdicts: frozenset[str]
    zh: str
    en: str


class ReplyLines:
    """Offers lines; each was seen by the reply check of the same corpus."""

    def __init__(self, checker: Checker) -> None:
        self._checker = checker
        self._clean: dict[tuple[str, str | None], bool] = {}  # lines are few, and the same ones are wanted again

    def suggest(self, question: Question, verdict: Verdict | None, evidence: Sequence[Evidence]) -> str | None:
        """The first line that fits the question and the cited rule and breaches nothing, or None."""
        if not evidence:
            return None
        rule = key_terms(evidence[0].text) | key_terms(evidence[0].passage.text)
        shared = question.terms & rule
        platform = question.query.platforms[0] if question.query.platforms else None
        for line in reply_lines():
            if not line.every <= shared or (line.some and not line.some & shared):
                continue
            if line.verdicts and verdict not in line.verdicts:
                continue
            words = line.en if question.query.language == "en" else line.zh
            if self._is_clean(words, platform):
                return words
        return None

    def _is_clean(self, words: str, platform: str | None) -> bool:
        key = words, platform
        if key not in self._clean:
            self._clean[key] = self._checker.check(words, platform).ok
        return self._clean[key]


@cache
def reply_lines() -> tuple[Line, ...]:
    """Every line of replies.toml, in its order."""
    data = tomllib.loads(resources.files("bot").joinpath("replies.toml").read_text(encoding="utf-8"))

    def concepts(names: Sequence[str]) -> frozenset[str]:
        return frozenset(f"{CONCEPT}{name}" for name in names)

    return tuple(
        Line(
            every=concepts(row.get("all", ())),
            some=concepts(row.get("any", ())),
            verdicts=frozenset(row.get("verdicts", ())),
            zh=row["zh"],
            en=row["en"],
        )
        for row in data["line"]
    )
