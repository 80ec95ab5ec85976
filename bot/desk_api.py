"""What the web chat needs of a desk; the real desk and a test's small one both fit it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.answers import Answer
from bot.findings import CheckResult
from ingest.articles import Article

MAX_QUESTION = 2_000  # characters
MAX_DRAFT = 5_000


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier question of the same conversation and what was answered."""

    question: str
    answer: str


class DeskApi(Protocol):
    """Answers questions and checks drafts; safe to call from several threads."""

    def ask(
        self,
        question: str,
        platform: str | None = None,
        history: Sequence[Turn] = (),
        top: int = 5,
        item_id: str | None = None,
    ) -> Answer:
        """One answer. Raises UsageError for an empty or over-long question or an unknown platform."""
        ...

    def check(self, draft: str, platform: str | None = None, item_id: str | None = None) -> CheckResult:
        """Findings of a draft. Raises UsageError as `ask` does."""
        ...

    def articles(self) -> Sequence[Article]:
        """Every article of the corpus, newest first."""
        ...

    def article(self, article_id: str) -> Article | None:
        """One article, or None."""
        ...

    def refresh(self) -> bool:
        """Takes up the newest index now; whether there was one to take up."""
        ...
