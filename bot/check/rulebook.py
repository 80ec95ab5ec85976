"""The corpus as the check sees it: rule sentences with their platforms, and the one that states a given rule best."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.answers import Citation
from ingest.articles import Article, Passage
from ingest.sentences import sentence_spans, trim

MAX_QUOTE = 170
# Markers that head a rule in the middle of a line: pages without line ends put ten rules into one "sentence".
_LEVELS = (r"[一二三四五六七八九十]{1,2}\s?、", r"\d{1,2}\s?[、.．](?!\d)", r"[(（]\d{1,2}[)）]|[①-⑳]")
_ITEM = re.compile(rf"(?:(?<=\s)|(?<=^))(?={'|'.join(_LEVELS)})")
_POINTS = r"扣(?:除)?\s?[0-9一二三四五六七八九十]{1,3}\s?分(?:\([0-9]+分\))?(?:每笔|/笔)?"
_SHARE = r"(?:百分之[一二三四五六七八九十]+(?:\(\d+%\))?|\d+(?:\.\d+)?%)(?:[^。;；\n]{0,16}?\d+\s?元\)?)?"
_PENALTY = re.compile(
    rf"(?:每笔交易|每笔|每次|一次性|一次)?{_POINTS}"
    rf"|(?:赔付|赔偿|赔|罚款|罚|违约金)[^。;；\n]{{0,24}}?{_SHARE}"
    r"|(?:罚款|罚|违约金|赔偿金?)[^,，。;；\n]{0,8}?[0-9一二三四五六七八九十]+\s?万?元"
)
_CLAUSES = re.compile(r"[。;；!！?？\n]+")
_SPACED = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class RuleUnit:
    """A sentence or numbered rule of an article: article.text[start:end], with the section's words around it."""

    article: Article
    passage: Passage | None
    start: int
    end: int
    context: str

    @property
    def text(self) -> str:
        """The words of the unit, as they stand in the article."""
        return self.article.text[self.start : self.end]

    @property
    def platforms(self) -> tuple[str, ...]:
        """The platforms the unit's section is about."""
        return self.passage.platforms if self.passage and self.passage.platforms else self.article.platforms

    def applies_to(self, platform: str | None) -> bool:
        """Whether the unit speaks of the platform; a unit without platforms speaks of all."""
        return platform is None or not self.platforms or platform in self.platforms

    def cite(self, n: int) -> Citation:
        """The unit as a citation."""
        a = self.article
        passage_id = self.passage.passage_id if self.passage else ""
        return Citation(
            n, a.article_id, a.title, self.platforms, a.published, a.url, passage_id, self.start, self.end, self.text
        )


@dataclass(frozen=True, slots=True)
class CiteSpec:
    """Which sentence states a rule: a match of every pattern in `all`; each in `more` and `penalty` raises it."""

    all: tuple[re.Pattern[str], ...]
    more: tuple[re.Pattern[str], ...] = ()
    avoid: tuple[re.Pattern[str], ...] = ()


def penalties(text: str) -> list[str]:
    """The penalty figures of a rule as they stand in it (扣6分), each once, in order."""
    return list(dict.fromkeys(_SPACED.sub("", m.group()) for m in _PENALTY.finditer(text)))


def figures(spec: CiteSpec, unit: RuleUnit) -> list[str]:
    """The penalties of the unit that belong to the matter: in a sentence about it, or under a heading about it."""
    if spec.all[0].search(unit.context):
        return penalties(unit.text)
    found: list[str] = []
    for clause in _CLAUSES.split(unit.text):
        if any(p.search(clause) for p in spec.all):
            found += penalties(clause)
    return list(dict.fromkeys(found))


