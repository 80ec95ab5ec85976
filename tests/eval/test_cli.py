"""`ruledesk eval` on the command line: output, exit status, one-line errors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from eval.cli import eval_app
from eval.runs import make_plan
from eval.systems import STARTER, is_starter
from ingest.errors import UsageError

QUESTIONS = [
    {"id": "a", "question": "店铺不肯开票的记几点", "gold": [{"date": "2024-03-01", "snippet": "每次记3点"}]},
    {"id": "d", "question": "今儿个啥天气", "gold": []},
]
EXAM = [{"id": "t", "type": "true_false", "stem": "店铺不肯开票的,每次记3点。", "answer": True}]
DRAFTS = [{"id": "x", "draft": "这单不开票哦", "labels": ["invoice_refused"]}, {"id": "y", "draft": "好的", "ok": True}]


@pytest.fixture
def run(world: Any, monkeypatch: Any, tmp_path: Path) -> Any:
    monkeypatch.setattr("eval.systems.open_systems", lambda corpus, told: world)
    runner = CliRunner()

    def call(*arguments: str, rows: Any = None) -> Any:
        given = list(arguments)
        if rows is not None:
            path = tmp_path / "items.jsonl"
            path.write_text("\n".join(json.dumps(r, ensure_ascii=False) for r in rows), encoding="utf-8")
            given += ["--items", str(path)]
        return runner.invoke(eval_app, given)

    return call


SUITE_ROWS = [("exam", EXAM), ("retrieval", QUESTIONS), ("answers", QUESTIONS), ("check", DRAFTS)]


@pytest.mark.parametrize("suite,rows", SUITE_ROWS)
def test_each_suite_prints_the_contracts_json(run: Any, suite: str, rows: Any) -> None:
    result = run(suite, "--json", rows=rows)
    assert result.exit_code == 0, result.output
    row = json.loads(result.stdout)
    assert set(row) == {"suite", "corpus_digest", "model", "n", "aggregated", "per_item"}
    assert row["suite"] == suite
    assert row["n"] == len(row["per_item"]) == (1 if suite in ("exam", "retrieval") else 2)
    assert all(isinstance(v, int | float) for v in row["aggregated"].values())


def test_without_a_suite_all_that_fit_the_items_are_run(run: Any) -> None:
    result = run("--json", rows=QUESTIONS)
    assert [r["suite"] for r in json.loads(result.stdout)] == ["retrieval", "answers"]
    assert json.loads(run("--json", rows=EXAM).stdout)["suite"] == "exam"


def test_the_tables_for_a_person(run: Any) -> None:
    out = run("exam", rows=EXAM).stdout
    assert "exam: 1 items, corpus feedc0dedeadbeef, model shared-characters" in out
    assert "accuracy" in out and "1.000 (0.21-1.00)" in out  # 1 of 1: low = 1 / (1 + 3.8415) = 0.2065
    assert "closed book" in out and "the product" in out


def test_ablation_prints_its_own_table(run: Any) -> None:
    out = run("retrieval", "--ablate", rows=QUESTIONS).stdout
    assert "parts, development half" in out
    for name in ("words", "platform", "whole"):
        assert name in out
    aggregated = json.loads(run("retrieval", "--ablate", "--json", rows=QUESTIONS).stdout)["aggregated"]
    assert aggregated["ablation:whole/R@1"] == 1.0


def test_a_report_is_written(run: Any, tmp_path: Path) -> None:
    result = run("--report", str(tmp_path / "r"), rows=QUESTIONS)
    assert result.exit_code == 0
    assert (tmp_path / "r" / "report.html").stat().st_size > 5000
    assert "report.html" in result.stderr


def test_failed_items_are_named_and_give_status_1(run: Any) -> None:
    result = run("answers", rows=[QUESTIONS[0] | {"platform": "月球"}, QUESTIONS[1]])
    assert result.exit_code == 1
    assert "failed: a: platform '月球' is not known" in result.stdout


@pytest.mark.parametrize(
    "arguments,rows,why",
    [
        (("exam",), QUESTIONS, "its items fit retrieval and answers, not exam"),
        (("exam", "--ablate"), EXAM, "--ablate: it belongs to retrieval"),
        (("retrieval", "--split", "held_out"), QUESTIONS, "no items of split 'held_out'"),
        (("exam",), [{"id": "t"}], "none of stem, question, draft"),
        (("exam", "--items", "/nowhere/x.jsonl"), None, "/nowhere/x.jsonl: cannot be read"),
    ],
)
def test_wrong_usage_is_one_line_and_status_2(run: Any, arguments: Any, rows: Any, why: str) -> None:
    result = run(*arguments, rows=rows)
    assert result.exit_code == 2
    assert why in result.stderr
    assert len(result.stderr.strip().split("\n")) == 1
    assert result.stdout == ""


@pytest.mark.parametrize("arguments", [("poetry",), ("--split", "third"), ("--jsn",)])
def test_unknown_words_give_status_2(run: Any, arguments: Any) -> None:
    assert run(*arguments).exit_code == 2


def test_help_has_an_example(run: Any) -> None:
    result = run("--help")
    assert result.exit_code == 0
    assert "ruledesk eval exam --report" in result.stdout
    for option in ("--corpus", "--items", "--json", "--report", "--ablate", "--split"):
        assert option in result.stdout


def test_the_projects_own_items_by_default() -> None:
    plan = make_plan(None, None, None)
    assert plan.suites == ("exam", "retrieval", "answers", "check")
    assert [len(plan.ids(s)) for s in plan.suites] == [44 + 56, 210, 295 + 15, 132]
    assert plan == make_plan(None, STARTER, None)
    half = make_plan(None, None, None, "development")
    assert [len(half.ids(s)) for s in half.suites] == [28, 115, 160, 66]
    assert is_starter(None) and is_starter(STARTER / "rulebook") and not is_starter(STARTER.parent)


def test_another_corpus_brings_its_own_exam_whose_support_is_not_known(tmp_path: Path) -> None:
    rows = [{**EXAM[0], "options": {}, "evidence": None}]
    (tmp_path / "exam.jsonl").write_text(json.dumps(rows[0]), encoding="utf-8")
    plan = make_plan(None, tmp_path, None)
    assert plan.suites == ("exam",)
    assert plan.exam[0].supported is None
    with pytest.raises(UsageError, match="no items of its own for retrieval; give them with --items"):
        make_plan("retrieval", tmp_path, None)
