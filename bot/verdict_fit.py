"""What the evidence says of the asked act: signed readings of its clauses, from which the verdict is voted."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bot.verdict_align import (
    ASIDE,
    asks_predicate,
    excepted,
    exclusive,
    met,
    names_act,
    opposed,
    rules_other,
    settles,
    share,
    turn,
)
from bot.verdict_asked import Asked
from bot.verdict_context import SentenceContext, as_context
from bot.verdict_rules import BEHIND, Clause, Lead, clauses_of, described, lead_of
from bot.verdict_words import words
from bot.vocabulary import Vocabulary, key_terms

# The weight of a sentence by its place, where the evidence finder's score is unknown.
PLACE = (1.0, 0.6, 0.4)
# By its score: this many log-odds behind the best one it weighs 1/e, and never less than the floor.
DECAY = 2.0
MIN_WEIGHT = 0.1
# The second clause of a sentence, against the first.
SECOND = 0.35
POWER = 0.85
# A clause that takes the stance of another one fits less well than one with its own, one that forbids better.
UNRULED = 0.7
HARD = 1.3
# A punishment told of 「这种情况」 has no act of its own.
POINTING = 0.3
# A ban or a list of bans speaks of the act even where no word is shared; a permission must name it.
FLOOR = 0.15
ASTRAY = 0.2
ASTRAY_HARD = 0.8
# A rule about the same thing that rules another act.
OTHER_ACT = 0.6
HEDGED = 0.6
# Turned round by its negations, such a clause is right about as often as not.
UNSURE_TURNED, TURNED = ("punish", "bad", "deny", "clear", "exempt"), 0.3
# What stands in brackets remarks on a rule.
ASIDE_BRACKETS = 0.35
_SIGN = {
    "forbid": -1, "punish": -1, "bad": -1, "deny": -1, "exempt": -1,
    "permit": 1, "require": 1, "exclusive": 1, "clear": 1, "except": 1, "tell": 1, "state": 1,
}  # fmt: skip
_SOFT = ("permit", "tell", "state", "require")
_POINTS_BACK = re.compile(
    r"\s*(?:因为|否则|不然|那么|这|此|会|将|要|是|同样|均|都|一律|每次|以免|避免|免得|这样)"
)
_HEDGE = re.compile(r"可能|部分|一些|个别|有时")
_ADVICE = re.compile(r"处理|技巧|提醒|注意|怎么办")


@dataclass(frozen=True, slots=True)
class Reading:
    """One vote: `value` (-1 to 1) is above 0 for yes and below for no, `name` is the weight that it has, `sentence` its
    place, `clause` the words that it was read from."""

    name: str
    value: float
    sentence: int
    stance: str
    clause: str = ""


def readings_of(
    asked: Asked, sentences: Sequence[tuple[str, str] | SentenceContext], vocabulary: Vocabulary
) -> Iterator[Reading]:
    """The readings of the first sentences: of each its two best-fitting clauses."""
    contexts = [as_context(s) for s in sentences[: len(PLACE)]]
    for place, context in enumerate(contexts):
        weight = PLACE[place]
        if context.score is not None and contexts[0].score is not None:
            weight = max(MIN_WEIGHT, math.exp((context.score - contexts[0].score) / DECAY))
        question = ""
        if context.answer:
            # A sentence that asks is read by its answer.
            question = context.sentence
            context = replace(context, sentence=context.answer, lead=f"{context.lead} {question}")
        yield from _of_sentence(asked, place, weight, context, vocabulary, question)


def _of_sentence(
    asked: Asked, place: int, weight: float, context: SentenceContext, vocabulary: Vocabulary, question: str = ""
) -> Iterator[Reading]:
    """The readings of a sentence; `question` is what it answers, where it does."""
    sentence = context.sentence
    clauses = clauses_of(sentence)
    kind = lead_of(sentence, context.lead)
    taken_out = any(c.stance == "except" and c.own and excepted(asked, sentence, c) for c in clauses)
    shares = _shares(asked, sentence, clauses, vocabulary)
    if question:
        # What punishes an answer (答应扣6分) speaks of the act that was asked for.
        whole = share(asked, question, vocabulary)
        judges = [c.own and c.stance in ("punish", "bad") for c in clauses]
        shares = [max(s, whole) if judging else s for s, judging in zip(shares, judges, strict=True)]
    if taken_out:
        shares = [max(shares)] * len(shares)
    near = _near(asked, sentence, clauses, shares, kind)
    # Questions rule nothing, unless they are listed as words not to be said.
    asks = kind not in ("say", "words")
    order = [i for i, c in enumerate(clauses) if not (asks and c.asking) and (len(clauses) == 1 or c.stance != "except")]
    order.sort(key=lambda i: (-round(near[i], 3), i))
    named = names_act(asked, sentence)
    for rank, i in enumerate(order[:2]):
        clause = clauses[i]
        text = sentence[clause.start : clause.end]
        settled = settles(asked, text)
        fit = max(shares[i], 0.6) if settled else shares[i]
        if rank and fit < 0.5 * shares[order[0]]:
            break
        floor = 0.0 if clause.stance in _SOFT and kind == "none" else FLOOR
        strength = weight * (floor + (1 - floor) * min(1.0, fit) ** POWER) * (SECOND if rank else 1.0)
        if kind == "none" and not named:
            strength *= ASTRAY if clause.stance in _SOFT else ASTRAY_HARD
        elif rules_other(asked, clause):
            strength *= OTHER_ACT
        if asks_predicate(asked) and not settled:
            strength *= ASIDE
        if _HEDGE.search(text):
            strength *= HEDGED
        if clause.stance in _SOFT and _in_brackets(sentence, clause):
            strength *= ASIDE_BRACKETS
        under: Lead = "breach" if _listed(context.before + sentence[: clause.start]) else kind
        reading = _of_clause(asked, place, sentence, clause, under, strength)
        yield replace(reading, name="except", value=-reading.value) if taken_out else reading


def _shares(asked: Asked, sentence: str, clauses: Sequence[Clause], vocabulary: Vocabulary) -> list[float]:
    """How much each clause names of the act; in a question of breach, one that punishes or clears names more."""
    found = [share(asked, sentence[c.start : c.end], vocabulary) for c in clauses]
    if asked.frame != "breach":
        return found
    return [s + (0.25 if c.stance in ("punish", "clear") else 0.0) for s, c in zip(found, clauses, strict=True)]


def _near(asked: Asked, sentence: str, clauses: Sequence[Clause], shares: Sequence[float], kind: Lead) -> list[float]:
    """By what the best clause is chosen: its share, a part of its neighbours', and how surely it rules."""
    found = []
    for i, clause in enumerate(clauses):
        text = sentence[clause.start : clause.end]
        value = shares[i] + 0.3 * max([0.0, *shares[max(0, i - 1) : i], *shares[i + 1 : i + 2]])
        if clause.own and clause.stance in ("forbid", "deny", "exempt"):
            value *= HARD
        if not clause.own and kind == "none":
            value *= UNRULED
        if clause.own and clause.stance in ("punish", "bad") and _POINTS_BACK.match(text):
            value *= POINTING
        found.append(value + (1.0 if settles(asked, text) else 0.0))
    return found


