"""Slots: the place in a question that a figure of the rules must fill, and the figures that fit it best."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from bot.exam.cues import INTERROGATIVE, ROLES_AFTER, ROLES_BEFORE
from bot.exam.evidence import Stretch, coverage, found
from bot.exam.polarity import agreement
from bot.exam.terms import Token, Weights, tokens_of
from bot.figures import Figure

_BREAK = re.compile(r"[，,。；;！!？?：:]")
_SENTENCE_BREAK = re.compile(r"[。；;！!？?]")
DENIED = 0.9  # what a figure counts whose sentence denies what the question affirms
FRAME = 0.025
_LIGHT = re.compile(r"[\s()（）之以的为]")
RIVALS = 12  # best places that are told apart
_NEAR = 8  # characters around a slot whose words say what the figure is


@dataclass(frozen=True, slots=True)
class Candidate:
    """A figure of the evidence for a slot. `score` 0..1: how well the question's words are found around it."""

    figure: Figure
    where: Stretch
    clause: int
    score: float

    @property
    def place(self) -> tuple[int, int]:
        """Where it stands: which stretch, which offset (two slots never share one)."""
        return (id(self.where), self.figure.start)


@dataclass(frozen=True, slots=True)
class Slot:
    """text[start:end] is the blank, the asking word or the figure to be checked."""

    text: str
    start: int
    end: int


def slot_tokens(slot: Slot, weights: Weights) -> list[tuple[Token, float]]:
    """The question's other words, weighted; those in the slot's own clause and next to it tell more."""
    left = max((m.end() for m in _BREAK.finditer(slot.text, 0, slot.start)), default=0)
    match = _BREAK.search(slot.text, slot.end)
    right = match.start() if match else len(slot.text)
    far_left = max((m.end() for m in _SENTENCE_BREAK.finditer(slot.text, 0, slot.start)), default=0)
    far_match = _SENTENCE_BREAK.search(slot.text, slot.end)
    far_right = far_match.start() if far_match else len(slot.text)
    # 「达多少分的,店铺会被查封」: what follows an asking clause tells which figure is meant, its own words do not.
    led = slot.end > slot.start and far_right > right and INTERROGATIVE.fullmatch(slot.text[slot.start : slot.end])
    weighted = []
    for token in tokens_of(slot.text):
        if token.start < slot.end and slot.start < token.end:
            continue
        inside = left <= token.start < right
        near = inside and (slot.start - token.end <= _NEAR and token.start - slot.end <= _NEAR)
        if led and token.start >= right and token.start < far_right:
            weighted.append((token, weights.of(token) * 1.6))
            continue
        factor = (
            0.7
            if led and inside
            else 1.6
            if near
            else 1.35
            if inside
            else 1.0
            if far_left <= token.start < far_right
            else 0.45
        )
        weighted.append((token, weights.of(token) * factor))
    return weighted


def roles(text: str, start: int, end: int) -> frozenset[str]:
    """What the words around text[start:end] make of a figure: cap, threshold, deduct, within ..."""
    before, after = text[max(0, start - 12) : start].rstrip(" (（"), text[end : end + 8].lstrip(" )）")
    named = {name for name, pattern in ROLES_BEFORE.items() if pattern.search(before)}
    named |= {name for name, pattern in ROLES_AFTER.items() if pattern.match(after)}
    return frozenset(named)


def role_factor(asked: frozenset[str], said: frozenset[str]) -> float:
    """How well two sets of roles go together: under 1 where they are of different kinds."""
    strong = {"cap", "floor", "threshold", "reduce", "within", "after"}
    if asked & said & strong:
        return 1.08
    if (asked & strong) != (said & strong) and "within" not in asked | said:
        return 0.8 if asked & strong and said & strong else 0.88
    return 1.0


def candidates(
    slot: Slot, stretches: Sequence[Stretch], weights: Weights, kinds: frozenset[str] | None = None
) -> list[Candidate]:
    """The evidence's figures of the kinds asked for, best first. `kinds` None takes all kinds."""
    tokens = slot_tokens(slot, weights)
    asked = roles(slot.text, slot.start, slot.end)
    own = [t for t, _ in tokens]
    firsts: list[tuple[float, float, Figure, Stretch, int]] = []
    for where in stretches:
        for number, clause in enumerate(where.clauses):
            for figure in clause.figures:
                if kinds is not None and figure.kind not in kinds:
                    continue
                factor = role_factor(asked, roles(where.text, figure.start, figure.end)) * where.prior
                if agreement(slot.text, own, where, number) < 0:
                    factor *= DENIED
                extra = frame(slot, where.text, figure)
                firsts.append((coverage(tokens, number, where) * factor + extra, factor, figure, where, number))
    firsts.sort(key=lambda c: -c[0])
    told = telling(tokens, [(where, number) for *_, where, number in firsts[:RIVALS]])
    ranked = [
        Candidate(
            figure,
            where,
            number,
            _mixed(score, coverage(told, number, where) * factor, frame(slot, where.text, figure)),
        )
        for score, factor, figure, where, number in firsts
    ]
    return sorted(ranked, key=lambda c: -c.score)


def _mixed(score: float, told: float, extra: float) -> float:
    return 0.5 * score + 0.5 * (told + extra)


def frame(slot: Slot, text: str, figure: Figure) -> float:
    """A little for each character that stands next to the slot and next to the figure alike."""
    behind = (slot.text[slot.end : slot.end + 12], text[figure.end : figure.end + 12])
    ahead = (
        slot.text[max(0, slot.start - 12) : slot.start][::-1],
        text[max(0, figure.start - 12) : figure.start][::-1],
    )
    return FRAME * (_alike(*behind) + _alike(*ahead))


def _alike(one: str, other: str) -> int:
    """How many characters two texts begin with alike, light words aside; at most 4."""
    pairs = zip(_LIGHT.sub("", one)[:4], _LIGHT.sub("", other)[:4], strict=False)
    return sum(1 for _ in takewhile(lambda p: p[0] == p[1], pairs))


def telling(tokens: Sequence[tuple[Token, float]], places: Sequence[tuple[Stretch, int]]) -> list[tuple[Token, float]]:
    """The same words, those that only some of the rival places hold weighing more: they tell the tiers of a rule apart."""
    if not places:
        return list(tokens)
    weighed = []
    for token, weight in tokens:
        shares = [found(token, number, where) for where, number in places]
        spread = max(shares) - min(shares)
        weighed.append((token, weight * (0.3 + spread) if max(shares) > 0 else 0.5 * weight))
    return weighed
