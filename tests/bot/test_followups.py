"""Follow-ups: read with what stood before where they lean on it, alone where they do not."""

from __future__ import annotations

import pytest

from bot.desk_api import Turn
from bot.followups import in_context, platform_in


def after(*questions: str) -> list[Turn]:
    return [Turn(q, "……") for q in questions]


@pytest.mark.parametrize(("before", "question", "meant"), [
    ("天猫不开票扣几分?", "那泄露买家信息呢?", "泄露买家信息扣几分?"),
    ("拼多多晚发一天赔多少钱?", "虚假发货呢", "虚假发货赔多少钱?"),
    ("How many points does Tmall take off for refusing an invoice?", "And for leaking buyer information?",
     "How many points for leaking buyer information?"),
    ("淘宝发货要多久?", "那京东呢?", "京东发货要多久?"),
])  # fmt: skip
def test_another_matter_or_platform_is_asked_for_what_was_wanted_before(before: str, question: str, meant: str) -> None:
    assert in_context(question, after(before)) == meant


@pytest.mark.parametrize(("before", "question"), [
    ("天猫不开票扣几分?", "如果买家坚持要收据呢?"),
    ("淘宝能收信用卡手续费吗?", "那发票呢?"),
])  # fmt: skip
def test_a_circumstance_or_an_open_matter_is_read_with_the_question_before(before: str, question: str) -> None:
    assert in_context(question, after(before)).startswith(before.rstrip("?"))


def test_a_question_with_a_subject_of_its_own_stands_alone() -> None:
    question = "信用卡付款可以加收手续费吗?"
    assert in_context(question, after("拼多多晚发一天赔多少钱?")) == question


@pytest.mark.parametrize(("questions", "platform"), [
    (["天猫不开票扣几分?", "泄露信息呢?"], "天猫"),
    (["天猫不开票扣几分?", "那京东呢?"], "京东"),
    (["天猫和京东哪个扣得多?"], None),
    (["不开票扣几分?"], None),
    ([], None),
])  # fmt: skip
def test_the_platform_spoken_of_is_the_one_named_last(questions: list[str], platform: str | None) -> None:
    assert platform_in(after(*questions)) == platform
