"""The verdict as learned from questions with known answers: it weighs the rules' votes with the cues of asking, and stays
silent where it doubts."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources

from bot.answers import Verdict
from bot.evidence import PairReading
from bot.log_odds import probability
from bot.question import Question
from bot.second_reading import pair_weights
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
    """The decision with the verdict that the learned opinion gives to its readings, together with the second reading's;
    none where the opinion is weak. What the rule leaves open stays open, and what the second reading takes to be left
    open is."""
    second = second_reading(contexts) if question.is_yes_no else None
    if decision.verdict == "depends" or (not decision.readings and (second is None or decision.verdict)):
        return decision
    if second is not None and second.depends >= pair_weights()["depends_threshold"]:
        return replace(decision, verdict="depends", confidence=probability(second.depends), deciding=0)
    model = model or learned()
    opinion = learned_opinion(decision, question, contexts, model)
    threshold = model.threshold
    if second is not None:
        opinion += pair_weights()["verdict"] * second.yes
        threshold = pair_weights()["verdict_threshold"]
    confidence = probability(abs(opinion))
    if abs(opinion) < threshold:
        return replace(decision, verdict=None, confidence=confidence)
    verdict: Verdict = "yes" if opinion > 0 else "no"
    if not decision.readings:
        return replace(decision, verdict=verdict, confidence=confidence, deciding=0)
    best = max(decision.readings, key=lambda r: words().weights.get(r.name, 0.0) * r.value * opinion)
    return replace(decision, verdict=verdict, confidence=confidence, deciding=best.sentence, stance=best.stance)


def learned_opinion(
    decision: Decision, question: Question, contexts: Sequence[SentenceContext], model: Learned | None = None
) -> float:
    """Log-odds of yes that the learned weights give to the decision's readings."""
    features = features_of(question, read_asked(question), contexts, decision.readings, words().weights)
    return (model or learned()).opinion(features)


def second_reading(contexts: Sequence[SentenceContext]) -> PairReading | None:
    """What the second reading says of all of them: of each sentence as far as it is believed to be the answering one."""
    read = [(c.score or 0.0, c.pair) for c in contexts if c.pair is not None]
    if not read:
        return None
    best = max(score for score, _ in read)
    shares = [math.exp(score - best) for score, _ in read]

    def mean(values: Iterable[float]) -> float:
        return sum(share * value for share, value in zip(shares, values, strict=True)) / sum(shares)

    pairs = [pair for _, pair in read]
    return PairReading(mean(p.answers for p in pairs), mean(p.yes for p in pairs), mean(p.depends for p in pairs))
