"""How alike the words of two claims are, whatever their matter: the finder for what no glossary lists."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from bot.conflicts_claims import CORE, Claim
from bot.conflicts_kinds import told_apart
from bot.conflicts_match import differ, may_compare
from bot.conflicts_speech import CONCEPT, Speech, Spoken, credit
from bot.conflicts_words import Words

# What stands around a claim's own words counts less, the farther away it stands.
Pair = tuple[float, int, int]
# How alike two claims must be: on average, on the poorer side, in their best shared word, in all shared words.
MEAN, POORER, RARE, TOLD = 0.42, 0.3, 0.55, 0.9
# Claims of two named matters that share none must be this much alike.
OTHER_MATTER = 0.6
# Where the other article says the same nearly as fittingly, the two agree.
AGREED, AGREED_MEAN = 0.75, 0.3
WHOLE = 0.9
# The same for what is permitted or who pays, and how much of each act the other must say.
STATE_MEAN, STATE_POORER, DEED, DEED_OF_DUTY = 0.55, 0.4, 0.5, 0.75
IN_CLAIM = 0.8
# A ban may list more acts than the permission names.
OF_LIST = 0.15
OTHER_DEED, DEED_TOLD = 0.3, 0.3
COST_MEAN, COST_POORER, OWN_NAME = 0.4, 0.3, 0.8
# Own words that weigh less than this tell no matter: what stands before them does.
THIN = 0.5
CROWD = 400
IN_LINE, IN_HEADS, IN_TITLE, IN_SECTION = 0.95, 0.9, 0.75, 0.5


@dataclass(frozen=True, slots=True)
class Likeness:
    """Shares of two claims' words found in the other: on average, on the poorer and richer side;
    `rare` the best shared word."""

    mean: float
    poorer: float
    richer: float
    rare: float
    told: float


def likeness(one: Claim, other: Claim, speech: Speech) -> Likeness:
    """How alike the words of two claims are."""
    mine, best, told = _coverage(one, other, speech)
    theirs, best_too, told_too = _coverage(other, one, speech)
    return Likeness((mine + theirs) / 2, min(mine, theirs), max(mine, theirs), min(best, best_too), min(told, told_too))


def _own(claim: Claim, speech: Speech) -> Spoken:
    """A claim's own words; where they tell no matter, with the line before (a question), the heads, the title."""
    line, text = claim.line, claim.own_text
    for more in ("", line.before, line.heads, line.article.title):
        text = f"{more} {text}" if more else text
        if sum(speech.of(text).weights.values()) >= THIN:
            break
    return speech.of(text)


def _layers(claim: Claim, speech: Speech) -> list[tuple[float, Spoken]]:
    line = claim.line
    return [
        (1.0, _own(claim, speech)),
        (IN_LINE, speech.of(line.text)),
        (IN_HEADS, speech.of(f"{line.heads} {line.lead} {line.before}")),
        (IN_TITLE, speech.of(line.opening)),
        (IN_SECTION, speech.of(line.around)),
    ]


def _coverage(one: Claim, other: Claim, speech: Speech) -> tuple[float, float, float]:
    own = _own(one, speech)
    layers = _layers(other, speech)
    total = found = best = 0.0
    for word, weight in own.weights.items():
        got = max(share * credit(word, own, there) for share, there in layers)
        total += weight
        found += weight * got
        if got >= 0.5:
            best = max(best, weight * got)
    return (found / total if total else 0.0), best, found


def alike_pairs(claims: Sequence[Claim], group: Sequence[int], words: Words, speech: Speech) -> Iterator[Pair]:
    """(score, one, other) of claims that say different things of what their own words show to be one matter.

    Each claim stands against the claim of another article that is most like it, and only where that holds both ways:
    an article that says the same elsewhere has told what its other figure is for.
    """
    best: dict[tuple[int, str], tuple[float, int]] = {}
    said: dict[tuple[int, str], float] = {}
    found: list[Pair] = []
    for one, other in _candidates(claims, group, speech):
        score = alike_score(claims[one], claims[other], words, speech)
        if score <= 0:
            continue
        found.append((score, one, other))
        for mine, theirs in ((one, other), (other, one)):
            key = (mine, claims[theirs].line.article.article_id)
            best[key] = max(best.get(key, (0.0, -1)), (score, theirs))
            if claims[one].value == claims[other].value:
                said[key] = max(said.get(key, 0.0), score)
    for score, one, other in found:
        homes = [claims[at].line.article.article_id for at in (one, other)]
        mutual = best[one, homes[1]][0] <= score and best[other, homes[0]][0] <= score
        agreed = max(said.get((one, homes[1]), 0.0), said.get((other, homes[0]), 0.0))
        if mutual and differ(claims[one], claims[other]) and agreed < score * AGREED:
            yield score, one, other


