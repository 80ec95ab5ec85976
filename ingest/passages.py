"""Articles -> passages: at most 400 characters, cut where the rules' own structure allows it, exact offsets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from langchain_text_splitters import RecursiveCharacterTextSplitter

from ingest.articles import Article, Passage
from ingest.platforms import in_order, platform_mentions, platforms_in
from ingest.sections import Section, build_sections
from ingest.sentences import trim

MAX_CHARS = 400
# Small neighbours under one head are told together up to here; a passage of one short line says too little by itself.
MERGE_CHARS = 400
# An article's first words say what it is about.
_OPENING = 120

# Tried in order: lines, sentence ends, clause ends (half-width ones too), spaces, then anywhere. Each separator stays
# with the piece before it, so the pieces joined give the text back and offsets are sums of lengths.
_SEPARATORS = [
    r"(?<=\n)",
    r"(?<=[。！？!?；;])(?![”’」』）)】])",
    r"(?<=[，,：:、])(?!\d)",
    r"(?<=\s)",
    "",
]
_SPLITTER = RecursiveCharacterTextSplitter(
    separators=_SEPARATORS,
    is_separator_regex=True,
    keep_separator="start",
    chunk_size=MAX_CHARS,
    chunk_overlap=0,
    strip_whitespace=False,
)


@dataclass(frozen=True, slots=True)
class _Piece:
    start: int
    end: int
    path: tuple[str, ...]
    platforms: tuple[str, ...]


def split_article(article: Article) -> list[Passage]:
    """The passages of an article, in order; they do not overlap, and only white space lies between them.

    A numbered rule that fits into one passage is never cut. For each passage
    `article.text[p.start:p.end] == p.text` and `len(p.text) <= 400`.
    """
    root = build_sections(article.text, article.headings, article.platforms)
    passages = []
    for piece in _merge(article.text, list(_pieces(article.text, root))):
        start, end = trim(article.text, piece.start, piece.end)
        if start == end:
            continue
        passages.append(
            Passage(
                passage_id=f"{article.article_id}#{start}-{end}",
                article_id=article.article_id,
                heading_path=piece.path,
                platforms=piece.platforms,
                start=start,
                end=end,
                text=article.text[start:end],
            )
        )
    return passages


def _pieces(text: str, section: Section) -> Iterator[_Piece]:
    """The largest whole sections that fit, and the parts of those that do not."""
    start, end = trim(text, section.start, section.end)
    if end - start <= MAX_CHARS and len({c.platforms for c in section.walk()}) == 1 and section.style != "root":
        yield _Piece(section.start, section.end, section.path, section.platforms)
        return
    if not section.children:
        yield from _split_long(text, section.start, section.end, section)
        return
    own = trim(text, section.start, section.own_end)
    children = [piece for child in section.children for piece in _pieces(text, child)]
    if own[0] == own[1]:
        yield from children
        return
    first = children[0]
    lead_fits = trim(text, section.start, first.end)[1] - own[0] <= MAX_CHARS and own[1] - own[0] <= MAX_CHARS // 2
    if lead_fits and first.platforms == section.platforms and section.style != "root":
        # A heading with its introduction belongs to what it heads.
        yield _Piece(
            section.start,
            first.end,
            first.path if len(first.path) > len(section.path) else section.path,
            first.platforms,
        )
        yield from children[1:]
        return
    if section.heading and own[1] - own[0] <= len(section.heading) + 12:
        # A bare heading is no passage; its words stand in the heading path of what follows.
        yield from (
            [_Piece(section.start, first.end, first.path, first.platforms), *children[1:]]
            if trim(text, section.start, first.end)[1] - own[0] <= MAX_CHARS
            else children
        )
        return
    yield from _split_long(text, section.start, section.own_end, section)
    yield from children


def _split_long(text: str, start: int, end: int, section: Section) -> Iterator[_Piece]:
    at = start
    for chunk in _SPLITTER.split_text(text[start:end]):
        yield _Piece(at, at + len(chunk), section.path, section.platforms)
        at += len(chunk)


def _merge(text: str, pieces: list[_Piece]) -> Iterator[_Piece]:
    """Neighbours under the same head, told together while they fit."""
    held: _Piece | None = None
    for piece in pieces:
        if held is not None:
            common = _common(held.path, piece.path)
            joined = trim(text, held.start, piece.end)
            if (
                held.platforms == piece.platforms
                and held.end == piece.start
                and joined[1] - joined[0] <= MERGE_CHARS
                and len(common) >= max(len(held.path), len(piece.path)) - 1
            ):
                held = _Piece(held.start, piece.end, common, held.platforms)
                continue
            yield held
        held = piece
    if held is not None:
        yield held


def _common(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    same = []
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        same.append(a)
    return tuple(same)


def platforms_of_article(title: str, text: str, headings: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The platforms an article is about: those its title names, else those its headings name, else those its words
    name often enough to be a subject and not an aside."""
    named = platforms_in(title)
    if named:
        return named
    in_headings = platforms_in(" ".join(headings))
    if in_headings:
        return in_headings
    counts = Counter(name for name, _, _ in platform_mentions(text))
    most = max(counts.values(), default=0)
    opening = platforms_in(text[:_OPENING])
    return tuple(p for p in in_order(counts) if counts[p] >= max(2, most / 4) or p in opening)
