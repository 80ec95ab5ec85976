"""An article's text -> its tree of headed sections and numbered rules, each with its platforms."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from ingest.articles import Heading
from ingest.markers import Marker, find_markers
from ingest.platforms import platforms_in, uncovered_platforms

MAX_HEADING = 26
_ENDS = "。！？!?；;"
# A colon ends a heading only when it is short: 「回复率:客服要做到…」 but not a whole introductory sentence.
MAX_COLON_HEADING = 14
_PLAIN = re.compile(r"(?:(?<=^)|(?<=[\s。！？!?；;]))([^\s。！？!?；;,，:：、]{2,24})\s+\Z")


@dataclass(slots=True)
class Section:
    """A part of an article: text[start:end] with its own words text[start:body] (marker and heading) before the rest.

    `heading` is None for a rule that has no heading of its own. Children lie inside [start, end), in order.
    """

    start: int
    end: int
    style: str
    heading: str | None = None
    platforms: tuple[str, ...] = ()
    path: tuple[str, ...] = ()
    children: list[Section] = field(default_factory=list)

    @property
    def own_end(self) -> int:
        """Where the section's own words (heading, introduction) end and its first child begins."""
        return self.children[0].start if self.children else self.end

    def walk(self) -> Iterator[Section]:
        """This section and all below it, in the order of the text."""
        yield self
        for child in self.children:
            yield from child.walk()

    def chain(self, place: int) -> list[Section]:
        """The sections below this one that hold a place of the text, outermost first."""
        below = next((c for c in self.children if c.start <= place < c.end), None)
        return [] if below is None else [below, *below.chain(place)]


@dataclass(frozen=True, slots=True)
class _Head:
    start: int
    end: int  # of the marker, where the heading's words begin
    style: str
    number: int | None
    level: int | None = None  # of a heading that the page marked up
    words: str | None = None


def build_sections(text: str, headings: tuple[Heading, ...] = (), platforms: tuple[str, ...] = ()) -> Section:
    """The section tree of an article; the root covers the whole text and carries the article's platforms."""
    heads = _all_heads(text, headings)
    root = Section(0, len(text), "root", platforms=platforms)
    stack: list[tuple[Section, _Head | None]] = [(root, None)]
    for head in heads:
        depth = _parent_depth(stack, head)
        for section, _ in stack[depth + 1 :]:
            section.end = head.start
        del stack[depth + 1 :]
        section = Section(head.start, len(text), head.style)
        stack[-1][0].children.append(section)
        stack.append((section, head))
    _close(root)
    _name(text, root, {h.start: h for h in heads})
    return root


def _close(section: Section) -> None:
    """Every section ends where the next one at its level, or its parent, ends."""
    ends = [child.start for child in section.children[1:]] + [section.end]
    for child, end in zip(section.children, ends, strict=False):
        child.end = end
        _close(child)


def _parent_depth(stack: list[tuple[Section, _Head | None]], head: _Head) -> int:
    """How deep in the stack the section that holds `head` stands."""
    if head.level is not None:
        for depth in range(len(stack) - 1, 0, -1):
            other = stack[depth][1]
            if other is not None and other.level is not None and other.level < head.level:
                return depth
        return 0
    if head.style == "plain":
        for depth in range(1, len(stack)):
            if stack[depth][0].style == "plain":
                return depth - 1
        # The first plain head goes above the series that restarts behind it.
        return max((d for d in range(len(stack)) if _is_outline(stack[d][1])), default=0)
    if head.style == "dec":
        return _decimal_depth(stack, head)
    family = ("num", "dot", "rpar")
    for depth in range(len(stack) - 1, 0, -1):
        other = stack[depth][1]
        if other is None:
            continue
        same = other.style == head.style
        kin = other.style in family and head.style in family and head.number == (other.number or 0) + 1
        if (same and (head.number is None or head.number != 1)) or kin:
            return depth - 1
        if same:  # the series starts again: a sibling of the earlier one, unless a section opened in between
            return depth - 1
    return len(stack) - 1


def _is_outline(head: _Head | None) -> bool:
    return head is None or head.level is not None


