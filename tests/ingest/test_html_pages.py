"""HTML pages to articles: the two sites, any other layout, hostile pages, and headings at exact offsets."""

from __future__ import annotations

import time
import unicodedata
from html import escape
from itertools import pairwise
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.articles import ArticleDraft
from ingest.errors import SourceError
from ingest.html_pages import parse_html
from ingest.html_text import MAX_CHARS, MAX_ELEMENTS, clean, clean_html, join, lines, make_soup
from ingest.site_layouts import date_in, other_layout, site_layouts
from ingest.site_urls import normalise_url, same_site

PAGES = Path(__file__).parent / "fixtures" / "html"
TOPIC_URL = "http://www.mengmengke.com/t/topic.html"
SITE_LINES = (
    "菜单",
    "首页",
    "萌萌客",
    "微信联系",
    "Copyright",
    "相关问题",
    "9:00",
    "学堂",
    "登录",
    "温馨提示",
    "上一篇",
)


def page(name: str) -> str:
    return (PAGES / f"{name}.html").read_text(encoding="utf-8")


def heads(draft: ArticleDraft) -> list[tuple[int, str]]:
    return [(h.level, draft.text[h.start : h.end]) for h in draft.headings]


# --- the two sites ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("url", [TOPIC_URL, "http://mengmengke.com/t/topic.html", "http://127.0.0.1:8000/t/topic.html"])
def test_a_topic_page(url: str) -> None:
    found = parse_html(page("topic"), url)
    root = url.split("/t/")[0]
    assert (found.layout, found.title) == ("mengmengke topic", "退货处理须知")
    assert [(d.title, d.published, d.url) for d in found.drafts] == [
        ("买家拒签的包裹怎么登记?", "2024-03-05", f"{root}/zhishi/101.html"),
        ("天猫与京东的换货窗口有何差别?", "2024-02-18", f"{root}/zhishi/102.html"),
        ("生鲜坏单的照片要拍几张?", "2023-11-30", f"{root}/zhishi/103.html"),
    ]  # 104 is a teaser of its own page
    assert found.drafts[1].text == "1、天猫给买家七天。2、京东自营给买家八天,以签收次日零点起算。"
    paths = ["/zhishi/101.html", "/zhishi/102.html", "/zhishi/103.html", "/zhishi/104.html", "/t/topic_2.html"]
    assert found.links == tuple(root + path for path in paths)


def test_a_saved_topic_page_has_no_address() -> None:
    found = parse_html(page("topic"), None)
    assert found.links == () and len(found.drafts) == 4  # without the page behind it, a teaser is better than nothing
    assert {draft.url for draft in found.drafts} == {None}


@pytest.mark.parametrize("name", ["topic", "topic_2", "article", "cftyj", "other"])
def test_no_line_of_the_site_stands_in_an_article(name: str) -> None:
    drafts = parse_html(page(name), None).drafts
    assert drafts
    for draft in drafts:
        assert not [words for words in SITE_LINES if words in draft.text]
        assert not [line for line in draft.text.split("\n") if line == draft.title or date_in(line) == draft.published]
        assert "alert" not in draft.text and "看不见" not in draft.text and "脚本" not in draft.text


@pytest.mark.parametrize(
    "block",
    [
        '<div class="x"><a href="/n/{n}.html"><h3>{title}</h3><p>{body}</p><span>{date}</span></a></div>',
        '<dl><dt><a href="/n/{n}.html">{title}</a></dt><dd>{body}</dd><dd class="date">{date}</dd></dl>',
        '<article><h3><a href="/n/{n}.html">{title}</a></h3><div>{body}</div><time>{date}</time></article>',
        '<h3><a href="/n/{n}.html">{title}</a></h3><p>{body}</p><p>{date}</p>',
        '<p class="item"><b class="tit"><a href="/n/{n}.html">{title}</a></b><br>{body}<br>发布时间:{date}</p>',
        '<div class="list"><li><a href="/n/{n}.html">{title}</a><div>{body}</div><em>{date}</em></li></div>',
    ],
)
def test_other_shapes_of_a_topic_page(block: str) -> None:
    rows = [(1, "甲问?", "甲的正文,扣2分。", "2024-01-02"), (2, "乙问?", "乙的正文,扣4分。", "2023-12-31")]
    blocks = [block.format(n=n, title=title, body=body, date=date) for n, title, body, date in rows]
    html = (
        '<body><div class="menu"><ul class="list"><li><a href="/">首页</a></li></ul></div><h1>专题</h1>'
        f"<div><h2>热门知识</h2>{blocks[0]}</div><div><h2>最新知识</h2>{blocks[1]}</div>"
        "<div><h2>相关问题</h2></div><p>微信联系</p></body>"
    )
    found = parse_html(html, TOPIC_URL)
    assert found.layout == "mengmengke topic"
    assert [(d.title, d.text, d.published, d.url) for d in found.drafts] == [
        (title, body, date, f"http://www.mengmengke.com/n/{n}.html") for n, title, body, date in rows
    ]
    assert set(found.links) == {d.url for d in found.drafts}


