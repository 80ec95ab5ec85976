"""HTML pages to article drafts and links: the two sites by sites.toml, any other layout through trafilatura."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape
from itertools import chain
from typing import TypeVar

from bs4 import BeautifulSoup, Tag
from lxml.etree import tostring  # type: ignore[import-untyped]

from ingest.articles import ArticleDraft, fold
from ingest.errors import SourceError
from ingest.html_text import Line, clean, clean_html, join, lines, make_soup
from ingest.saved_pages import is_boilerplate
from ingest.site_layouts import Layout, date_in, other_layout, site_layouts
from ingest.site_urls import host_is, may_be_page, normalise_url, same_site

MAX_LINKS = 1_000
MAX_ITEMS = 300  # articles in one page; the sites have ten
MAX_SIBLINGS = 30  # elements of one article where a page sets them side by side
MAX_DATE_WORDS = 60  # characters: a line with the date, author and views, but no paragraph

# 40 Chinese characters say what 250 Latin ones do: below trafilatura's own 250 it falls back to all text on the page.
_MIN_EXTRACTED = "40"
_TEASER = re.compile(r"(?:…|\.{3,}|。{3,})\s*(?:\[?(?:更多|详情|全文)]?)?$")
_LD_DATE = re.compile(r'"datePublished"\s*:\s*"([^"]{8,40})"')

_SITE_NAME = re.compile(r"(?:[_|]|\s[-–—]\s)[^_|]{1,30}$")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class HtmlPage:
    """What a page holds: its articles, the addresses of its article and next pages, its title, the layout's name."""

    drafts: tuple[ArticleDraft, ...]
    links: tuple[str, ...]
    title: str | None
    layout: str


def parse_html(html: str, url: str | None) -> HtmlPage:
    """The articles and links of a page; `url` is where it came from, None for a file without one.

    `layout` is "mengmengke topic", "mengmengke article", "cftyj article" or "other". Links are absolute, within the
    page's site and without fragment; there are none where `url` is None. A page that has links alone gives no drafts.
    Raises SourceError in one line where the page is too large, too deeply nested, or holds neither text nor links.
    """
    cleaned = clean_html(html)
    soup = make_soup(cleaned)
    address = normalise_url(url) if url else None
    base = _base(soup, address)
    for layout in site_layouts():
        # Plain words first: a selector over a page of many thousand elements costs half a second.
        ours = host_is(address, layout.hosts) or any(word in cleaned for word in layout.brand)
        if ours and all(word in cleaned for word in layout.words):
            drafts, links = _site_articles(soup, layout, address, base)
            if drafts:
                title = _first(soup, layout.page_title, _words)
                links = dict.fromkeys((*links, *_links(soup, layout, address, base)))
                return HtmlPage(drafts, tuple(links)[:MAX_LINKS], title, f"{layout.site} {layout.name}")
    return _other_page(soup, html, address, base)


def _base(soup: BeautifulSoup, url: str | None) -> str | None:
    tag = soup.select_one("base[href]")
    if url is None or tag is None:
        return url
    return normalise_url(str(tag["href"]), url) or url


# --- known sites ------------------------------------------------------------------------------------------------------


def _site_articles(
    soup: BeautifulSoup, layout: Layout, url: str | None, base: str | None
) -> tuple[tuple[ArticleDraft, ...], dict[str, None]]:
    """The drafts, and the addresses of dated items, teasers among them, by the selectors that find most."""
    best: tuple[tuple[ArticleDraft, ...], dict[str, None]] = ((), {})
    for items in chain(_nested_items(soup, layout), _flat_items(soup, layout)):
        drafts: dict[tuple[str, str], ArticleDraft] = {}
        links: dict[str, None] = {}
        for item in items:
            title_tag = _first(item, layout.title, lambda tag: tag if _words(tag) else None)
            own_url = _item_url(item, title_tag, url, base) if layout.dated else url
            if own_url and own_url != url:
                links[own_url] = None
            draft = _draft(item, title_tag, own_url, layout, url, soup)
            if draft:
                drafts.setdefault((draft.title, draft.text), draft)
        if len(drafts) > len(best[0]):
            best = (tuple(drafts.values()), links)
    return best


