"""Where two rules for one platform and one matter disagree: figures or permissions, with sources and dates."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from bot.conflicts.alike import Pair, alike_pairs, fits_better, other_deeds, unlike
from bot.conflicts.claims import Claim, Reader, Says
from bot.conflicts.judge import Judge
from bot.conflicts.judged import with_judged
from bot.conflicts.kinds import told_apart
from bot.conflicts.lines import Line, lines_of
from bot.conflicts.match import conflict_score, same_matter
from bot.conflicts.modal import bearer_claims, modal_claims
from bot.conflicts.speech import Speech
from bot.conflicts.topic import topic_of
from bot.conflicts.views import Views, likeness
from bot.conflicts.words import words
from ingest.articles import Article, Passage
from ingest.platforms import in_order

# Two pairs may say the same thing about one matter; this much nearer another must be to explain a difference away.
_NEARER = 0.15
# A pair whose claim is that much less like than in its best pair is a stray.
LIKELY = 0.7
# 「那一条早作废了」: such a line tells what was.
_VOID = re.compile(r"(?:早就?已?|现已|均已|已经?|年起已?)(?:作废|废止|失效|取消|不再执行)了?\s*[。.；;！!]?\s*$")


@dataclass(frozen=True, slots=True)
class Side:
    """One of the rules that disagree: article.text[start:end] == text, the sentence or clauses that state it."""

    article_id: str
    title: str
    platform: str | None
    published: str | None
    start: int
    end: int
    text: str

    def to_json(self) -> dict[str, Any]:
        """The side in the JSON of `ruledesk conflicts`."""
        return {
            "article_id": self.article_id,
            "title": self.title,
            "platform": self.platform,
            "published": self.published,
            "start": self.start,
            "end": self.end,
            "text": self.text,
        }


@dataclass(frozen=True, slots=True)
class CorpusConflict:
    """Rules of one matter that disagree, newest first; `prefer` is the position of the newest side, None where the
    dates do not decide. `platforms` are those for which all sides hold, `score` (0 to 1) how sure the finder is,
    `kind` what the sides state: a kind of figure, "modal" (what is permitted) or "bearer" (who pays)."""

    topic: str
    sides: tuple[Side, ...]
    prefer: int | None
    platforms: tuple[str, ...]
    score: float
    kind: str

    def to_json(self) -> dict[str, Any]:
        """The conflict in the JSON of `ruledesk conflicts`; "prefer" is there the date of the preferred side."""
        return {
            "topic": self.topic,
            "platforms": list(self.platforms),
            "sides": [side.to_json() for side in self.sides],
            "prefer": None if self.prefer is None else self.sides[self.prefer].published,
        }


def find_conflicts(
    articles: Sequence[Article], passages: Sequence[Passage], limit: int | None = None, judge: Judge | None = None
) -> list[CorpusConflict]:
    """The conflicts between rule articles, the surest first, at most `limit` of them.

    Only rules of different articles are set against each other; exam articles state no rules. A `judge` finds
    what is told in other words; where no model is at hand, words and figures go alone.
    """
    lines = tuple(lines_of(articles, passages))
    reader = Reader(words())
    claims = claims_of(lines, reader)
    views = Views(Speech(words()))
    pairs = _pairs(claims, views)
    if judge is not None:
        claims, pairs = with_judged(lines, claims, pairs, judge, views, reader)
    found = _settled([_conflict(claims, members, score) for score, members in _grouped(claims, pairs)])
    return found if limit is None else found[:limit]


class ConflictIndex:
    """The conflicts of a corpus, to be asked by the spans that an answer cites."""

    def __init__(self, conflicts: Iterable[CorpusConflict]) -> None:
        self.conflicts = tuple(conflicts)
        self._by_article: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
        for at, conflict in enumerate(self.conflicts):
            for side in conflict.sides:
                self._by_article[side.article_id].append((side.start, side.end, at))

    def touching(self, article_id: str, start: int, end: int) -> list[CorpusConflict]:
        """The conflicts that words of article.text[start:end] take part in, the surest first."""
        hits = {at for s, e, at in self._by_article.get(article_id, ()) if s < end and start < e}
        return [self.conflicts[at] for at in sorted(hits)]


def claims_of(lines: Sequence[Line], reader: Reader) -> list[Claim]:
    """What the lines say, as far as patterns read it."""
    claims: list[Claim] = []
    for line in lines:
        if _VOID.search(line.text):
            continue
        claims += [*reader.figure_claims(line), *modal_claims(reader, line), *bearer_claims(reader, line)]
    return claims


def _pairs(claims: Sequence[Claim], views: Views) -> list[Pair]:
    """(score, one, other) of claims that contradict each other by their words and figures."""
    pairs: list[Pair] = []
    for group in _comparable(claims):
        homes = {at: claims[at].line.article.article_id for at in group}
        values = {at: claims[at].value for at in group}
        for one, other in combinations(group, 2):
            if values[one] == values[other] or homes[one] == homes[other]:
                continue
            score = conflict_score(claims[one], claims[other], words())
            if score <= 0 or _explained(claims, group, one, other, score):
                continue
            sides = views.of(claims[one]), views.of(claims[other])
            if not (told_apart(*sides) or other_deeds(*sides) or unlike(*sides)):
                pairs.append((score, one, other))
        pairs += alike_pairs(claims, group, words(), views)
    said: dict[tuple[str, Says], list[Claim]] = defaultdict(list)
    for claim in claims:
        said[claim.line.article.article_id, claim.says].append(claim)
    pairs = [pair for pair in pairs if not _agreed(claims[pair[1]], claims[pair[2]], said, views)]
    return _likeliest(claims, pairs, views)


def _comparable(claims: Sequence[Claim]) -> Iterator[list[int]]:
    """Claims that measure the same sort of thing; only these are ever compared."""
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    for at, claim in enumerate(claims):
        groups[claim.kind, claim.unit].append(at)
    yield from groups.values()


def _explained(claims: Sequence[Claim], group: Sequence[int], one: int, other: int, score: float) -> bool:
    """Whether one article also says what the other says of the matter: it then tells two cases apart."""
    for mine, theirs in ((one, other), (other, one)):
        home = claims[theirs].line.article.article_id
        for at in group:
            twin = claims[at]
            if twin.line.article.article_id == home and twin.says == claims[mine].says and at != theirs:
                likeness = same_matter(claims[mine], twin, words(), loose=True)
                if likeness > 0 and (twin.kind == "modal" or likeness >= score - _NEARER):
                    return True
    return False


def _agreed(one: Claim, other: Claim, said: Mapping[tuple[str, Says], Sequence[Claim]], views: Views) -> bool:
    """Whether the article of one says as well what the other says, at least as fittingly: the two then agree, as an
    article and its copy do."""
    for mine, theirs in ((one, other), (other, one)):
        twins = said.get((theirs.line.article.article_id, mine.says), ())
        sides = views.of(mine), views.of(theirs)
        if any(fits_better(sides[0], views.of(twin), sides[1], words()) for twin in twins if twin is not theirs):
            return True
    return False


def _likeliest(claims: Sequence[Claim], pairs: Sequence[Pair], views: Views) -> list[Pair]:
    """The pairs without those whose claim is much more like the claim of another pair: that one is its matter."""
    alike = [likeness(views.of(claims[one]), views.of(claims[other])).mean for _, one, other in pairs]
    best: dict[int, float] = defaultdict(float)
    for value, (_, one, other) in zip(alike, pairs, strict=True):
        best[one], best[other] = max(best[one], value), max(best[other], value)
    return [
        pair for value, pair in zip(alike, pairs, strict=True) if value >= LIKELY * max(best[pair[1]], best[pair[2]])
    ]


def _grouped(claims: Sequence[Claim], pairs: Iterable[tuple[float, int, int]]) -> Iterator[tuple[float, list[int]]]:
    """Pairs that share a claim belong to one conflict."""
    home: dict[int, int] = {}
    groups: list[tuple[float, list[int]]] = []
    for score, one, other in sorted(pairs, key=lambda p: (-p[0], p[1], p[2])):
        at = home.get(one, home.get(other))
        if at is None:
            at = len(groups)
            groups.append((score, []))
        for member in (one, other):
            if member not in home:
                home[member] = at
                groups[at][1].append(member)
    yield from groups


def _conflict(claims: Sequence[Claim], members: Sequence[int], score: float) -> CorpusConflict:
    """One conflict: for each article the side that disagrees the most surely, the newest first."""
    chosen: dict[str, Claim] = {}
    for at in members:
        chosen.setdefault(claims[at].line.article.article_id, claims[at])
    ranked = sorted(chosen.values(), key=lambda c: (c.line.article.article_id, c.start))
    ranked.sort(key=lambda c: c.line.article.published or "", reverse=True)
    dates = [c.line.article.published for c in ranked]
    newest = {c.value for c in ranked if c.line.article.published == dates[0]}
    decided = None not in dates and len(newest) == 1 and len(set(dates)) > 1
    common = frozenset.intersection(*(c.line.platforms for c in ranked))
    return CorpusConflict(
        topic=topic_of(ranked),
        sides=tuple(_side(c, common) for c in ranked),
        prefer=0 if decided else None,
        platforms=in_order(common),
        score=round(score, 4),
        kind=ranked[0].kind,
    )


def _side(claim: Claim, common: frozenset[str]) -> Side:
    article = claim.line.article
    platforms = in_order(common or claim.line.platforms)
    return Side(
        article_id=article.article_id,
        title=article.title,
        platform=platforms[0] if platforms else None,
        published=article.published,
        start=claim.start,
        end=claim.end,
        text=article.text[claim.start : claim.end],
    )


def _settled(conflicts: Iterable[CorpusConflict]) -> list[CorpusConflict]:
    """The surest first; a pair of sentences is told once, however many of its words disagree."""
    kept: list[CorpusConflict] = []
    seen: set[frozenset[tuple[str, int, int]]] = set()
    for conflict in sorted(conflicts, key=lambda c: (-c.score, [(s.article_id, s.start) for s in c.sides])):
        sides = frozenset((s.article_id, s.start, s.end) for s in conflict.sides)
        if sides not in seen:
            seen.add(sides)
            kept.append(conflict)
    return kept
