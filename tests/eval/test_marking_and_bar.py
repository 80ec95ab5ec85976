"""Marking apart from the reader, and the bar that keeps an item's own words from answering it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from eval.bar import Bar, restates
from eval.exam_suite import ExamReply, exam_result, measure_exam, run_exam
from eval.items import load_exam
from eval.marking import Mark, mark, same_answer
from eval.systems import STARTER
from ingest.exam import ExamItem


def fill(stem: str, *answer: tuple[str, ...]) -> ExamItem:
    return ExamItem("f", "fill_in", stem, answer)


def test_a_figure_that_ends_like_another_is_an_answer_of_its_own() -> None:
    item = fill("档位是(  )、(  )和(  )。", ("4分钟",), ("14分钟",), ("2小时",))
    assert mark(item, ["4分钟", "14分钟", "2小时"]).correct
    assert not mark(item, ["14分钟", "14分钟", "2小时"]).correct


@pytest.mark.parametrize(
    "given,accepted,unit,same",
    [
        ("6", "六", "", True),
        ("72小时", "三天", "", True),
        ("百分之三十", "30%", "", True),
        ("30％", "30%", "", True),
        ("6分", "6", "分。", True),
        ("6分", "6", "天", False),
        ("6", "3", "", False),
        ("3件", "3次", "", False),
        ("不补寄", "补寄", "", False),
        ("", "", "", False),
    ],
)
def test_notation_does_not_matter_and_values_do(given: str, accepted: str, unit: str, same: bool) -> None:
    assert same_answer(given, accepted, unit) is same


def test_letters_and_booleans() -> None:
    choice = ExamItem("c", "single_choice", "s", "B", {"A": "x", "B": "y"})
    assert [mark(choice, p).correct for p in ("B", "b ", "A", None, True)] == [True, True, False, False, False]
    judged = ExamItem("t", "true_false", "s", False)
    assert [mark(judged, p).correct for p in (False, True, None, "False")] == [True, False, False, False]


def test_blanks_are_counted_one_by_one() -> None:
    item = fill("扣（　）分,在（　）天内", ("6", "六"), ("3",))
    assert mark(item, ["六", "3天"]) == Mark(True, 2, 2)
    assert mark(item, ["3", "6"]) == Mark(False, 0, 2)  # not a list: order counts
    assert mark(item, ["6", None]) == mark(item, ["6"]) == mark(item, ["6", ""]) == Mark(False, 1, 2)
    assert mark(item, None) == mark(item, "63") == Mark(False, 0, 2)


def test_a_list_may_be_filled_in_any_order_but_each_answer_once() -> None:
    item = fill("两种:（　）和（　）。", ("甲方案",), ("乙方案",))
    assert mark(item, ["乙方案", "甲方案"]).correct
    pool = ("做工问题", "做工", "褪色", "走丝")
    item = fill("写出两种:（　）、（　）", pool, pool)
    assert mark(item, ["褪色", "做工"]).correct
    assert mark(item, ["做工问题", "做工"]) == Mark(False, 1, 2)  # one reason told twice


def test_the_same_accepted_strings_need_one_value_each() -> None:
    # 甲 fits both blanks, 乙 the first alone: 乙 first, 甲 second, whatever order they come in
    item = fill("（　）、（　）", ("甲", "乙"), ("甲",))
    assert mark(item, ["甲", "乙"]).correct
    assert mark(item, ["乙", "甲"]).correct


OPTIONS = {"A": "每单赔9元", "B": "每单赔5元", "C": "退一赔三"}
CHOICE = ExamItem("c", "single_choice", "包裹逾期没交出的,下面哪种赔法说得对?", "B", OPTIONS)
JUDGED = ExamItem("t", "true_false", "店铺不肯开票的,每次记3点。", True)
FILLED = fill("店铺不肯开票的,每次记（　）点。", ("3",))


@pytest.mark.parametrize(
    "item,text,barred",
    [
        (CHOICE, "逾期没交出的,每单赔5元。", False),  # the rule
        (CHOICE, "12、包裹逾期没交出的,下面哪种赔法说得对?(B)", True),
        (CHOICE, "有道题问包裹逾期没交出的,下面哪种赔法说得对,我选了赔5元", True),
        (CHOICE, "包裹逾期没交出怎么赔? A.每单赔9元 B.每单赔5元", True),
        (JUDGED, "店铺不肯开票的,每次记3点。", False),  # a rule may stand in the very words of a statement
        (JUDGED, "3. 店铺不肯开票的,每次记3点。（√）", True),
        (JUDGED, "判断:店 铺 不肯开票的，每次记3点", True),
        (FILLED, "店铺不肯开票的,每次记3点。", False),
        (FILLED, "1、店铺不肯开票的,每次记（3）点。填空题", True),
        (FILLED, "答案与解析(√):包裹要在36小时内交出", False),  # an exam, but of another item
    ],
)
def test_what_restates_an_item(item: ExamItem, text: str, barred: bool) -> None:
    assert restates(item, text) is barred


def test_the_bar_takes_exams_restated_items_and_their_neighbours(world: Any, kit: SimpleNamespace) -> None:
    exam = kit.article("quiz", "店铺不肯开票的", kind="exam")
    disguised = kit.article("notes", "单选题\n1、甲?（A）\n2、乙?（B）\n判断题\n1、丙（√）\n2、丁（×）", title="考题")
    planted = kit.article("diary", "买菜。\n判断:店铺不肯开票的,每次记3点\n这句是对的。\n散步。")
    wider = world.plus(exam, disguised, planted)
    bar = Bar(wider.articles.values(), wider.passages)
    barred = bar.barred(JUDGED)
    rules = {p.passage_id for p in world.passages}
    assert not barred & rules
    told = {p.text for p in wider.passages if p.passage_id in barred and p.article_id == "diary"}
    assert told == {"买菜。", "判断:店铺不肯开票的,每次记3点", "这句是对的。"}
    assert {p.passage_id for p in wider.passages if p.article_id in ("quiz", "notes")} <= barred
    allow = bar.allow(barred)
    assert {p.text for p in wider.passages if allow(p)} == {p.text for p in world.passages} | {"散步。"}


def test_the_readers_own_test_bars_too(world: Any) -> None:
    bar = Bar(world.articles.values(), world.passages, also=lambda item, text: "36小时" in text)
    assert {p for p in bar.barred(JUDGED) if p.startswith("parcel")} == {"parcel#0-12", "parcel#13-26"}


def test_a_planted_article_does_not_answer_the_exam(world: Any, kit: SimpleNamespace) -> None:
    """It tells the item with a wrong mark: with the bar up nobody reads it, with the bar down it misleads."""
    case = kit.exam("t", "true_false", "店铺不肯开票的,每次记3点。", True, quotes=["店铺不肯开票的,每次记3点"])
    planted = kit.article("a-planted", "店铺不肯开票的,每次记3点。(×)")
    wider = world.plus(planted)
    bait = kit.ExamEcho(wider)
    systems = {"product": bait}
    (row,) = run_exam([case], systems, wider.articles, Bar(wider.articles.values(), wider.passages))
    assert row["correct"] and row["predicted"] is True
    assert row["barred"] == 1
    assert not any(name.startswith("a-planted") for name in bait.read)
    assert row["citations"][0]["article_id"] == "invoice"

    class Open(Bar):
        def barred(self, item: ExamItem) -> frozenset[str]:
            return frozenset()

    (fooled,) = run_exam([case], systems, wider.articles, Open(wider.articles.values(), wider.passages))
    assert fooled["predicted"] is False


def test_an_answer_that_got_past_the_bar_is_no_answer(world: Any, kit: SimpleNamespace) -> None:
    """A system that ignores what is barred is caught by what it cites or read."""
    case = kit.exam("t", "true_false", "店铺不肯开票的,每次记3点。", False)
    wider = world.plus(kit.article("a-planted", "店铺不肯开票的,每次记3点。(×)"))

    def sly(case: Any, allow: Any, gold: Any) -> ExamReply:
        return bait(case, lambda passage: True, gold)

    bait = kit.ExamEcho(wider)
    (row,) = run_exam([case], {"product": sly}, wider.articles, Bar(wider.articles.values(), wider.passages))
    assert row["predicted"] is False is case.item.answer
    assert row["leaked"] and not row["correct"]
    assert measure_exam([case], [row])["leaks"] == 1.0


def test_no_rule_of_the_starter_rulebook_is_barred_as_its_own_exam() -> None:
    """The evidence of an item must stay visible to it."""
    from ingest.frontmatter import parse_markdown

    for case in [*load_exam(STARTER / "exam.jsonl"), *load_exam(STARTER / "exam_reworded.jsonl")]:
        for evidence in case.evidence or ():
            assert not restates(case.item, evidence.quote), (case.id, evidence.quote)
    texts = [parse_markdown(p.read_text(encoding="utf-8"), p.name).text for p in (STARTER / "rulebook").glob("*.md")]
    sentences = [line for text in texts for line in text.split("\n")]
    for case in load_exam(STARTER / "exam.jsonl"):
        assert not [s for s in sentences if restates(case.item, s)], case.id


def test_exam_rows_by_hand(world: Any, kit: SimpleNamespace) -> None:
    cases = [
        kit.exam("t1", "true_false", "店铺不肯开票的,每次记3点。", True, quotes=["店铺不肯开票的,每次记3点"]),
        kit.exam("c1", "single_choice", "逾期没交出的每单", "B", {"A": "赔9元", "B": "赔5元"}, quotes=["每单赔5元"]),
        kit.exam("f1", "fill_in", "包裹要在（　）内交出。", (("36小时", "36"),), quotes=[]),
        kit.exam("t2", "true_false", "包裹要在36小时内交出。", False),
    ]
    rows = run_exam(cases, world.exam_systems(), world.articles, Bar(world.articles.values(), world.passages))
    assert [r["correct"] for r in rows] == [True, True, True, False]
    assert [r["supported"] for r in rows] == [True, True, False, None]
    contract = {"id", "type", "supported", "answered", "predicted", "gold", "correct", "citations"}
    assert all(contract <= set(r) for r in rows)
    assert (rows[2]["blanks_correct"], rows[2]["blanks"]) == (1, 1)
    result = exam_result(cases, rows, "d", "m")
    flat = result.aggregated
    # 3 of 4 right, all answered; the supported two right and cited
    assert (flat["accuracy"], flat["coverage"], flat["wrong_rate"]) == (0.75, 1.0, 0.25)
    assert flat["supported/accuracy"] == flat["evidence_recall"] == flat["citation_exact"] == 1.0
    assert flat["true_false/accuracy"] == 0.5
    assert flat["closed_book:coverage"] == 0.0
    assert set(result.to_json()) == {"suite", "corpus_digest", "model", "n", "aggregated", "per_item"}


def test_a_judged_item_missing_from_the_run_is_not_right(world: Any, kit: SimpleNamespace) -> None:
    cases = [kit.exam(f"t{i}", "true_false", "店铺不肯开票的,每次记3点。", True) for i in range(4)]
    rows = run_exam(cases, world.exam_systems(), world.articles, Bar(world.articles.values(), world.passages))
    assert measure_exam(cases, rows)["accuracy"] == 1.0
    assert measure_exam(cases, rows[1:])["accuracy"] == 0.75


def test_an_item_that_breaks_the_product_costs_only_itself(world: Any, kit: SimpleNamespace) -> None:
    def broken(case: Any, allow: Any, gold: Any) -> ExamReply:
        if case.id == "b":
            raise ZeroDivisionError("by\nzero")
        return ExamReply(True)

    cases = [kit.exam(name, "true_false", "s", True) for name in "abc"]
    rows = run_exam(cases, {"product": broken}, world.articles, Bar(world.articles.values(), world.passages))
    assert [r["correct"] for r in rows] == [True, False, True]
    assert rows[1]["error"] == "internal error (ZeroDivisionError: by)"
    assert exam_result(cases, rows, "d", "m").failed == ["b"]