def _decimal_depth(stack: list[tuple[Section, _Head | None]], head: _Head) -> int:
    """2.2.1 belongs under 2.2 or 2, beside 2.2.0; a stranger starts at the outline's level."""
    number = (head.words or "").split(".")
    for depth in range(len(stack) - 1, 0, -1):
        other = stack[depth][1]
        if other is None:
            continue
        if other.style == "dec":
            seen = (other.words or "").split(".")
            if number[: len(seen)] == seen:
                return depth
        elif other.style in ("num", "dot") and number[0] == str(other.number):
            return depth
    outline = [d for d in range(len(stack)) if _is_outline(stack[d][1])]
    return outline[-1]


def _all_heads(text: str, headings: tuple[Heading, ...]) -> list[_Head]:
    heads = [_Head(h.start, h.start, f"h{h.level}", None, h.level) for h in headings]
    spans = [(h.start, h.end) for h in headings]
    markers = [m for m in find_markers(text) if not any(s <= m.start < e for s, e in spans)]
    for marker in markers:
        plain = _plain_head(text, marker, markers) if marker.number == 1 and marker.style != "dec" else None
        if plain and not any(s < plain.end and plain.start < e for s, e in spans):
            heads.append(plain)
        words = text[marker.start : marker.end].strip("、.． ") if marker.style == "dec" else None
        heads.append(_Head(marker.start, marker.end, marker.style, marker.number, None, words))
    return sorted(heads, key=lambda h: h.start)


def _plain_head(text: str, marker: Marker, markers: list[Marker]) -> _Head | None:
    """Unmarked words that head a series: 「天猫平台客服规则 1、发票 …」. None where the words are something else's."""
    found = _PLAIN.search(text, max(0, marker.start - 40), marker.start)
    if not found:
        return None
    start = found.start(1)
    # The words right behind another marker are that marker's own heading.
    if any(m.end <= start <= m.end + 1 for m in markers if m.start < marker.start):
        return None
    return _Head(start, start, "plain", None)


def _name(text: str, section: Section, heads: dict[int, _Head]) -> None:
    for child in section.children:
        head = heads[child.start]
        child.heading = _heading_words(text, child, head)
        child.path = (*section.path, child.heading) if child.heading else section.path
        child.platforms = section_platforms(child.heading, section.platforms)
        _name(text, child, heads)


def section_platforms(heading: str | None, inherited: tuple[str, ...]) -> tuple[str, ...]:
    """The platforms of a section: those its heading names, unless it only mentions a stranger in passing."""
    if not heading:
        return inherited
    named = platforms_in(heading)
    own = tuple(p for p in named if p in inherited)
    if own or not inherited:
        return own or named
    # 「京东咚咚商家版」 heads a section about a platform; 「我是阿里巴巴批发店铺,是否可以使用?」 only mentions one.
    strangers = named or uncovered_platforms(heading)
    return strangers if strangers and len(heading) <= 14 and heading.startswith(strangers[0]) else inherited


def _heading_words(text: str, section: Section, head: _Head) -> str | None:
    own = text[head.end : section.own_end]
    line = own.lstrip().split("\n", 1)[0]
    if head.level is not None:
        words = line.strip()
        return (_strip_marker(words) or words or None) if words else None
    first = re.split(r"\s", line, maxsplit=1)[0] if section.style != "plain" else line.strip()
    colon = re.match(rf"([^:：。！？!?；;,，]{{2,{MAX_COLON_HEADING}}})[:：]", line)
    has_body = bool(section.children) or len(own.strip()) > len(first)
    sentence = first.endswith("。") and len(first) > MAX_COLON_HEADING
    if (
        has_body
        and 2 <= len(first) <= MAX_HEADING
        and not sentence
        and not any(c in _ENDS for c in first.rstrip(_ENDS))
    ):
        if colon and len(colon.group(1)) < len(first.rstrip(":：")):
            return colon.group(1).strip()
        return first.strip(":：。 ") or None
    return colon.group(1).strip() if colon else None


def _strip_marker(words: str) -> str:
    markers = find_markers(words)
    return words[markers[0].end :].strip() if markers and markers[0].start == 0 else words
