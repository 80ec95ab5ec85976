"""Retrieval, answers and check on a small world, against counts made by hand."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from bot.answers import Answer, Conflict, ConflictSide, Fact
from eval.ablation import WHOLE, ablate, ablation_measures, variants
from eval.answers_suite import answers_result, figure_told, is_exact, marks_resolve, measure_answers, run_answers
from eval.check_suite import check_result, measure_check, run_check
from eval.gold import Evidence
from eval.items import DraftCase
from eval.results import with_parts
from eval.retrieval_suite import judged, measure_retrieval, qrels_of, retrieval_result, run_retrieval


@pytest.fixture
def questions(kit: SimpleNamespace) -> list[Any]:
    q = kit.question
    return [
        q("a", "店铺不肯开票的记几点", "每次记3点", split="development", figures=("3点",)),
        q("b", "包裹多久交出", "36小时", split="held_out", figures=("三十六小时",), verdict="yes"),
        q("c", "店铺不肯开票的行不行", "晚寄出的,赔货款的两成", split="development", verdict="yes"),
        q("d", "今儿个啥天气", split="development", reason="small_talk"),
    ]


def test_retrieval_by_hand(world: Any, questions: list[Any]) -> None:
    cases = judged(questions)
    assert [c.id for c in cases] == ["a", "b", "c"]
    qrels = qrels_of(cases, list(world.articles.values()), world.passages)
    assert qrels == {"a": {"invoice#0-14"}, "b": {"parcel#0-12"}, "c": {"invoice#25-43"}}
    rows = run_retrieval(cases, world.search, qrels)
    assert [r["first"] for r in rows[:2]] == [1, 1]
    third = rows[2]["first"]
    assert third > 1
    flat = retrieval_result(cases, qrels, rows, "d", "m").aggregated
    assert flat["R@1"] == pytest.approx(2 / 3, abs=1e-4)
    assert flat["MRR"] == pytest.approx((2 + 1 / third) / 3, abs=1e-4)
    assert flat["development/n"] == 2.0 and flat["held_out/R@1"] == 1.0
    assert flat["R@1.low"] < flat["R@1"] < flat["R@1.high"]
    missing = measure_retrieval(cases, qrels, rows[:2])
    assert missing["R@10"] == pytest.approx(2 / 3, abs=1e-4)


def test_gold_that_the_corpus_lacks_counts_as_not_found(world: Any, kit: SimpleNamespace) -> None:
    cases = [kit.question("a", "开票", "每次记4点")]
    qrels = qrels_of(cases, list(world.articles.values()), world.passages)
    rows = run_retrieval(cases, world.search, qrels)
    flat = measure_retrieval(cases, qrels, rows)
    assert qrels == {"a": set()}
    assert not rows[0]["gold_found"]
    assert (flat["gold_missing"], flat["R@10"], flat["nDCG@10"]) == (1.0, 0.0, 0.0)


def test_every_part_is_run_alone_left_out_and_whole(world: Any, questions: list[Any]) -> None:
    assert variants(["x", "y"]) == [("x", ("x",)), ("y", ("y",)), (WHOLE, ("x", "y"))]
    assert [name for name, _ in variants("abc")] == ["a", "b", "c", "without a", "without b", "without c", WHOLE]
    cases = judged(questions)
    qrels = qrels_of(cases, list(world.articles.values()), world.passages)
    asked: list[tuple[str, ...]] = []

    def search_with(legs: tuple[str, ...]) -> Any:
        asked.append(legs)
        return world.search if "words" in legs else lambda question, platform, k: []

    rows = ablate(cases, ["words", "platform", "units"], search_with, qrels)
    assert asked[-1] == ("words", "platform", "units")
    by_name = {row.name: row.measures for row in rows}
    assert by_name["without words"]["MRR"] == by_name["units"]["R@5"] == 0.0
    assert by_name[WHOLE]["R@1"] == by_name["words"]["R@1"] > 0
    assert "English MRR" not in by_name[WHOLE]
    assert ablation_measures(rows)["ablation:without words/MRR"] == 0.0


def test_answers_by_hand(world: Any, questions: list[Any]) -> None:
    rows = run_answers(questions, world.desk, world.articles)
    a, b, c, d = rows
    assert a["evidence_cited"] and a["figures_right"] and not a["refused"]
    assert b["figures_right"] and b["verdict_right"] is False and not b["opposite"]  # no verdict is not the opposite
    assert c["opposite"] and not c["evidence_cited"]
    assert d["refused"] and d["quotes_exact"]
    flat = answers_result(questions, rows, "d", "m").aggregated
    assert flat["evidence_cited"] == pytest.approx(2 / 3, abs=1e-4)
    assert flat["figures_in_text"] == 1.0
    assert (flat["verdict_accuracy"], flat["opposite"], flat["opposite_rate"]) == (0.0, 1.0, 0.5)
    assert flat["refusal_recall"] == flat["refusal_precision"] == flat["quotes_exact"] == flat["marks_resolve"] == 1.0
    assert flat["small_talk/refusal_recall"] == 1.0
    assert {"ms_median", "ms_p95"} <= set(flat)


def test_a_question_missing_from_the_run_fails_in_all_that_is_asked_of_it(world: Any, questions: list[Any]) -> None:
    flat = measure_answers(questions, [])
    assert flat["evidence_cited"] == flat["figures_in_text"] == flat["verdict_accuracy"] == flat["quotes_exact"] == 0.0
    assert flat["answerable_lost"] == 1.0
    assert flat["refusal_recall"] == 0.0


def test_an_item_the_desk_will_not_take_is_kept_with_its_error(world: Any, questions: list[Any]) -> None:
    rows = run_answers([replace(questions[0], platform="X")], world.desk, world.articles)
    assert rows[0]["error"] == "platform 'X' is not known"
    assert not rows[0]["evidence_cited"] and rows[0]["refused"]


def test_history_reaches_the_desk(world: Any, questions: list[Any]) -> None:
    seen: list[Any] = []

    class Listening:
        def ask(self, question: str, platform: Any, history: Any, top: int, item_id: Any) -> Answer:
            seen.append(history)
            return world.desk.ask(question)

    run_answers([replace(questions[0], history=(("q", "a"),))], Listening(), world.articles)  # type: ignore[arg-type]
    assert [(t.question, t.answer) for t in seen[-1]] == [("q", "a")]


def answer_with(world: Any, **changes: Any) -> Answer:
    return replace(world.desk.ask("店铺不肯开票的记几点"), **changes)


def test_quotes_must_be_cut_from_the_article(world: Any) -> None:
    good = world.citation(world.passages[0])
    assert is_exact(good, world.articles)
    assert not is_exact(replace(good, quote=good.quote.replace("3", "6")), world.articles)
    assert not is_exact(replace(good, quote=good.quote.replace("不肯", "可以")), world.articles)
    assert not is_exact(replace(good, start=good.start + 1), world.articles)
    assert not is_exact(replace(good, article_id="parcel"), world.articles)
    assert not is_exact(replace(good, article_id="gone"), world.articles)
    assert not is_exact(replace(good, quote="", end=good.start), world.articles)


def test_marks_that_do_not_resolve(world: Any) -> None:
    fact = Fact("points", 3, "3点", 7)
    side = ConflictSide("t", None, None, 9)
    assert marks_resolve(answer_with(world))
    assert not marks_resolve(answer_with(world, text="x[1][2]"))
    assert not marks_resolve(answer_with(world, suggested_reply="y[3]"))
    assert not marks_resolve(answer_with(world, facts=(fact,)))
    assert not marks_resolve(answer_with(world, conflicts=(Conflict("t", (side, side), None),)))
    assert not marks_resolve(answer_with(world, refused=True))
    first = world.citation(world.passages[0])
    assert not marks_resolve(answer_with(world, citations=(first, first)))


@pytest.mark.parametrize(
    "figure,text,told",
    [
        ("6分", "扣6分。", True),
        ("6分", "扣16分。", False),
        ("6分", "6分钟内", False),
        ("6分", "扣六分", True),
        ("72小时", "3天内", True),
        ("30%", "赔百分之三十", True),
        ("30%", "赔30％", True),
        ("500元", "最高500 元", True),
        ("2万元", "20,000元", True),
        ("2万元", "2000元", False),
        ("1.5", "21.5", False),
        ("1.5", "1.53", False),
        ("1.5", "约1.5。", True),
        ("3-5位", "客服3-5位", True),
        ("8:00-23:00", "8：00-23：00", True),
        ("3件", "3次", False),
        ("5天", "15天", False),
    ],
)
def test_when_a_figure_is_told(figure: str, text: str, told: bool) -> None:
    assert figure_told(figure, text) is told


def draft(item_id: str, words: str, *labels: str, spans: tuple[str, ...] = (), quote: str = "") -> DraftCase:
    evidence = (Evidence(quote),) if quote else ()
    return DraftCase(item_id, words, None, labels, spans, evidence, not labels, None, "drafts")


def test_check_by_hand(world: Any) -> None:
    cases = [
        draft("r", "这单不开票哦", "invoice_refused", spans=("不开票",), quote="每次记3点"),
        draft("w", "我们不开票", "leak", spans=("我们",), quote="36小时"),
        draft("m", "请先加我", "offsite_contact"),
        draft("f", "放心,没有不开票这回事"),
        draft("c", "马上开好"),
    ]
    rows = run_check(cases, world.desk, world.articles)
    right, wrong, missed, alarm, clean = rows
    assert right["label_right"] and right["rule_right"] and right["span_right"]
    assert wrong["flagged"] and not wrong["label_right"] and not wrong["rule_right"] and not wrong["span_right"]
    assert wrong["extra_labels"] == ["invoice_refused"]
    assert not missed["flagged"] and missed["rule_right"] is None and missed["span_right"] is None
    assert alarm["flagged"] and not clean["flagged"]
    flat = check_result(cases, rows, "d", "m").aggregated
    assert flat["flagged"] == pytest.approx(2 / 3, abs=1e-4)
    assert flat["label_right"] == pytest.approx(1 / 3, abs=1e-4)
    assert (flat["rule_right"], flat["span_right"], flat["false_alarms"], flat["quotes_exact"]) == (0.5, 0.5, 0.5, 1.0)
    assert (flat["invoice_refused/found"], flat["leak/found"], flat["leak/n"]) == (1.0, 0.0, 1.0)
    gone = measure_check(cases, [])
    assert (gone["flagged"], gone["false_alarms"]) == (0.0, 1.0)


def test_parts_are_named_once_and_only_where_there_are_several() -> None:
    rows: list[dict[str, Any]] = [
        {"id": 1, "split": "a", "ok": True, "set": "s"},
        {"id": 2, "split": None, "ok": False, "set": "s"},
    ]
    flat = with_parts(rows, lambda part: {"v": float(len(part))}, "split", "ok", "set")
    assert flat == {"v": 2.0, "a/n": 1.0, "a/v": 1.0, "ok/n": 1.0, "ok/v": 1.0, "not_ok/n": 1.0, "not_ok/v": 1.0}
