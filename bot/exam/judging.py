"""Propositions against evidence: supported, contradicted, or not spoken of."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.exam.cues import CLAIMS_BREACH, DEONTIC, EXCLUSIVE, GRANTS, OPTIONAL, UNLIMITED
from bot.exam.evidence import Stretch, coverage, found
from bot.exam.polarity import against_lead, agreement, bad_example, denies, names_case, opposed
from bot.exam.slots import Slot, candidates
from bot.exam.terms import Token, Weights, tokens_of
from ingest.articles import fold

_BREAK = re.compile(r"[，,。；;！!？?：:]")
FIGURE_FITS = 0.45  # a figure whose surroundings match less than this says nothing about a statement
FIGURE_MARGIN = 0.06
VOICES = 6  # clauses that are heard on one statement
CASE = 0.85  # how much a clause counts that only names a case
SHARPNESS = 6  # how much more the better-fitting clause is heard
Weighted = Sequence[tuple[Token, float]]


@dataclass(frozen=True, slots=True)
class Verdict:
    """`value` -1 (contradicted) .. 1 (supported); `fit` 0..1 how much of the statement the evidence speaks of."""

    value: float
    fit: float
    where: Stretch | None = None
    clause: int = -1
    by_figure: bool = False


NOTHING = Verdict(0.0, 0.0)


def core_of(text: str) -> str:
    """The clause of a statement that says what holds: the last one with must, may or not, else the last one."""
    parts = [p for p in _BREAK.split(text) if tokens_of(p) and not p.lstrip().startswith(("否则", "不然"))]
    deontic = [p for p in parts if DEONTIC.search(p)]
    return (deontic or parts or [text])[-1]


def weigh(text: str, weights: Weights) -> list[tuple[Token, float]]:
    """The words of a statement with their weights; its figures are judged apart."""
    return [(t, weights.of(t)) for t in tokens_of(text) if t.figure is None]


def judge(text: str, stretches: Sequence[Stretch], weights: Weights) -> Verdict:
    """How a statement stands to the evidence: its figures first, then whether it affirms what the rules affirm."""
    core = core_of(text)
    everything = weigh(text, weights)
    at = text.find(core)
    core_words = [(t, w) for t, w in everything if at <= t.start < at + len(core)] or everything

    def fit(where: Stretch, number: int) -> float:
        return 0.6 * own_coverage(core_words, number, where) + 0.4 * coverage(everything, number, where)

    by_words = hear(text, [t for t, _ in core_words], fit, stretches, weights)
    figured = [
        _by_figure(text, token, stretches, weights) for token in tokens_of(text) if token.figure is not None
    ]
    against = [v for v in figured if v.value < 0]
    if against:
        return max(against, key=lambda v: v.fit)
    backed = [v for v in figured if v.value > 0]
    if backed and len(backed) == len(figured):
        return max(backed, key=lambda v: v.fit)
    return by_words


def _by_figure(text: str, token: Token, stretches: Sequence[Stretch], weights: Weights) -> Verdict:
    """A figure of the statement against the figures that the rules give for the same."""
    assert token.figure is not None
    ranked = candidates(Slot(text, token.start, token.end), stretches, weights, frozenset((token.figure.kind,)))
    ranked = [c for c in ranked if token.figure.kind != "count" or c.figure.unit == token.figure.unit]
    said = {t.figure.key for t in tokens_of(text) if t.figure is not None}
    same = next((c for c in ranked if c.figure.key == token.figure.key), None)
    other = next((c for c in ranked if c.figure.key not in said), None)
    if same is None and other is not None and _bare_number(token.figure.text, _sentence(other.where, other.clause)):
        return NOTHING  # the rule gives the same number with another unit, or none
    if same is not None and same.score >= FIGURE_FITS and (other is None or same.score >= other.score - 0.02):
        wrong = bad_example(same.where, same.clause) and not CLAIMS_BREACH.search(text)
        return Verdict(-1.0 if wrong else 1.0, min(1.0, same.score), same.where, same.clause, True)
    if other is not None and other.score >= FIGURE_FITS and other.score - (same.score if same else 0.0) > FIGURE_MARGIN:
        return Verdict(-1.0, min(1.0, other.score), other.where, other.clause, True)
    return NOTHING


def _sentence(where: Stretch, clause: int) -> str:
    start, end = where.sentence_span(clause)
    return where.text[start:end]


def _bare_number(figure: str, text: str) -> bool:
    """Whether the digits of a figure stand in a text, as a number of their own."""
    digits = re.match(r"\d{2,}", figure)
    return digits is not None and re.search(rf"(?<!\d){digits.group(0)}(?!\d)", text) is not None


def hear(
    text: str,
    tokens: Sequence[Token],
    fit: Callable[[Stretch, int], float],
    stretches: Sequence[Stretch],
    weights: Weights,
    asked: str = "",
) -> Verdict:
    """What the clauses that fit a statement best say of it together; the best one of the majority is cited."""
    voices = []
    for where in stretches:
        best: dict[int, tuple[float, int]] = {}
        for number, clause in enumerate(where.clauses):
            score = fit(where, number) * where.favour(number) * (CASE if names_case(where, number) else 1.0)
            if score > best.get(clause.sentence, (0.0, 0))[0]:
                best[clause.sentence] = (score, number)
        voices += [(score * _precision(text, where, n, weights), where, n) for score, n in best.values()]
    voices = sorted(voices, key=lambda v: -v[0])[:VOICES]
    if not voices or voices[0][0] <= 0:
        return NOTHING
    top = voices[0][0]
    heard = [((s / top) ** SHARPNESS, stands(text, tokens, w, n, weights, asked), s, w, n) for s, w, n in voices]
    value = sum(share * v for share, v, *_ in heard) / sum(share for share, *_ in heard)
    for _, v, score, where, number in heard:
        if v * value > 0:
            return Verdict(value, min(1.0, score), where, number)
    return Verdict(0.0, min(1.0, top), voices[0][1], voices[0][2])


def _precision(text: str, where: Stretch, number: int, weights: Weights) -> float:
    """Near 1 where a clause speaks of little else than the statement, less where it is about more special things."""
    part = where.clauses[number]
    keys = {k for t in tokens_of(text) for k in t.keys}
    own = [(t, weights.of(t)) for t in tokens_of(where.text) if part.start <= t.start < part.end and t.figure is None]
    total = sum(w for _, w in own)
    told = sum(w for t, w in own if t.keys & keys)
    return 0.85 + 0.15 * (told / total if total else 0.0)


def own_coverage(tokens: Weighted, at: int, where: Stretch) -> float:
    """Like coverage, but words from farther away count little: the clause itself must speak of the act."""
    total = sum(w for _, w in tokens)
    return sum(w * found(t, at, where) ** 2 for t, w in tokens) / total if total else 0.0


def stands(
    text: str, tokens: Sequence[Token], where: Stretch, clause: int, weights: Weights | None = None, asked: str = ""
) -> float:
    """How the words `tokens` of a text stand to a clause that speaks of them: -1 against it, 1 with it."""
    part = where.clauses[clause]
    words = where.text[part.start : part.end]
    agrees = agreement(text, tokens, where, clause, weights)
    if CLAIMS_BREACH.search(text):
        permitted = agrees >= 0 and GRANTS.search(words) and not bad_example(where, clause)
        return -1.0 if permitted and not CLAIMS_BREACH.search(words) else 1.0
    value = -1.0 if agrees < 0 else 1.0
    tail = _BREAK.search(text, tokens[-1].end) if tokens else None
    said = text[tokens[0].start : tail.start() if tail else len(text)] if tokens else text
    if opposed(said, words):
        value = -value
    elif value > 0 and GRANTS.search(text):
        missing = [t for t in tokens if t.figure is None and not t.keys & part.keys and not t.keys & where.heading_keys]
        if EXCLUSIVE.search(words) and not EXCLUSIVE.search(text) and 4 * len(missing) > len(tokens):
            value = -1.0
        elif UNLIMITED.search(text) and not UNLIMITED.search(words) and (OPTIONAL.search(words) or "任" in text):
            value = -0.5
    if against_lead(asked + text, where, clause):
        return -value
    if bad_example(where, clause) and (not denies(tokens, where, clause) or _verbatim(said, words)):
        return -value
    return value


def _verbatim(said: str, words: str) -> bool:
    """Whether a clause is word for word what a statement says (a sentence not to be said, quoted)."""
    return len(fold(said)) >= 4 and fold(said) in fold(words)
