"""Answers given before, for questions that come again: agents of one shop ask the same things all day."""

from __future__ import annotations

import sys
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from dataclasses import dataclass, field

from bot.answers import Answer

MAX_ANSWERS = 2_000
MAX_BYTES = 64 * 1024 * 1024  # an answer of the starter rulebook weighs some 30 KB, its hits' scores most of it
_BASE, _PART, _UNIT = 2_000, 1_000, 470  # bytes of an answer without its texts, of a citation or hit, of a sentence


@dataclass(frozen=True, slots=True)
class CacheCounts:
    """Questions that needed no work of their own, those that did, and what is kept now."""

    hits: int
    misses: int
    answers: int
    bytes: int


@dataclass(slots=True)
class _Kept:
    """What is kept: in the order of its last use, with the weight of each answer."""

    rows: OrderedDict[Hashable, tuple[Answer, int]] = field(default_factory=OrderedDict)
    weight: int = 0


class AnswerCache:
    """The answers used last, bounded by number and by weight; safe to share between threads. A key must name all that
    an answer depends on. The same question asked by several at once is answered once; what fails is not kept."""

    def __init__(self, most: int = MAX_ANSWERS, most_bytes: int = MAX_BYTES) -> None:
        self._most = most
        self._most_bytes = most_bytes
        self._lock = threading.Lock()
        self._kept = _Kept()
        self._under_way: dict[Hashable, Future[Answer]] = {}
        self._hits = 0
        self._misses = 0

    def get(self, key: Hashable, compute: Callable[[], Answer]) -> tuple[Answer, bool]:
        """The answer of a key, and whether this call computed it. What `compute` raises, all who wait for it get."""
        with self._lock:
            if key in self._kept.rows:
                self._hits += 1
                self._kept.rows.move_to_end(key)
                return self._kept.rows[key][0], False
            coming = self._under_way.get(key)
            if coming is None:
                self._misses += 1
                mine: Future[Answer] = Future()
                self._under_way[key] = mine
            else:
                self._hits += 1
        if coming is not None:
            return coming.result(), False
        try:
            answer = compute()
        except BaseException as error:
            self._forget(key)
            mine.set_exception(error)
            raise
        self._keep(key, answer)
        mine.set_result(answer)
        return answer, True

    def clear(self) -> None:
        """Gives the memory back. Answers under way are kept when they come: their keys still name what they are of."""
        with self._lock:
            self._kept = _Kept()

    def counts(self) -> CacheCounts:
        """How much the cache has helped, and how much it holds."""
        with self._lock:
            return CacheCounts(self._hits, self._misses, len(self._kept.rows), self._kept.weight)

    def _forget(self, key: Hashable) -> None:
        with self._lock:
            del self._under_way[key]

    def _keep(self, key: Hashable, answer: Answer) -> None:
        weight = weight_of(answer) + sys.getsizeof(key)
        with self._lock:
            del self._under_way[key]
            if weight > self._most_bytes:
                return
            kept = self._kept
            kept.rows[key] = (answer, weight)
            kept.weight += weight
            while len(kept.rows) > self._most or kept.weight > self._most_bytes:
                _, (_, gone) = kept.rows.popitem(last=False)
                kept.weight -= gone


def weight_of(answer: Answer) -> int:
    """The bytes that an answer holds, rather too many than too few: what the index holds as well is counted too."""
    texts = [answer.question, answer.text, answer.suggested_reply or ""]
    texts += [c.quote + c.title for c in answer.citations] + [h.passage.text for h in answer.hits]
    sides = [side for conflict in answer.conflicts for side in conflict.sides]
    units = sum(len(h.units) for h in answer.hits)
    parts = len(answer.citations) + len(answer.facts) + len(answer.conflicts) + len(sides) + len(answer.hits)
    return _BASE + sum(map(sys.getsizeof, texts)) + _PART * parts + _UNIT * units
