"""HTML to lines of text with headings at exact offsets, behind limits on size, nesting and number of elements."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import escape

from bs4 import BeautifulSoup, Tag
from bs4.element import CData, NavigableString
from lxml import etree  # type: ignore[import-untyped]

from ingest.articles import Heading
from ingest.errors import SourceError

MAX_CHARS = 5_000_000
MAX_DEPTH = 200  # elements inside one another; real pages stay under 60
MAX_ELEMENTS = 25_000  # a long article with a table of a thousand rows has 10,000; 25,000 take some seconds

# Never text for a reader: code, forms, drawings, frames.
_SILENT = frozenset((
    "script", "style", "noscript", "template", "iframe", "frame", "object", "embed", "applet", "svg", "math",
    "canvas", "audio", "video", "button", "input", "select", "textarea", "map", "dialog", "datalist",
))  # fmt: skip
# Not font-size or opacity: sites set both to 0 on elements whose children they show.
_HIDING_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)", re.I)
_BLOCKS = frozenset((
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dir", "div", "dl",
    "dt", "fieldset", "figcaption", "figure", "footer", "form", "header", "hgroup", "hr", "html", "legend", "li",
    "main", "menu", "nav", "ol", "optgroup", "option", "p", "pre", "section", "summary", "table", "tbody", "tfoot",
    "thead", "tr", "ul",
))  # fmt: skip
_HEADINGS = {f"h{n}": n for n in range(1, 7)}
_CELL_SPLITTERS = frozenset((*_BLOCKS, *_HEADINGS, "br"))
_KEPT_ATTRIBUTES = frozenset((
    "id", "class", "href", "rel", "name", "property", "content", "datetime", "itemprop", "title", "role",
    "data-date",
))  # fmt: skip
_VOID = frozenset((
    "area", "base", "br", "col", "hr", "img", "link", "meta", "param", "source", "track", "wbr",
))  # fmt: skip
_NAME = re.compile(r"[a-z][a-z0-9-]*")  # <o:p> and broken names go, their text stays
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
# Control, format (bidi overrides, zero width, soft hyphen), surrogate and private characters make a quote look unlike
# what is stored.
_DROPPED_CATEGORIES = frozenset(("Cc", "Cf", "Cs", "Co"))


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a page; level is 1 to 6 for a heading that the page marks up, else 0."""

    text: str
    level: int = 0


class _Cleaner:
    """A parser target: writes the page again with plain elements only, in linear time and without building a tree.

    Building first and removing afterwards costs quadratic time in BeautifulSoup, and a nest of 100,000 elements
    brings down whatever walks it.
    """

    def __init__(self, silent: frozenset[str]) -> None:
        self._silent = silent
        self.depth = self.elements = self.hidden = 0
        self.parts: list[str] = []

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self.depth += 1
        self.elements += 1
        if self.depth > MAX_DEPTH:
            raise _Refused(f"over {MAX_DEPTH} elements inside one another")
        if self.elements > MAX_ELEMENTS:
            raise _Refused(f"over {MAX_ELEMENTS:,} elements")
        if self.hidden or tag in self._silent or _is_hidden(tag, attributes):
            self.hidden += 1
        elif _NAME.fullmatch(tag):
            kept = (f' {k}="{escape(v or "")}"' for k, v in attributes.items() if k in _KEPT_ATTRIBUTES)
            self.parts.append(f"<{tag}{''.join(kept)}>")

    def end(self, tag: str) -> None:
        self.depth -= 1
        if self.hidden:
            self.hidden -= 1
        elif tag not in _VOID and _NAME.fullmatch(tag):
            self.parts.append(f"</{tag}>")

    def data(self, text: str) -> None:
        if not self.hidden:
            self.parts.append(escape(text, quote=False))

    def close(self) -> str:
        return "".join(self.parts)


class _Refused(Exception):
    pass


def _is_hidden(tag: str, attributes: Mapping[str, str]) -> bool:
    if tag in ("html", "body"):  # hidden until a script shows it: the page is still there to be read
        return False
    if "hidden" in attributes or (attributes.get("aria-hidden") or "").lower() == "true":
        return True
    return bool(_HIDING_STYLE.search(attributes.get("style") or ""))


