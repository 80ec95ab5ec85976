"""Claims of any matter that are alike by their words and say different things: what no glossary lists is found so."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations

from bot.conflicts.claims import CORE, Claim
from bot.conflicts.kinds import told_apart
from bot.conflicts.match import differ, may_compare
from bot.conflicts.speech import CONCEPT, credit
from bot.conflicts.views import Likeness, View, Views, deed_told, likeness, share_words
from bot.conflicts.words import Words

Pair = tuple[float, int, int]
_COST_NAME = re.compile(r".费$|税")
# How alike two claims must be: on average, on the poorer side, in their best shared word, in all shared words.
MEAN, POORER, RARE, TOLD = 0.42, 0.3, 0.55, 0.9
# Claims of two named matters, or terms for two acts, must be this much alike.
OTHER_MATTER, TOLD_OF_OTHER = 0.6, 2.0
# Where the other article says the same nearly as fittingly, the two agree.
AGREED, AGREED_MEAN = 0.75, 0.3
WHOLE = 0.9
# What is permitted, and how much of each act the other must say; a ban may list more acts than the permission names.
STATE_MEAN, STATE_POORER = 0.55, 0.4
DEED, DEED_OF_DUTY, OF_LIST = 0.5, 0.75, 0.15
OTHER_DEED, DEED_TOLD = 0.3, 0.3
# Clauses of the very same words may be short.
SAME_WORDS, TOLD_OF_SAME = 0.9, 0.6
# Who pays, where the cost has a name of its own.
COST_MEAN, COST_POORER, OWN_NAME = 0.4, 0.3, 0.8
# What the glossary pairs must still be this much alike.
UNLIKE_MEAN, UNLIKE_POORER, UNLIKE_STATE = 0.3, 0.1, 0.45
# A word of more claims than this finds none.
CROWD = 120
STATES = ("modal", "bearer")


def alike_pairs(claims: Sequence[Claim], group: Sequence[int], words: Words, views: Views) -> Iterator[Pair]:
    """(score, one, other) of claims that say different things of what their own words show to be one matter.

    Each claim stands against the claim of another article that is most like it, and only where that holds both ways:
    an article that says the same elsewhere has told what its other figure is for.
    """
    best: dict[tuple[int, str], float] = {}
    said: dict[tuple[int, str], float] = {}
    found: list[Pair] = []
    for one, other in _candidates(claims, group, views):
        score = alike_score(views.of(claims[one]), views.of(claims[other]), words)
        if score <= 0:
            continue
        agree = claims[one].value == claims[other].value
        if not agree:
            found.append((score, one, other))
        for mine, theirs in ((one, other), (other, one)):
            key = (mine, claims[theirs].line.article.article_id)
            table = said if agree else best
            table[key] = max(table.get(key, 0.0), score)
    for score, one, other in found:
        keys = [(a, claims[b].line.article.article_id) for a, b in ((one, other), (other, one))]
        mutual = all(best[key] <= score for key in keys)
        if mutual and differ(claims[one], claims[other]) and all(said.get(k, 0.0) < score * AGREED for k in keys):
            yield score, one, other


def _candidates(claims: Sequence[Claim], group: Sequence[int], views: Views) -> Iterator[tuple[int, int]]:
    """Pairs of claims of different articles that share telling words."""
    holders: dict[str, list[int]] = defaultdict(list)
    for at in group:
        for key in views.of(claims[at]).keys:
            holders[key].append(at)
    seen: set[tuple[int, int]] = set()
    for held in holders.values():
        if len(held) <= CROWD:
            seen.update(combinations(held, 2))
    for one, other in sorted(seen):
        if claims[one].line.article.article_id == claims[other].line.article.article_id:
            continue
        if claims[one].kind in STATES and not differ(claims[one], claims[other]):
            continue
        yield one, other


def alike_score(one: View, other: View, words: Words) -> float:
    """How surely two claims measure the same, by their words; 0 where they do not, or where it cannot be told."""
    agree = one.claim.value == other.claim.value
    if not (one.claim.kind == "bearer" or share_words(one, other)):
        return 0.0
    if not may_compare(one.claim, other.claim, words, loose=agree):
        return 0.0
    found = likeness(one, other)
    if one.claim.kind in STATES:
        alike = _same_state(one, other, found)
    elif agree:
        return found.mean if found.mean >= AGREED_MEAN else 0.0
    else:
        alike = _same_measure(one, other, found, words)
    return found.mean if alike and not told_apart(one, other) else 0.0


def _same_measure(one: View, other: View, found: Likeness, words: Words) -> bool:
    if found.rare < RARE or found.told < TOLD or found.mean < MEAN or found.poorer < POORER:
        return _of_whole_matter(one, other, found)
    if found.mean < OTHER_MATTER and _other_matter(one.claim, other.claim, words):
        return False
    if one.claim.kind != "duration" or one.claim.acts & other.claim.acts:
        return True
    if one.claim.acts and other.claim.acts and (found.mean < OTHER_MATTER or found.told < TOLD_OF_OTHER):
        return False
    return not _other_deed(one, other)


def _same_state(one: View, other: View, found: Likeness) -> bool:
    """The same for permissions, duties and bearers of costs: the act itself must be the same."""
    mean, poorer = (COST_MEAN, COST_POORER) if _same_cost(one, other) else (STATE_MEAN, STATE_POORER)
    told = TOLD if found.poorer < SAME_WORDS else TOLD_OF_SAME
    if found.mean < mean or found.poorer < poorer or found.rare < RARE or found.told < told:
        return False
    if one.claim.kind == "bearer":
        return True
    # A duty and a ban often speak of one thing and two acts; a permission seldom does.
    named = not any(name.startswith("w:") for name in (*one.claim.acts, *other.claim.acts))
    other_act = named and one.claim.acts and other.claim.acts and not one.claim.acts & other.claim.acts
    duty = not {one.claim.value, other.claim.value} & {"may", "need not"}
    needed = DEED_OF_DUTY if duty or other_act else DEED
    less, more = sorted((deed_told(one, other), deed_told(other, one)))
    return less >= (needed if more < WHOLE else needed - OF_LIST)


def fits_better(one: View, twin: View, other: View, words: Words) -> bool:
    """Whether `twin`, which says the same as `one`, is as much about its matter as `other`, which says otherwise."""
    share = 1.0 if one.claim.kind in STATES else AGREED
    least = max(likeness(one, other).mean * share, AGREED_MEAN)
    return likeness(one, twin).mean >= least and may_compare(one.claim, twin.claim, words, loose=True)


def unlike(one: View, other: View) -> bool:
    """Whether two claims of one named matter share too few words to measure the same of it."""
    found = likeness(one, other)
    if one.claim.kind == "modal":
        return found.mean < UNLIKE_STATE and not (one.thin or other.thin)
    if one.claim.kind == "duration":
        return found.mean < UNLIKE_MEAN
    few = found.mean < UNLIKE_MEAN or found.poorer < UNLIKE_POORER
    return few and one.claim.kind in ("count", "percent", "money")


def other_deeds(one: View, other: View) -> bool:
    """Whether a duty and a ban speak of one thing, but of two acts: 「改价须留记录」 and 「不得改价」."""
    if one.claim.kind != "modal" or {one.claim.value, other.claim.value} & {"may", "need not"}:
        return False
    return max(deed_told(one, other), deed_told(other, one)) < DEED


def _same_cost(one: View, other: View) -> bool:
    """Whether two bearers are of one cost that has a name of its own: 搬楼费, not 运费."""
    if one.claim.kind != "bearer":
        return False
    costs = [w for s in (one.own, other.own) for w, v in s.weights.items() if _COST_NAME.search(w) and v >= OWN_NAME]
    return any(len(w) > 1 and w in one.own.text and w in other.own.text for w in costs)


def _other_deed(one: View, other: View) -> bool:
    """Whether both tell behind the term what is to be done in it, and neither tells what the other does."""
    if min(one.deed.total, other.deed.total) < DEED_TOLD:
        return False
    return max(deed_told(one, other), deed_told(other, one)) < OTHER_DEED


def _of_whole_matter(one: View, other: View, found: Likeness) -> bool:
    """Whether one takes points for a matter as a whole, and both stand under headings of it: 「信用卡违规，扣6分」."""
    if one.claim.kind != "points" or found.richer < WHOLE or found.rare < RARE:
        return False
    heads = one.heads
    return any(credit(word, heads, other.heads) >= CONCEPT for word in heads.keys & heads.weights.keys())


def _other_matter(one: Claim, other: Claim, words: Words) -> bool:
    """Whether both name matters of the glossary, and none of them in common."""
    mine, theirs = ({n for n, v in c.own.items() if v >= CORE} for c in (one, other))
    near = {k for n in mine for k in words.related.get(n, ())} | mine | one.around
    return bool(mine and theirs) and not (near & theirs or mine & other.around)
