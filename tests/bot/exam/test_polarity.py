"""What a clause denies, and which way a stem asks."""

from __future__ import annotations

import pytest

from bot.exam.evidence import stretch
from bot.exam.polarity import bad_example, denied, lead_of, opposed, wanted


@pytest.mark.parametrize(
    ("stem", "want"),
    [
        ("关于赠品，下列说法正确的是", 1),
        ("关于赠品，下列说法不正确的是", -1),
        ("关于赠品，以下错误的是", -1),
        ("下列哪种做法是不可以的？", -1),
        ("下列哪项不属于应当避免的做法？", 1),
        ("与顾客沟通时，一定不要选的理由是", -1),
        ("优先邀请的对象不包括", -1),
        ("以下哪种回复会被扣分？", -1),
        ("关于赠品，哪一句不对？", -1),
        ("下面哪种做法是错的？", -1),
        ("客服一定不能让顾客选哪种理由？", -1),
        ("以下哪些信息可以出现在聊天中？", 1),
        ("没有寄出赠品的，商家要赔多少？", 1),
        ("店铺的级别分哪两种？", 1),
        ("核实顾客是否为买主时，正确的是", 1),
    ],
)
def test_what_a_stem_asks_for(stem: str, want: int) -> None:
    assert wanted(stem) == want


@pytest.mark.parametrize(
    ("text", "word", "expected"),
    [
        ("不得添加二维码", "二维码", True),
        ("可以添加二维码", "二维码", False),
        ("不得添加二维码,可以添加标志", "标志", False),
        ("不要拒绝顾客", "顾客", False),
        ("未使用的卡券按比例退", "比例", False),
        ("未使用的卡券按比例退", "使用", True),
        ("不能收取额外的费用", "费用", True),
        ("别家的名字不能说", "名字", True),
        ("除自动应答外都计入", "自动", True),
        ("不同意退货", "退货", True),
        ("不仅可以退货", "退货", False),
        ("无论谁都可以退货", "退货", False),
    ],
)
def test_what_is_denied(text: str, word: str, expected: bool) -> None:
    assert denied(text, text.index(word)) is expected


def test_opposites_are_told_apart_only_where_each_side_has_one() -> None:
    assert opposed("运费由商家承担", "运费由买家承担")
    assert opposed("免费提供", "收费提供")
    assert not opposed("运费由商家承担", "由商家承担,不由买家承担")
    assert not opposed("运费由商家承担", "运费很高")


def test_a_listed_breach_is_a_bad_example_and_the_right_way_behind_it_is_not() -> None:
    text = "常见的违规情况如下: 1、客服要求顾客另付包装钱 2、客服表示没有售后 正确做法: 耐心记录诉求"
    where = stretch(text)
    by_words = {text[c.start : c.end].strip(): bad_example(where, n) for n, c in enumerate(where.clauses)}
    assert by_words["1、客服要求顾客另付包装钱"]
    assert not by_words["正确做法: 耐心记录诉求"]


def test_a_reply_with_its_penalty_is_a_bad_example() -> None:
    where = stretch("答:刷卡要多付两元哦!这种情况,若被投诉,扣4分!")
    clause = next(n for n, c in enumerate(where.clauses) if "刷卡" in where.text[c.start : c.end])
    assert bad_example(where, clause)


def test_the_lead_of_a_list_item_is_what_stands_before_its_first_item() -> None:
    where = stretch("以下照片不支持置顶: (1)模糊的照片; (2)截屏的照片。")
    last = len(where.clauses) - 1
    assert "不支持置顶" in lead_of(where, last)
    assert lead_of(where, 0) == ""