def split_units(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Sentences of text[start:end], cut at numbered markers as well; over-long ones at their commas."""
    for left, right in _whole(text, sentence_spans(text, start, end)):
        cuts = [left, *(m.start() for m in _ITEM.finditer(text, left, right) if m.start() > left), right]
        for a, b in pairwise(cuts):
            one = trim(text, a, b)
            if one[0] < one[1]:
                yield one


def _whole(text: str, spans: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Sentences, with those joined that only a full stop inside quotation marks parted (「…“我很忙。”、“…”」)."""
    held: tuple[int, int] | None = None
    for span in spans:
        if held is not None and text[span[0]] in "、,，。;；)）":
            held = (held[0], span[1])
            continue
        if held is not None:
            yield held
        held = span
    if held is not None:
        yield held


class _Heads:
    """What the numbered heads above a sentence say, in reading order (四、货到付款 > (2) …)."""

    def __init__(self) -> None:
        self._open: list[tuple[int, str]] = []

    def above(self, text: str) -> str:
        """The words of the heads above `text`, which may open a section of its own."""
        level = next((i for i, p in enumerate(_LEVELS) if re.match(p, text)), None)
        if level is not None:
            self._open = [(at, words) for at, words in self._open if at < level]
        told = " ".join(words for _, words in self._open)
        if level is not None:
            self._open.append((level, text[:24]))
        return told


class Rulebook:
    """All rule units of a corpus; exam articles are no rules."""

    def __init__(self, articles: Sequence[Article], passages: Iterable[Passage]) -> None:
        """`passages` belong to `articles`; an article without passages is read whole."""
        by_article: dict[str, list[Passage]] = {}
        for passage in passages:
            by_article.setdefault(passage.article_id, []).append(passage)
        self.units: list[RuleUnit] = []
        for article in articles:
            if article.kind != "rules":
                continue
            heads = _Heads()
            parts: list[Passage | None] = [*sorted(by_article.get(article.article_id, []), key=lambda p: p.start)]
            for part in parts or [None]:
                start, end = (part.start, part.end) if part else (0, len(article.text))
                path = " ".join(part.heading_path) if part else ""
                for a, b in split_units(article.text, start, end):
                    self.units.append(RuleUnit(article, part, a, b, f"{path} {heads.above(article.text[a:b])}"))
        self._candidates: dict[int, list[tuple[float, RuleUnit]]] = {}

    def candidates(self, spec: CiteSpec) -> list[tuple[float, RuleUnit]]:
        """Every unit, or run of up to three neighbours, that states the rule, with a score; best first."""
        if id(spec) not in self._candidates:
            found = [(s, u) for u in self._windows() if (s := _score(spec, u)) > 0]
            self._candidates[id(spec)] = sorted(found, key=lambda x: (-x[0], x[1].article.article_id, x[1].start))
        return self._candidates[id(spec)]

    def _windows(self) -> Iterator[RuleUnit]:
        for i, unit in enumerate(self.units):
            yield unit
            for size in (2, 3):
                last = self.units[i + size - 1] if i + size <= len(self.units) else None
                if last is None or last.passage is not unit.passage or last.article is not unit.article:
                    break
                if _starts_anew(last):
                    break
                if last.end - unit.start <= MAX_QUOTE and last.end > unit.end:
                    yield RuleUnit(unit.article, unit.passage, unit.start, last.end, unit.context)


def _starts_anew(unit: RuleUnit) -> bool:
    """Whether the unit is a numbered rule or a heading of its own, and no continuation of the one before."""
    text = unit.text
    return bool(_ITEM.match(text)) or (unit.start > 0 and unit.article.text[unit.start - 1] == "\n")


def _score(spec: CiteSpec, unit: RuleUnit) -> float:
    text = unit.text
    if len(text) > 2 * MAX_QUOTE or any(p.search(text) for p in spec.avoid):
        return 0.0
    matter, *others = spec.all
    # The matter may stand in the heading alone (「四、货到付款 … (2)不要拒绝发货」).
    named, headed = matter.search(text), matter.search(unit.context)
    if not (named or headed) or not all(p.search(text) for p in others) or len(text) < 8 or text.endswith((":", "：")):
        return 0.0
    if not named and not any(p.search(text) for p in spec.more):
        return 0.0
    score = (4.0 if named else 3.0) + sum(1.5 for p in spec.more if p.search(text))
    score += 1.5 if figures(spec, unit) else 0.0
    # The shortest quote that says it all wins: length costs a little, so a window pays only for what it adds.
    return score - len(text) / 45


def overlap(one: set[str], text: str) -> int:
    """How many of the two-character runs `one` stand in the text."""
    return sum(1 for pair in one if pair in text)


def pairs(text: str) -> set[str]:
    """The two-character runs of a clause."""
    return {text[i : i + 2] for i in range(len(text) - 1) if "," not in text[i : i + 2]}