def clean_html(html: str, drop: Iterable[str] = ()) -> str:
    """The page as well-formed HTML without scripts, styles, comments, form fields, hidden elements, event handlers.

    `drop` names further elements to leave out ("nav"). What a style sheet hides by class is not known here and stays.
    Raises SourceError over MAX_CHARS characters, MAX_DEPTH nested elements or MAX_ELEMENTS elements.
    """
    if len(html) > MAX_CHARS:
        raise SourceError(f"page too large: {len(html):,} characters, limit {MAX_CHARS:,}; save the article part alone")
    # NUL ends the document for libxml2, and half a surrogate pair cannot be handed to it at all.
    text = _CONTROL.sub(" ", html).encode("utf-8", "replace").decode("utf-8")
    target = _Cleaner(_SILENT.union(drop))
    parser = etree.HTMLParser(target=target)
    try:
        for start in range(0, len(text), 65_536):
            parser.feed(text[start : start + 65_536])
        if text.strip():
            parser.close()
    except _Refused as why:
        raise SourceError(f"page not parsed: {why}; save the article part alone") from None
    except etree.LxmlError:
        pass  # what could be read has been written
    return target.close()


def clean(text: str) -> str:
    """One line of text: NFC, white space collapsed, no control, zero-width, bidi or private characters."""
    composed = unicodedata.normalize("NFC", " ".join(text.split()))
    kept = "".join(c for c in composed if unicodedata.category(c) not in _DROPPED_CATEGORIES)
    # Once more where something went: it may have stood between a letter and its mark, or between two spaces.
    return composed if len(kept) == len(composed) else unicodedata.normalize("NFC", " ".join(kept.split()))


def lines(*elements: Tag, skip: Iterable[Tag] = ()) -> list[Line]:
    """The text of the elements in reading order: a line for each block, <br>, list item and table row.

    Elements in `skip` are passed over; they break the line where they are blocks.
    """
    found: list[Line] = []
    skipped = {id(tag) for tag in skip}
    for element in elements:
        buffer: list[str] = []
        level = 0
        for token in _Walk(skipped).tokens(element):
            if isinstance(token, str):
                buffer.append(token)
                continue
            text = clean("".join(buffer))
            if text:
                found.append(Line(text, level))
            buffer.clear()
            level = token
    return found


class _Walk:
    def __init__(self, skipped: set[int]) -> None:
        self._skipped = skipped
        self._heading = 0
        self._one_line: dict[int, bool] = {}  # by id of a table row: whether its cells make one line
        self._begun: set[int] = set()

    def tokens(self, element: Tag) -> Iterator[str | int]:
        """Strings of the text, and an int at each line break: the heading level of the line that begins there."""
        # (node, whether its end is what comes now): a stack of our own, so that nesting costs no recursion.
        stack: list[tuple[object, bool]] = [(element, False)]
        while stack:
            node, leaving = stack.pop()
            if isinstance(node, NavigableString):
                # Comments, doctypes and processing instructions are subclasses; only plain text is read.
                if type(node) in (NavigableString, CData):
                    yield str(node)
                continue
            if not isinstance(node, Tag) or node.name == "head":
                continue
            if id(node) in self._skipped:
                yield " " if self._heading or node.name not in _CELL_SPLITTERS else 0
                continue
            yield self._boundary(node, leaving)
            if not leaving:
                stack.append((node, True))
                stack.extend((child, False) for child in reversed(node.contents))
        yield 0

    def _boundary(self, node: Tag, leaving: bool) -> str | int:
        name = node.name
        if name in _HEADINGS:
            if leaving:
                self._heading = 0
                return 0
            if not self._heading:
                self._heading = _HEADINGS[name]
                return self._heading
        if self._heading:  # a heading is one line, whatever blocks it is made of
            return " " if name == "br" or name in _BLOCKS or name in _HEADINGS else ""
        if name in ("td", "th"):
            return self._cell(node, leaving)
        return 0 if name == "br" or name in _BLOCKS else ""

    def _cell(self, node: Tag, leaving: bool) -> str | int:
        row = node.parent
        key = id(row)
        if key not in self._one_line:
            inside = row.descendants if row is not None else ()
            self._one_line[key] = not any(isinstance(d, Tag) and d.name in _CELL_SPLITTERS for d in inside)
        if not self._one_line[key]:
            return 0  # a table that lays out a page: each cell is a block of its own
        if leaving:
            return ""
        first = key not in self._begun
        self._begun.add(key)
        return "" if first else " | "


def join(found: Iterable[Line]) -> tuple[str, tuple[Heading, ...]]:
    """The lines as one text, with each heading's place: text[h.start:h.end] is the heading's words."""
    parts: list[str] = []
    headings: list[Heading] = []
    at = 0
    for line in found:
        if line.level:
            headings.append(Heading(at, at + len(line.text), line.level))
        parts.append(line.text)
        at += len(line.text) + 1
    return "\n".join(parts), tuple(headings)


def make_soup(cleaned: str) -> BeautifulSoup:
    """The tree of a page that went through clean_html (never of a page as it came)."""
    return BeautifulSoup(cleaned, "lxml")
