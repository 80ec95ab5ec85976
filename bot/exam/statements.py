"""True or false: the reader's own judgement and the desk's verdict, set against each other."""

from __future__ import annotations

from dataclasses import dataclass

from bot.exam.cues import ASKS, GRANTS, INTERROGATIVE, UNLIMITED
from bot.exam.judging import Verdict
from bot.exam.second import Opinion

SPOKEN = 0.1  # a judgement under this, or an opinion under HEARD, says nothing
HEARD = 0.2
ALONE = 0.5  # what one of the two must reach to be believed without the other
DENIED = -0.36  # a denial that stands against the desk's opinion
FIGURE_FIT = 0.45
SHARE = 0.6  # of the opinion where the two are added up
LEANS = 0.12
FITS = 0.4
SWEEPING = 0.3


@dataclass(frozen=True, slots=True)
class Judgement:
    """`holds` None: the statement is left open. `own`: whether the reader's own clause (else the opinion's sentence)
    decides it. `confidence` 0..1."""

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
    """What the two make of a statement. Figures decide alone: the verdict does not compare them. Where the two
    contradict each other a careful reader says nothing; a bold one takes the surer side, and what no rule bears out
    it takes to be no rule."""
    own = verdict.value * verdict.fit
    if verdict.by_figure and verdict.fit >= FIGURE_FIT:
        return Judgement(own > 0, abs(own))
    spoken, heard = abs(own) >= SPOKEN, abs(opinion.value) >= HEARD
    if bold:
        return _boldly(stem, verdict, own, opinion)
    if spoken and heard:
        if (own > 0) != (opinion.value > 0):
            # A denial was found in the rules' words; support is only that none was found.
            return Judgement(False, abs(own)) if own <= DENIED else Judgement(None, 0.0)
        return Judgement(own > 0, max(abs(own), abs(opinion.value)), True)
    if spoken and abs(own) >= ALONE:
        return Judgement(own > 0, abs(own))
    if heard and abs(opinion.value) >= ALONE:
        return Judgement(opinion.value > 0, abs(opinion.value), False)
    return Judgement(None, max(abs(own), abs(opinion.value)))


def _boldly(stem: str, verdict: Verdict, own: float, opinion: Opinion) -> Judgement:
    if opinion.value > 0 and own <= DENIED:
        return Judgement(False, abs(own))
    total = (own if verdict.fit >= FITS else 0.0) + SHARE * opinion.value
    if UNLIMITED.search(stem) and GRANTS.search(stem):
        total -= SWEEPING
    holds = total >= LEANS
    return Judgement(holds, min(1.0, abs(total)), own != 0 and (own > 0) == holds)
