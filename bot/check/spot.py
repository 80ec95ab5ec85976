"""Where a draft commits the breach of a label: the label's patterns, weighed by polarity."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.check.normalise import View
from bot.check.patterns import Label, Pattern
from bot.check.polarity import Polarity, Stance
from bot.check.rulebook import RuleUnit

_EDGE = "。!?,:、 "


@dataclass(frozen=True, slots=True)
class Mark:
    """Offending words view.text[start:end]; `terms` lead to the closest rule, `units` are rules already known;
    `suspected` is what only resembles a breach."""

    label: str
    start: int
    end: int
    terms: tuple[str, ...] = ()
    units: tuple[RuleUnit, ...] = ()
    suspected: bool = False


def find_marks(view: View, label: Label, polarity: Polarity) -> Iterator[Mark]:
    """Every breach of the label's patterns in the draft."""
    if not label.topic.search(view.text):
        return
    for pattern in label.patterns:
        if pattern.needs and not pattern.needs.search(view.text):
            continue
        if pattern.unless_draft and pattern.unless_draft.search(view.text):
            continue
        told = 0
        for start, end, act in _hits(view.text, pattern, polarity):
            if start >= told and _stands(view, pattern, polarity, act):
                told = end
                yield Mark(label.name, *_trim(view.text, start, end), pattern.terms)


def _hits(text: str, pattern: Pattern, polarity: Polarity) -> Iterator[tuple[int, int, tuple[int, int]]]:
    if pattern.regex is not None:
        at = 0
        # A match that turns out harmless must not hide one that starts inside it.
        while (match := pattern.regex.search(text, at)) is not None:
            if not pattern.differ or _differ(match, pattern.differ):
                groups = match.groupdict()
                act = match.span(pattern.act) if groups.get(pattern.act) is not None else match.span()
                shown = match.span("mark") if groups.get("mark") is not None else match.span()
                yield *shown, act
            at = match.start() + 1
        return
    acts, *others = pattern.near
    for found in acts.finditer(text):
        left, right = polarity.sentence(text, found.start(), found.end())
        spans = [found.span()]
        for other in others:
            close = [
                m.span()
                for m in other.finditer(text, left, right)
                if max(m.start() - found.end(), found.start() - m.end()) <= pattern.reach
            ]
            if not close:
                break
            spans.append(min(close, key=lambda s: abs(s[0] - spans[0][0])))
        else:
            yield min(s for s, _ in spans), max(e for _, e in spans), found.span()


def _differ(match: re.Match[str], groups: tuple[str, str]) -> bool:
    one, other = (match.group(g) for g in groups)
    return float(one) != float(other)


def _stands(view: View, pattern: Pattern, polarity: Polarity, act: tuple[int, int]) -> bool:
    text = view.text
    left, right = polarity.sentence(text, *act)
    if pattern.unless and pattern.unless.search(text, left, right):
        return False
    if pattern.unless_clause:
        a, b = polarity.clause(view, *act)
        if pattern.unless_clause.search(text, a, b):
            return False
    if pattern.buyer_is_clean and polarity.buyer_acts(view, act[0]):
        return False
    if "negated:pre" in pattern.clean and polarity.negated_before(view, act[0]):
        return False
    stance = polarity.stance(view, *act)
    if "negated:pre" in pattern.clean and stance in (Stance.NEGATED, Stance.REFUSED):
        return True  # the act is itself a refusal, and what follows goes on refusing
    if stance in (Stance.REFUSED, Stance.WARNED):
        return "negated" not in pattern.clean
    return stance is Stance.AFFIRMED or stance.value not in pattern.clean


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end - 1 and text[start] in _EDGE:
        start += 1
    while end - 1 > start and text[end - 1] in _EDGE:
        end -= 1
    return start, end