def _nested_items(soup: BeautifulSoup, layout: Layout) -> Iterator[list[Tag]]:
    for selector in layout.items:
        found = soup.select(selector)
        if layout.dated:  # the innermost of a topic's boxes is the article
            chosen = {id(tag) for tag in found}
            outer = {id(parent) for tag in found for parent in tag.parents if id(parent) in chosen}
            yield _dated([[tag] for tag in found if id(tag) not in outer], layout)
        else:  # the outermost of an article's boxes is the page
            yield _outermost(found)[:1]


def _flat_items(soup: BeautifulSoup, layout: Layout) -> Iterator[list[Tag]]:
    for selector in layout.flat:
        starts = soup.select(selector)
        marks = {id(tag) for tag in starts}
        groups = []
        for start in starts:
            group = [start]
            for sibling in start.find_next_siblings(limit=MAX_SIBLINGS):
                if id(sibling) in marks:
                    break
                group.append(sibling)
            groups.append(group)
        yield _dated(groups, layout)


def _dated(groups: list[list[Tag]], layout: Layout) -> list[Tag]:
    # One line that is a date: none is a menu, several are a box around several articles.
    dated = [g for g in groups if sum("date" in (layout.rules.told(line) or ()) for line in lines(*g)) == 1]
    if len(dated) > MAX_ITEMS:
        raise SourceError(f"over {MAX_ITEMS} articles in one page; save it in parts")
    return [g[0] if len(g) == 1 else _one_box(g) for g in dated]


def _one_box(group: list[Tag]) -> Tag:
    inner = "".join(str(tag) for tag in group)
    around = group[0].find_parent("a", href=True)
    return make_soup(f'<a href="{escape(str(around["href"]))}">{inner}</a>' if around else inner)


def _draft(
    item: Tag, title_tag: Tag | None, own_url: str | None, layout: Layout, url: str | None, page: BeautifulSoup
) -> ArticleDraft | None:
    date_tag = _first(item, layout.date, _if_date)
    body = next((_outermost(found) for selector in layout.body if (found := item.select(selector))), [item])
    skip = [tag for selector in layout.drop for tag in item.select(selector)]
    skip.extend(tag for tag in (title_tag, date_tag) if tag is not None)
    kept, told = layout.rules.apply(lines(*body, skip=skip))
    if body != [item]:  # lines that tell may stand before and after the body
        told = layout.rules.apply(lines(item))[1] | told
    published = date_in(_words(date_tag) or "") if date_tag is not None else date_in(told.get("date", ""))
    title = _words(title_tag) if title_tag is not None else told.get("title")
    if not layout.dated:
        title = title or _first(page, layout.page_title, _words)
        claimed = normalise_url(told.get("url", ""))
        own_url = url or (claimed if host_is(claimed, layout.hosts) else None)
    text, headings = join(_text_alone(kept, title))
    head_of_block = bool(title) and any(str(title).startswith(word) for word in layout.words)
    if not title or not text or head_of_block or (layout.dated and not published):
        return None
    if layout.dated and own_url != url and _TEASER.search(text):
        return None  # the linked page has the whole text, and half of it must not stand under the same name
    return ArticleDraft(title=title, text=text, published=published, url=own_url, headings=headings)


def _outermost(found: list[Tag]) -> list[Tag]:
    chosen = {id(tag) for tag in found}
    return [tag for tag in found if not any(id(parent) in chosen for parent in tag.parents)]


def _item_url(item: Tag, title_tag: Tag | None, url: str | None, base: str | None) -> str | None:
    candidates = [tag for tag in (title_tag, title_tag.find("a", href=True) if title_tag else None, item) if tag]
    if title_tag is not None:
        candidates.extend(title_tag.find_parents("a", href=True, limit=1))
    candidates.extend(item.find_all("a", href=True, limit=1))
    for tag in candidates:
        href = tag.get("href") if isinstance(tag, Tag) else None
        target = normalise_url(str(href), base) if href and base else None
        if target and url and same_site(target, url):
            return target
    return url


# --- any other layout -------------------------------------------------------------------------------------------------