def test_boxes_around_several_articles_are_not_one_article() -> None:
    rows = [f"<h3>第{n}问?</h3><p>第{n}答。</p><p>2024-01-0{n}</p>" for n in range(1, 7)]
    html = (
        f'<h2>热门知识</h2><div class="list"><div class="item">{"".join(rows[:3])}</div></div><h2>最新知识</h2>'
        f"<div>{''.join(rows[3:])}</div>"
    )
    drafts = parse_html(html, TOPIC_URL).drafts
    assert [(d.title, d.text, d.published) for d in drafts] == [
        (f"第{n}问?", f"第{n}答。", f"2024-01-0{n}") for n in range(1, 7)
    ]


def test_blocks_of_different_shape_are_both_read() -> None:
    hot = '<ul class="list"><li><h3>甲?</h3><p>甲的正文。</p><i>2024-01-02</i></li></ul>'
    new = "".join(f"<section><h3>乙{n}?</h3><p>乙的正文。</p><i>2024-01-03</i></section>" for n in range(3))
    drafts = parse_html(f"<h2>热门知识</h2>{hot}<h2>最新知识</h2>{new}", TOPIC_URL).drafts
    assert [draft.title for draft in drafts] == ["甲?", "乙0?", "乙1?", "乙2?"]


def test_an_article_page() -> None:
    found = parse_html(page("article"), "http://www.mengmengke.com/zhishi/104.html")
    (draft,) = found.drafts
    assert (found.layout, found.links) == ("mengmengke article", ())
    assert (draft.title, draft.published, draft.url) == (
        "大件退回由谁约车?",
        "2023-10-09",
        "http://www.mengmengke.com/zhishi/104.html",
    )
    assert heads(draft) == [(2, "一、约车"), (2, "二、例外情形")]
    assert draft.text.split("\n")[4:] == [
        "双方说不清的,先由店铺垫付。", "情形 | 谁付", "质量问题 | 店铺", "不想要了 | 买家", "拍下外包装", "写明楼层",
    ]  # fmt: skip


def test_the_other_sites_article_tells_its_own_address_and_date() -> None:
    (draft,) = parse_html(page("cftyj"), None).drafts
    assert (draft.title, draft.published) == ("售后话术怎么写「换货与补寄」", "2024-02-18")
    assert draft.url == "http://www.cftyj.cn/taobao/20240109.html"
    assert draft.text.startswith("补寄之前") and "① 补寄的单号\n② 到货的日子" in draft.text
    assert draft.text.endswith("1.1同一件货最多换两次。")


def test_an_address_that_a_page_claims_counts_on_its_own_site_only() -> None:
    (draft,) = parse_html(page("cftyj").replace("http://www.cftyj.cn/", "http://evil.example/"), None).drafts
    assert draft.url is None
    (draft,) = parse_html(page("cftyj"), "http://www.cftyj.cn/real.html").drafts
    assert draft.url == "http://www.cftyj.cn/real.html"


def test_every_selector_and_pattern_of_the_data_file_works() -> None:
    soup = make_soup("<p>x</p>")
    for layout in (*site_layouts(), other_layout()):
        for selectors in (layout.items, layout.flat, layout.title, layout.date,
                          layout.body, layout.page_title, layout.drop, layout.links):  # fmt: skip
            assert isinstance(selectors, tuple)
            for selector in selectors:
                soup.select(selector)


# --- any other layout -------------------------------------------------------------------------------------------------


