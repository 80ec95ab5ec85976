"""Figures with their units: what is one, what it is worth, where it stands."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.facts import has_english
from bot.figures import Figure, figures_in, same_figure
from bot.numerals import number


def _only(text: str) -> Figure:
    found = figures_in(text)
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("每次扣6分", "points", 6),
        ("一次性扣六分", "points", 6),
        ("违约金2万元", "money", 20_000),
        ("最高三百元", "money", 300),
        ("赔1,000元", "money", 1000),
        ("货款的30%", "percent", 30),
        ("货款的百分之三十", "percent", 30),
        ("费率千分之六", "percent", 0.6),
        ("按货款三成赔付", "percent", 30),
        ("七十二小时以内", "duration", 72),
        ("提前7天说明", "duration", 168),
        ("签收后48小时", "duration", 48),
        ("一天之内要有记录", "duration", 24),
        ("一周内寄回", "duration", 168),
        ("半年内有效", "duration", 4380),
        ("限购2件", "count", 2),
        ("四十块以内自己批", "money", 40),
        ("每次赔他五块", "money", 5),
        ("顶多申诉三回", "count", 3),
        ("一天半之内答复", "duration", 36),
        ("两个半小时", "duration", 2.5),
        ("一个半月", "duration", 1080),
        ("仨月没动静", "duration", 2160),
        ("等满一刻钟", "duration", 0.25),
        ("俩礼拜", "duration", 336),
        ("扣一成给客人", "percent", 10),
        ("满十八周岁", "count", 18),
        ("within two and a half hours", "duration", 2.5),
        ("twenty-four hours at most", "duration", 24),
        ("in a week", "duration", 168),
        ("fined a hundred and twenty yuan", "money", 120),
        ("costs the shop six points", "points", 6),
        ("under 4 percent", "percent", 4),
        ("appeal up to three times", "count", 3),
        ("RMB 1,500", "money", 1500),
    ],
)
def test_values(text: str, kind: str, value: float) -> None:
    figure = _only(text)
    assert (figure.kind, figure.value) == (kind, pytest.approx(value))


@pytest.mark.parametrize(
    "text",
    [
        "十分重要",
        "分享给朋友",
        "一天到晚忙",
        "第3天",
        "每天看数据",
        "2023年5月1日",
        "晚上20:00开始",
        "有一天",
        "万分感谢",
        "三成交易",
        "三五天就好",
        "放在一块发",
        "两块电池",
        "八成新",
        "三回复",
        "twice as big",
        "once a week",
        "the second point",
        "3 weekly reports",
    ],
)
def test_no_figures(text: str) -> None:
    assert figures_in(text) == []


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("72小时", "三天", True),
        ("30%", "百分之三十", True),
        ("24小时", "一天内", True),
        ("3件", "3次", False),
        ("6分", "6%", False),
        ("30天", "1个月", True),
        ("五百元", "500块", True),
        ("48 hours", "两天", True),
        ("two times", "两回", True),
        ("五块钱", "5 yuan", True),
    ],
)
def test_same_figure_whatever_the_notation(one: str, other: str, same: bool) -> None:
    assert same_figure(_only(one), _only(other)) is same


@given(st.text(alphabet="扣罚6分12元天百分之三十%小时内，。 最高48", max_size=40), st.integers(0, 10))
def test_offsets_are_exact_in_any_window(text: str, start: int) -> None:
    for figure in figures_in(text, min(start, len(text))):
        assert text[figure.start : figure.end] == figure.text
        assert figure.start >= min(start, len(text))


@given(st.integers(0, 999_999))
def test_digits_are_worth_what_they_say(value: int) -> None:
    assert number(str(value)) == value
    assert number(f"{value:,}") == value


@pytest.mark.parametrize(
    ("text", "hours"), [("开店满一年", 8760.0), ("超过一天", 24.0), ("一天一次也行", None), ("哪一年都行", None)]
)
def test_a_single_day_or_year_is_a_term_only_where_it_is_counted(text: str, hours: float | None) -> None:
    assert next((f.value for f in figures_in(text) if f.kind == "duration"), None) == hours


@pytest.mark.parametrize(("text", "shown"), [("请注意以下共3点", False), ("每日限3次", True), ("扣3分", True)])
def test_an_english_line_shows_no_figure_whose_unit_has_no_english_name(text: str, shown: bool) -> None:
    assert has_english(figures_in(text)[0]) is shown