def _other_page(soup: BeautifulSoup, html: str, url: str | None, base: str | None) -> HtmlPage:
    layout = other_layout()
    links = _links(soup, layout, url, base)
    page_title = _first(soup, ("title",), _words)
    title, body = _extract(clean_html(html, layout.drop), url)
    title = title or page_title
    found, told = layout.rules.apply(lines(body)) if body is not None else ([], {})
    text, headings = join(_text_alone(found, title))
    if not text:
        if links:
            return HtmlPage((), links, page_title, "other")
        raise SourceError(
            "no article text found in the page: is it built by a script? save the article as text instead"
        )
    title = title or next(line.text for line in found)[:60]
    date = date_in(told.get("date", "")) or _marked_date(soup, html, url)
    draft = ArticleDraft(title=title, text=text, published=date, url=url, headings=headings)
    return HtmlPage((draft,), links, page_title or title, "other")


def _extract(html: str, url: str | None) -> tuple[str | None, Tag | None]:
    # Late imports: they cost a third of a second, and most pages are of the two sites.
    from trafilatura import bare_extraction
    from trafilatura.settings import use_config

    config = use_config()
    config.set("DEFAULT", "MIN_EXTRACTED_SIZE", _MIN_EXTRACTED)
    try:
        document = bare_extraction(
            html,
            url=url,
            favor_recall=True,  # a rule with its exceptions cut off is worse than a stray line
            include_comments=False,
            include_formatting=False,
            with_metadata=True,
            date_extraction_params={"extensive_search": False},
            config=config,
        )
    except Exception as error:  # any page may come in here, and one page must not cost the others
        raise SourceError(f"the article text could not be told from the page ({type(error).__name__})") from error
    if document is None or document.body is None:
        return None, None
    names = {"list": "ul", "item": "li", "row": "tr", "cell": "td", "lb": "br", "quote": "blockquote", "hi": "b"}
    for tag in document.body.iter():
        if tag.tag == "head":
            tag.tag = tag.get("rend") if re.fullmatch(r"h[1-6]", tag.get("rend") or "") else "h2"
        elif tag.tag in names:
            tag.tag = names[tag.tag]
    body = make_soup(clean_html(tostring(document.body, encoding="unicode", method="html")))
    return (clean(document.title) if document.title else None) or None, body


def _marked_date(soup: BeautifulSoup, html: str, url: str | None) -> str | None:
    # Only where a page marks its date (metadata, elements named after it, its address): htmldate would take any
    # deadline in the running text for the day of publication.
    from htmldate import find_date

    marks = [
        str(tag)
        for tag in soup.select("meta, time, [class*='date' i], [class*='time' i], [id*='date' i]")
        if len(tag.get_text()) <= MAX_DATE_WORDS
    ]
    stated = _LD_DATE.search(html)
    if stated:
        marks.append(f'<meta property="article:published_time" content="{escape(stated.group(1))}">')
    page = f"<html><head></head><body>{''.join(marks[:200])}</body></html>"
    return date_in(find_date(page, url=url, extensive_search=False, original_date=True) or "")


# --- both -------------------------------------------------------------------------------------------------------------


def _words(tag: Tag) -> str | None:
    words = " ".join(line.text for line in lines(tag))
    if tag.name == "title":  # the page's own title ends with the site's name
        words = _SITE_NAME.sub("", words)
    return words or None


def _if_date(tag: Tag) -> Tag | None:
    words = _words(tag) or ""
    return tag if len(words) <= MAX_DATE_WORDS and date_in(words) else None


def _first(element: Tag, selectors: tuple[str, ...], read: Callable[[Tag], T | None]) -> T | None:
    for selector in selectors:
        for tag in element.select(selector, limit=20):
            value = read(tag)
            if value is not None:
                return value
    return None


def _text_alone(found: list[Line], title: str | None) -> list[Line]:
    at = 0
    while title and at < len(found) and fold(found[at].text) == fold(title):
        at += 1
    return [line for line in found[at:] if not is_boilerplate(line.text)]


def _links(soup: BeautifulSoup, layout: Layout, url: str | None, base: str | None) -> tuple[str, ...]:
    if url is None or not layout.links:
        return ()
    found: dict[str, None] = {}
    for tag in soup.select(", ".join(layout.links)):
        target = normalise_url(str(tag["href"]), base)
        if target and target != url and same_site(target, url) and may_be_page(target):
            found[target] = None
            if len(found) == MAX_LINKS:
                break
    return tuple(found)
