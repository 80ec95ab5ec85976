"""Conflicts told in words that share little: pairs of lines that only the judge sets against each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.conflicts.alike import Pair
from bot.conflicts.claims import Claim, Reader
from bot.conflicts.judge import Judge, weights
from bot.conflicts.lines import Line
from bot.conflicts.match import conflict_score, differ, may_compare
from bot.conflicts.told import Told, other_figures, told_of
from bot.conflicts.views import Views
from bot.conflicts.words import Words

LINES = 6_000  # beyond it reading all lines anew takes longer than the finder itself


def in_other_words(
    lines: Sequence[Line], claims: Sequence[Claim], pairs: Sequence[Pair], judge: Judge, views: Views, words: Words
) -> tuple[list[Claim], list[Pair]]:
    """(more claims, pairs of claims by their places) that the judge finds beyond `pairs`; the places of more claims go
    on behind those of `claims`. A line contradicts another article in one place: the likeliest."""
    if len(lines) > LINES:
        return [], []
    told = told_of(lines, claims, Reader(words), views)
    at = {id(line): place for place, line in enumerate(lines)}
    taken: set[tuple[int, str]] = set()
    for _, *both in pairs:
        taken.update(_meetings(told, *(at[id(claims[number].line)] for number in both)))
    places_of = {id(claim): place for place, claim in enumerate(claims)}
    more: list[Claim] = []
    found: list[Pair] = []
    for judged in sorted(judge.weigh(told, words), key=lambda j: (-j.probability, j.places)):
        meetings = _meetings(told, *judged.places)
        if judged.probability < weights()["sure"]["probability"] or taken & meetings:
            continue
        taken |= meetings
        one, other = disagreeing(told[judged.places[0]], told[judged.places[1]], words)
        for claim in (one, other):
            if id(claim) not in places_of:
                places_of[id(claim)] = len(claims) + len(more)
                more.append(claim)
        found.append((judged.probability, places_of[id(one)], places_of[id(other)]))
    return more, found


def _meetings(told: Sequence[Told], one: int, other: int) -> set[tuple[int, str]]:
    """Each line with the article that it meets."""
    return {(one, told[other].line.article.article_id), (other, told[one].line.article.article_id)}


def disagreeing(one: Told, other: Told, words: Words) -> tuple[Claim, Claim]:
    """The claims of two lines that contradict each other; the lines as a whole where none can be told."""
    best: tuple[float, Claim, Claim] | None = None
    for mine in one.claims:
        for theirs in other.claims:
            if mine.kind == theirs.kind and mine.unit == theirs.unit and differ(mine, theirs):
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
