"""Text -> its telling words, whatever the matter, weighed by how seldom rules use them."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources

import rjieba

from bot.conflicts.words import Words, set_aside
from bot.figures import figures_in

# Parts of speech that carry no matter: particles, pronouns, conjunctions, prepositions, numerals, marks, adverbs.
_EMPTY = frozenset("u uj ul uz uv ug ud r rr rz c p m q mq x w y e o zg d f k h".split())
_DOING = frozenset(("v", "vd", "vg"))  # 「提交坏果」 is no kind of 坏果
_CHINESE = re.compile(r"^[\u4e00-\u9fffA-Za-z]+$")
_WITHIN = re.compile(r"\s?(?:[之以]?内(?!容|地|部|存|衣|外|行|测|置)|里头?(?!面|程))")
_JOINTS = frozenset("的之")
STATUS = frozenset("未已")
# What a word counts that the other text cuts otherwise, only names the concept of, or shares characters with.
CUT_OTHERWISE, CONCEPT, CHARACTER = 0.95, 0.85, 0.7
# What tells less: a single character, the rule's own machinery (现货, 审核), what is measured (违约金, 最高).
SINGLE, VAGUE, MEASURING = 0.6, 0.6, 0.05
TELLING = 0.5
KIND_AND_THING = 2


@dataclass(frozen=True, slots=True)
class Spoken:
    """The telling words of a text.

    `weights`: word -> 0 to 1; `concepts`: word -> the concepts it is part of; `inner`: those it names by itself;
    `named`: all concepts; `by_character`: character -> words; `pairs`: neighbours, (食品, 类目); `sequence`: the
    words in order, common ones too, each with whether it names a thing; `keys`: what another text must share to be
    set against it.
    """

    text: str
    weights: Mapping[str, float]
    concepts: Mapping[str, frozenset[str]]
    inner: Mapping[str, frozenset[str]]
    named: frozenset[str]
    by_character: Mapping[str, tuple[str, ...]]
    pairs: frozenset[tuple[str, str]]
    sequence: tuple[tuple[str, bool], ...]
    keys: frozenset[str]

    @property
    def total(self) -> float:
        """The weight of all words."""
        return sum(self.weights.values())


@dataclass(frozen=True, slots=True)
class Common:
    """In how many of so many rule lines a word stands."""

    lines: int
    words: Mapping[str, int]

    def rarity(self, word: str) -> float:
        """0 for a word of every line, 1 for one that rules hardly use."""
        return 1 - math.log(1 + self.words.get(word, 0)) / math.log(1 + self.lines)


@cache
def common() -> Common:
    """The counts that ship with the desk; `python -m eval.common_words` makes them."""
    data = json.loads(resources.files("bot.conflicts").joinpath("common.json").read_text(encoding="utf-8"))
    return Common(data["lines"], data["words"])


class Speech:
    """Reads the telling words of texts; keeps what it read, for many claims share a title or a section."""

    def __init__(self, words: Words) -> None:
        self._words = words
        # Longest first: 货到付款 is no 付款.
        self._known = re.compile(f"({'|'.join(sorted(words.speech.cut, key=len, reverse=True))})")
        self._read: dict[str, Spoken] = {}

    def of(self, text: str) -> Spoken:
        """The telling words of a text, worked out once."""
        if text not in self._read:
            self._read[text] = self._spoken(text)
        return self._read[text]

    def _spoken(self, text: str) -> Spoken:
        known = self._words.speech
        masked = set_aside(text)
        terms = self._words.terms(masked)
        for figure in figures_in(masked):
            within = _WITHIN.match(masked, figure.end)  # 「15天内要寄回」 must not be cut into 内要
            end = within.end() if within else figure.end
            masked = masked[: figure.start] + " " * (end - figure.start) + masked[end:]
        weights: dict[str, float] = {}
        concepts: dict[str, frozenset[str]] = {}
        inner: dict[str, frozenset[str]] = {}
        pairs: set[tuple[str, str]] = set()
        sequence: list[tuple[str, bool]] = []
        at, last, status, doing = 0, "", "", False
        for word, tag in self._tagged(masked):
            start, at = at, at + len(word)
            thing = word in known.things
            empty = tag in _EMPTY or word in known.empty or not _CHINESE.match(word)
            if not empty:
                sequence.append((word, tag not in _DOING))
            if (empty or word in self._words.plain) and not thing:
                last = last if word in _JOINTS else ""
                status = {"没": "未"}.get(word, word) if word in STATUS | {"没"} else ""
                continue
            told = {n for s, e, c in terms if s < at and start < e for n in self._words.same.get(c, (c,))}
            party = bool(told) and told <= known.parties
            if last and (not doing or (word[-1] in known.amounts and inner.get(last))):
                pairs.add((last, word))
            doing = tag in _DOING and not status
            last, status = "" if thing or party else status + word, ""
            if word in self._words.plain or party:
                continue
            telling = told - self._words.functional
            weights[word] = max(weights.get(word, 0.0), self._weight(word, bool(told), bool(telling)))
            same = {f"={w}" for w in self._words.synonyms.get(word, ())}
            concepts[word] = concepts.get(word, frozenset()) | telling | same
            inner[word] = inner.get(word, frozenset()) | {c for s, e, c in terms if start <= s and e <= at} | same
        return Spoken(
            text, weights, concepts, inner, frozenset[str]().union(*concepts.values()), _by_character(weights),
            frozenset(pairs), tuple(sequence), _keys(weights, concepts),
        )  # fmt: skip

    def _tagged(self, text: str) -> Iterator[tuple[str, str]]:
        """The words with their parts of speech; those that the cutter's dictionary lacks are cut out first."""
        for at, part in enumerate(self._known.split(text)):
            if at % 2:
                yield part, "n"
            elif part:
                yield from rjieba.tag(part)

    def _weight(self, word: str, told: bool, telling: bool) -> float:
        weight = common().rarity(word) * (SINGLE if len(word) == 1 else 1.0)
        if word in self._words.measuring:
            return weight * MEASURING
        return weight * VAGUE if told and not telling else weight


