"""Sentences as they are indexed: a question with its answer, short ones with what they belong to."""

from __future__ import annotations

import pytest

from index.units import MAX_ANSWERED, answered, rule_sentences
from ingest.sections import build_sections


def units(text: str) -> list[str]:
    spans = rule_sentences(text, build_sections(text, (), ()), 0, len(text))
    return [text[start:end] for start, end in answered(text, spans)]


def test_a_question_is_one_with_its_answer() -> None:
    text = "退货说明在此。问:拆过封的牙刷能退吗? 答:个人护理用品拆封以后不退。问:邮费谁付? 答:由店里付。"
    assert units(text) == [
        "退货说明在此。",
        "问:拆过封的牙刷能退吗? 答:个人护理用品拆封以后不退。",
        "问:邮费谁付? 答:由店里付。",
    ]


def test_english_marks_and_numbers_of_questions_are_known() -> None:
    text = "Q1:可以改地址吗?\nA1:发货之前可以改一次。\n"
    assert units(text) == ["Q1:可以改地址吗?\nA1:发货之前可以改一次。"]


def test_what_judges_an_answer_belongs_to_it() -> None:
    text = "问:开票要加钱吗? 答:要加五个点哦~ 这种情况一经投诉扣2分! 平时请照规定开票。"
    assert units(text)[0].endswith("这种情况一经投诉扣2分!")
    assert units(text)[1] == "平时请照规定开票。"


def test_an_answer_beyond_the_limit_stands_alone() -> None:
    long = "答:" + "店里会尽快处理好" * (MAX_ANSWERED // 8) + "。"
    assert units(f"问:什么时候到? {long}") == ["问:什么时候到?", long]


@pytest.mark.parametrize(
    "text", ["先核对订单再发货。怎么办?一律先问主管再答复买家。", "先核对订单再发货。注意:一律先问主管再答复买家。"]
)
def test_a_short_word_that_leads_on_goes_with_what_follows(text: str) -> None:
    first, second = units(text)
    assert first == "先核对订单再发货。"
    assert second.endswith("一律先问主管再答复买家。")
    assert second != "一律先问主管再答复买家。"


def test_nothing_is_lost_where_a_question_ends_the_text() -> None:
    assert "".join(units("快递丢了由店里赔。怎么办?")) == "快递丢了由店里赔。怎么办?"
