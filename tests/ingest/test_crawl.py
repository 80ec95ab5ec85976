"""Crawling, for real: a topic page, its articles and its next pages from a local server, and then once more."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ingest.crawl import CrawlLimits, PageState, PageVisit, crawl
from ingest.decode import decode_bytes
from ingest.errors import SourceError
from ingest.fetch import Fetcher
from ingest.web_errors import BadAddress
from tests.ingest.web_server import Site, drip, serving

PAGES = Path(__file__).parent / "fixtures" / "html"
START = "/t/topic.html"


def article(title: str, body: str) -> str:
    return (
        f'<html><head><title>{title}_萌萌客</title></head><body><div class="article-detail"><h1>{title}</h1>'
        f'<div class="info">时间:2024-01-02</div><div class="article-content"><p>{body}</p></div></div></body></html>'
    )


def listing(*paths: str) -> str:
    links = "".join(f'<li><a href="{path}">{path}</a></li>' for path in paths)
    return f'<html><body><main><p>{"目录页上的一句话。" * 8}</p><ul class="list">{links}</ul></main></body></html>'


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as running:
        running.put(START, (PAGES / "topic.html").read_bytes(), etag='"t1"')
        running.put(
            "/t/topic_2.html", (PAGES / "topic_2.html").read_bytes(), last_modified="Tue, 05 Mar 2024 00:00:00 GMT"
        )
        running.put("/zhishi/104.html", (PAGES / "article.html").read_bytes())
        for number in (101, 102, 103, 201):
            running.put(
                f"/zhishi/{number}.html",
                article(f"第{number}篇", f"第{number}篇的正文,扣{number}分。"),
                etag=f'"{number}"',
            )
        yield running


class Run:
    """One crawl, everything it said."""

    def __init__(self, url: str, known: dict[str, PageState] | None = None, **options: Any) -> None:
        limits = CrawlLimits(**{k: options.pop(k) for k in ("pages", "failures") if k in options})
        self.said: list[str] = []
        with Fetcher(**{"allow_private": True, "seconds_per_host": 0, **options}) as fetcher:
            visits = list(crawl(url, fetcher, known or {}, limits, decode_bytes, self.said.append))
        self.by_path = {"/" + visit.url.split("/", 3)[3]: visit for visit in visits}
        assert len(self.by_path) == len(visits), "a page was told of twice"

    @property
    def states(self) -> dict[str, str]:
        return {path: visit.state for path, visit in self.by_path.items()}

    @property
    def known(self) -> dict[str, PageState]:
        rows = [visit.page_state.to_json() for visit in self.by_path.values() if visit.page_state]
        return {row["url"]: PageState.from_json(row) for row in rows}

    def titles(self, path: str) -> list[str]:
        return [draft.title for draft in self.by_path[path].drafts]

    def __getitem__(self, path: str) -> PageVisit:
        return self.by_path[path]


ALL = {START, "/t/topic_2.html", *(f"/zhishi/{n}.html" for n in (101, 102, 103, 104, 201))}


def test_a_topic_its_articles_and_its_next_pages(site: Site) -> None:
    run = Run(site.root + START)
    assert run.states == dict.fromkeys(ALL, "new")
    assert sorted(site.paths()) == sorted(ALL)  # each page once; no menu, no other topic, no javascript: link
    assert run.titles(START) == ["买家拒签的包裹怎么登记?", "天猫与京东的换货窗口有何差别?", "生鲜坏单的照片要拍几张?"]
    assert run.titles("/zhishi/104.html") == ["大件退回由谁约车?"]
    assert run["/zhishi/101.html"].drafts[0].text == "第101篇的正文,扣101分。"
    assert run.said == [visit.url for visit in run.by_path.values()]


def test_an_unchanged_second_run_parses_nothing(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    first = Run(site.root + START)
    monkeypatch.setattr("ingest.crawl.parse_html", lambda *_: pytest.fail("parsed again"))
    second = Run(site.root + START, first.known)
    assert second.states == dict.fromkeys(ALL, "unchanged")
    assert all(visit.drafts == () for visit in second.by_path.values())
    assert second.known == first.known
    asked = {seen.path: seen.headers for seen in site.seen[len(site.seen) // 2 :]}
    assert asked[START]["If-None-Match"] == '"t1"'
    assert asked["/t/topic_2.html"]["If-Modified-Since"] == "Tue, 05 Mar 2024 00:00:00 GMT"


def test_a_changed_page_a_new_one_and_a_vanished_one(site: Site) -> None:
    known = Run(site.root + START).known
    site.put("/zhishi/102.html", article("第102篇", "改过的正文,扣9分。"), etag='"102b"')
    site.put("/zhishi/105.html", article("第105篇", "新添的正文。"))
    del site.pages["/zhishi/103.html"]
    site.put("/zhishi/201.html", "gone", status=410)
    page = (PAGES / "topic.html").read_text().replace("/zhishi/103.html", "/zhishi/105.html")
    site.put(START, page, etag='"t2"')
    run = Run(site.root + START, known)
    assert run.states == {
        START: "changed",
        "/t/topic_2.html": "unchanged",
        "/zhishi/101.html": "unchanged",
        "/zhishi/102.html": "changed",
        "/zhishi/103.html": "gone",  # no page links to it any more: it is asked for all the same
        "/zhishi/104.html": "unchanged",
        "/zhishi/105.html": "new",
        "/zhishi/201.html": "gone",
    }
    assert run["/zhishi/102.html"].drafts[0].text == "改过的正文,扣9分。"
    assert run["/zhishi/103.html"].page_state is None and "404" in (run["/zhishi/103.html"].error or "")
    third = Run(site.root + START, run.known)
    assert set(third.states.values()) == {"unchanged", "failed"}  # 201 is still linked, and was never known to this run
    assert third.states["/zhishi/201.html"] == "failed"


def test_a_page_that_fails_keeps_what_was_known_of_it(site: Site) -> None:
    known = Run(site.root + START).known
    site.put(START, "busy", status=503)
    site.put("/zhishi/101.html", b"\x89PNG\r\n\x1a\n\x00\x00")
    run = Run(site.root + START, known)
    assert run.states[START] == run.states["/zhishi/101.html"] == "failed"
    assert run[START].page_state == known[site.root + START]
    assert run.states["/t/topic_2.html"] == "unchanged"  # the remembered links are followed
    assert run.known == known


def test_a_page_that_was_never_there_is_a_failure(site: Site) -> None:
    run = Run(site.root + "/none.html")
    assert run.states == {"/none.html": "failed"}
    assert run["/none.html"].page_state is None and "404" in (run["/none.html"].error or "")


def test_links_out_of_the_site_and_to_files_are_left_alone(site: Site) -> None:
    start = site.put("/", listing(
        "http://localhost:1/x", f"http://127.0.0.1:{site.port + 1}/x", "//example.com/x", "mailto:a@b.c",
        "data:text/html,x", "javascript:void(0)", "JaVaScRiPt:go()", "ftp://127.0.0.1/x", "/a.pdf", "/b.zip",
        "/in.html#top", "/in.html",
        "http://u:p@127.0.0.1/",
    ))  # fmt: skip
    site.put("/in.html", article("里面", "站内的正文。"))
    assert Run(start).states == {"/": "new", "/in.html": "new"}


def test_robots_keeps_pages_out_of_a_crawl(site: Site) -> None:
    site.put("/robots.txt", "User-agent: *\nDisallow: /zhishi/\n")
    run = Run(site.root + START)
    assert {p for p, state in run.states.items() if state == "failed"} == {p for p in ALL if p.startswith("/zhishi")}
    assert "robots.txt forbids" in (run["/zhishi/101.html"].error or "")
    assert not any(path.startswith("/zhishi") for path in site.paths())


def test_one_request_a_second(site: Site) -> None:
    now = [0.0]
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += seconds

    Run(site.root + START, seconds_per_host=1.0, clock=lambda: now[0], sleep=sleep)
    assert slept == [1.0] * len(ALL)  # robots.txt came first


def test_the_page_limit_is_told(site: Site) -> None:
    run = Run(site.root + START, pages=3)
    assert len(run.states) == len(site.paths()) == 3
    assert "3 pages read" in run.said[-1] and "not visited" in run.said[-1]


def test_a_host_that_stops_answering_ends_the_crawl(site: Site) -> None:
    start = site.put("/", listing(*(f"/{n}.html" for n in range(20))))
    for n in range(20):
        site.put(f"/{n}.html", act=drip(b"HTTP/1.1 200 OK\r\n\r\n", b"x", 0.05))
    run = Run(start, deadline=0.15, failures=2)
    assert list(run.states.values()) == ["new", "failed", "failed"]
    assert "does not answer" in run.said[-1]


def test_an_endless_site_ends(site: Site) -> None:
    """Each page links to two more that no page linked to before."""
    for n in range(200):
        site.put(f"/{n}", listing(f"/{2 * n + 1}", f"/{2 * n + 2}"))
    assert len(Run(site.root + "/0", pages=20).states) == 20


def test_two_addresses_of_one_page_are_one_visit(site: Site) -> None:
    start = site.put("/", listing("/old.html", "/new.html"))
    site.put("/new.html", article("一篇", "正文在此。"))
    site.put("/old.html", article("旧址", "旧的正文。"))
    known = Run(start).known
    site.redirect("/old.html", "/new.html")
    assert Run(start).states == {"/": "new", "/old.html": "new"}  # drafts once, under the address that came first
    again = Run(start, known)
    assert again.states == {"/": "unchanged", "/old.html": "changed"}
    assert again["/old.html"].drafts[0].url == site.root + "/new.html"


def test_a_known_page_that_moved_onto_another_is_gone(site: Site) -> None:
    start = site.put("/", listing("/new.html", "/old.html"))
    for name in ("new", "old"):
        site.put(f"/{name}.html", article(name, "正文在此。"))
    known = Run(start).known
    site.redirect("/old.html", "/new.html")
    run = Run(start, known)
    assert run.states == {"/": "unchanged", "/new.html": "unchanged", "/old.html": "gone"}
    assert "moved to" in (run["/old.html"].error or "")


def test_a_redirect_out_of_the_site_fails_that_page_alone(site: Site) -> None:
    start = site.put("/", listing("/out.html", "/in.html"))
    site.put("/in.html", article("里面", "站内的正文。"))
    with serving() as other:
        site.redirect("/out.html", other.put("/x", article("外面", "站外的正文。")))
        run = Run(start)
    assert run.states == {"/": "new", "/out.html": "failed", "/in.html": "new"}
    assert "out of the site" in (run["/out.html"].error or "")


@pytest.mark.parametrize(
    "declared", ["text/html; charset=gb2312", "text/html", "text/html; charset=utf-8", "text/html; charset=nope"]
)
def test_a_page_in_gb18030(site: Site, declared: str) -> None:
    page = (PAGES / "article.html").read_text().replace('charset="utf-8"', 'charset="gb2312"')
    url = site.put("/gb.html", page.encode("gb18030"), content_type=declared)
    draft = Run(url)["/gb.html"].drafts[0]
    assert draft.title == "大件退回由谁约车?" and "保证金" in draft.text


@pytest.mark.parametrize(
    ("body", "kind", "words"),
    [
        (b"", "text/html", "empty"),
        (b"%PDF-1.7", "application/pdf", "application/pdf"),
        (b"{}", "application/json", "no HTML"),
        (b"<div>" * 100_000, "text/html", "inside one another"),
        (b"<html><body><script>render()</script></body></html>", "text/html", "no article text"),
    ],
)
def test_what_is_no_page_is_one_line(site: Site, body: bytes, kind: str, words: str) -> None:
    url = site.put("/x", body, content_type=kind)
    error = Run(url)["/x"].error or ""
    assert error.startswith(url) and words in error and "\n" not in error


@pytest.mark.parametrize("start", ["", "file:///etc/passwd", "http://u:p@a.example/", "http://", "x" * 3000])
def test_a_start_that_is_no_address(start: str) -> None:
    with pytest.raises(BadAddress):
        Run(start)


def test_a_state_that_lacks_a_field_is_an_error() -> None:
    with pytest.raises(KeyError):
        PageState.from_json({"url": "http://a.example/"})


def test_decoding_is_the_callers(site: Site) -> None:
    def refuse(data: bytes, declared: str | None) -> str:
        raise SourceError("not today")

    with Fetcher(allow_private=True, seconds_per_host=0) as fetcher:
        visits = list(crawl(site.root + START, fetcher, {}, CrawlLimits(), refuse, lambda _: None))
    assert [(visit.state, visit.error) for visit in visits] == [("failed", f"{site.root}{START}: not today")]
