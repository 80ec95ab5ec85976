"""Marking: equal in meaning is right whatever the notation, and nothing else is."""

from __future__ import annotations

import pytest

from bot.exam import blanks_right, is_correct
from tests.bot.exam.stall import blanks, choice, statement


@pytest.mark.parametrize(
    ("said", "accepted", "same"),
    [
        ("七天", "7天", True),
        ("7", "7天", True),
        ("7天内", "七天", True),
        ("72小时", "3天", True),
        ("３０％", "百分之三十", True),
        ("三成", "30%", True),
        ("五百元", "500元", True),
        ("500", "五百元", True),
        ("2万元", "20000元", True),
        ("人民币80元", "80元", True),
        ("9:00-18:00", "9点到18点", True),
        ("线上", "线上", True),
        ("不影响再次出售", "不影响再次出售。", True),
        ("6分", "6天", False),
        ("30%", "30元", False),
        ("3次", "3件", False),
        ("8", "80", False),
        ("线上", "线下", False),
        ("", "7天", False),
        ("7天", "17天", False),
    ],
)
def test_same_filling(said: str, accepted: str, same: bool) -> None:
    item = blanks("在（　）内处理", (accepted,))
    assert is_correct(item, (said,)) is same


def test_every_blank_must_be_right() -> None:
    item = blanks("扣（　）分，停（　）天", ("3",), ("7", "七天"))
    assert is_correct(item, ("3分", "七天"))
    assert not is_correct(item, ("3", "8"))
    assert blanks_right(item, ("3", "8")) == [True, False]
    assert blanks_right(item, ("3",)) == [True, False]


def test_blanks_of_a_list_may_change_places_but_each_key_counts_once() -> None:
    item = blanks("分为（　）和（　）两级", ("轻微",), ("重大",))
    assert is_correct(item, ("重大", "轻微"))
    assert not is_correct(item, ("重大", "重大"))


def test_blanks_with_words_between_them_may_not_change_places() -> None:
    item = blanks("先扣（　）分，再停（　）天", ("3",), ("7",))
    assert not is_correct(item, ("7", "3"))


def test_silence_is_never_right() -> None:
    for item in (choice("选哪个", "甲", "乙"), statement("如此"), blanks("（　）", ("3",))):
        assert not is_correct(item, None)


def test_letters_and_judgements() -> None:
    assert is_correct(choice("选哪个", "甲", "乙", answer="B"), "b")
    assert not is_correct(choice("选哪个", "甲", "乙", answer="B"), "A")
    assert is_correct(statement("如此", False), False)
    assert not is_correct(statement("如此", False), True)
    # A letter is no judgement, and 0 is not False.
    assert not is_correct(statement("如此", True), "A")
