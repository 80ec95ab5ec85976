"""Articles -> the lines that the conflict finder reads: rule sentences with their clauses, heads and neighbours."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from index.units import rule_sentences
from ingest.articles import Article, Passage
from ingest.markers import find_markers
from ingest.platforms import platforms_in
from ingest.sections import Section, build_sections

# A half-width comma inside a figure (1,000) parts no clauses; 、 parts the members of a list, not clauses.
_CLAUSE = re.compile(r"[，；;：:。！？!?（）()\n]|(?<!\d),|,(?!\d)|\s+(?=[\u4e00-\u9fff])")
# What follows is what shops do wrong, or what not to say: its modal words are no rules.
_BREACHES = re.compile(
    r"(?:违约|违规|违反|错误|不当|失误|不能说|不要说|不该说|禁用|误区|忌讳)[^。；;]{0,8}(?:情况|行为|做法|说法|情形|例子|话|语|词)?"
    r"(?:如下|包括|有|有以下)?\s*[:：]?\s*$"
)
_SHORT_ASIDE = re.compile(r"[（(][^（()）]{0,4}[)）]")
MAX_LEAD = 40
MAX_MARKER = 12
_GENERAL_HEAD = re.compile(r"规则|规定|流程|须知|注意|概述|说明|总则|基本|常见|问答")


@dataclass(frozen=True, slots=True)
class Line:
    """A rule sentence: article.text[start:end] without its marker; clauses are [start, end) in it, in order.

    `heads` are the headings right above it, `lead` the first words of its rule where the line is not its first,
    `opening` the article's title and its first sentence, `around` its whole section, `before` the line before it.
    """

    article: Article
    start: int
    end: int
    clauses: tuple[tuple[int, int], ...]
    heads: str
    lead: str
    opening: str
    platforms: frozenset[str]
    before: str
    around: str
    of_breaches: bool

    @property
    def text(self) -> str:
        """The sentence."""
        return self.article.text[self.start : self.end]

    def holds_where(self, other: Line) -> bool:
        """Whether both hold for one platform, or for any."""
        return bool(self.platforms & other.platforms) or not (self.platforms or other.platforms)

    def may_meet(self, other: Line) -> bool:
        """Whether both stand in different articles and hold for one platform."""
        return self.article.article_id != other.article.article_id and self.holds_where(other)

    def clause_at(self, offset: int) -> int:
        """The position of the clause that holds an offset of the article."""
        return next((i for i, (s, e) in enumerate(self.clauses) if s <= offset < e), len(self.clauses) - 1)


def lines_of(articles: Sequence[Article], passages: Sequence[Passage]) -> Iterator[Line]:
    """The lines of all passages of rule articles, in the articles' order. Exams state no rules and are left out."""
    by_article: dict[str, list[Passage]] = {}
    for passage in passages:
        by_article.setdefault(passage.article_id, []).append(passage)
    for article in articles:
        if article.kind == "rules":
            yield from _article_lines(article, by_article.get(article.article_id, []))


def _article_lines(article: Article, passages: Sequence[Passage]) -> Iterator[Line]:
    text = article.text
    tree = build_sections(text, article.headings, article.platforms)
    opening = f"{article.title} {_opening(text)}"
    previous: tuple[int, str] | None = None
    for passage in sorted(passages, key=lambda p: p.start):
        for start, end in rule_sentences(text, tree, passage.start, passage.end):
            above = _sections_above(tree, start, end)
            section = above[-1]
            own_start = _behind_marker(text, start, end)
            before = previous[1] if previous is not None and previous[0] == section.start else ""
            previous = (section.start, text[own_start:end])
            yield Line(
                article=article,
                start=own_start,
                end=end,
                clauses=tuple(_clauses(text, own_start, end)),
                heads=_heads(above),
                opening=opening,
                lead=_lead(text, section, own_start),
                platforms=_platforms(text[own_start:end], above, passage),
                before=before,
                around=text[section.start : section.end] if section is not tree else before,
                of_breaches=_of_breaches(text, above),
            )


def _sections_above(tree: Section, start: int, end: int) -> list[Section]:
    """The sections that hold [start, end), the root first."""
    found = [tree]
    while True:
        below = next((c for c in found[-1].children if c.start <= start < c.end and end <= c.end + 1), None)
        if below is None:
            return found
        found.append(below)


def _heads(above: Sequence[Section]) -> str:
    """The two nearest headings that name a matter; chapter titles such as 「注意事项」 name none."""
    heads = [s.heading for s in above if s.heading]
    return " ".join(h for h in heads[-2:] if len(heads) == 1 or not _GENERAL_HEAD.search(h))


def _lead(text: str, section: Section, start: int) -> str:
    """How the rule that holds a later sentence begins: 「到货破损、缺件的：」 says what all its sentences are about."""
    if section.style == "root" or start <= section.start + 6:
        return ""
    opening = re.split(r"[。；;:：!！?？]", text[section.start : start], maxsplit=1)[0]
    return opening if len(opening) <= MAX_LEAD else ""


def _opening(text: str) -> str:
    """The first sentence of an article where it is short: 「大促发货须知。」 says what follows."""
    first = re.split(r"[。！!\n]", text.lstrip()[: MAX_LEAD + 1], maxsplit=1)
    return first[0] if len(first) > 1 and not find_markers(first[0]) else ""


def _behind_marker(text: str, start: int, end: int) -> int:
    markers = find_markers(text[start : min(end, start + MAX_MARKER)])
    at = start + markers[0].end if markers and markers[0].start == 0 else start
    while at < end and text[at].isspace():
        at += 1
    return at if at < end else start


def _clauses(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    plain = _SHORT_ASIDE.sub(lambda m: "·" * len(m.group(0)), text[start:end])  # 「7天(含)内」 is one clause
    cuts = [start, *(start + m.end() for m in _CLAUSE.finditer(plain)), end]
    for left, right in pairwise(cuts):
        if text[left:right].strip():
            yield left, right


def _platforms(words: str, above: Sequence[Section], passage: Passage) -> frozenset[str]:
    """A sentence that names one of its passage's platforms is about that one."""
    named = [p for p in platforms_in(words) if p in passage.platforms]
    return frozenset(named or above[-1].platforms or passage.platforms)


def _of_breaches(text: str, above: Sequence[Section]) -> bool:
    leads = [text[s.start : s.own_end].strip()[-24:] for s in above[:-1]] + [s.heading or "" for s in above]
    return any(_BREACHES.search(lead) for lead in leads)
