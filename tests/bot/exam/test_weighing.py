"""What the exam reader's readings count beside each other."""

from __future__ import annotations

import pytest

from bot.evidence import PairReading
from bot.exam.blanks import in_unit, pared
from bot.exam.judging import NOTHING, Verdict
from bot.exam.marking import BLANK
from bot.exam.second import NONE, Opinion
from bot.exam.slots import Slot
from bot.exam.statements import settle
from bot.exam.weighing import blank_kind, option_features, option_kind, statement_kind, weigh, weights
from bot.figures import figures_in

STEM = "店铺要在两天内回话。"
CLEAR = Opinion(learned=1.0, yes=5.0, answers=4.0, surest=4.0)
DOUBTED = Opinion(learned=1.0, yes=5.0, answers=-4.0, surest=-4.0)


def test_each_kind_has_a_threshold_that_is_a_probability() -> None:
    assert set(weights()) == {"statement", "option", "blank", "statement_unread", "option_unread", "blank_unread"}
    assert all(0.5 <= table["threshold"] < 1 for table in weights().values())


def test_an_opinion_counts_where_its_sentences_decide() -> None:
    borne_out = Verdict(0.5, 0.5)
    assert settle(STEM, borne_out, CLEAR, bold=False).holds is True
    clear, doubted = (settle(STEM, borne_out, o, bold=True).confidence for o in (CLEAR, DOUBTED))
    assert clear > doubted


def test_a_careful_reader_says_nothing_where_nothing_speaks_and_a_bold_one_does() -> None:
    assert settle(STEM, NOTHING, NONE, bold=False).holds is None
    assert settle(STEM, NOTHING, NONE, bold=True).holds is not None


def test_a_figure_that_the_rules_deny_outweighs_words_that_agree() -> None:
    denied = Verdict(-1.0, 0.8, by_figure=True)
    assert settle(STEM, denied, Opinion(learned=3.0), bold=False).holds is False


@pytest.mark.parametrize("want", [1, -1])
def test_a_stem_that_asks_for_what_does_not_hold_turns_the_readings_round(want: int) -> None:
    stated = PairReading(answers=3.0, yes=3.0, depends=0.0)
    good = weigh("option", option_features(want, want * 0.5, 0.0, CLEAR, stated, None))
    bad = weigh("option", option_features(want, 0.0, 0.0, NONE, None, None))
    assert (good - bad) * want > 0


def test_without_a_second_reading_other_weights_are_taken() -> None:
    assert statement_kind(NONE) == "statement_unread"
    assert statement_kind(CLEAR) == "statement"
    assert option_kind([NONE, CLEAR]) == "option"
    assert option_kind([NONE]) == "option_unread"
    assert (blank_kind(True), blank_kind(False)) == ("blank", "blank_unread")


@pytest.mark.parametrize(
    ("cut", "stem", "filling"),
    [
        ("以承运方系统", "签收时间以（　）系统里的记录为准。", "承运方"),
        ("页面的“付款明细", "先打开“（　）”这一栏。", "付款明细"),
        ("仅限当周", "这张券只在（　）能用。", "当周"),
        ("售后争议规则》规定", "双方应遵守《售后（　）规则》。", "争议"),
        ("平台将退还", "押金由（　）退还。", "平台"),
        ("一次", "只能（　）", "一次"),
    ],
)
def test_a_blank_takes_no_more_than_its_own_words(cut: str, stem: str, filling: str) -> None:
    mark = BLANK.search(stem)
    assert mark is not None
    assert pared(cut, Slot(stem, mark.start(), mark.end())) == filling


@pytest.mark.parametrize(
    ("text", "unit", "shown"), [("48小时", "天", "2"), ("2天", "小时", "48"), ("5天", "秒", None), ("6倍", "倍", "6")]
)
def test_a_figure_is_told_in_the_unit_that_is_printed_or_not_at_all(text: str, unit: str, shown: str | None) -> None:
    assert in_unit(figures_in(text)[0], unit) == shown
