"""Many words in one pass: every occurrence of every listed word, overlapping ones too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

from ahocorasick_rs import AhoCorasick

T = TypeVar("T")


class WordMatcher(Generic[T]):
    """Finds words, each with what it stands for, in a text of any length in one pass (Aho-Corasick)."""

    def __init__(self, entries: Iterable[tuple[str, T]]) -> None:
        """`entries` are (word, what it stands for); a word may stand for several things, empty words are left out."""
        grouped: dict[str, list[T]] = {}
        for word, value in entries:
            if word:
                grouped.setdefault(word, []).append(value)
        self._values = list(grouped.values())
        self._automaton = AhoCorasick(list(grouped)) if grouped else None

    def __len__(self) -> int:
        return len(self._values)

    def find(self, text: str) -> Iterator[tuple[int, int, T]]:
        """Every (start, end, value), in the order of their ends; a Latin word only where it is a word of its own."""
        for start, end, value in self.find_all(text):
            if stands_alone(text, start, end):
                yield start, end, value

    def find_all(self, text: str) -> Iterator[tuple[int, int, T]]:
        """Like `find`, inside longer Latin words too."""
        if self._automaton is None:
            return
        for index, start, end in self._automaton.find_matches_as_indexes(text, overlapping=True):
            for value in self._values[index]:
                yield start, end, value


def stands_alone(text: str, start: int, end: int) -> bool:
    """False where a Latin or digit edge of text[start:end] goes on outside it (qq inside iraqqa)."""
    return not (_joined(text, start) or _joined(text, end))


def _joined(text: str, at: int) -> bool:
    if not 0 < at < len(text):
        return False
    left, right = text[at - 1], text[at]
    both_letters = left.isascii() and right.isascii() and left.isalpha() and right.isalpha()
    return both_letters or (left.isdigit() and right.isdigit())
