"""Whether two claims speak of the same matter under the same circumstances and say different things."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.conflicts.claims import CORE, Claim, weight
from bot.conflicts.modal import clash
from bot.conflicts.words import LIGHT, Words

HALF = 0.5
_AHEAD = re.compile(r"提前|提早")
_AFTER = re.compile(r"后(?!台|续|果|者|面)")
# 「满7天」 and 「7天」; 「超过2次的扣分」 and 「最多2次」.
_ALIKE = ({"min", "span"}, {"over", "above"}, {"above", "cap"})
# Acts that somebody has to do; a shop is blocked or a search rank lowered whoever is named.
WHO_ACTS = frozenset((
    "ship", "handle", "reply", "return", "exchange", "repair", "report", "appeal", "confirm", "review", "pay",
    "invoice", "notify", "inspect", "resend",
))  # fmt: skip
# The concept that an act of a duration says as well: it is counted once.
_SAYS = {
    "demote": "demotion", "block": "block_shop", "track": "tracking", "confirm": "auto_confirm", "close": "close_order",
    "protect": "price_protect", "settle": "settlement_cycle", "keep": "keep_record", "attend": "online_hours",
}  # fmt: skip
MAX_LOOSE = 0.4
VERB = 0.5
# How much of both claims' own words must be found in the other, on average and on the poorer side.
_NEEDED: dict[str, tuple[float, float]] = {
    "points": (0.62, 0.4),
    "money": (0.52, 0.4),
    "percent": (0.52, 0.4),
    "duration": (0.55, 0.3),
    "count": (0.6, 0.4),
    "modal": (0.62, 0.45),
    "bearer": (0.62, 0.45),
}


def conflict_score(one: Claim, other: Claim, words: Words) -> float:
    """How surely two claims contradict each other, 0 to 1; 0 where they do not."""
    if not differ(one, other):
        return 0.0
    return same_matter(one, other, words)


def same_matter(one: Claim, other: Claim, words: Words, *, loose: bool = False) -> float:
    """How surely two claims measure the same of the same matter, 0 to 1; 0 where they do not.

    `loose` lets a rule that names a circumstance stand for one that names none.
    """
    if not may_compare(one, other, words, loose=loose):
        return 0.0
    if one.kind == "duration" and bool(one.acts) != bool(other.acts):
        return 0.0
    if one.kind in ("duration", "modal") and one.acts and other.acts and not one.acts & other.acts:
        return 0.0
    return _likeness(one, other, words)


def may_compare(one: Claim, other: Claim, words: Words, *, loose: bool = False) -> bool:
    """Whether nothing told outright sets two claims apart: sort, role, platform, step, term, actor, circumstance."""
    if one.kind != other.kind or not _same_role(one, other) or one.unit != other.unit:
        return False
    if not one.line.holds_where(other.line) or one.ladder != other.ladder:
        return False
    if one.kind == "duration" and one.anchor and other.anchor and one.anchor != other.anchor:
        return False
    if one.kind == "duration" and one.sure and other.sure and not one.acts & other.acts:
        return False
    if one.kind == "duration" and _ahead_and_after(one, other):
        return False
    return _actors_agree(one, other) and _circumstances_agree(one, other, words, loose)


def _same_role(one: Claim, other: Claim) -> bool:
    """A figure that stands without a cue may measure what the other's cue says, but no upper limit."""
    roles = {one.role, other.role}
    if len(roles) == 1 or roles in _ALIKE:
        return True
    return one.kind in ("money", "percent") and "plain" in roles and not roles & {"cap", "minus"}


def differ(one: Claim, other: Claim) -> bool:
    """Whether two claims of one matter contradict each other."""
    if one.kind == "modal":
        return clash(str(one.value), str(other.value))
    return one.value != other.value


def _ahead_and_after(one: Claim, other: Claim) -> bool:
    """Whether one term lies ahead of what happens, the other behind: 「提前3天寄到」 and 「下播后7天寄回」."""
    ahead = [_AHEAD.search(claim.own_text) is not None for claim in (one, other)]
    behind = other if ahead[0] else one
    return ahead[0] != ahead[1] and _AFTER.search(behind.own_text) is not None


def _actors_agree(one: Claim, other: Claim) -> bool:
    if one.actor is None or other.actor is None or one.actor == other.actor:
        return True
    return one.kind not in ("duration", "modal") or (one.kind == "duration" and not one.acts & WHO_ACTS)