def _in_brackets(sentence: str, clause: Clause) -> bool:
    return sentence[clause.start - 1 : clause.start] in ("(", "（") and sentence[clause.end : clause.end + 1] in (")", "）")


def _listed(before: str) -> bool:
    """Whether a list of breaches was opened before and nothing said since of how it should be."""
    found = list(words().lead["breach"].finditer(before))
    if not found:
        return False
    behind = before[found[-1].end() :]
    return re.search(r"[:：]", behind[:6]) is not None and _ADVICE.search(behind) is None


def _of_clause(asked: Asked, place: int, sentence: str, clause: Clause, lead: Lead, strength: float) -> Reading:
    text = sentence[clause.start : clause.end]
    stance = clause.stance
    name = _source(sentence, clause, lead)
    sign = _SIGN[stance] if name == stance else 1 if name in ("lead_allow", "lead_duty") else -1
    same = turn(asked, clause, sentence, name, sign)
    limit = met(asked.figures, text)
    if limit is None:
        limit = met(asked.figures, sentence[: clause.end])
    if limit is False:
        same = -same
    if sign > 0 and stance in ("require", "state", "exclusive") and asked.lacking & key_terms(text):
        same = -abs(same)
    if name == "exclusive":
        same = exclusive(asked, sentence, clause)
    value = float(sign * same)
    consequence = stance in BEHIND and words().consequence.search(asked.act) is not None
    if asked.frame == "breach" or consequence:
        # A yes to 「违规吗」 or 「要赔吗」 means that the rule is against the act.
        value = -value
    if asked.turned:
        value = -value
    if asked.frame == "must" and name in ("lead_say", "lead_words"):
        value *= 0.3
    if same < 0 and name in UNSURE_TURNED:
        value *= TURNED
    return Reading(_weight_name(asked, clause, name, sign, same, text), value * strength, place, stance, text)


def _source(sentence: str, clause: Clause, lead: Lead) -> str:
    """What a clause has its stance from: its own words, or the list that it stands in."""
    stance = clause.stance
    # In a list of words a demand in brackets (销冠(需有证明)) speaks of its own word only.
    if lead in ("say", "words") and (stance != "require" or not clause.own):
        return f"lead_{lead}"
    if lead == "breach" and described(sentence, clause):
        return "lead_breach"
    if lead == "avoid" and stance in ("state", "deny", "exclusive"):
        return "lead_avoid"
    if lead in ("refuse", "allow", "duty") and stance == "state":
        return f"lead_{lead}"
    return stance


def _weight_name(asked: Asked, clause: Clause, name: str, sign: int, same: int, text: str) -> str:
    """The weight of a reading: how telling a stance is differs with what is asked and whether it was turned round."""
    if name == "permit" and asked.frame == "must":
        name = "permit_must"
    if name == "exempt" and asked.frame == "may":
        name = "exempt_free" if same < 0 else "exempt_may"
    if name == "state" and clause.negations % 2:
        name = "negated"
    elif name == "state" and asked.frame == "fact":
        name = "state_fact"
    if same < 0 and sign > 0 and opposed(asked, text):
        name = "opposed"
    if same < 0 and name in ("forbid", "permit", "require", "state", "tell"):
        # What may not be refused is owed.
        return "forbid_owed" if name == "forbid" and asked.frame != "may" else f"{name}_turned"
    return "lead_duty_must" if name == "lead_duty" and asked.frame == "must" else name
