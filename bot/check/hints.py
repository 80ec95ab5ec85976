"""A second opinion for wordings that no pattern knows: a linear model over the characters of the folded draft. It takes
the place of draft_reader.py where there is no model to read with.

It only points: what it suspects is told as a suspicion, and shown beside a rule of the corpus like any other finding.
hints.json is made by `python -m bot.check.train` from the drafts beside it.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

_FIGURE = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Hints:
    """Weights of character runs for each label; `suspected` and `cleared` as in LabelReader."""

    labels: tuple[str, ...]
    bias: tuple[float, ...]
    weights: Mapping[str, Mapping[int, float]]
    suspected: float
    cleared: float

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Hints:
        """Reads hints.json; its weights are whole hundredths."""
        return cls(
            labels=tuple(raw["labels"]),
            bias=tuple(raw["bias"]),
            weights={run: {int(i): w / 100 for i, w in row.items()} for run, row in raw["weights"].items()},
            suspected=float(raw["suspected"]),
            cleared=float(raw["cleared"]),
        )

    def shares(self, texts: Sequence[str]) -> list[dict[str, float]]:
        """The probability of each label, `clean` among them, for folded drafts."""
        return [self._shares(text) for text in texts]

    def _shares(self, text: str) -> dict[str, float]:
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
