"""Evidence: stretches of rule text cut into clauses, and how well a set of terms is found around one clause."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.exam.terms import Token, Weights, tokens_of
from bot.figures import Figure
from index.hits import Hit

_CUT = re.compile(
    r"(?P<sentence>[。！？!?；;…\n]+[”’」』）)\]】]*|(?<=[\u4e00-\u9fff”」》）)])\.(?![\w.])"
    r"|(?=[(（]\d{1,2}[)）])|(?<![\d.])(?=\d{1,2}(?:、|[.．丶](?!\d)|\)))|(?=[①-⑳])|(?<=[\s。])(?=[一二三四五六七八九十]{1,2}\s?[、.．丶]))"
    r"|(?P<clause>[，、丶]|,(?!\d{3}(?!\d))|[:：](?!\d\d)|[（）()]|(?<=\S)\s(?=\S))"
)
_ASIDE = re.compile(r"[（(](?!\d)[^（）()]{1,4}[)）]")  # 「7天(含)内」 is one clause
_WIDER = 0.65  # what a word counts of which only a wider concept is found (the order in 关闭订单)
_PARTIAL = 0.35  # what a word counts for that only shares a character with the clause
_CHARS_OUT = frozenset("的了是在和与及或等不没无可以要会能有人上下中家时后前内为个一")
NEAR_CLAUSES = (1.0, 0.8, 0.72, 0.66, 0.62)  # by how many clauses of the same sentence lie between
BEHIND = 0.88  # what a rule says of a case stands behind the case: words behind count less
NEXT_SENTENCE = 0.5
FAR = 0.3
HEADING = 0.5


@dataclass(frozen=True, slots=True)
class Clause:
    """text[start:end] of a stretch; clauses of one sentence share its number."""

    start: int
    end: int
    sentence: int
    keys: frozenset[str]
    chars: frozenset[str]
    tokens: tuple[Token, ...]

    @property
    def figures(self) -> tuple[Figure, ...]:
        """The figures of the clause."""
        return tuple(t.figure for t in self.tokens if t.figure is not None)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A retrieved passage, or a sentence that was given: `text` cut into clauses, `heading` the words it stands under.

    `offset` is where `text` begins in the article, `before` what stands there ahead of it (for the lead-in of a list that
    it goes on with); `units` are the sentences the retriever picked, as (start, end, factor); `hit` is None where the evidence was given.
    """

    text: str
    heading: str
    clauses: tuple[Clause, ...]
    heading_keys: frozenset[str]
    offset: int = 0
    hit: Hit | None = None
    prior: float = 1.0
    before: str = ""
    units: tuple[tuple[int, int, float], ...] = ()
    cache: dict[frozenset[str], tuple[tuple[int, int, float], ...]] = field(
        default_factory=dict, compare=False, repr=False
    )

    def favour(self, clause: int) -> float:
        """How much the retriever is for a clause: its passage's rank, and more where it picked the very sentence."""
        part = self.clauses[clause]
        return self.prior * max((f for s, e, f in self.units if s <= part.start < e), default=1.0)

    def sentence_span(self, clause: int) -> tuple[int, int]:
        """Where the sentence of a clause starts and ends in `text`."""
        number = self.clauses[clause].sentence
        spans = [(c.start, c.end) for c in self.clauses if c.sentence == number]
        return spans[0][0], spans[-1][1]


def stretch(
    text: str,
    heading: str = "",
    offset: int = 0,
    hit: Hit | None = None,
    prior: float = 1.0,
    before: str = "",
    units: tuple[tuple[int, int, float], ...] = (),
) -> Stretch:
    """Cuts a text into clauses."""
    clauses = []
    sentence = at = 0
    asides = [m.span() for m in _ASIDE.finditer(text)]
    cuts = [
        (m.start(), m.end(), m.lastgroup == "sentence")
        for m in _CUT.finditer(text)
        if not any(s <= m.start() < e for s, e in asides)
    ] + [(len(text), len(text), True)]
    tokens = tokens_of(text)
    for _, end, ends_sentence in cuts:
        inside = [t for t in tokens if at <= t.start < end]
        if inside:
            clauses.append(
                Clause(
                    at, end, sentence,
                    frozenset(k for t in inside for k in t.keys),
                    frozenset(text[at:end]) - _CHARS_OUT,
                    tuple(inside),
                )
            )  # fmt: skip
            at = end
        elif clauses and end > at and not ends_sentence:
            at = max(at, end if not text[at:end].strip(" ,，、:：") else at)
        if ends_sentence and clauses and clauses[-1].sentence == sentence:
            sentence += 1
    keys = frozenset(k for t in tokens_of(heading) for k in t.keys)
    return Stretch(text, heading, tuple(clauses), keys, offset, hit, prior, before, units)


def found(token: Token, at: int, where: Stretch) -> float:
    """How surely a token is found around clause `at`: 1 in the clause itself, less the farther away, 0 nowhere."""
    places = where.cache.get(token.keys)
    if places is None:
        grades = ((n, c.sentence, _grade(token, c)) for n, c in enumerate(where.clauses))
        places = where.cache[token.keys] = tuple((n, s, g) for n, s, g in grades if g)
    best = HEADING if token.figure is None and token.keys & where.heading_keys else 0.0
    home = where.clauses[at].sentence
    for number, sentence, grade in places:
        if grade <= best:
            continue
        apart = sentence - home
        if apart == 0:
            near = NEAR_CLAUSES[min(abs(number - at), len(NEAR_CLAUSES) - 1)] * (BEHIND if number > at else 1.0)
        elif token.figure is not None:
            near = 0.15
        elif apart < 0:
            near = NEXT_SENTENCE if apart == -1 else FAR
        else:
            near = 0.8 * NEXT_SENTENCE if apart == 1 else 0.6 * FAR
        best = max(best, grade * near)
    return best


def _grade(token: Token, clause: Clause) -> float:
    if token.keys & clause.keys:
        return 1.0 if token.figure is not None or token.lead & clause.keys else _WIDER
    if token.figure is None and len(token.word) > 1:
        shared = sum(c in clause.chars for c in token.word)
        return _PARTIAL * shared / len(token.word) if shared else 0.0
    return 0.0


def coverage(tokens: Sequence[tuple[Token, float]], at: int, where: Stretch) -> float:
    """The share of weighted tokens that is found around a clause, 0..1; 0 where there are no tokens."""
    total = sum(w for _, w in tokens)
    return sum(w * found(t, at, where) for t, w in tokens) / total if total else 0.0


def weighted(text: str, weights: Weights) -> list[tuple[Token, float]]:
    """The tokens of a text with their weights."""
    return [(t, weights.of(t)) for t in tokens_of(text)]
