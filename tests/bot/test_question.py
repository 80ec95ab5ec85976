"""What a question asks: its form, the figure wanted, the platforms."""

from __future__ import annotations

import pytest

from bot.asked import wanted_figures
from bot.figures import figures_in
from bot.question import read_question


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("客人要开票,我能不给吗", "permission"),
        ("这么回复行不行", "permission"),
        ("一定要用旺旺吗", "duty"),
        ("退货还要不要寄赠品", "duty"),
        ("写这个词违规吗", "breach"),
        ("这样会扣分吗", "breach"),
        ("定金能退多少", "open"),
        ("晚发一单扣几分", "open"),
        ("怎么给会员改等级", "open"),
        ("能刷信用卡付不,天猫店", "permission"),
        ("can I refuse an exchange?", "permission"),
        ("do I have to reply at night?", "duty"),
        ("is it a violation to post my phone number?", "breach"),
        ("how long do we have to ship?", "open"),
        ("what if the buyer insists, may I close it?", "permission"),
    ],
)
def test_form(text: str, form: str) -> None:
    assert read_question(text).form == form


@pytest.mark.parametrize(
    ("text", "language", "kinds"),
    [
        ("晚发一单扣几分", "zh", ["points"]),
        ("缺货要赔多少", "zh", ["money", "percent", "count"]),
        ("几天之内要寄出", "zh", ["duration"]),
        ("主图多大", "zh", ["count"]),
        ("一个人能接几个客户", "zh", []),
        ("怎么改地址", "zh", []),
        ("how many points is that?", "en", ["points"]),
        ("how much do we owe?", "en", ["money", "percent", "count"]),
        ("what is the deadline?", "en", ["duration"]),
    ],
)
def test_wanted_figures(text: str, language: str, kinds: list[str]) -> None:
    assert [w.kind for w in wanted_figures(text, language)][: len(kinds) or None] == kinds


def test_a_yes_no_question_with_a_count_in_it_wants_no_figure() -> None:
    assert read_question("找人刷几单可以吗").wants == ()


def test_english_figures_are_read() -> None:
    assert [(f.kind, f.value) for f in figures_in("48 points within 3 days")] == [
        ("points", 48.0),
        ("duration", 72.0),
    ]


def test_a_step_of_a_ladder_is_no_deduction() -> None:
    question = read_question("晚发一单扣几分")
    assert not question.answered_in("扣分累计达25分的,限制发布7天")
    assert question.answered_in("每单扣3分")
    assert read_question("累计多少分会关店").answered_in("扣分累计达48分的,关闭店铺")


def test_the_platform_in_the_question_goes_before_the_picked_one() -> None:
    assert read_question("京东能不能这样", "天猫").query.platforms == ("京东",)
    assert read_question("能不能这样", "天猫").query.platforms == ("天猫",)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("刷卡OK吗", "zh"),
        ('is "第一品牌" allowed in an ad', "en"),
        ("can an ad say 国家级?", "en"),
        ("天猫 COD 要支持吗", "zh"),
        ("?", "zh"),
    ],
)
def test_language(text: str, language: str) -> None:
    assert read_question(text).query.language == language


@pytest.mark.parametrize(
    "text",
    [
        "天猫晚发两天,就得赔?",
        "什么颜色都能换,是吧",
        "这样回没什么不妥吧",
        "能代开票吗(京东)",
        "谁的快递费都算我们的?",
        "the coupon still counts on Sunday, right?",
        "When the courier loses it, do we pay?",
        "isn't a screenshot enough",
        "sent on day 12 - too late?",
    ],
)
def test_a_yes_or_no_is_asked_in_many_forms(text: str) -> None:
    assert read_question(text).is_yes_no


@pytest.mark.parametrize(
    "text",
    ["赔多少,有封顶吗", "到底扣几分呢?", "什么时候发货?", "Order came late, deadline?", "penalty for a late reply?", "怎么退?"],
)
def test_what_wants_a_figure_or_a_way_wants_no_yes_or_no(text: str) -> None:
    assert not read_question(text).is_yes_no
