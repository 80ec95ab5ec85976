"""The suite of conflicts: what counts as found, what as invented, and the command."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from eval.cli import eval_app
from eval.conflicts_suite import ITEMS, conflicts_result, measure_conflicts, missing_row, run_conflicts
from eval.items import load_conflicts
from ingest.errors import UsageError


def _row(name: str, one: str, other: str, conflict: bool, **more: Any) -> dict[str, Any]:
    articles = [
        {"title": title, "platforms": ["天猫"], "published": day, "text": text}
        for title, day, text in (("客服笔记", "2022-01-01", one), ("店长纪要", "2023-01-01", other))
    ]
    prefer = "2023-01-01" if conflict else None
    return {"id": name, "articles": articles, "conflict": conflict, "prefer": prefer, **more}


REAL = _row("real", "拒绝开票的每次扣4分。", "店铺拒不开票,每次扣6分。", True, figures=["4分", "6分"])
STATE = _row("state", "客服可以加买家微信。", "客服不得加买家微信。", True)
CLEAN = _row("clean", "退货要在7天内寄回。", "换货要在15天内寄回。", False)
OTHER = _row("other", "拒绝开票的每次扣4分。", "店铺拒不开票,每次扣6分。", True, figures=["1分", "2分"])


@pytest.fixture
def write(tmp_path: Path) -> Any:
    def made(*rows: dict[str, Any]) -> Path:
        path = tmp_path / "pairs.jsonl"
        path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
        return path

    return made


def test_a_conflict_is_found_where_its_figures_and_its_date_are_told(write: Any) -> None:
    rows = run_conflicts(load_conflicts(write(REAL, STATE, CLEAN, OTHER)))
    assert [row["found"] for row in rows] == [True, True, None, False]
    # The last one's conflict is real in the text, but not the one that its item asks for.
    assert [row["invented"] for row in rows] == [0, 0, 0, 1]
    assert [side["published"] for side in rows[0]["reported"][0]["sides"]] == ["2023-01-01", "2022-01-01"]


def test_measures_are_what_hand_arithmetic_gives(write: Any) -> None:
    cases = load_conflicts(write(REAL, STATE, CLEAN, OTHER))
    flat = measure_conflicts(cases, run_conflicts(cases))
    assert flat["found"] == 2 and flat["invented"] == 1
    assert flat["recall"] == flat["precision"] == pytest.approx(2 / 3, abs=1e-4)
    assert flat["false_alarms"] == 0
    # Wilson for 2 of 3: (2/3 + 1.2805 -+ 1.96 * sqrt(2/27 + 0.1067)) / 2.2805 with z*z/n = 1.2805
    assert (flat["recall.low"], flat["recall.high"]) == (0.2077, 0.9385)


def test_an_item_that_the_run_lacks_counts_as_failed(write: Any) -> None:
    cases = load_conflicts(write(REAL, CLEAN))
    flat = measure_conflicts(cases, [])
    assert flat["recall"] == 0 and flat["false_alarms"] == 1 and flat["invented"] == 1
    assert missing_row(cases[0])["found"] is False


def test_two_articles_of_one_title_and_day_are_two(write: Any) -> None:
    pair = _row("twins", "拒绝开票的每次扣4分。", "店铺拒不开票,每次扣6分。", True, figures=["4分", "6分"])
    for article in pair["articles"]:
        article |= {"title": "同名", "published": "2023-01-01"}
    (row,) = run_conflicts(load_conflicts(write(pair)))
    assert len(row["reported"]) == 1
    assert row["found"] is False  # the dates do not say which is newer, and the item wants one preferred


def test_the_projects_own_pairs_hold_their_floors() -> None:
    result = conflicts_result(None, "all")
    assert result.n == len(ITEMS.read_text("utf-8").splitlines()) == 160
    assert result.aggregated["recall"] >= 0.95 and result.aggregated["precision"] >= 0.95
    assert result.aggregated["held_out/n"] == 32
    assert result.failed == []


def test_the_command(write: Any, tmp_path: Path) -> None:
    runner = CliRunner()
    path = write(REAL, CLEAN)
    told = runner.invoke(eval_app, ["conflicts", "--items", str(path), "--json", "--report", str(tmp_path / "r")])
    assert told.exit_code == 0, told.output
    row = json.loads(told.stdout)
    assert set(row) == {"suite", "corpus_digest", "model", "n", "aggregated", "per_item"}
    assert (row["suite"], row["n"], row["aggregated"]["found"], row["aggregated"]["invented"]) == ("conflicts", 2, 1, 0)
    assert {"recall.low", "recall.high", "precision.low", "precision.high"} <= set(row["aggregated"])
    assert "Conflicts" in (tmp_path / "r" / "report.html").read_text("utf-8")
    table = runner.invoke(eval_app, ["conflicts", "--items", str(path)]).stdout
    assert "recall" in table and "1.000 (0.21-1.00)" in table


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["conflicts", "--corpus", "my-rules"], "leave --corpus out"),
        (["exam", "--items"], "say: ruledesk eval conflicts"),
        (["conflicts", "--items", "/nowhere/x.jsonl"], "/nowhere/x.jsonl: cannot be read"),
    ],
)
def test_wrong_usage_is_one_line(write: Any, arguments: list[str], why: str) -> None:
    given = [*arguments, str(write(REAL))] if arguments[-1] == "--items" else arguments
    result = CliRunner().invoke(eval_app, given)
    assert result.exit_code == 2 and why in result.stderr
    assert len(result.stderr.strip().split("\n")) == 1


def test_pairs_without_a_second_article_are_named(write: Any) -> None:
    lonely = {**REAL, "articles": REAL["articles"][:1]}
    with pytest.raises(UsageError, match="a conflict needs two"):
        load_conflicts(write(lonely))
