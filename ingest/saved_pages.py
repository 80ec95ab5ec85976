"""Pages that were saved as plain text -> article drafts: topic pages with many dated articles, and single articles."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib import resources

from ingest.articles import ArticleDraft
from ingest.decode import clean_text
from ingest.errors import SourceError

MAX_TITLE = 60
_DATE = re.compile(r"(20\d{2})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(\s+\d{1,2}:\d{2}(:\d{2})?)?")
_DATE_LINE = re.compile(
    r"(?:(?:发布|更新|发表)?(?:时间|日期|于)?\s*[::]?\s*)" + _DATE.pattern + r"(\s*(星期|周)[一二三四五六日天])?"
)
_PRINTED_TITLE = re.compile(r"【本文标题和网址】\s*(?P<title>.+?)\s*(?P<url>https?://\S+)?\s*$", re.MULTILINE)
_OPENING_DATE = re.compile(r"(?P<y>20\d{2})年?[^\n]{0,60}?(?P<m>\d{1,2})月(?P<d>\d{1,2})日?")
_NAMED_RULES = re.compile(r"20\d{2}年?[\u4e00-\u9fff]{2,16}?规则")


@cache
def _rules() -> dict[str, re.Pattern[str]]:
    data = tomllib.loads(resources.files("ingest").joinpath("boilerplate.toml").read_text(encoding="utf-8"))
    return {name: re.compile("|".join(f"(?:{p})" for p in patterns), re.IGNORECASE) for name, patterns in data.items()}


def is_boilerplate(line: str) -> bool:
    """Whether a line belongs to the site (banner, menu, contact, copyright) and not to an article."""
    return _rules()["lines"].fullmatch(line.strip()) is not None


def parse_date(text: str) -> str | None:
    """The first date in the text as YYYY-MM-DD, or None where there is none that the calendar knows."""
    match = _DATE.search(text)
    if not match:
        return None
    year, month, day = (int(match.group(i)) for i in (1, 2, 3))
    return f"{year:04d}-{month:02d}-{day:02d}" if 1 <= month <= 12 and 1 <= day <= 31 else None


def date_of_line(line: str) -> str | None:
    """The day of a line that holds a date and nothing else ("发布时间:2024-05-06"), or None."""
    return parse_date(line) if _DATE_LINE.fullmatch(line.strip()) else None


def parse_saved_page(text: str, name: str) -> list[ArticleDraft]:
    """The articles of a page that was saved as text, in the page's order.

    A page with dates on lines of their own is a topic page: title, body, date, again and again. Any other page is one
    article, or several where it says that pieces were run together. `name` stands in errors only.
    Raises SourceError where no article is found.
    """
    lines = clean_text(text).split("\n")
    drafts = _topic_articles(lines) or _single_articles(lines)
    if not drafts:
        raise SourceError(
            f"{name}: no article found; a saved page needs a title, a body "
            f"and, for several articles, a date line after each"
        )
    return drafts


def _topic_articles(lines: list[str]) -> list[ArticleDraft]:
    dates = [i for i, line in enumerate(lines) if _DATE_LINE.fullmatch(line.strip())]
    heads = [i for i, line in enumerate(lines) if _rules()["list_heads"].fullmatch(line.strip())]
    if not dates or (len(dates) < 2 and not heads):
        return []
    drafts = []
    begin = 0
    for at in dates:
        block_head = max((h for h in heads if begin <= h < at), default=None)
        block = [s for line in lines[(begin if block_head is None else block_head + 1) : at] if (s := line.strip())]
        if block_head is None and begin == 0 and len(block) > 2:
            block = block[-2:]  # everything above the first article is the site's own
        block = [line for line in block if not is_boilerplate(line)]
        begin = at + 1
        if len(block) >= 2:
            drafts.append(ArticleDraft(title=block[0], text="\n".join(block[1:]), published=parse_date(lines[at])))
    return drafts


def _single_articles(lines: list[str]) -> list[ArticleDraft]:
    page = "\n".join(lines)
    printed = _PRINTED_TITLE.search(page)
    published = next((parse_date(line) for line in reversed(lines) if _DATE_LINE.fullmatch(line.strip())), None)
    url = printed.group("url") if printed else None
    title = printed.group("title") if printed else None
    pieces = _pieces(lines, drop_last_link=printed is not None)
    drafts = []
    for i, piece in enumerate(pieces):
        if i == 0 and title is None and len(piece) > 1 and _is_title(piece[0]):
            title, piece = piece[0], piece[1:]
        body = "\n".join(piece).strip()
        if not body:
            continue
        if i == 0:
            drafts.append(ArticleDraft(title=title or _first_words(body), text=body, published=published, url=url))
        else:
            drafts.append(
                ArticleDraft(title=_named(body), text=body, published=_opening_date(body) or published, url=url)
            )
    return drafts


def _pieces(lines: list[str], *, drop_last_link: bool) -> list[list[str]]:
    pieces: list[list[str]] = [[]]
    for raw in lines:
        line = raw.strip()
        if _rules()["ends"].fullmatch(line):
            break
        if _rules()["joints"].fullmatch(line):
            pieces.append([])
        elif line and not is_boilerplate(line) and not _DATE_LINE.fullmatch(line):
            pieces[-1].append(line)
    pieces = [p for p in pieces if p]
    if drop_last_link and pieces and len(pieces[-1]) > 1 and _is_title(pieces[-1][-1]):
        pieces[-1].pop()  # the name of the next article, printed above the page's own title
    return pieces


def _is_title(line: str) -> bool:
    return len(line) <= MAX_TITLE and not re.search(r"[。;；,，]|\d[.、]", line) and not line.endswith((":", "："))


def _first_words(body: str) -> str:
    return re.split(r"[。！？!?；;\n,，]", body, maxsplit=1)[0][:MAX_TITLE]


def _named(body: str) -> str:
    """What a piece without a title calls itself: its named rules, else its first words."""
    match = _NAMED_RULES.search(body[:300])
    return match.group(0) if match else _first_words(body)


def _opening_date(body: str) -> str | None:
    """The day that a piece's opening line speaks of, so that an old rule on a newer page shows its own age."""
    match = _OPENING_DATE.search(body[:120].split("\n", 1)[0])
    if not match:
        return None
    year, month, day = int(match["y"]), int(match["m"]), int(match["d"])
    return f"{year:04d}-{month:02d}-{day:02d}" if 1 <= month <= 12 and 1 <= day <= 31 else None
