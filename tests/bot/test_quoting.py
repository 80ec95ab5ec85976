"""What is quoted where a sentence only asks or announces."""

from __future__ import annotations

import pytest

from bot.quoting import ENOUGH, FOLLOWS, Quoted, led_on
from ingest.articles import Article


def quoted(text: str, sentence: str) -> str:
    article = Article(
        article_id="a", kind="rules", title="", platforms=(), published=None, url=None, sources=("a",), text=text
    )
    start = text.index(sentence)
    found = led_on(Quoted(article, "a#0", (), start, start + len(sentence), "rule"))
    assert found.start == start
    return text[found.start : found.end]


def test_a_sentence_that_rules_stays_as_it_is() -> None:
    assert quoted("拒收的包裹由店里付邮费。别的另算。", "拒收的包裹由店里付邮费。") == "拒收的包裹由店里付邮费。"


@pytest.mark.parametrize("lead", ["怎么申请补寄?", "补寄的条件如下:"])
def test_a_lead_is_quoted_with_what_follows(lead: str) -> None:
    text = f"{lead}先在订单页点补寄。再填少了哪几件。第三步上传照片。"
    assert quoted(text, lead) == text


def test_no_more_follows_than_is_needed() -> None:
    text = "补寄的条件如下:" + "照片要拍清楚外箱和面单。" * 40
    shown = quoted(text, "补寄的条件如下:")
    assert ENOUGH <= len(shown) <= FOLLOWS + len("补寄的条件如下:")
    assert shown.endswith("。")


def test_a_lead_at_the_end_stays() -> None:
    assert quoted("先问主管。怎么办?", "怎么办?") == "怎么办?"


def test_a_long_sentence_behind_it_is_not_cut() -> None:
    text = "补寄的条件如下:" + "、".join(f"第{n}件少了零件的桌椅" for n in range(200)) + "。"
    shown = quoted(text, "补寄的条件如下:")
    assert shown in ("补寄的条件如下:", text)
