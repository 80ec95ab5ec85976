"""Passages: exact offsets, never too long, in order, nothing lost; rules keep their penalties, platforms by section."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.articles import Article, Heading, Passage
from ingest.passages import MAX_CHARS, platforms_of_article, split_article


def article(
    text: str, platforms: tuple[str, ...] = (), headings: tuple[Heading, ...] = (), title: str = "规则"
) -> Article:
    return Article("a1", "rules", title, platforms, "2024-01-02", None, ("page",), text, headings)


def holding(passages: list[Passage], words: str) -> Passage:
    """The one passage that holds the words."""
    found = [p for p in passages if words in p.text]
    assert len(found) == 1, f"{words!r} stands in {len(found)} passages"
    return found[0]


def assert_sound(one: Article) -> None:
    passages = split_article(one)
    at = 0
    for passage in passages:
        assert one.text[passage.start : passage.end] == passage.text
        assert 0 < len(passage.text) <= MAX_CHARS
        assert passage.text == passage.text.strip()
        assert passage.start >= at, "passages overlap or are out of order"
        assert not one.text[at : passage.start].strip(), "words between two passages were lost"
        at = passage.end
    assert not one.text[at:].strip(), "the last words were lost"
    assert len({p.passage_id for p in passages}) == len(passages)


MARKS = [
    "一、",
    "二、",
    "三、",
    "(一)",
    "(二)",
    "1、",
    "2、",
    "3、",
    "1.",
    "2.",
    "(1)",
    "(2)",
    "①",
    "②",
    "2.3.1",
    "第一章 ",
    "a.",
    "- ",
]
WORDS = [
    "客服不得辱骂买家",
    "扣6分",
    "罚款500元",
    "7天内发货",
    "天猫",
    "京东规则",
    "free shipping",
    "OK",
    "5.3",
    "满3件减1",
    "处理办法",
    " ",
    "\n",
]
ENDS = ["。", ",", "，", ";", "；", ":", "：", "!", "?", " ", "\n", "\n\n", "」", ")", "\u3000", ""]
pieces = st.one_of(st.sampled_from(MARKS), st.sampled_from(WORDS), st.sampled_from(ENDS), st.text(max_size=8))
structured = st.lists(pieces, max_size=160).map("".join)
platforms = st.sampled_from([(), ("天猫",), ("天猫", "京东"), ("1688",)])


@given(st.text(max_size=1500), platforms)
def test_any_text_is_cut_soundly(text: str, named: tuple[str, ...]) -> None:
    assert_sound(article(text, named))


@given(structured, platforms)
def test_text_with_marks_is_cut_soundly(text: str, named: tuple[str, ...]) -> None:
    assert_sound(article(text, named))


@given(st.lists(st.tuples(st.sampled_from(["天猫规则", "京东规则", "总则"]), structured), max_size=6))
def test_text_with_the_pages_own_headings_is_cut_soundly(parts: list[tuple[str, str]]) -> None:
    text, headings = "", []
    for words, body in parts:
        headings.append(Heading(len(text), len(text) + len(words), 1 + len(headings) % 3))
        text += f"{words}\n{body}\n"
    assert_sound(article(text, ("天猫", "京东"), tuple(headings)))


@pytest.mark.parametrize(
    "text", ["", " ", "\n\n\u3000", "字", "字" * 400, "字" * 401, "字" * 5000, ("长句子" * 60 + "。") * 9]
)
def test_short_and_long_texts(text: str) -> None:
    assert_sound(article(text))
    assert bool(split_article(article(text))) == bool(text.strip())


def test_a_long_line_of_5000_characters_without_any_mark_is_still_cut() -> None:
    lengths = [len(p.text) for p in split_article(article("字" * 5000))]
    assert sum(lengths) == 5000
    assert max(lengths) <= MAX_CHARS


@pytest.mark.parametrize(
    ("one", "two", "three"),
    [
        ("1、", "2、", "3、"),
        ("1.", "2.", "3."),
        ("(1)", "(2)", "(3)"),
        ("①", "②", "③"),
        ("一、", "二、", "三、"),
        ("（一）", "（二）", "（三）"),
    ],
)
@pytest.mark.parametrize("gap", [" ", "\n"])
def test_a_numbered_rule_is_not_cut_from_its_penalty(one: str, two: str, three: str, gap: str) -> None:
    rules = [
        f"{one}店铺客服答应给赠品后又反悔,{'买家可以向平台反映并交上聊天截图,' * 13}查实的每次扣3分",
        f"{two}把买家住址透露给第三方,{'平台会核对聊天记录与通话记录,' * 14}查实的每次扣12分",
        f"{three}发货超过约定的钟点,{'系统按物流第一次揽收的时刻计算,' * 14}查实的赔付货款的5%",
    ]
    assert all(200 < len(rule) <= MAX_CHARS for rule in rules)
    passages = split_article(article(gap.join(rules)))
    for rule, mark, penalty in zip(rules, (one, two, three), ("每次扣3分", "每次扣12分", "货款的5%"), strict=True):
        passage = holding(passages, penalty)
        assert passage.text.startswith(mark)
        assert passage.text == rule


def test_a_rule_over_400_characters_is_cut_at_sentence_ends() -> None:
    rule = (
        "1、迟发货的处理如下。"
        + "".join(f"第{n}种情形由平台按订单金额核定后通知商家本人。" for n in range(30))
        + "\n2、其他。"
    )
    passages = split_article(article(rule))
    assert len(passages) > 1
    assert all(p.text.endswith("。") for p in passages)


def test_a_decimal_or_date_is_not_cut() -> None:
    text = "评分低于4.85的店铺要整改,2024.06.18前完成。" * 30
    for passage in split_article(article(text)):
        assert not re.search(r"(4|4\.|2024|2024\.|06|06\.)$", passage.text)
        assert passage.text.startswith("评分")


def test_sections_carry_their_own_platform() -> None:
    text = (
        "两个平台的做法不同。\n"
        "一、天猫的规则 1、买家提出要发票,商家须在收货后开出。 2、商家不可让买家分担税点。\n"
        "二、京东的规则 1、自营订单由平台开票。 2、第三方商家自己开票,逾期一次罚200元。\n"
    )
    passages = split_article(article(text, ("天猫", "京东")))
    assert holding(passages, "税点").platforms == ("天猫",)
    assert holding(passages, "200元").platforms == ("京东",)
    assert "京东的规则" in "".join(holding(passages, "200元").heading_path)
    assert holding(passages, "做法不同").platforms == ("天猫", "京东")


def test_marked_up_headings_carry_their_platform_down_to_sub_headings() -> None:
    text = "京东\n发票\n自营订单由平台开票。\n天猫\n发票\n商家自己开票。"
    spans = [(m.start(), m.end()) for m in re.finditer(r"^(京东|天猫|发票)$", text, re.MULTILINE)]
    headings = tuple(Heading(s, e, 2 if text[s:e] == "发票" else 1) for s, e in spans)
    passages = split_article(article(text, ("天猫", "京东"), headings))
    own = holding(passages, "平台开票")
    assert own.platforms == ("京东",)
    assert own.heading_path[0] == "京东"
    assert holding(passages, "商家自己").platforms == ("天猫",)


@pytest.mark.parametrize(
    ("title", "text", "expected"),
    [
        ("京东开票办法", "天猫也有类似要求,天猫商家照办,天猫。", ("京东",)),
        ("开票办法", "天猫商家要开票。天猫会抽查,天猫客服要知道。偶尔也提到京东。" * 3, ("天猫", "京东")),
        ("客服守则", "打字要快,态度要好。", ()),
        ("两家对比", "淘宝与拼多多的差别如下。淘宝要评分,拼多多要回复率。", ("淘宝", "拼多多")),
    ],
)
def test_what_an_article_is_about(title: str, text: str, expected: tuple[str, ...]) -> None:
    assert platforms_of_article(title, text) == expected