def _circumstances_agree(one: Claim, other: Claim, words: Words, loose: bool) -> bool:
    named = {*one.circumstances, *other.circumstances, *one.of_title, *other.of_title}
    for c in (words.circumstances[name] for name in sorted(named)):
        mine = one.circumstances.get(c.id, frozenset()) - c.plain
        theirs = other.circumstances.get(c.id, frozenset()) - c.plain
        if mine and theirs and not mine & theirs:
            return False
        if (
            not loose
            and (c.strict or (c.strict_modal and one.kind in ("modal", "bearer")))
            and bool(mine) != bool(theirs)
        ):
            # What one says outright, the other may say in its title or elsewhere in its sentence, unless it calls
            # itself plain outright.
            silent = other if mine else one
            if silent.circumstances.get(c.id):
                return False
            said = silent.of_title.get(c.id, frozenset()) | silent.of_line.get(c.id, frozenset())
            if not (mine or theirs) & said:
                return False
        if c.title:
            mine = mine or one.of_title.get(c.id, frozenset())
            theirs = theirs or other.of_title.get(c.id, frozenset())
            if mine and theirs and not mine & theirs:
                return False
    return True


def _likeness(one: Claim, other: Claim, words: Words) -> float:
    mine, shared = _found(one, other, words)
    theirs, shared_too = _found(other, one, words)
    average, poorer = _NEEDED[one.kind]
    needed = CORE
    if one.kind not in ("modal", "bearer") and not weight(one.own) and not weight(other.own):
        # Where neither names more, what many rules share must do, and agree all the more.
        needed, average, poorer = LIGHT, 0.55, 0.5
    if one.kind == "duration" and one.acts:
        # What a duration is the time for may be all that its rule names.
        acts = one.acts & other.acts
        bare = [not weight({n: v for n, v in c.own.items() if not _told(n, acts)}) for c in (one, other)]
        if all(bare):
            return 0.8
        needed = 0.0 if any(bare) else HALF
    if one.ladder and not weight(one.own) and not weight(other.own):
        return 0.75  # the same step of a ladder is the matter
    if one.kind == "modal" and not (one.acts & other.acts):
        needed = 2 * CORE
    if min(shared, shared_too) < needed:
        return 0.0
    if one.kind == "modal" and not any(one.own.get(n, 0) >= CORE and v >= CORE for n, v in other.own.items()):
        return 0.0
    if one.kind == "count" and one.role == "plain":
        # A bare number of pieces or pixels measures whatever stands beside it: only the same words make it the same.
        average, poorer = 0.8, 0.7
    if one.kind == "points" and 0 in (one.value, other.value):
        # A rule that takes no points mostly tells an exception.
        average, poorer = 0.85, 0.75
    score = (mine + theirs) / 2
    return score if score >= average and min(mine, theirs) >= poorer else 0.0


def _told(name: str, acts: frozenset[str]) -> bool:
    """Whether one of the acts says what the concept says."""
    return any(_SAYS.get(act, act) == name for act in acts)


def _found(one: Claim, other: Claim, words: Words) -> tuple[float, float]:
    """The share of one claim's words that the other knows, and the full concepts among them."""
    # Words that are no concepts say little, however many they are.
    acts = one.acts & other.acts
    mine = {n: v for n, v in one.own.items() if one.kind != "duration" or not _told(n, acts)}
    loose = sum(v for n, v in mine.items() if n.startswith("w:"))
    tight = min(1.0, MAX_LOOSE / loose) if loose else 1.0
    # What both have to do, or may not do, is part of the matter.
    got = {"duration": CORE, "modal": VERB}.get(one.kind, 0.0) if acts else 0.0
    total = sum(mine.values()) + got - loose * (1 - tight)
    if total <= 0:
        return 1.0, 0.0
    core = 0.0
    for name, full in mine.items():
        credit = 1.0 if name in acts else _credit(name, other.own, other.around, words.related)
        value = full * tight if name.startswith("w:") else full
        got += credit * value
        core += credit * value if value >= LIGHT and (value >= CORE or not weight(mine)) else 0.0
    return got / total, core


def _credit(
    name: str, own: Mapping[str, float], around: frozenset[str], related: Mapping[str, frozenset[str]]
) -> float:
    if name in own:
        return 1.0
    if name in around:
        return 0.9
    kin = related.get(name, frozenset())
    return HALF if any(k in own for k in kin) else 0.0
