"""Markdown sources: what the front matter must say, and headings at exact offsets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.errors import SourceError
from ingest.frontmatter import parse_markdown

META = "title: 赠品规则\nplatforms: [tmall, 京东]\npublished: 2024-05-06\n"


def page(meta: str = META, body: str = "正文一句。") -> str:
    return f"---\n{meta}---\n{body}\n"


def test_everything_the_front_matter_may_say() -> None:
    draft = parse_markdown(
        page(META + "id: gifts-1\nurl: https://example.com/a\nsource: 某站\nkind: rules\npage: 3\n"), "a.md"
    )
    assert (draft.title, draft.published, draft.platforms) == ("赠品规则", "2024-05-06", ("天猫", "京东"))
    assert (draft.article_id, draft.url, draft.source, draft.kind) == (
        "gifts-1",
        "https://example.com/a",
        "某站",
        "rules",
    )
    assert draft.text == "正文一句。"


def test_headings_are_offsets_and_marks_are_gone() -> None:
    body = (
        "# 赠品规则\n\n开头 **重点** 与 [链接](https://example.com)。\n\n"
        "## 一、范围\n* 第一条\n- 第二条\n\n### 细则\n`代码` 一句\n> 引文"
    )
    draft = parse_markdown(page(body=body), "a.md")
    assert [(draft.text[h.start : h.end], h.level) for h in draft.headings] == [("一、范围", 2), ("细则", 3)]
    assert "**" not in draft.text
    assert "https://" not in draft.text
    assert "开头 重点 与 链接。" in draft.text
    assert "- 第一条\n- 第二条" in draft.text
    assert not draft.text.startswith("赠品规则"), "the title is no part of the body"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("没有头的文件\n", "no front matter"),
        ("---\ntitle: x\n", "no front matter"),
        (page("platforms: []\npublished:\n"), "lacks title"),
        (page("title:\nplatforms: []\npublished:\n"), "lacks title"),
        (page("title: x\npublished:\n"), "lacks platforms"),
        (page("title: x\nplatforms: []\n"), "lacks published"),
        (page("title: x\nplatfroms: []\nplatforms: []\npublished:\n"), "'platfroms' is not known"),
        (page("title: x\nplatforms: [火星]\npublished:\n"), "'火星' is not known"),
        (page("title: x\nplatforms: []\npublished: 昨天\n"), "must be YYYY-MM-DD"),
        (page("title: x\nplatforms: []\npublished: 2024-13-01\n"), "must be YYYY-MM-DD"),
        (page("title: x\nplatforms: []\npublished:\nurl: file:///etc/passwd\n"), "http(s)"),
        (page("title: x\nplatforms: []\npublished:\nkind: poem\n"), "rules or exam"),
        (page("title: x\nplatforms: []\npublished:\nid: ../up\n"), "letters, digits"),
        (page("title: [x\n"), "not valid YAML"),
        (page("title: [[x]]\nplatforms: []\npublished:\n"), "title must be a plain value"),
        (page("title: x\nplatforms: []\npublished: !!timestamp 2024-13-01\n"), "not valid YAML"),
        (page("- x\n"), "key: value"),
        (page(body=""), "no text below"),
        (page(body="# 赠品规则"), "no text below"),
    ],
)
def test_what_is_wrong_is_named_in_one_line(text: str, words: str) -> None:
    with pytest.raises(SourceError) as raised:
        parse_markdown(text, "a.md")
    assert words in str(raised.value)
    assert str(raised.value).startswith("a.md: ")
    assert "\n" not in str(raised.value)


def test_an_undated_article_of_no_platform() -> None:
    draft = parse_markdown(page("title: x\nplatforms: []\npublished:\n"), "a.md")
    assert (draft.published, draft.platforms) == (None, ())


headings = st.lists(
    st.tuples(
        st.integers(1, 6),
        st.text(alphabet="规则天猫一二 #*`", min_size=1),
        st.text(alphabet="买家。* _[]()`\n", max_size=20),
    )
)


@given(headings)
def test_any_body_keeps_its_headings_in_place(parts: list[tuple[int, str, str]]) -> None:
    body = "开头。\n" + "".join(f"{'#' * level} {words}\n{text}\n" for level, words, text in parts)
    draft = parse_markdown(page(body=body), "a.md")
    at = 0
    for heading in draft.headings:
        assert at <= heading.start < heading.end <= len(draft.text)
        assert "\n" not in draft.text[heading.start : heading.end]
        assert heading.start == 0 or draft.text[heading.start - 1] == "\n"
        at = heading.end
