"""The report: self-contained, escaped, complete, and nothing of the held-out half shown item by item."""

from __future__ import annotations

import datetime
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import pytest

from eval import charts
from eval.gold import Evidence
from eval.items import DraftCase
from eval.report import page, reliability_bins, write_report
from eval.results import EvalResult
from eval.runs import Plan, run_ablation, run_plan, with_ablation

EVIL = "<script>alert('x')</script>&\"'"
WHEN = datetime.datetime(2024, 7, 1, 12, 0, tzinfo=datetime.UTC)
VOID = {"meta", "br"}


class Tags(HTMLParser):
    """Checks that tags nest, and collects what they load."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.loaded: list[str] = []
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.seen.add(tag)
        self.loaded += [v for k, v in attrs if k in ("src", "href", "srcset", "data") and v and not v.startswith("#")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.fixture
def results(world: Any, kit: SimpleNamespace) -> list[EvalResult]:
    drafts = (
        DraftCase("r", "这单不开票哦", None, ("invoice_refused",), (), (Evidence("每次记3点"),), False, None, "d"),
        DraftCase("m", f"请先加我{EVIL}", None, ("offsite_contact",), ("加我",), (), False, "development", "d"),
        DraftCase("f", "没有不开票这回事", None, (), (), (), True, "development", "d"),
        DraftCase("c", "马上开好", None, (), (), (), True, "held_out", "d"),
    )
    exam = [
        kit.exam("t1", "true_false", "店铺不肯开票的,每次记3点。", True, quotes=["每次记3点"]),
        kit.exam("t2", "true_false", f"包裹要在36小时内交出{EVIL}", False, quotes=[]),
        kit.exam("c1", "single_choice", "逾期没交出的每单", "B", {"A": EVIL, "B": "赔5元"}),
        kit.exam("f1", "fill_in", "包裹要在（　）内交出。", (("48小时",),)),
    ]
    questions = [
        kit.question("a", "店铺不肯开票的记几点", "每次记3点", split="development", figures=("3点",), verdict="no"),
        kit.question("b", f"包裹多久交出{EVIL}", "赔货款的两成", split="development"),
        kit.question("h", "保密的题目多久", "36小时内交出", split="held_out", verdict="yes"),
        kit.question("e", "is it free 3点", "每次记3点", split="held_out"),
        kit.question("d", "今儿个啥天气", split="development", reason="small_talk"),
        kit.question("n", "不肯开票的晚寄货款", split="development", reason="near_miss"),
    ]
    judged = tuple(q for q in questions if q.evidence)
    plan = Plan(("exam", "retrieval", "answers", "check"), tuple(exam), judged, tuple(questions), drafts)
    ran = run_plan(plan, world)
    return with_ablation(ran, run_ablation(plan, world))


def test_the_page_is_well_formed_loads_nothing_and_escapes(results: list[EvalResult]) -> None:
    html = page(results, WHEN)
    tags = Tags()
    tags.feed(html)
    assert tags.open == []
    assert tags.loaded == []
    assert "script" not in tags.seen
    assert "default-src 'none'" in html
    assert "url(" not in html and "@import" not in html
    assert "&lt;script&gt;alert" in html
    assert "2024-07-01" in html


def test_every_plot_is_valid_xml_without_numbers_that_are_none(results: list[EvalResult]) -> None:
    plots = re.findall(r"<svg.*?</svg>", page(results, WHEN), re.DOTALL)
    assert len(plots) >= 10
    for plot in plots:
        ElementTree.fromstring(plot)
        assert not re.search(r'"(?:nan|inf|-inf|None)"', plot)
    titles = " ".join(plots)
    for title in ("Accuracy by type of item and by support", "Reliability", "Recall by k", "latency", "by reason"):
        assert title in titles


def test_held_out_items_are_counted_and_not_shown(results: list[EvalResult]) -> None:
    html = page(results, WHEN)
    assert "保密的题目" not in html
    assert "held-out items are counted above and not shown" in html
    assert "held out <small>n = 2" in html


def test_the_worst_items_come_first_with_what_was_retrieved(results: list[EvalResult]) -> None:
    html = page(results, WHEN)
    exam = html[html.index('id="exam"') : html.index('id="retrieval"')]
    assert exam.index("<small>t2</small>") < exam.index("<small>c1</small>") if "<small>c1</small>" in exam else True
    assert "<small>t1</small>" not in exam
    retrieval = html[html.index('id="retrieval"') : html.index('id="answers"')]
    assert "<mark>赔货款的两成</mark>" in retrieval
    assert "parts of the retriever" in retrieval


def test_the_files_written(tmp_path: Path, results: list[EvalResult]) -> None:
    path = write_report(tmp_path / "new" / "report", results, WHEN)
    assert path.name == "report.html"
    rows = json.loads((path.parent / "results.json").read_text(encoding="utf-8"))
    assert [row["suite"] for row in rows] == ["exam", "retrieval", "answers", "check"]
    assert rows[0]["aggregated"] == results[0].aggregated


def test_a_run_of_one_suite_or_of_failures_alone_still_reports(results: list[EvalResult]) -> None:
    exam = results[0]
    failed = [{k: v for k, v in row.items() if k != "ms"} | {"error": "e", "systems": {}} for row in exam.per_item]
    html = page([replace(exam, per_item=tuple(failed), aggregated={})], WHEN)
    assert 'id="retrieval"' not in html


def test_confidence_is_binned_by_equal_counts() -> None:
    rows = [{"answered": True, "confidence": i / 12, "correct": i >= 6} for i in range(12)]
    rows.append({"answered": False, "confidence": 0.9, "correct": False})
    bins = reliability_bins(rows)
    assert [b.n for b in bins] == [2] * 6
    assert [b.value for b in bins] == [0, 0, 0, 1, 1, 1]
    # items 0 and 1: (0 + 1/12) / 2
    assert bins[0].confidence == pytest.approx(1 / 24)
    assert reliability_bins([]) == []


@pytest.mark.parametrize("values", [[0.0], [5.0, 5.0], [0.1, 900.0], list(map(float, range(300)))])
def test_a_histogram_counts_every_value(values: list[float]) -> None:
    ElementTree.fromstring(charts.histogram(values, "t"))


def test_labels_of_lines_do_not_cover_each_other() -> None:
    same = charts.Line("a", [(0.9, 0.8, 1.0)] * 2)
    plot = charts.lines(["1", "5"], [same, replace(same, label="b")], "t", "k")
    heights = [float(y) for y in re.findall(r'y="([\d.]+)" text-anchor="start" class="small t\d"', plot)]
    assert abs(heights[0] - heights[1]) >= 14
