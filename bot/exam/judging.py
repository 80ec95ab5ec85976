"""Propositions against evidence: supported, contradicted, or not spoken of."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.exam.cues import (
    ASKING,
    BARS,
    CLAIMS_BREACH,
    COMPARES,
    DEONTIC,
    EXCLUSIVE,
    GRANTS,
    NEGATORS,
    NOT_NEGATING,
    OPTIONAL,
    TOPIC,
    UNLIMITED,
    UNRELATED,
)
from bot.exam.evidence import Stretch, coverage, found
from bot.exam.polarity import REACH, against_lead, agreement, bad_example, denies, in_breach_list, names_case, opposed
from bot.exam.slots import Slot, candidates, telling
from bot.exam.terms import Token, Weights, tokens_of
from ingest.articles import fold

_BREAK = re.compile(r"[，,。；;！!？?：:]")
FIGURE_FITS = 0.45  # a figure whose surroundings match less than this says nothing about a statement
FIGURE_MARGIN = 0.06
VOICES = 6  # clauses that are heard on one statement
HALF = 0.5
CASE_FITS = 0.4
CASE = 0.85  # how much a clause counts that only names a case
NARROW = 0.75
RULE = 1.05
ASKED = 0.75
MODAL = 0.8
DENIAL = 1.1  # a rule that denies seldom does so by chance
SHARPNESS = 8  # how much more the better-fitting clause is heard
Weighted = Sequence[tuple[Token, float]]


@dataclass(frozen=True, slots=True)
class Verdict:
    """`value` -1 (contradicted) .. 1 (supported); `fit` 0..1 how much of the statement the evidence speaks of."""

    value: float
    fit: float
    where: Stretch | None = None
    clause: int = -1
    by_figure: bool = False
    rivals: tuple[tuple[Stretch, int], ...] = ()


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
    if by_words.rivals:
        everything = telling(everything, by_words.rivals)
        by_words = hear(text, [t for t, _ in core_words], fit, stretches, weights)
    named = [
        t for t in tokens_of(text) if t.figure is not None and not (t.figure.kind == "count" and t.figure.value == 1)
    ]
    figured = [_by_figure(text, token, stretches, weights) for token in named]
    against = [v for v in figured if v.value < 0]
    if against:
        return max(against, key=lambda v: v.fit)
    backed = [v for v in figured if v.value > 0]
    if backed and len(backed) == len(figured):
        best = max(backed, key=lambda v: v.fit)
        in_core = any(t.figure is not None and at <= t.start < at + len(core) for t in tokens_of(text))
        if in_core or best.where is None:
            return best
        # The figures only name the case; what follows from it is for the words around them to say.
        said = hear(text, [t for t, _ in core_words], fit, [best.where], weights)
        return said if said.value < 0 and said.fit >= CASE_FITS else best
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
        mine, theirs = _compares(text[: token.start]), _compares(same.where.text[: same.figure.start])
        wrong = wrong or (mine * theirs < 0)
        return Verdict(-1.0 if wrong else 1.0, min(1.0, same.score), same.where, same.clause, True)
    if other is not None and other.score >= FIGURE_FITS and other.score - (same.score if same else 0.0) > FIGURE_MARGIN:
        return Verdict(-1.0, min(1.0, other.score), other.where, other.clause, True)
    return NOTHING


def _compares(before: str) -> int:
    """1 where a figure is to be reached, -1 where it is not to be reached, 0 where the words before it say neither."""
    named = list(COMPARES.finditer(before, max(0, len(before) - 8)))
    if not named or re.search(r"[，,。；;\d]", before[named[-1].end() :]):
        return 0
    last = named[-1]
    value = -1 if last.group("under") else 1
    return -value if re.search(r"(?:不能|不得|未|没有?|不可|不)$", before[: last.start()]) else value


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
            score = fit(where, number) * where.favour(number) * _rules(where, number)
            if score > best.get(clause.sentence, (0.0, 0))[0]:
                best[clause.sentence] = (score, number)
        voices += [(score, where, n) for score, n in best.values()]
    voices = sorted(voices, key=lambda v: -v[0])[: 4 * VOICES]
    narrow = {(id(w), n): _precision(asked + text, w, n, weights) for _, w, n in voices}
    voices = sorted(((s * (0.85 + 0.15 * narrow[id(w), n]), w, n) for s, w, n in voices), key=lambda v: -v[0])[:VOICES]
    if not voices or voices[0][0] <= 0:
        return NOTHING
    top = voices[0][0]
    rivals = tuple((w, n) for _, w, n in voices)
    heard = []
    for score, where, number in voices:
        value = stands(text, tokens, where, number, weights, asked)
        # A denial of a more special thing (聚划算不支持…) is none of the thing itself.
        weight = DENIAL * (NARROW + (1 - NARROW) * narrow[id(where), number]) if value < 0 else 1.0
        share = (score * weight / top) ** SHARPNESS
        heard.append((share, value, score, where, number))
    value = sum(share * v for share, v, *_ in heard) / sum(share for share, *_ in heard)
    for _, v, score, where, number in heard:
        if v * value > 0:
            return Verdict(value, min(1.0, score), where, number, False, rivals)
    return Verdict(0.0, min(1.0, top), voices[0][1], voices[0][2], False, rivals)


def _rules(where: Stretch, number: int) -> float:
    """How much a clause is a rule: one that says must, may or not counts more, one that asks or names a case less."""
    part = where.clauses[number]
    words = where.text[part.start : part.end]
    if ASKING.search(words) or TOPIC.search(words):
        return ASKED
    if names_case(where, number):
        return CASE
    return RULE if DEONTIC.search(words) or NEGATORS.search(NOT_NEGATING.sub("", words)) else 1.0


def _precision(text: str, where: Stretch, number: int, weights: Weights) -> float:
    """1 where a clause speaks of nothing else than the statement, less where it is about more special things."""
    keys = {k for t in tokens_of(text) for k in t.keys}
    own = [(t, weights.of(t)) for t in where.clauses[number].tokens if t.figure is None]
    total = sum(w for _, w in own)
    told = sum(w for t, w in own if t.keys & keys)
    return told / total if total else 0.0


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
    tail = _BREAK.search(text, tokens[-1].end) if tokens else None
    said = text[tokens[0].start : tail.start() if tail else len(text)] if tokens else text
    if CLAIMS_BREACH.search(said):
        permitted = agrees >= 0 and GRANTS.search(words) and not bad_example(where, clause)
        return -1.0 if permitted and not CLAIMS_BREACH.search(words) else 1.0
    value = -1.0 if agrees < 0 else 1.0
    bad = bad_example(where, clause)
    if agrees == 0 and not bad and _modal(said) * _modal(words) < 0:
        value = -MODAL
    if opposed(said, _around(where, clause)) or (UNRELATED.search(text) and not UNRELATED.search(words)):
        value = -value
    elif value > 0 and GRANTS.search(text) and not bad:
        missing = [t for t in tokens if t.figure is None and not t.keys & part.keys and not t.keys & where.heading_keys]
        if EXCLUSIVE.search(words) and not EXCLUSIVE.search(text) and 4 * len(missing) > len(tokens):
            value = -1.0
        elif UNLIMITED.search(text) and not UNLIMITED.search(words) and (OPTIONAL.search(words) or "任" in text):
            value = -0.5
    if agrees >= 0 and against_lead(asked + text, where, clause):
        return -value
    if bad and (in_breach_list(where, clause) or not denies(tokens, where, clause) or _verbatim(said, words)):
        # That an act is wrong does not make its opposite right, only likely.
        return -value if value > 0 else HALF
    return value


def _modal(words: str) -> int:
    """1 where a clause grants, -1 where it bars, 0 where it does neither."""
    plain = NOT_NEGATING.sub("〇", words)
    return -1 if BARS.search(plain) else 1 if GRANTS.search(plain) else 0


def _around(where: Stretch, clause: int) -> str:
    """A clause with its neighbours in the sentence."""
    home = where.clauses[clause].sentence
    near = [c for c in where.clauses[max(0, clause - REACH) : clause + REACH + 1] if c.sentence == home]
    return where.text[near[0].start : near[-1].end]


def _verbatim(said: str, words: str) -> bool:
    """Whether a clause is word for word what a statement says (a sentence not to be said, quoted)."""
    return len(fold(said)) >= 4 and fold(said) in fold(words)
