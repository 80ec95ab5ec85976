"""What a draft is suspected of, by a reader that gives each label a probability."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Protocol

from bot.check.normalise import View
from bot.check.spot import Mark

CLEAN = "clean"
# A platform's own word lists decide these better than a resemblance does.
SILENT = frozenset(("competitor", "rude_phrase"))
_CLAUSE = re.compile(r"[^,。!?]+")


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


def suspect(view: View, shares: Mapping[str, float], reader: LabelReader) -> Mark | None:
    """The clause that most resembles a breach, where the whole draft, read as `shares`, resembles one enough."""
    breach = 1.0 - shares.get(CLEAN, 0.0)
    told = {label: share for label, share in shares.items() if label != CLEAN and label not in SILENT}
    if breach < reader.suspected or not told:
        return None
    label = max(told, key=lambda name: told[name])
    if told[label] < breach / 2:
        return None  # a breach of something, but no one can say of what
    spans = [m.span() for m in _CLAUSE.finditer(view.text)]
    if not spans:
        return None
    alone = reader.shares([view.text[start:end] for start, end in spans])
    return Mark(label, *max(zip(alone, spans, strict=True), key=lambda one: one[0][label])[1], suspected=True)
