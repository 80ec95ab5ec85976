"""The verdict as learned from questions with known answers: it weighs the rules' votes with the cues of asking, and stays
silent where it doubts."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources

from bot.answers import Verdict
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


@cache
def learned() -> Learned:
    """What eval/verdict_learning.py wrote."""
    data = json.loads(resources.files("bot").joinpath("verdict_learned.json").read_text(encoding="utf-8"))
    return Learned(data["weights"], data["threshold"])


def weighed(
    decision: Decision, question: Question, contexts: Sequence[SentenceContext], model: Learned | None = None
) -> Decision:
    """The decision with the verdict that the learned opinion gives to its readings; none where the opinion is weak.
    What the rule leaves open stays open, and a decision that rests on no reading stays as it is."""
    if decision.verdict == "depends" or not decision.readings:
        return decision
    model = model or learned()
    opinion = model.opinion(features_of(question, read_asked(question), contexts, decision.readings, words().weights))
    confidence = 1 / (1 + math.exp(-abs(opinion)))
    if abs(opinion) < model.threshold:
        return replace(decision, verdict=None, confidence=confidence)
    best = max(decision.readings, key=lambda r: words().weights.get(r.name, 0.0) * r.value * opinion)
    verdict: Verdict = "yes" if opinion > 0 else "no"
    return replace(decision, verdict=verdict, confidence=confidence, deciding=best.sentence, stance=best.stance)
