"""What a draft is suspected of, by a reader that gives each label a probability."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Protocol

from bot.check.normalise import View
from bot.check.polarity import sentence_start
from bot.check.spot import Mark

CLEAN = "clean"
# A platform's own word lists decide these better than a resemblance does.
SILENT = frozenset(("competitor", "rude_phrase"))
_CLAUSE = re.compile(r"[^,。!?]+")
_SENTENCE = re.compile(r"[^。!?]+[。!?]*")
# A long draft is read sentence by sentence: much that is clean must not hide one that is not.
LONG = 40  # characters
BRIEF = 4  # characters; fewer are a greeting or a nod, of which nothing can be told


class LabelReader(Protocol):
    """What reads drafts; `suspected` is the least probability of a breach that is told, and below `cleared` a breach
    that a pattern found is taken back (0: never)."""

    @property
    def suspected(self) -> float:
        """0 to 1."""

    @property
    def cleared(self) -> float:
        """0 to 1."""

    def shares(self, texts: Sequence[str]) -> list[dict[str, float]]:
        """For each folded text the probability of each label, CLEAN among them."""
        ...


class ReadOnce:
    """A reader for one draft: parts of it that are asked for again are not read again."""

    def __init__(self, reader: LabelReader) -> None:
        self.suspected, self.cleared = reader.suspected, reader.cleared
        self._reader = reader
        self._known: dict[str, dict[str, float]] = {}

    def shares(self, texts: Sequence[str]) -> list[dict[str, float]]:
        """As LabelReader tells."""
        unread = [text for text in dict.fromkeys(texts) if text not in self._known]
        if unread:
            self._known.update(zip(unread, self._reader.shares(unread), strict=True))
        return [self._known[text] for text in texts]


def suspect(view: View, reader: LabelReader) -> Mark | None:
    """The clause that most resembles a breach, where the draft, or a sentence of a long one, resembles one enough."""
    spans = _parts(view.text)
    if not spans:
        return None
    read = reader.shares([view.text[start:end] for start, end in spans])
    shares, (left, right) = max(zip(read, spans, strict=True), key=lambda one: -one[0].get(CLEAN, 0.0))
    breach = 1.0 - shares.get(CLEAN, 0.0)
    told = {label: share for label, share in shares.items() if label != CLEAN and label not in SILENT}
    if breach < reader.suspected or not told:
        return None
    label = max(told, key=lambda name: told[name])
    if told[label] < breach / 2:
        return None  # a breach of something, but no one can say of what
    clauses = [m.span() for m in _CLAUSE.finditer(view.text, left, right)]
    if not clauses:
        return None
    alone = reader.shares([view.text[start:end] for start, end in clauses])
    return Mark(label, *max(zip(alone, clauses, strict=True), key=lambda one: one[0][label])[1], suspected=True)


def not_cleared(view: View, marks: Sequence[Mark], reader: LabelReader) -> list[Mark]:
    """The marks without those that the patterns took harmless words for: their sentence reads as clean, and a short
    draft does as a whole."""
    if not marks or not reader.cleared:
        return list(marks)
    around = [_SENTENCE.search(view.text, sentence_start(view.text, m.start)) for m in marks]
    parts = [m.group(0) if m is not None else view.text for m in around]
    *read, whole = reader.shares([*parts, view.text])
    if len(view.text) <= LONG and 1 - whole[CLEAN] >= reader.cleared:
        return list(marks)
    return [m for m, shares in zip(marks, read, strict=True) if 1 - shares[CLEAN] >= reader.cleared]


def _parts(text: str) -> list[tuple[int, int]]:
    """What is read on its own, as text[start:end]."""
    spans = [m.span() for m in _SENTENCE.finditer(text)] if len(text) > LONG else [(0, len(text))]
    return [(start, end) for start, end in spans if end - start >= BRIEF]
