"""Conflicts told in words that share little: pairs of lines that only the judge sets against each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.conflicts.alike import Pair
from bot.conflicts.claims import Claim, Reader
from bot.conflicts.judge import Judge, weights
from bot.conflicts.lines import Line
from bot.conflicts.match import conflict_score, differ, may_compare
from bot.conflicts.told import Told, comparable_claims, other_figures, told_of
from bot.conflicts.views import Views
from bot.conflicts.words import Words

LINES = 6_000  # beyond it reading all lines anew takes longer than the finder itself


def with_judged(
    lines: Sequence[Line], claims: Sequence[Claim], pairs: Sequence[Pair], judge: Judge, views: Views, reader: Reader
) -> tuple[list[Claim], list[Pair]]:
    """(claims, pairs of claims by their places) with those that the judge finds beyond `pairs`; their claims stand
    behind `claims`. A line contradicts another article in one place: where words and figures find it, else the
    likeliest."""
    if len(lines) > LINES:
        return list(claims), list(pairs)
    words = reader.words
    told = told_of(lines, claims, reader, views)
    at = {id(line): place for place, line in enumerate(lines)}
    taken: set[tuple[int, str]] = set()
    for _, first, second in pairs:
        taken |= _meetings(told, at[id(claims[first].line)], at[id(claims[second].line)])
    found = list(pairs)
    places_of = {id(claim): place for place, claim in enumerate(claims)}
    all_claims = list(claims)
    for one in sorted(judge.weigh(told, words), key=lambda j: (-j.probability, j.places)):
        meetings = _meetings(told, *one.places)
        if one.probability < weights()["sure"]["probability"] or taken & meetings:
            continue
        taken |= meetings
        both = disagreeing(told[one.places[0]], told[one.places[1]], words)
        for claim in both:
            if id(claim) not in places_of:
                places_of[id(claim)] = len(all_claims)
                all_claims.append(claim)
        found.append((one.probability, places_of[id(both[0])], places_of[id(both[1])]))
    return all_claims, found


def _meetings(told: Sequence[Told], one: int, other: int) -> set[tuple[int, str]]:
    """Each line with the article that it meets."""
    return {(one, told[other].line.article.article_id), (other, told[one].line.article.article_id)}


def disagreeing(one: Told, other: Told, words: Words) -> tuple[Claim, Claim]:
    """The claims of two lines that contradict each other; the lines as a whole where none can be told."""
    best: tuple[float, Claim, Claim] | None = None
    for mine, theirs in comparable_claims(one, other):
        if differ(mine, theirs):
            fits = conflict_score(mine, theirs, words) + may_compare(mine, theirs, words, loose=True)
            if best is None or fits > best[0]:
                best = fits, mine, theirs
    keys = other_figures(one, other)
    if best is not None and (not keys or (best[1].kind, best[1].unit) in keys):
        return best[1], best[2]
    return (
        replace(one.whole, kind=keys[0][0], unit=keys[0][1]) if keys else one.whole,
        replace(other.whole, kind=keys[0][0], unit=keys[0][1]) if keys else other.whole,
    )  # fmt: skip
