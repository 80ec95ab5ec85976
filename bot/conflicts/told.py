"""A whole line as something told, so that any two lines can be set against each other, whether or not they make claims
that the finder's patterns read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from bot.answers import FactKind
from bot.conflicts.claims import Claim, Reader
from bot.conflicts.kinds import told_apart
from bot.conflicts.lines import Line
from bot.conflicts.match import conflict_score, differ, may_compare
from bot.conflicts.modal import states_in
from bot.conflicts.views import Likeness, View, Views
from bot.conflicts.words import Words
from bot.figures import figures_in

SAID = "said"  # the role of a whole line
Key = tuple[FactKind, str]
_ADVICE = re.compile(r"建议|尽量|最好|尽可能|提倡|鼓励|争取|习惯上|recommend|ideally|better to|try to", re.IGNORECASE)
_LONG = 100.0  # characters that count as one
_MANY = 6.0  # shared words that count as one
_RAREST = 2.0


@dataclass(frozen=True, slots=True)
class Told:
    """A line with its claims. `figures`: kind and unit -> the values told; `states`: what it permits, forbids, asks."""

    line: Line
    whole: Claim
    view: View
    claims: tuple[Claim, ...]
    figures: dict[Key, frozenset[float]]
    states: frozenset[str]


def told_of(lines: Sequence[Line], claims: Iterable[Claim], reader: Reader, views: Views) -> list[Told]:
    """The lines in their order."""
    of_line: dict[int, list[Claim]] = {}
    for claim in claims:
        of_line.setdefault(id(claim.line), []).append(claim)
    found = []
    for line in lines:
        whole = reader.claim(line, "modal", SAID, f"{line.article.article_id} {line.start}", "", (line.start, line.end))
        values: dict[Key, set[float]] = {}
        for figure in figures_in(line.text):
            kind, value, unit = figure.key
            values.setdefault((kind, unit), set()).add(value)
        figures = {key: frozenset(told) for key, told in values.items()}
        claims_here = tuple(of_line.get(id(line), ()))
        found.append(Told(line, whole, views.of(whole), claims_here, figures, states_in(line.text)))
    return found


def other_figures(one: Told, other: Told) -> tuple[Key, ...]:
    """The kinds of figure that both tell, with no value in common."""
    return tuple(k for k, told in one.figures.items() if k in other.figures and not told & other.figures[k])


def comparable_claims(one: Told, other: Told) -> Iterator[tuple[Claim, Claim]]:
    """The claims of two lines that measure the same sort of thing."""
    for mine, theirs in product(one.claims, other.claims):
        if mine.kind == theirs.kind and mine.unit == theirs.unit:
            yield mine, theirs


def features_of(one: Told, other: Told, alike: Likeness, words: Words) -> dict[str, float]:
    """What words and figures show of two lines, which are so much alike: see weighing.toml for what each counts."""
    shared = one.figures.keys() & other.figures.keys()
    apart_by_figures = bool(other_figures(one, other))
    found: dict[str, Any] = {
        "differ": apart_by_figures, "equal": bool(shared) and not apart_by_figures,
        "no_figures": not (one.figures or other.figures),
        "one_figure": bool(one.figures) != bool(other.figures), **_of_claims(one, other, words),
        "comparable": may_compare(one.whole, other.whole, words),
        "alike": alike.mean, "poorer": alike.poorer, "rare": min(alike.rare, _RAREST),
        "told": min(alike.told, _MANY) / _MANY,
        "apart": told_apart(one.view, other.view),
        "bans": ("must not" in one.states) != ("must not" in other.states),
        "grants": bool(one.states & {"may", "need not"}) != bool(other.states & {"may", "need not"}),
        "same_states": bool(one.states) and one.states == other.states and not apart_by_figures,
        "advice": bool(_ADVICE.search(one.line.text)) != bool(_ADVICE.search(other.line.text)),
        "short": min(len(one.line.text), len(other.line.text)) / _LONG,
    }  # fmt: skip
    return {name: float(value) for name, value in found.items()}


def _of_claims(one: Told, other: Told, words: Words) -> dict[str, float]:
    found = {"claims_differ": 0.0, "claims_meet": 0.0, "claims_loosely": 0.0, "claims_score": 0.0, "claims_agree": 0.0}
    for mine, theirs in comparable_claims(one, other):
        if differ(mine, theirs):
            found["claims_differ"] = 1.0
            if may_compare(mine, theirs, words):
                found["claims_meet"] = 1.0
                found["claims_score"] = max(found["claims_score"], conflict_score(mine, theirs, words))
            elif may_compare(mine, theirs, words, loose=True):
                found["claims_loosely"] = 1.0
        elif mine.value == theirs.value and may_compare(mine, theirs, words, loose=True):
            found["claims_agree"] = 1.0
    return found
