"""A second opinion on a verdict, learned from questions with known answers: where it doubts, the desk stays silent."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources

from bot.question import Question
from bot.verdict import Decision, SentenceContext
from bot.verdict_asked import read_asked
from bot.verdict_cues import features_of
from bot.verdict_words import words


@dataclass(frozen=True, slots=True)
class Learned:
    """Weights of features by name; above `threshold` in log-odds the opinion counts."""

    weights: Mapping[str, float]
    threshold: float

    def opinion(self, features: Mapping[str, float]) -> float:
        """Log-odds of yes; 0 where nothing was seen."""
        return sum(self.weights.get(name, 0.0) * value for name, value in features.items())

    def trusts(self, verdict: str, opinion: float) -> bool:
        """Whether the opinion bears out a verdict of yes or no."""
        return opinion >= self.threshold if verdict == "yes" else opinion <= -self.threshold


@cache
def learned() -> Learned:
    """What eval/verdict_learning.py wrote."""
    data = json.loads(resources.files("bot").joinpath("verdict_learned.json").read_text(encoding="utf-8"))
    return Learned(data["weights"], data["threshold"])


def confirmed(decision: Decision, question: Question, contexts: Sequence[SentenceContext]) -> Decision:
    """The decision where the learned opinion bears it out, else one without a verdict."""
    if decision.verdict not in ("yes", "no"):
        return decision
    features = features_of(question, read_asked(question), contexts, decision.readings, words().weights)
    opinion = learned().opinion(features)
    return decision if learned().trusts(decision.verdict, opinion) else replace(decision, verdict=None)