def _candidates(claims: Sequence[Claim], group: Sequence[int], speech: Speech) -> Iterator[tuple[int, int]]:
    """Pairs of claims of different articles that share a telling word; words of too many claims find none."""
    holders: dict[str, list[int]] = defaultdict(list)
    for at in group:
        line = claims[at].line
        for word in {*speech.of(claims[at].own_text).keys, *speech.of(line.text).keys, *speech.of(line.opening).keys}:
            holders[word].append(at)
    seen: set[tuple[int, int]] = set()
    for held in holders.values():
        if len(held) > CROWD:
            continue
        for one, other in combinations(held, 2):
            if claims[one].line.article.article_id != claims[other].line.article.article_id:
                seen.add((one, other))
    yield from sorted(seen)


def alike_score(one: Claim, other: Claim, words: Words, speech: Speech) -> float:
    """How surely two claims measure the same, by their words; 0 where they do not, or where it cannot be told."""
    loose = one.value == other.value
    if not may_compare(one, other, words, loose=loose):
        return 0.0
    if one.kind in ("modal", "bearer"):
        return _score_of_state(one, other, speech)
    found = likeness(one, other, speech)
    if loose:
        return found.mean if found.mean >= AGREED_MEAN else 0.0
    if found.rare < RARE or found.told < TOLD or found.mean < MEAN or found.poorer < POORER:
        if not _of_whole_matter(one, other, found, speech):
            return 0.0
    elif found.mean < OTHER_MATTER and _other_matter(one, other, words):
        return 0.0
    if one.kind == "duration" and not one.acts & other.acts and _other_deed(one, other, speech):
        return 0.0
    return 0.0 if told_apart(one, other, speech) else found.mean


def _score_of_state(one: Claim, other: Claim, speech: Speech) -> float:
    """The same for permissions, duties and bearers of costs: the act itself must be the same."""
    found = likeness(one, other, speech)
    mean, poorer = (COST_MEAN, COST_POORER) if _same_cost(one, other, speech) else (STATE_MEAN, STATE_POORER)
    if found.mean < mean or found.poorer < poorer or found.rare < RARE or found.told < TOLD:
        return 0.0
    if one.kind == "modal":
        # A duty and a ban often speak of one thing and two acts; a permission seldom does.
        needed = DEED if {one.value, other.value} & {"may", "need not"} else DEED_OF_DUTY
        told = sorted((_deed_told(one, other, speech), _deed_told(other, one, speech)))
        if told[0] < (needed if told[1] < WHOLE else needed - OF_LIST):
            return 0.0
    return 0.0 if told_apart(one, other, speech) else found.mean


def _same_cost(one: Claim, other: Claim, speech: Speech) -> bool:
    """Whether two bearers are of one cost that has a name of its own: 搬楼费, not 运费."""
    mine, theirs = (speech.of(c.own_text) for c in (one, other))
    costs = [w for w, v in (*mine.weights.items(), *theirs.weights.items()) if w[-1] == "费" and v >= OWN_NAME]
    return one.kind == "bearer" and any(len(w) > 1 and w in mine.raw and w in theirs.raw for w in costs)


def _deed_told(one: Claim, other: Claim, speech: Speech) -> float:
    """The share of one act's words that the other claim says, in its act first."""
    deed = speech.of(one.deed)
    layers = ((1.0, speech.of(other.deed)), (IN_CLAIM, speech.of(other.own_text)))
    total = sum(deed.weights.values())
    told = sum(w * max(share * credit(word, deed, there) for share, there in layers) for word, w in deed.weights.items())
    return told / total if total else 0.0


def _other_deed(one: Claim, other: Claim, speech: Speech) -> bool:
    """Whether both tell behind the term what is to be done in it, and neither tells what the other does."""
    if min(sum(speech.of(c.deed).weights.values()) for c in (one, other)) < DEED_TOLD:
        return False
    return max(_deed_told(one, other, speech), _deed_told(other, one, speech)) < OTHER_DEED


def _of_whole_matter(one: Claim, other: Claim, found: Likeness, speech: Speech) -> bool:
    """Whether one takes points for a matter as a whole, and both stand under headings of it: 「信用卡违规，扣6分」."""
    if one.kind != "points" or found.richer < WHOLE or found.rare < RARE:
        return False
    mine, theirs = (speech.of(c.line.heads) for c in (one, other))
    return any(credit(word, mine, theirs) >= CONCEPT for word in mine.keys & mine.weights.keys())


def _other_matter(one: Claim, other: Claim, words: Words) -> bool:
    """Whether both name matters of the glossary, and none of them in common."""
    mine, theirs = ({n for n, v in c.own.items() if v >= CORE} for c in (one, other))
    near = {k for n in mine for k in words.related.get(n, ())} | mine | one.around
    return bool(mine and theirs) and not (near & theirs or mine & other.around)
