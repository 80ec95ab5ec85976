"""The drill as its cards show it: which item, what was given, what is right, and the rule's own words for it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.answers import Language
from bot.app.quotes import ArticleOf, QuoteCard, quote_cards
from bot.exam.marking import BLANK
from bot.practice import Deck, Marked, PracticeItem, evidence_of, marked, read_answer
from bot.practice_schedule import Standing, TopicScore, after_answer, due_count, next_item, scores, soonest
from bot.practice_store import PracticeStore
from ingest.errors import UsageError

ACCEPTED_SHOWN = 4


@dataclass(frozen=True, slots=True)
class DrillView:
    """All that the drill's card shows. `key` is what the exam takes as right, one text a blank for fill-in items."""

    practice: PracticeItem | None
    pieces: tuple[str, ...]
    result: Marked | None
    key: tuple[str, ...]
    quotes: tuple[QuoteCard, ...]
    note: str | None
    back_in_s: int | None
    topic: str | None
    scores: tuple[TopicScore, ...]
    due: int
    again: PracticeItem | None


class Drill:
    """The items, everybody's progress and the rulebook that explains them."""

    def __init__(
        self, deck: Deck, store: PracticeStore, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self.deck = deck
        self.store = store
        self._now = now

    def step(self, who: str, asked: str, article_of: ArticleOf, language: Language) -> DrillView:
        """One step for `who`: `asked` is JSON, {"topic"} for the next item, {"item", "answer", "topic"} to answer one,
        {"forget": true} to begin anew. Raises UsageError where it is none of these."""
        wish = _wish(asked)
        now = self._now()
        topic = wish.get("topic") if wish.get("topic") in self.deck.topics else None
        if wish.get("forget") is True:
            self.store.forget(who)
        standings = self.store.standings(who)
        if "item" in wish:
            practice = self.deck.items.get(str(wish["item"]))
            if practice is None:
                raise UsageError(f"no exam item {str(wish['item'])[:40]!r}; go on to the next one")
            result = marked(practice.item, read_answer(practice.item, wish.get("answer")))
            standing = after_answer(standings.get(practice.item.id), practice.item.id, result.correct, now)
            self.store.put(who, practice.item.id, standing)
            standings = {**standings, practice.item.id: standing}
            return self._view(practice, result, standings, topic, article_of, language, now)
        if "again" in wish:
            practice = self.deck.items.get(str(wish["again"]))
        else:
            practice = next_item(self.deck, standings, who, now, topic)
        return self._view(practice, None, standings, topic, article_of, language, now)

    def _view(
        self,
        practice: PracticeItem | None,
        result: Marked | None,
        standings: dict[str, Standing],
        topic: str | None,
        article_of: ArticleOf,
        language: Language,
        now: datetime,
    ) -> DrillView:
        quotes: tuple[QuoteCard, ...] = ()
        note = back = again = None
        key: tuple[str, ...] = ()
        if practice is not None and result is not None:
            articles = {article_id: article_of(article_id) for article_id, _ in practice.item.evidence or ()}
            quotes = quote_cards(evidence_of(practice.item, articles), article_of, language, now.date())
            note = practice.note.words[language] if practice.note else None
            back = max(0, round((standings[practice.item.id].due - now).total_seconds()))
            key = _key(practice)
        if practice is None:
            first = soonest(self.deck, standings, topic)
            if first:
                again, back = first[0], max(0, round((first[1] - now).total_seconds()))
        return DrillView(
            practice,
            tuple(BLANK.split(practice.item.stem)) if practice and practice.item.type == "fill_in" else (),
            result,
            key,
            quotes,
            note,
            back,
            topic,
            scores(self.deck, standings),
            due_count(self.deck, standings, now),
            again,
        )


def _key(practice: PracticeItem) -> tuple[str, ...]:
    answer = practice.item.answer
    if not isinstance(answer, tuple):
        return (str(answer),)
    if len(answer) > 1 and len(set(answer)) == 1:  # a list in any order: what it may hold is told once
        return (" / ".join(answer[0]),)
    return tuple(" / ".join(accepted[:ACCEPTED_SHOWN]) for accepted in answer)


def _wish(asked: str) -> dict[str, Any]:
    try:
        wish = json.loads(asked or "{}")
    except ValueError:
        wish = None
    if not isinstance(wish, dict):
        raise UsageError(f"{asked[:40]!r} is no step of the drill; reload the page")
    return wish
