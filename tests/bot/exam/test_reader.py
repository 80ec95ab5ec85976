"""The reader over a made-up rulebook: what it answers, what it leaves open, and what it must not see."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import pytest

from bot.exam import ExamReader, is_correct, restates
from bot.exam.reader import Risk
from ingest.exam import ExamItem
from tests.bot.exam.stall import StallRetriever, blanks, choice, statement

CHOICES = [
    choice("商家承诺的赠品逾期没有寄出，要按订单金额的多少赔付？", "10%", "20%", "30%", "50%", answer="B"),
    choice("店铺累计被扣40分的，要缴纳多少违约金？", "1000元", "2000元", "5000元", "8000元", answer="C"),
    choice("扣分累计达到多少分的，店铺会被关停？", "20分", "40分", "60分", answer="C"),
    choice("关于上传照片，下列说法不正确的是", "可以添加品牌标志", "可以添加二维码", "模糊的照片不能置顶", answer="B"),
    choice("包装材料的费用由谁承担？", "顾客", "商家", "快递员", answer="B"),
]
STATEMENTS = [
    statement("承诺的赠品应在9天内寄出。", True),
    statement("承诺的赠品应在十五天内寄出。", False),
    statement("上传照片时可以添加二维码。", False),
    statement("上传照片时不得添加二维码。", True),
    statement("包装材料的费用由顾客承担。", False),
    statement("包装材料的费用由商家承担。", True),
    statement("易碎货物没有加气泡膜的，每次扣3分。", True),
    statement("礼盒损坏而商家没有提醒的，每次扣3分。", False),
]
FILLS = [
    blanks("商家承诺的赠品要在（　）内寄出，逾期的按订单金额的（　）赔付，最高（　）。", ("9天",), ("20%",), ("80元",)),
    blanks("店铺累计被扣20分的，停售商品（　）天，缴纳违约金（　）元。", ("4",), ("2000",)),
    blanks("礼盒损坏而没有提醒的，每次扣（　）。", ("5分", "5")),
    blanks("晚班的时段为（　），超过（　）没有应答就算怠慢。", ("18:00-23:30", "18点-23点半"), ("2分钟",)),
]


@pytest.fixture(scope="module")
def bold() -> ExamReader:
    """A reader that answers as soon as anything leans."""
    return ExamReader(StallRetriever(), risk="exam")


@pytest.fixture(scope="module")
def careful() -> ExamReader:
    """A reader that leaves doubtful items open."""
    return ExamReader(StallRetriever())


@pytest.mark.parametrize("item", [*CHOICES, *STATEMENTS, *FILLS], ids=lambda i: i.stem[:20])
def test_answers_what_the_rules_say(bold: ExamReader, item: ExamItem) -> None:
    answer = bold.answer(item)
    assert is_correct(item, answer.predicted), answer.predicted


@pytest.mark.parametrize("item", [*CHOICES, *STATEMENTS, *FILLS], ids=lambda i: i.stem[:20])
def test_the_careful_reader_is_never_wrong_here(careful: ExamReader, item: ExamItem) -> None:
    answer = careful.answer(item)
    assert answer.predicted is None or is_correct(item, answer.predicted)
    assert answer.answered is (answer.predicted is not None)


def test_most_of_it_the_careful_reader_answers(careful: ExamReader) -> None:
    items = [*CHOICES, *STATEMENTS, *FILLS]
    assert sum(careful.answer(i).answered for i in items) >= len(items) - 3


@pytest.mark.parametrize("risk", ["low", "exam"])
@pytest.mark.parametrize("item", [CHOICES[0], STATEMENTS[0], FILLS[0]], ids=lambda i: i.type)
def test_citations_are_exact_spans(item: ExamItem, risk: Risk) -> None:
    retriever = StallRetriever()
    answer = ExamReader(retriever, risk).answer(item)
    assert answer.citations
    assert [c.n for c in answer.citations] == list(range(1, len(answer.citations) + 1))
    for cited in answer.citations:
        assert retriever.articles[cited.article_id].text[cited.start : cited.end] == cited.quote != ""


def test_the_citation_is_the_deciding_sentence(careful: ExamReader) -> None:
    (cited,) = careful.answer(STATEMENTS[7]).citations
    assert "礼盒" in cited.quote
    assert "5分" in cited.quote


def test_what_no_rule_speaks_of_is_left_open(careful: ExamReader) -> None:
    for item in (
        statement("直播间的背景音乐须经版权方授权。"),
        choice("会员日的抽奖在周几举行？", "周一", "周三", "周五"),
        blanks("发票遗失的，应在（　）内登报声明。", ("3天",)),
    ):
        answer = careful.answer(item)
        assert not answer.answered
        assert answer.citations == ()


def swapped(item: ExamItem) -> ExamItem:
    """The same item with another key and false evidence."""
    key: dict[str, str | bool | tuple[tuple[str, ...], ...]] = {
        "single_choice": next(n for n in item.options if n != item.answer) if item.options else "A",
        "true_false": item.answer is not True,
        "fill_in": (("不可能",),) * item.stem.count("（　）"),
    }
    return dataclasses.replace(item, answer=key[item.type], evidence=(("talk", "常见"),))


@pytest.mark.parametrize("item", [*CHOICES, *STATEMENTS, *FILLS], ids=lambda i: i.stem[:20])
def test_the_key_and_the_gold_evidence_are_never_looked_at(bold: ExamReader, item: ExamItem) -> None:
    other = swapped(item)
    assert other.answer != item.answer
    assert bold.answer(other) == bold.answer(item)
    assert bold.closed_book(other) == bold.closed_book(item)
    given = ["商家承诺的赠品要在9天内寄出。"]
    assert bold.answer_with(other, given) == bold.answer_with(item, given)


LEAKS = {
    "quoted": "考题回顾 包装材料的费用由谁承担？（D）A.顾客 B.商家 C.快递员 D.没有人",
    "judged": "判断题 包装材料的费用由顾客承担。（√）",
    "filled": "填空题 礼盒损坏而没有提醒的，每次扣（88分）。",
}


@pytest.mark.parametrize(("name", "item"), [("quoted", CHOICES[4]), ("judged", STATEMENTS[4]), ("filled", FILLS[2])])
def test_a_text_that_restates_the_item_is_barred(name: str, item: ExamItem) -> None:
    retriever = StallRetriever(LEAKS)
    assert restates(item, LEAKS[name])
    answer = ExamReader(retriever, "exam").answer(item)
    assert all(h.passage.article_id != name for h in answer.hits)
    assert all(c.article_id != name for c in answer.citations)
    assert is_correct(item, answer.predicted)


def test_a_rule_that_answers_does_not_restate() -> None:
    rules = [p.text for p in StallRetriever().passages]
    for item in (*CHOICES, *STATEMENTS, *FILLS):
        assert not any(restates(item, text) for text in rules), item.stem


def test_what_the_caller_bars_is_not_read(bold: ExamReader) -> None:
    answer = bold.answer(STATEMENTS[0], allow=lambda p: p.article_id != "gifts")
    assert all(h.passage.article_id != "gifts" for h in answer.hits)
    assert all(c.article_id != "gifts" for c in answer.citations)


def test_gold_evidence_given_is_read_and_nothing_retrieved() -> None:
    retriever = StallRetriever()
    reader = ExamReader(retriever)
    answer = reader.answer_with(choice("退货要在几天内提出？", "2天", "6天", answer="B"), ["退货应在6天内提出。"])
    assert answer.predicted == "B"
    assert answer.citations == ()
    assert retriever.searched == []
    assert reader.answer_with(statement("退货应在2天内提出。", False), ["退货应在6天内提出。"]).predicted is False
    assert reader.answer_with(blanks("退货应在（　）内提出。", ("6天",)), ["退货应在6天内提出。"]).predicted == ("6天",)


def test_the_closed_book_row_retrieves_nothing() -> None:
    retriever = StallRetriever()
    reader = ExamReader(retriever)
    guesses: Sequence[object] = [reader.closed_book(i).predicted for i in (CHOICES[3], STATEMENTS[0], FILLS[0])]
    assert guesses[0] in CHOICES[3].options
    assert isinstance(guesses[1], bool)
    assert guesses[2] is None
    assert retriever.searched == []


def test_an_empty_rulebook_leaves_everything_open() -> None:
    retriever = StallRetriever()
    retriever.passages = []
    reader = ExamReader(retriever)
    for item in (CHOICES[0], CHOICES[3], STATEMENTS[0], FILLS[0]):
        assert not reader.answer(item).answered
