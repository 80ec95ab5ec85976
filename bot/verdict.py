"""Yes or no, decided from the rule's own modality set against what is asked; nothing where the rule does not decide.

Each clause that speaks of the asked act gives a reading: the sign of its stance (allowed or demanded +1, forbidden or
punished -1), turned round for every negation and opposite that only one of the two sides has. The readings vote with
weights fitted on training questions (bot/verdict.toml); there is no bias, so that without a reading nothing decides.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.answers import Verdict
from bot.log_odds import probability
from bot.question import Question
from bot.verdict_asked import Asked, read_asked
from bot.verdict_context import SentenceContext, as_context, sentence_context
from bot.verdict_fit import Reading, readings_of
from bot.verdict_words import words
from bot.vocabulary import Vocabulary

__all__ = ["Decision", "SentenceContext", "decide", "sentence_context"]


_BUYER = re.compile(r"顾客|买家|消费者|用户|客户|客人")


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict, or None; how sure (0.5 to 1); which of the sentences decided; the stance that it took; and the readings
    that it was voted from."""

    verdict: Verdict | None
    confidence: float = 0.5
    deciding: int | None = None
    stance: str = ""
    readings: tuple[Reading, ...] = ()


def decide(
    question: Question, sentences: Sequence[tuple[str, str] | SentenceContext], vocabulary: Vocabulary,
    weights: Mapping[str, float] | None = None,
) -> Decision:  # fmt: skip
    """The verdict to a yes-or-no question, from the evidence as (sentence, its heads and leads) or contexts, best first.

    None where the question is open or the sentences do not decide; `depends` where the best one leaves it open.
    """
    if not question.is_yes_no or not sentences:
        return Decision(None)
    asked = read_asked(question)
    weights = words().weights if weights is None else weights
    readings = tuple(readings_of(asked, sentences, vocabulary))
    votes = [(weights.get(r.name, 0.0) * r.value, r) for r in readings]
    if not votes:
        return Decision(None)
    total = sum(v for v, _ in votes)
    confidence = probability(abs(total))
    first = as_context(sentences[votes[0][1].sentence]).sentence
    if asked.frame == "must" and words().choice.search(first) and not _BUYER.search(first):
        # What the shop may choose is no duty of the shop; what the buyer chooses depends on him.
        free: Verdict = "yes" if asked.turned else "no"
        return Decision(free, confidence, votes[0][1].sentence, "choice")
    if _is_open(asked, first):
        return Decision("depends", confidence, votes[0][1].sentence, "open", readings)
    best = max(votes, key=lambda v: v[0] if total > 0 else -v[0])[1]
    if abs(total) < words().threshold:
        return Decision(None, confidence, best.sentence, best.stance, readings)
    return Decision("yes" if total > 0 else "no", confidence, best.sentence, best.stance, readings)


def _is_open(asked: Asked, best: str) -> bool:
    """Whether the best sentence leaves the matter to somebody's choice, or to a condition."""
    if asked.frame in ("must", "fact"):
        return words().choice.search(best) is not None
    return asked.frame == "may" and words().condition.search(best) is not None