def _by_character(weights: Mapping[str, float]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for word in weights:
        for character in set(word):
            found[character] = (*found.get(character, ()), word)
    return found


def _keys(weights: Mapping[str, float], concepts: Mapping[str, frozenset[str]]) -> frozenset[str]:
    telling = [word for word, weight in weights.items() if weight >= TELLING]
    return frozenset(telling).union(*(concepts[word] for word in telling))


def credit(word: str, own: Spoken, there: Spoken, *, alone: bool = False) -> float:
    """How much of a word of `own` another text says: 1 where it has the word, less for its concept or its characters.

    `alone` counts only concepts that the word names by itself: 电子 is no 发票.
    """
    if word in there.weights:
        return 1.0
    if len(word) > 1 and word in there.text:
        return CUT_OTHERWISE
    concepts = own.inner.get(word, frozenset()) if alone else own.concepts.get(word, frozenset())
    if not concepts.isdisjoint(there.named):
        return CONCEPT
    # The last character of a compound names the thing, the first the kind: 白班 and 夜班 are two, 夜间 and 夜里 one.
    shared = word[:1] if alone and len(word) == KIND_AND_THING else set(word)
    rivals = {w for character in shared for w in there.by_character.get(character, ())}
    return CHARACTER * max((_shared(word, w) for w in rivals), default=0.0)


# Bounded: a desk that runs for weeks reads its pages anew many times.
@lru_cache(maxsize=65_536)
def _shared(one: str, other: str) -> float:
    """The share of characters that two words have in common: 填错 and 写错 share one of two."""
    return 2 * len(set(one) & set(other)) / (len(set(one)) + len(set(other)))
