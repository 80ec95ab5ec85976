"""Pages saved as plain text: topic pages, single articles, pieces run together, and the site's own lines left out."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.decode import decode_bytes
from ingest.errors import SourceError
from ingest.saved_pages import is_boilerplate, parse_date, parse_saved_page

TOPIC = """某站客服外包
  • 菜单
    首页
店铺专题 店铺专题

热门知识 店铺专题

    赠品怎么登记?

    1、赠品随单登记。 2、漏发的3天内补发。

    2024-05-06

    夜班有哪些规定?

    一、夜班两人同值。 二、交接要写记录。

    2023/11/2

最新知识 店铺专题

    快递破损怎么赔?

    拍照留证,平台24小时内受理。

    2022年7月9日

相关问题 店铺专题
微信联系
400-000-0000
全国咨询热线
Copyright ©2006-2022 某某网络科技有限公司 京ICP备00000000号
"""


def test_a_topic_page_gives_its_dated_articles() -> None:
    drafts = parse_saved_page(TOPIC, "t.txt")
    assert [(d.title, d.published) for d in drafts] == [
        ("赠品怎么登记?", "2024-05-06"),
        ("夜班有哪些规定?", "2023-11-02"),
        ("快递破损怎么赔?", "2022-07-09"),
    ]
    assert [d.text for d in drafts] == [
        "1、赠品随单登记。 2、漏发的3天内补发。",
        "一、夜班两人同值。 二、交接要写记录。",
        "拍照留证,平台24小时内受理。",
    ]


def test_a_body_of_several_lines_stays_whole() -> None:
    text = TOPIC.replace("漏发的3天内补发。", "漏发的3天内补发。\n\n    第二段另说。\n    第三段。")
    assert parse_saved_page(text, "t.txt")[0].text.endswith("补发。\n第二段另说。\n第三段。")


def test_windows_line_ends_and_a_mark_at_the_start() -> None:
    saved = ("\ufeff" + TOPIC).replace("\n", "\r\n").encode()
    assert parse_saved_page(decode_bytes(saved), "t.txt") == parse_saved_page(TOPIC, "t.txt")


def test_a_single_article_with_its_printed_title_and_address() -> None:
    text = (
        "【温馨提示】本文共有20个字,请仔细阅读哦!\n客服先看清问题。\n再回复买家。\n下一篇的题目\n"
        "【本文标题和网址】客服第一天做什么 http://www.example.com/a.html\n"
        "内容更新时间(UpDate):\n2024年02月18日 星期日\n"
    )
    (draft,) = parse_saved_page(text, "s.txt")
    assert (draft.title, draft.published, draft.url) == (
        "客服第一天做什么",
        "2024-02-18",
        "http://www.example.com/a.html",
    )
    assert draft.text == "客服先看清问题。\n再回复买家。"


def test_two_pieces_run_together_are_two_articles() -> None:
    text = "客服先看清问题。\n以上就是关于\n【进阶知识】\n2018年春节发货规则(1月5日)公布了。\n1.节前三天停发。\n"
    drafts = parse_saved_page(text, "s.txt")
    assert [(d.text.split("\n")[0][:8], d.published) for d in drafts] == [
        ("客服先看清问题。", None),
        ("2018年春节发", "2018-01-05"),
    ]
    assert "春节" in drafts[1].title


@pytest.mark.parametrize("text", ["", "\n\n", "微信联系\n全国咨询热线\n"])
def test_a_page_without_an_article_is_refused(text: str) -> None:
    with pytest.raises(SourceError, match="no article found"):
        parse_saved_page(text, "x.txt")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-05-06", "2024-05-06"),
        ("2024年5月6日 星期一", "2024-05-06"),
        ("发布时间:2024/5/6 10:20", "2024-05-06"),
        ("2024-13-06", None),
        ("没有日期", None),
    ],
)
def test_dates(text: str, expected: str | None) -> None:
    assert parse_date(text) == expected


@pytest.mark.parametrize(
    "line", ["Copyright ©2020 某公司", "400-800-1234", "微信联系", "  • 菜单", "13800138000", "9:00-24:00"]
)
def test_lines_of_the_site(line: str) -> None:
    assert is_boilerplate(line)


@pytest.mark.parametrize("line", ["微信联系买家要扣分。", "400元以下的订单", "菜单设置在左侧,点击进入。"])
def test_lines_of_an_article(line: str) -> None:
    assert not is_boilerplate(line)


bodies = st.text(alphabet="买家客服可以不得扣分123、。,", min_size=4, max_size=60).filter(
    lambda t: t.strip() and not is_boilerplate(t) and parse_date(t) is None
)


@given(
    st.lists(
        st.tuples(bodies, st.dates(datetime.date(2000, 1, 1), datetime.date(2099, 12, 31))), min_size=2, max_size=6
    )
)
def test_any_dated_articles_come_back_in_order(dated: list[tuple[str, datetime.date]]) -> None:
    blocks = [f"标题甲{n}?\n\n{body}\n\n{day.isoformat()}" for n, (body, day) in enumerate(dated)]
    drafts = parse_saved_page("某站\n热门知识\n\n" + "\n\n".join(blocks) + "\n", "t.txt")
    assert [(d.title, d.published) for d in drafts] == [
        (f"标题甲{n}?", d.isoformat()) for n, (_, d) in enumerate(dated)
    ]
    assert [d.text for d in drafts] == [body.strip() for body, _ in dated]