def test_any_other_page_keeps_its_headings() -> None:
    found = parse_html(page("other"), "http://x.example.com/rules/1.html")
    (draft,) = found.drafts
    assert (found.layout, found.links) == ("other", ("http://x.example.com/rules/next.html",))
    assert (draft.title, draft.published) == ("快递破损赔付办法", "2022-07-03")
    assert heads(draft) == [(2, "第一章 取证"), (3, "(1)易碎品"), (2, "第二章 赔付")]
    assert "可在五天内申请复核" in draft.text and "货值 | 限时\n100元以下 | 1天" in draft.text


PARAGRAPH = "<p>店铺收到退件后两天内验货,验货要录像,录像存三十天,谁都不得剪接;逾期不验,视为货物完好。</p>"


@pytest.mark.parametrize(
    ("head", "body", "date"),
    [
        ('<meta property="article:published_time" content="2023-05-06T08:00:00+08:00">', "", "2023-05-06"),
        ('<script type="application/ld+json">{"datePublished": "2023-05-06"}</script>', "", "2023-05-06"),
        ("", '<div class="pub-date">2023/05/06 10:00</div>', "2023-05-06"),
        ("", "<p>发布时间:2023年5月6日</p>", "2023-05-06"),
        ("", "<p>活动到2019-11-20 23:59:59为止,以后的单不算。</p>", None),  # a deadline is no date of publication
        ("", "<p>Copyright 2006-2022</p>", None),
    ],
)
def test_the_date_of_any_other_page(head: str, body: str, date: str | None) -> None:
    html = f"<html><head>{head}</head><body><main><h1>验货</h1>{body}{PARAGRAPH * 2}</main></body></html>"
    (draft,) = parse_html(html, "http://x.example.com/a").drafts
    assert draft.published == date


def test_tags_of_an_office_program_do_no_harm() -> None:
    (draft,) = parse_html(f"<main><x:y><div><o:p>{PARAGRAPH * 3}</o:p></div></x:y></main>", None).drafts
    assert draft.text.count("视为货物完好") == 3


def test_an_index_page_gives_links_and_no_article() -> None:
    html = '<body><main><ul><li><a href="/a.html"></a></li></ul></main></body>'
    found = parse_html(html, "http://x.example.com/")
    assert (found.drafts, found.links) == ((), ("http://x.example.com/a.html",))


def test_a_base_address_is_kept_but_leads_nowhere_else() -> None:
    html = '<head><base href="{base}"></head><body><main><a href="b.html">b</a></main></body>'
    assert parse_html(html.format(base="/deep/"), "http://a.example.com/").links == (
        "http://a.example.com/deep/b.html",
    )
    with pytest.raises(SourceError):  # every link leads out of the site, and there is no text
        parse_html(
            '<head><base href="http://evil.test/"></head><main><a href="b.html"></a></main>', "http://a.example.com/"
        )


# --- hostile pages ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 100_000, "<b>" * 100_000, "<p>" * 100_000, "<table><tr><td>" * 40_000, "<svg>" * 100_000 + "x",
        "<a href='" + "x" * 3_000_000, "<" * 100_000, "</div>" * 100_000, "<!--" * 100_000, "<script>" * 100_000,
        "<p>x" + "<svg></svg><i>x</i>" * 4_000, "<table><tr>" + "<td>x" * 4_000, "<a " + "class=a " * 100_000 + ">x",
        "<h3>x</h3>" * 4_000, "&amp" * 50_000, "<ul><li>" * 90 + "x",
        "<h2>热门知识</h2><h2>最新知识</h2><p>萌萌客</p>" + "<li><h3>甲</h3><p>乙</p><i>2024-01-01</i></li>" * 2_000,
        "<h2>热门知识</h2><h2>最新知识</h2><p>萌萌客</p>" + "<h3>甲</h3><p>2024-01-01</p>" * 2_000,
    ],
    ids=lambda html: html[:24],
)  # fmt: skip
def test_monstrous_pages_end_soon(html: str) -> None:
    began = time.monotonic()
    try:
        parse_html(html, TOPIC_URL)
    except SourceError as error:
        assert "\n" not in str(error) and len(str(error)) < 200
    assert time.monotonic() - began < 10


