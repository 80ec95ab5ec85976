"""True or false: the reader's own judgement and the desk's opinion, weighed against each other."""

from __future__ import annotations

from dataclasses import dataclass

from bot.exam.cues import ASKS, INTERROGATIVE
from bot.exam.judging import Verdict
from bot.exam.priors import guess_statement
from bot.exam.second import Opinion
from bot.exam.weighing import statement_features, statement_kind, threshold, weigh
from bot.log_odds import probability

SOUND = 0.8  # log-odds that how a statement sounds counts, where anything is better than silence


@dataclass(frozen=True, slots=True)
class Judgement:
    """`holds` None: the statement is left open. `own`: whether the reader's own clause (else the opinion's sentence)
    decides it. `confidence` 0.5..1."""

    holds: bool | None
    confidence: float
    own: bool = True


def statement_of(stem: str, option: str) -> str:
    """An option as a statement of its own: what the stem says of the case, then the option."""
    asking = ASKS.search(stem)
    case = stem[: asking.start()] if asking else INTERROGATIVE.sub("", stem)
    case = case.strip(" ，,。：:?？()（）")
    return f"{case}，{option}" if case else option


def settle(stem: str, verdict: Verdict, opinion: Opinion, bold: bool) -> Judgement:
    """What the two make of a statement. A careful reader leaves it open where it doubts; a bold one goes by how it sounds
    besides."""
    kind = statement_kind(opinion)
    log_odds = weigh(kind, statement_features(verdict, opinion))
    if bold:
        log_odds += SOUND if guess_statement(stem) else -SOUND
    confidence = probability(abs(log_odds))
    if not bold and (confidence < threshold(kind) or not (verdict.fit or opinion.sentence)):
        return Judgement(None, confidence)
    holds = log_odds > 0
    return Judgement(holds, confidence, verdict.value != 0 and (verdict.value > 0) == holds)
