"""Single choice: which option the evidence bears out, or for a negated stem which it denies."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bot.evidence import PairReading
from bot.exam.cues import ASKS, ASKS_MEMBER, ASKS_POLAR, BAD_CLASS, DEONTIC, INTERROGATIVE
from bot.exam.evidence import Stretch, coverage
from bot.exam.judging import NOTHING, Verdict, core_of, hear, judge, own_coverage
from bot.exam.polarity import wanted
from bot.exam.priors import option_prior
from bot.exam.second import NONE, Opinion
from bot.exam.slots import Candidate, Slot, candidates, telling
from bot.exam.statements import statement_of
from bot.exam.terms import Token, Weights, figures_of, tokens_of
from bot.exam.weighing import Features, option_features, option_kind, threshold, weigh

_EDGES = re.compile(
    r"^(?:累计|不超过|至少|最多|[约在超过大于等的之满达到])*|(?:的|之?内|以内|以上|以下|之?后|左右|时)*$"
)
_SATURATION = 0.35  # an option that shares only a common word with a rule is not found there, however short it is
_ACT_LEAST = 0.2
LOOKS = 3.5  # log-odds that a point of an option's looks counts, where anything is better than silence,
SILENT, GUESS = 0.4, 2.5  # and how many times that where the rules hardly speak of any option
FIGURE_SCORE, FIGURE_LEAD, FIGURE_SURE = 0.4, 0.03, 0.2  # below these a careful reader chooses no figure
LEAST_SIZE = 0.5  # a short option of common words (商家) is an answer too


@dataclass(frozen=True, slots=True)
class Choice:
    """The option chosen (None where nothing speaks), how surely (0..1), what decides it, and whether a careful reader
    gives it."""

    letter: str | None
    confidence: float
    where: Stretch | None = None
    clause: int = -1
    is_sure: bool = False


@dataclass(frozen=True, slots=True)
class Heard:
    """What others make of an option: `leaning` how much nearer the retriever finds it to the rules than the others, the
    desk's opinion on it as a statement."""

    leaning: float = 0.0
    opinion: Opinion = NONE


Read = Callable[[str, Stretch, int], PairReading | None]  # a text, read against the sentence of a clause


def bare_figure(option: str) -> bool:
    """Whether an option is a figure and nothing else: 7天内, 48 分, 3万元."""
    figures = figures_of(option)
    if len(figures) != 1:
        return False
    rest = option[: figures[0].start] + option[figures[0].end :]
    return _EDGES.sub("", rest.strip(" 。.")) == ""


def choose(
    stem: str, options: Mapping[str, str], stretches: Sequence[Stretch], weights: Weights,
    heard: Mapping[str, Heard], read: Read, bold: bool = False,
) -> Choice:  # fmt: skip
    """Decides among the options by the evidence; a bold reader goes by their looks besides, as an examinee would."""
    if all_figures(options):
        return _by_figure(stem, options, stretches, weights)
    verdicts = judge_options(stem, options, stretches, weights)
    features = features_of(stem, options, verdicts, heard, read)
    looks = option_prior(stem, options) if bold else {}
    trust = LOOKS * (GUESS if max(v.fit for v in verdicts.values()) < SILENT else 1.0)
    kind = option_kind(h.opinion for h in heard.values())
    log_odds = {n: weigh(kind, f) + trust * looks.get(n, 0.0) for n, f in features.items()}
    most = max(log_odds.values())
    shares = {n: math.exp(x - most) for n, x in log_odds.items()}
    total = sum(shares.values())
    order = sorted(shares, key=lambda n: -shares[n])
    best, sure = verdicts[order[0]], shares[order[0]] / total
    return Choice(order[0], sure, best.where, best.clause, sure >= threshold(kind))


def all_figures(options: Mapping[str, str]) -> bool:
    """Whether the options, one perhaps excepted, are figures and nothing else."""
    return sum(bare_figure(o) for o in options.values()) >= max(2, len(options) - 1)


def judge_options(
    stem: str, options: Mapping[str, str], stretches: Sequence[Stretch], weights: Weights
) -> dict[str, Verdict]:
    """How each option stands to the evidence by its words."""
    shared = _shared(options)
    asked = [(t, weights.of(t)) for t in tokens_of(INTERROGATIVE.sub(lambda m: " " * len(m.group(0)), stem))]
    verdicts = {n: judge_option(stem, asked, o, shared, stretches, weights) for n, o in options.items()}
    places = [(v.where, v.clause) for v in verdicts.values() if v.where is not None]
    if len(places) > 1 and not (ASKS.search(stem) and ASKS_POLAR.search(stem)):
        # Words of the stem that all the options' places share tell nothing; those that only some hold tell them apart.
        told = telling(asked, places)
        verdicts = {n: judge_option(stem, told, o, shared, stretches, weights) for n, o in options.items()}
    return verdicts


def features_of(
    stem: str, options: Mapping[str, str], verdicts: Mapping[str, Verdict], heard: Mapping[str, Heard], read: Read
) -> dict[str, Features]:
    """What speaks for each option as the answer to its stem."""
    want, polar = wanted(stem), ASKS_POLAR.search(stem) is not None
    sign = want if polar else 1
    member = ASKS_MEMBER.search(stem) and not BAD_CLASS.search(stem)
    found = {}
    for name, option in options.items():
        verdict, others = verdicts[name], heard.get(name, Heard())
        said = verdict.value if polar and not member else 0.75 + 0.25 * verdict.value
        stated = asked = None
        if verdict.where is not None:
            stated = read(statement_of(stem, option), verdict.where, verdict.clause)
            asked = read(stem, verdict.where, verdict.clause)
        found[name] = option_features(
            sign, sign * said * verdict.fit, others.leaning if want > 0 else 0.0, others.opinion, stated, asked,
        )  # fmt: skip
    return found


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
        return Choice(None, 0.0)
    first = best[order[0]]
    score = min(1.0, first.score)
    lead = first.score - (best[order[1]].score if len(order) > 1 else 0.0)
    confidence = max(0.0, min(1.0, score * min(1.0, 0.5 + 2 * lead)))
    is_sure = score >= FIGURE_SCORE and lead >= FIGURE_LEAD and confidence >= FIGURE_SURE
    return Choice(order[0], confidence, first.where, first.clause, is_sure)


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
