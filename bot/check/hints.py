"""A second opinion for wordings that no pattern knows: a linear model over the characters of the folded draft.

It only points: what it suspects is told as a suspicion, and shown beside a rule of the corpus like any other finding.
hints.json is made by `python -m bot.check.train` from the drafts beside it.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from bot.check.normalise import View
from bot.check.spot import Mark

CLEAN = "clean"
_FIGURE = re.compile(r"\d+")
_CLAUSE = re.compile(r"[^,。!?]+")


@dataclass(frozen=True, slots=True)
class Hints:
    """Weights of character runs for each label; `threshold` is the least probability of a breach that is told."""

    labels: tuple[str, ...]
    bias: tuple[float, ...]
    weights: Mapping[str, Mapping[int, float]]
    threshold: float
    silent: frozenset[str]

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Hints:
        """Reads hints.json; its weights are whole hundredths."""
        return cls(
            labels=tuple(raw["labels"]),
            bias=tuple(raw["bias"]),
            weights={run: {int(i): w / 100 for i, w in row.items()} for run, row in raw["weights"].items()},
            threshold=float(raw["threshold"]),
            silent=frozenset(raw["silent"]),
        )

    def suspect(self, view: View) -> Mark | None:
        """The clause that most resembles a breach, where the whole draft resembles one enough; else None."""
        shares = self.shares(view.text)
        breach = 1.0 - shares.get(CLEAN, 0.0)
        told = {label: share for label, share in shares.items() if label != CLEAN and label not in self.silent}
        if breach < self.threshold or not told:
            return None
        label = max(told, key=lambda name: told[name])
        if told[label] < breach / 2:
            return None  # a breach of something, but no one can say of what
        at, clean = self.labels.index(label), self.labels.index(CLEAN)

        def weight(span: tuple[int, int]) -> float:
            rows = (self.weights.get(run, {}) for run in runs(view.text[span[0] : span[1]]))
            return sum(row.get(at, 0.0) - row.get(clean, 0.0) for row in rows)

        spans = [m.span() for m in _CLAUSE.finditer(view.text)]
        return Mark(label, *max(spans, key=weight), suspected=True) if spans else None

    def shares(self, text: str) -> dict[str, float]:
        """The probability of each label, `clean` among them, for a folded draft."""
        known = [self.weights[run] for run in set(runs(f"^{text}$")) if run in self.weights]
        scores = list(self.bias)
        scale = 1 / math.sqrt(len(known)) if known else 0.0
        for row in known:
            for label, weight in row.items():
                scores[label] += weight * scale
        top = max(scores)
        powers = [math.exp(s - top) for s in scores]
        return {label: p / sum(powers) for label, p in zip(self.labels, powers, strict=True)}


def runs(text: str) -> Iterator[str]:
    """The single characters and pairs of a text, figures all alike."""
    plain = _FIGURE.sub("0", text)
    yield from plain
    yield from (plain[i : i + 2] for i in range(len(plain) - 1))


@lru_cache(maxsize=1)
def load_hints() -> Hints:
    """The packaged hints.json."""
    return Hints.from_json(json.loads(files("bot.check").joinpath("hints.json").read_text(encoding="utf-8")))
