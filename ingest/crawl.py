"""Breadth-first visits of one site's pages from a start address, with a memory of the last run."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol

from ingest.articles import ArticleDraft
from ingest.errors import SourceError
from ingest.fetch import Fetched
from ingest.html_pages import HtmlPage, parse_html
from ingest.site_urls import normalise_url, same_site
from ingest.web_errors import BadAddress, HttpStatus, TooSlow, Unreachable

VisitState = Literal["new", "changed", "unchanged", "gone", "failed"]
_HTML_TYPES = ("", "text/html", "application/xhtml+xml", "application/octet-stream")


@dataclass(frozen=True, slots=True)
class CrawlLimits:
    """`pages` to fetch from one start address; `failures` in a row of a host that does not answer end the crawl."""

    pages: int = 50
    failures: int = 5


@dataclass(frozen=True, slots=True)
class PageState:
    """What is remembered of a page: its validators, the sha256 of its bytes, and the links it had."""

    url: str
    etag: str | None
    last_modified: str | None
    sha256: str
    links: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """The state as a JSON object."""
        return {
            "url": self.url,
            "etag": self.etag,
            "last_modified": self.last_modified,
            "sha256": self.sha256,
            "links": list(self.links),
        }

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> PageState:
        """Reads what to_json wrote. Raises KeyError where a field is missing."""
        return cls(row["url"], row["etag"], row["last_modified"], row["sha256"], tuple(row["links"]))


@dataclass(frozen=True, slots=True)
class PageVisit:
    """One page of a crawl.

    `drafts` are there for new and changed pages only; `error` for failed and gone ones. `page_state` is what to
    remember: None for a gone page, and for a failed one that was not known; a failed known page keeps its old state.
    """

    url: str
    state: VisitState
    drafts: tuple[ArticleDraft, ...]
    error: str | None
    page_state: PageState | None


class PageSource(Protocol):
    """What a crawl needs of a fetcher."""

    def get(self, url: str, etag: str | None = None, last_modified: str | None = None) -> Fetched:
        """See ingest.fetch.Fetcher.get."""


def crawl(
    start: str,
    fetcher: PageSource,
    known: Mapping[str, PageState],
    limits: CrawlLimits,
    decode: Callable[[bytes, str | None], str],
    on_page: Callable[[str], None],
) -> Iterator[PageVisit]:
    """Visits the start page, then the article and pagination links of each page within the site, each page once.

    `known` is the last run's memory of the same start, by PageVisit.url: an unchanged page (304, or the same bytes) is
    not parsed again but its links are followed, and known pages that no link leads to any more are visited last, so
    that a vanished one is told of. `decode` takes the bytes and the declared charset. `on_page` gets one line before
    each request, and a last line where a limit left pages unvisited: those keep what is known of them.
    A page's own failure is a visit in state "failed". Raises BadAddress where `start` is no web address.
    """
    first = normalise_url(start)
    if first is None:
        raise BadAddress(f"{start[:200]}: not a plain http or https address; give one without a user name in it")
    yield from _Crawl(first, fetcher, known, limits, decode, on_page).visits()


class _Crawl:
    def __init__(
        self,
        start: str,
        fetcher: PageSource,
        known: Mapping[str, PageState],
        limits: CrawlLimits,
        decode: Callable[[bytes, str | None], str],
        on_page: Callable[[str], None],
    ) -> None:
        self._start, self._site = start, start
        self._fetcher, self._known, self._limits = fetcher, known, limits
        self._decode, self._on_page = decode, on_page
        self._queue: deque[str] = deque([start])
        self._queued = {start}
        self._visited: set[str] = set()  # pages by the address they ended at

    def visits(self) -> Iterator[PageVisit]:
        fetched = silent = 0
        rest = iter(self._known)
        while True:
            if not self._queue:
                self._enqueue(rest)
                if not self._queue:
                    return
            if fetched >= self._limits.pages or silent >= self._limits.failures:
                break
            url = self._queue.popleft()
            if url in self._visited:  # another page redirected here
                continue
            self._on_page(url)
            fetched += 1
            error: SourceError | None = None
            try:
                visit = self._visit(url)
            except SourceError as caught:
                error, visit = caught, self._failed(url, caught)
            silent = silent + 1 if isinstance(error, TooSlow | Unreachable) else 0
            if visit is None:
                continue
            yield visit
            if visit.page_state is not None:
                self._enqueue(visit.page_state.links)
        why = f"{fetched} pages read" if fetched >= self._limits.pages else "the host does not answer"
        self._on_page(f"{self._start}: stopped, {why}; {len(self._queue)} pages or more were not visited")

    def _enqueue(self, urls: Iterator[str] | tuple[str, ...]) -> None:
        for url in urls:
            if url not in self._queued and same_site(url, self._site):
                self._queued.add(url)
                self._queue.append(url)

    def _visit(self, url: str) -> PageVisit | None:
        old = self._known.get(url)
        reply = self._fetcher.get(url, old.etag if old else None, old.last_modified if old else None)
        final = normalise_url(reply.final_url) or url
        if url == self._start:
            self._site = final  # a start page that moved takes its site along
        elif not same_site(final, self._site):
            raise SourceError(f"{url}: redirects out of the site, to {final}; give that address itself if it is wanted")
        if final in self._visited:
            # Its articles are told of under the other address; only a page that was known by this one has to go.
            return PageVisit(url, "gone", (), f"{url}: moved to {final}", None) if old else None
        self._visited.update((url, final))
        etag = reply.etag or (old.etag if old and reply.not_modified else None)
        last_modified = reply.last_modified or (old.last_modified if old and reply.not_modified else None)
        digest = hashlib.sha256(reply.body).hexdigest()
        if old and (reply.not_modified or digest == old.sha256):
            return PageVisit(url, "unchanged", (), None, replace(old, etag=etag, last_modified=last_modified))
        page = self._parse(reply, url, final)
        state = PageState(url, etag, last_modified, digest, page.links)
        return PageVisit(url, "changed" if old else "new", page.drafts, None, state)

    def _parse(self, reply: Fetched, url: str, final: str) -> HtmlPage:
        if reply.content_type not in _HTML_TYPES:
            raise SourceError(
                f"{url}: {reply.content_type[:60]} is no HTML page; save its text as a file and give that"
            )
        try:
            return parse_html(self._decode(reply.body, reply.charset), final)
        except SourceError as error:
            raise SourceError(f"{url}: {error}") from error

    def _failed(self, url: str, error: SourceError) -> PageVisit:
        old = self._known.get(url)
        self._visited.add(url)
        if old and isinstance(error, HttpStatus) and error.gone:
            return PageVisit(url, "gone", (), str(error), None)
        return PageVisit(url, "failed", (), str(error), old)
