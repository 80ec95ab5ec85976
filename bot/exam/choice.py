"""Single choice: which option the evidence bears out, or for a negated stem which it denies."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.exam.cues import ASKS, ASKS_MEMBER, ASKS_POLAR, BAD_CLASS, DEONTIC, INTERROGATIVE
from bot.exam.evidence import Stretch, coverage
from bot.exam.judging import NOTHING, Verdict, core_of, hear, judge, own_coverage
from bot.exam.polarity import wanted
from bot.exam.slots import Candidate, Slot, candidates, telling
from bot.exam.terms import Token, Weights, figures_of, tokens_of

_EDGES = re.compile(
    r"^(?:累计|不超过|至少|最多|[约在超过大于等的之满达到])*|(?:的|之?内|以内|以上|以下|之?后|左右|时)*$"
)
_SATURATION = 0.35  # an option that shares only a common word with a rule is not found there, however short it is
_ACT_LEAST = 0.2
OPINION = 0.2
SILENT = 0.4
GUESS = 2.5
LEAST_SIZE = 0.5  # a short option of common words (商家) is an answer too


@dataclass(frozen=True, slots=True)
class Choice:
    """The option chosen (None where nothing speaks), how far it leads (0..1), and what decides it."""

    letter: str | None
    score: float
    lead: float
    where: Stretch | None = None
    clause: int = -1
    by_figure: bool = False


def bare_figure(option: str) -> bool:
    """Whether an option is a figure and nothing else: 7天内, 48 分, 3万元."""
    figures = figures_of(option)
    if len(figures) != 1:
        return False
    rest = option[: figures[0].start] + option[figures[0].end :]
    return _EDGES.sub("", rest.strip(" 。.")) == ""


def choose(
    stem: str,
    options: Mapping[str, str],
    stretches: Sequence[Stretch],
    weights: Weights,
    leaning: Mapping[str, float] | None = None,
    prior: Mapping[str, float] | None = None,
    opinions: Mapping[str, float] | None = None,
) -> Choice:
    """Decides among the options by the evidence. `leaning` is added to an option's score where the stem asks for what
    holds (how near the retriever finds it to the rules), `prior` always (what an examinee would guess); `opinions` are
    the desk's verdicts on the options as statements, -1 to 1, for stems that ask what holds or may be done."""
    if sum(bool(bare_figure(o)) for o in options.values()) >= max(2, len(options) - 1):
        return _by_figure(stem, options, stretches, weights)
    want = wanted(stem)
    shared = _shared(options)
    asked = [(t, weights.of(t)) for t in tokens_of(INTERROGATIVE.sub(lambda m: " " * len(m.group(0)), stem))]
    verdicts = {n: judge_option(stem, asked, o, shared, stretches, weights) for n, o in options.items()}
    places = [(v.where, v.clause) for v in verdicts.values() if v.where is not None]
    if len(places) > 1 and not (ASKS.search(stem) and ASKS_POLAR.search(stem)):
        # Words of the stem that all the options' places share tell nothing; those that only some hold tell them apart.
        told = telling(asked, places)
        verdicts = {n: judge_option(stem, told, o, shared, stretches, weights) for n, o in options.items()}
    member = ASKS_MEMBER.search(stem) and not BAD_CLASS.search(stem)
    if ASKS_POLAR.search(stem) and member:
        scores = {n: want * (0.75 + 0.25 * v.value) * v.fit for n, v in verdicts.items()}
    elif ASKS_POLAR.search(stem):
        heard = opinions or {}
        scores = {n: want * (v.value * v.fit + OPINION * heard.get(n, 0.0)) for n, v in verdicts.items()}
    else:
        scores = {n: (0.75 + 0.25 * v.value) * v.fit for n, v in verdicts.items()}
    if want > 0 and leaning:
        scores = {n: s + leaning.get(n, 0.0) for n, s in scores.items()}
    if prior:
        # Where the rules hardly speak of any option, looks are all there is to go by.
        trust = GUESS if max(v.fit for v in verdicts.values()) < SILENT else 1.0
        scores = {n: s + trust * prior.get(n, 0.0) for n, s in scores.items()}
    order = sorted(scores, key=lambda n: -scores[n])
    best = verdicts[order[0]]
    lead = scores[order[0]] - (scores[order[1]] if len(order) > 1 else 0.0)
    return Choice(order[0], scores[order[0]], lead, best.where, best.clause)


def _by_figure(stem: str, options: Mapping[str, str], stretches: Sequence[Stretch], weights: Weights) -> Choice:
    """Options that are figures: the one that the rules give where the stem asks."""
    asked = list(INTERROGATIVE.finditer(stem))
    slot = Slot(stem, asked[-1].start(), asked[-1].end()) if asked else Slot(stem, len(stem), len(stem))
    figures = {name: figures_of(text)[0] for name, text in options.items() if figures_of(text)}
    ranked = candidates(slot, stretches, weights, frozenset(f.kind for f in figures.values()))
    best: dict[str, Candidate] = {}
    for candidate in ranked:
        for name, figure in figures.items():
            if candidate.figure.key == figure.key:
                best.setdefault(name, candidate)
    order = sorted(best, key=lambda n: -best[n].score)
    if not order:
        return Choice(None, 0.0, 0.0, by_figure=True)
    first = best[order[0]]
    second = best[order[1]].score if len(order) > 1 else 0.0
    return Choice(order[0], min(1.0, first.score), first.score - second, first.where, first.clause, True)


def _shared(options: Mapping[str, str]) -> dict[str, float]:
    """For each term the share of options that hold it."""
    sets = [frozenset(k for t in tokens_of(o) for k in t.keys) for o in options.values()]
    return {k: sum(k in s for s in sets) / len(sets) for k in frozenset().union(*sets)}


def judge_option(
    stem: str,
    asked: Sequence[tuple[Token, float]],
    option: str,
    shared: Mapping[str, float],
    stretches: Sequence[Stretch],
    weights: Weights,
) -> Verdict:
    """How an option stands to the evidence, as the answer to its stem; `asked` are the stem's words, weighted."""
    core = core_of(option)
    at = option.find(core)
    own: list[tuple[Token, float]] = []
    for token in tokens_of(option):
        common = min((shared.get(k, 0.0) for k in token.keys), default=0.0)
        weight = weights.of(token) * (1 - 0.85 * max(0.0, common - 0.25) / 0.75)
        own.append((token, weight if at <= token.start < at + len(core) else 0.5 * weight))
    if not own:
        return NOTHING
    size = sum(w for _, w in own)
    if size < LEAST_SIZE:
        own = [(t, w * LEAST_SIZE / size) for t, w in own]
        size = LEAST_SIZE

    def fit(where: Stretch, number: int) -> float:
        act = own_coverage(own, number, where)
        if act < _ACT_LEAST:
            return 0.0
        told = act * size
        ruled = 1.08 if DEONTIC.search(where.text, where.clauses[number].start, where.clauses[number].end) else 1.0
        return act * told / (told + _SATURATION) * (0.3 + 0.7 * coverage(asked, number, where)) * ruled

    words = [t for t, _ in own if at <= t.start < at + len(core)]
    verdict = hear(option, words or [t for t, _ in own], fit, stretches, weights, stem)
    if any(t.figure for t, _ in own):
        figured = judge(option, stretches, weights)
        if figured.by_figure and figured.value < 0 and figured.fit > 0.6:
            return figured
    return verdict