@pytest.mark.parametrize(
    ("html", "words"),
    [
        ("<p>" + "x" * MAX_CHARS, "5,000,000"),
        ("<div>" * 201, "over 200 elements inside one another"),
        ("<br>" * (MAX_ELEMENTS + 1), "over 25,000 elements"),
        ("", "no article text"),
        ("<script>draw()</script>", "no article text"),
        ("<p>\u200b\u202e</p>", "no article text"),
    ],
)
def test_what_cannot_be_read_is_one_line(html: str, words: str) -> None:
    with pytest.raises(SourceError, match=words) as caught:
        parse_html(html, None)
    assert "\n" not in str(caught.value)


ATTACKS = """<html><body onload="go()"><main><h1>验货</h1><script>steal1()</script><p onclick="steal2()">{text}
<style>steal3</style><noscript>steal4</noscript><template>steal5</template><iframe srcdoc="steal6">steal7</iframe>
<svg><text>steal8</text></svg><textarea>steal9</textarea><span hidden>steal10</span>
<i style="DISPLAY : none">steal11</i>
<b aria-hidden="true">steal12</b><!-- steal13 --><a href="javascript:steal14()">看</a><object>steal15</object>
<img src=x onerror="steal16()" alt="steal17"><input value="steal18"><button>steal19</button>
<span style="visibility:hidden">steal20</span><math><mi>steal21</mi></math>
<dialog>steal22</dialog></p></main></body></html>"""


@pytest.mark.parametrize("url", [None, "http://x.example.com/"])
def test_nothing_that_runs_or_hides_gets_into_the_text(url: str | None) -> None:
    found = parse_html(ATTACKS.format(text=PARAGRAPH * 2), url)
    (draft,) = found.drafts
    assert "steal" not in draft.text and "steal" not in str(found)
    assert draft.text.count("视为货物完好") == 2
    cleaned = clean_html(ATTACKS)
    for words in ("script", "onload", "onclick", "onerror", "srcdoc", "style", "<!--"):
        assert words not in cleaned.replace("javascript:", "")


def test_marks_that_turn_text_around_are_dropped() -> None:
    assert clean("扣\u202e分\u202c6\u200b\u00ad\ufeff\u2066分 \u3000\xa0 e\u0301 \ue000") == "扣分6分 \u00e9"


def test_a_void_page_part_does_not_end_the_page() -> None:
    assert [line.text for line in lines(make_soup(clean_html("<p>a\0b<p>c\ud800d")))] == ["a b", "c?d"]


# --- headings and lines -----------------------------------------------------------------------------------------------

WORDS = st.text(alphabet=st.characters(exclude_categories=("Cc",)), max_size=12)
LEAF = st.tuples(st.sampled_from(["h1", "h2", "h3", "h6", "p", "li", "td", "span", "b", "br", "dt", "pre"]), WORDS)
OUTER = ["div", "ul", "table", "h2", "h4", "a", "tr"]
TREE = st.recursive(
    LEAF.map(lambda leaf: f"<{leaf[0]}>{escape(leaf[1])}</{leaf[0]}>"),
    lambda inner: st.tuples(st.sampled_from(OUTER), st.lists(inner, max_size=4)).map(
        lambda node: f"<{node[0]}>{''.join(node[1])}</{node[0]}>"
    ),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(TREE)
def test_headings_stand_where_they_say(html: str) -> None:
    found = lines(make_soup(clean_html(html)))
    text, headings = join(found)
    assert [text[h.start : h.end] for h in headings] == [line.text for line in found if line.level]
    assert [h.level for h in headings] == [line.level for line in found if line.level]
    assert text.split("\n") == ([line.text for line in found] or [""])
    assert unicodedata.is_normalized("NFC", text)
    for before, after in pairwise(headings):
        assert before.end < after.start
    for line in found:
        assert line.text == clean(line.text) != ""


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 6), WORDS.map(clean).filter(bool)), min_size=1, max_size=8))
def test_marked_headings_are_found_again(parts: list[tuple[int, str]]) -> None:
    html = "".join(
        f"<h{level}>{escape(words)}</h{level}>" if level else f"<p>{escape(words)}</p>" for level, words in parts
    )
    text, headings = join(lines(make_soup(clean_html(html))))
    assert text == "\n".join(words for _, words in parts)
    assert [(h.level, text[h.start : h.end]) for h in headings] == [part for part in parts if part[0]]


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_a_page_or_one_line(html: str) -> None:
    try:
        found = parse_html(html, "http://x.example.com/")
    except SourceError as error:
        assert "\n" not in str(error)
        return
    for draft in found.drafts:
        assert draft.text and draft.title
        assert all(draft.text[h.start : h.end] in draft.text.split("\n") for h in draft.headings)


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>一<b>二</b>三</p>四<div>五</div>", ["一二三", "四", "五"]),
        ("a<br>b<br/><br>c", ["a", "b", "c"]),
        ("<h2>一<br>二<div>三</div></h2>四", ["一 二 三", "四"]),
        ("<table><tr><td>一</td><td></td><td>三</td></tr></table>", ["一 | | 三"]),
        ("<table><tr><td><p>左</p><p>栏</p></td><td>右</td></tr></table>", ["左", "栏", "右"]),
        ("<ul><li>一<ul><li>二</li></ul></li><li>三</li></ul>", ["一", "二", "三"]),
        ("<p>一<o:p>二</o:p><w:x y='1'>三</p>", ["一二三"]),
        ("<p>  多 \n 空\u3000格  </p>", ["多 空 格"]),
    ],
)
def test_blocks_become_lines(html: str, expected: list[str]) -> None:
    assert [line.text for line in lines(make_soup(clean_html(html)))] == expected


