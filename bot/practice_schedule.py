"""When which item comes again: spaced repetition by fsrs, and the order of a drill. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from fsrs import Card, Rating, Scheduler

from bot.practice import Deck, PracticeItem

# Without fuzz: the same history gives the same dates.
_SCHEDULER = Scheduler(enable_fuzzing=False)


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of one person and one item: fsrs's memory of it, whether the last answer was right, how often."""

    card: str
    due: datetime
    correct: bool
    seen: int


@dataclass(frozen=True, slots=True)
class TopicScore:
    """One topic: items, how many were answered, how many of these rightly the last time."""

    topic: str
    items: int
    answered: int
    right: int


def after_answer(standing: Standing | None, item_id: str, correct: bool, now: datetime) -> Standing:
    """The standing after one more answer at `now` (UTC)."""
    if standing is None:
        number = int.from_bytes(hashlib.sha256(item_id.encode()).digest()[:6], "big")
        card = Card(card_id=number, due=now)
    else:
        card = Card.from_json(standing.card)
    card, _ = _SCHEDULER.review_card(card, Rating.Good if correct else Rating.Again, now)
    return Standing(card.to_json(), card.due, correct, 1 + (standing.seen if standing else 0))


def next_item(
    deck: Deck, standings: Mapping[str, Standing], who: str, now: datetime, topic: str | None = None
) -> PracticeItem | None:
    """The item to ask now, or None where all are answered and none is due: first what was missed and is due, then
    what was never asked, in an order of the person's own, then what is due again."""
    items = [i for i in deck.items.values() if topic is None or i.topic == topic]
    due = sorted(
        (i for i in items if i.item.id in standings and standings[i.item.id].due <= now),
        key=lambda i: (standings[i.item.id].correct, standings[i.item.id].due),
    )
    if due and not standings[due[0].item.id].correct:
        return due[0]
    fresh = [i for i in items if i.item.id not in standings]
    if fresh:
        return min(fresh, key=lambda i: hashlib.sha256(f"{who} {i.item.id}".encode()).digest())
    return due[0] if due else None


def soonest(
    deck: Deck, standings: Mapping[str, Standing], topic: str | None = None
) -> tuple[PracticeItem, datetime] | None:
    """The answered item that is due first, and when."""
    found = [(standings[k].due, k) for k, i in deck.items.items() if k in standings and topic in (None, i.topic)]
    return (deck.items[min(found)[1]], min(found)[0]) if found else None


def due_count(deck: Deck, standings: Mapping[str, Standing], now: datetime) -> int:
    """How many answered items are due again."""
    return sum(1 for k in deck.items if k in standings and standings[k].due <= now)


def scores(deck: Deck, standings: Mapping[str, Standing]) -> tuple[TopicScore, ...]:
    """The score of each topic that has items."""
    rows = []
    for topic in deck.topics:
        ids = [k for k, i in deck.items.items() if i.topic == topic]
        known = [standings[k] for k in ids if k in standings]
        rows.append(TopicScore(topic, len(ids), len(known), sum(s.correct for s in known)))
    return tuple(rows)