def test_skipped_elements_leave_no_trace() -> None:
    soup: BeautifulSoup = make_soup("<div><h1>题</h1>前<b>中</b>后<p>末</p></div>")
    skip = [tag for tag in (soup.h1, soup.b) if tag]
    assert [line.text for line in lines(soup, skip=skip)] == ["前 后", "末"]


# --- addresses and dates ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "base", "expected"),
    [
        ("HTTP://A.Example.COM:80/x#top", None, "http://a.example.com/x"),
        ("https://a.example.com:443", None, "https://a.example.com/"),
        ("b.html?q=1", "http://a.example.com/d/a.html", "http://a.example.com/d/b.html?q=1"),
        ("//b.example.com/x", "https://a.example.com/", "https://b.example.com/x"),
        ("http://例子.测试/路", None, "http://xn--fsqu00a.xn--0zwm56d/%E8%B7%AF"),
        ("/%e8%b7%af?a=%20b", "http://a.example.com/", "http://a.example.com/%e8%b7%af?a=%20b"),
        ("http://[::1]:8080/", None, "http://[::1]:8080/"),
        ("javascript:alert(1)", "http://a.example.com/", None),
        ("mailto:a@b.c", "http://a.example.com/", None),
        ("http://u:p@a.example.com/", None, None),
        ("http://a.example.com:99999/", None, None),
        ("http://[::1", None, None),
        ("x" * 2001, "http://a.example.com/", None),
        ("", None, None),
    ],
)
def test_one_spelling_for_each_page(url: str, base: str | None, expected: str | None) -> None:
    assert normalise_url(url, base) == expected
    if expected:
        assert normalise_url(expected) == expected


@given(st.text(max_size=60))
def test_any_string_is_an_address_or_none(text: str) -> None:
    found = normalise_url(text, "http://a.example.com/d/")
    assert found is None or (normalise_url(found) == found and found.isascii())


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("http://www.a.com.cn/", "https://m.a.com.cn/x", True),
        ("http://a.com.cn/", "http://b.com.cn/", False),
        ("http://127.0.0.1:1/", "http://127.0.0.1:1/x", True),
        ("http://127.0.0.1:1/", "http://127.0.0.1:2/", False),
        ("http://one.github.io/", "http://two.github.io/", False),
        ("http://localhost/", "http://127.0.0.1/", False),
    ],
)
def test_sites(one: str, other: str, same: bool) -> None:
    assert same_site(one, other) is same


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2023-05-06", "2023-05-06"), ("于2023年5月6日起", "2023-05-06"), ("2023/12/1 10:00", "2023-12-01"),
        ("2023.5.6", "2023-05-06"), ("2023-02-30", None), ("2023-13-01 2023-12-01", "2023-12-01"),
        ("12023-01-01", None),         ("1999-01-01", None), ("", None),
    ],
)  # fmt: skip
def test_dates(text: str, date: str | None) -> None:
    assert date_in(text) == date
