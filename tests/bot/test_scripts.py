"""The script library: what tables are read, that a trip out and back changes nothing, and that breaches are told."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from typer.testing import CliRunner

from bot.desk import MAX_DRAFT
from bot.scripts import Script, checked, merged
from bot.scripts_files import read_rows, write_rows
from bot.scripts_rows import HEAD, MAX_CONTENT, BadRow, row_of, scripts_of
from bot.scripts_rulebook import Rules, open_rules
from bot.scripts_store import SCRIPTS, Library
from ingest.errors import CorpusError, SourceError
from ingest.pipeline import ingest
from ruledesk import app
from tests.bot.desks import ARTICLES, write_pages

KINDS = [(".xlsx", "utf-8-sig"), (".csv", "utf-8-sig"), (".csv", "gb18030")]
words = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]) | st.sampled_from("=+-@'\"\n,;\t＝")).map(
    str.strip
)
names = words.map(lambda text: " ".join(text.replace("/", "").replace(">", "").split())[:20].strip())


def table(script: Script, kind: str, encoding: str = "utf-8-sig") -> list[Any]:
    """The script after it was written to a file and read back."""
    return list(scripts_of(read_rows(write_rows([row_of(script)], kind, encoding), kind)))


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("rules")
    ingest([str(write_pages(home / "pages", ARTICLES))], home / "corpus")
    return home / "corpus"


@pytest.fixture(scope="module")
def rules(corpus: Path) -> Rules:
    return open_rules(corpus)


def run(*args: str | Path) -> Any:
    return CliRunner().invoke(app, ["scripts", *map(str, args)])


@pytest.mark.parametrize(("kind", "encoding"), KINDS)
@settings(max_examples=60)
@given(group=st.lists(names.filter(bool), max_size=2), title=names, content=words.filter(bool), rule=words)
def test_a_script_comes_back_as_it_was(
    kind: str, encoding: str, group: list[str], title: str, content: str, rule: str
) -> None:
    script = Script(tuple(group), title, content, "京东", rule)
    assert table(script, kind, encoding) == [script]


@pytest.mark.parametrize("sign", ["=1+1", "+86", "-1", "@SUM(A1)", "\t=1", "＝1+1", "'=1", "''@x", "'quoted'"])
def test_no_cell_is_a_formula_and_each_reads_back(sign: str) -> None:
    cell = next(iter(csv.reader(io.StringIO(write_rows([("", "", sign)], ".csv").decode("utf-8-sig")))))
    assert cell == list(HEAD)
    _, row = list(csv.reader(io.StringIO(write_rows([("", "", sign)], ".csv").decode("utf-8-sig"))))
    assert row[2][0] not in "=+-@\t\r＝＋－＠"
    assert read_rows(write_rows([("", "", sign)], ".csv"), ".csv")[1][2] == sign
    data = write_rows([("", "", sign)], ".xlsx")
    sheet = load_workbook(io.BytesIO(data)).active
    assert sheet is not None and (sheet["C2"].value, sheet["C2"].data_type) == (sign, "s")
    assert read_rows(data, ".xlsx")[1][2] == sign


def test_columns_of_other_tools_and_numbers_as_keywords() -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        rows = [["一级分组", "二级分组", "快捷编码", "话术", "适用平台"], ["售后", "退/换", 12, "亲,可以退", "tmall"]]
        for r, row in enumerate(rows):
            sheet.write_row(r + 1, 0, row)  # a blank first row, as some tools leave one
    found = list(scripts_of(read_rows(out.getvalue(), ".xlsx")))
    assert found == [Script(("售后", "退／换"), "12", "亲,可以退", "天猫")]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "gb18030"])
@pytest.mark.parametrize("between", [",", "\t", ";"])
def test_csv_encodings_and_separators(encoding: str, between: str) -> None:
    text = f"分组{between}关键词{between}话术内容\r\n售后{between}退款{between}亲,稍等\r\n".replace("亲,", "亲 ")
    assert list(scripts_of(read_rows(text.encode(encoding), ".csv"))) == [Script(("售后",), "退款", "亲 稍等")]


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (("a/b/c", "", "话"), "3 levels; the limit is 2"),
        (("", "退款", ""), "话术内容 is empty"),
        (("", "", "长" * (MAX_CONTENT + 1)), "the limit is 5,000"),
        (("", "长" * 101, "话"), "the limit is 100"),
        (("", "", "话", "火星"), "平台 '火星' is not known"),
        (("", "甲\n乙", "话"), "line break"),
    ],
)
def test_a_bad_row_is_named_and_costs_only_itself(row: tuple[str, ...], why: str) -> None:
    first, second = scripts_of([HEAD, row, ("", "", "好的")])
    assert isinstance(first, BadRow) and first.row == 2 and why in first.why and "\n" not in first.why
    assert second == Script((), "", "好的")


@pytest.mark.parametrize(
    ("data", "kind", "why"),
    [
        (b"", ".csv", "empty"),
        ("关键词,平台\n".encode(), ".csv", "no column 话术内容"),
        (b'"a\n', ".csv", "no csv table"),
        (b"PK\x03\x04" + bytes(99), ".xlsx", "damaged"),
        (b"\xd0\xcf\x11\xe0" + bytes(99), ".xlsx", "password"),
    ],
)
def test_files_that_are_no_table(data: bytes, kind: str, why: str) -> None:
    with pytest.raises(SourceError, match=why):
        list(scripts_of(read_rows(data, kind)))


def test_a_sheet_that_spans_millions_of_cells_is_refused_unread() -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "话术内容")
        sheet.write(1_048_575, 16_383, "far")
    with pytest.raises(SourceError, match="spans 17,179,869,184 cells"):
        read_rows(out.getvalue(), ".xlsx")


def test_the_same_words_are_one_script_with_all_keywords() -> None:
    one, other = Script(("售后",), "退款", "亲,稍等"), Script(("售后",), "进度、退款", "亲, 稍等")
    found, same = merged([one, other, Script(("售前",), "退款", "亲,稍等"), other])
    assert [(s.group, s.title) for s in found] == [(("售后",), "退款、进度"), (("售前",), "退款")]
    assert same == 2
    assert merged(found) == (found, 0)


def test_the_check_marks_what_breaches_a_rule(rules: Rules) -> None:
    card = "亲,刷信用卡要另付手续费哦"
    bad, good = checked([Script((), "", card, "天猫"), Script((), "", "好的亲")], rules.checker.check)
    assert good.breaches == ()
    assert bad.breaches[0].label == "card_fee" and bad.breaches[0].words in card and bad.breaches[0].suggestion
    assert "card_fee「" in row_of(bad)[-1]


def test_import_tells_breaches_and_bad_rows_and_a_trip_out_and_back_changes_nothing(
    corpus: Path, tmp_path: Path
) -> None:
    file, lib = tmp_path / "in.csv", tmp_path / "lib"
    rows = [
        ("售后/付款", "刷卡", "亲,刷信用卡要另付手续费哦", "天猫"),
        ("", "好", "好的亲"),
        ("", "", "", "火星"),
        ("", "好", "好的亲"),
    ]
    file.write_bytes(write_rows(rows, ".csv", "gb18030"))
    done = run("import", file, "--into", lib, "--corpus", corpus)
    assert done.exit_code == 1
    assert "2 scripts read, 1 merged, 1 breach a rule" in done.stdout
    assert "card_fee 「" in done.stdout and "→" in done.stdout
    assert "row 4: 话术内容 is empty" in done.stderr
    first = (lib / SCRIPTS).read_bytes()
    for name in ("out.xlsx", "out.csv"):
        assert run("export", tmp_path / name, "--from", lib).exit_code == 0
        assert run("import", tmp_path / name, "--into", tmp_path / name[-3:], "--corpus", corpus).exit_code == 0
        assert (tmp_path / name[-3:] / SCRIPTS).read_bytes() == first
    report = json.loads(run("import", tmp_path / "out.csv", "--into", lib, "--corpus", corpus, "--json").stdout)
    assert (report["imported"], report["merged"], report["failed"]) == (2, 2, [])
    assert report["breached"][0]["breaches"][0]["label"] == "card_fee"
    assert (lib / SCRIPTS).read_bytes() == first


def test_replace_drops_what_was_there(corpus: Path, tmp_path: Path) -> None:
    for text, more in (("好的亲", ()), ("稍等亲", ("--replace",))):
        (tmp_path / "in.csv").write_bytes(write_rows([("", "", text)], ".csv"))
        assert run("import", tmp_path / "in.csv", "--into", tmp_path, "--corpus", corpus, *more).exit_code == 0
    assert [s.content for s in Library(tmp_path).read()] == ["稍等亲"]


def test_the_template_can_be_imported(corpus: Path, tmp_path: Path) -> None:
    assert run("template", tmp_path / "t.xlsx").exit_code == 0
    done = run("import", tmp_path / "t.xlsx", "--into", tmp_path, "--corpus", corpus)
    assert done.exit_code == 0 and "2 scripts read, 0 merged, 0 breach a rule" in done.stdout


def test_the_desks_own_replies_rest_on_quotes_of_the_rules(rules: Rules, corpus: Path, tmp_path: Path) -> None:
    found = rules.suggested()
    card = next(s for s in found if "信用卡" in s.content)
    quote, _, place = card.rule.partition("」")
    assert any(quote[1:] in a.text and a.title in place for a in rules.articles)
    assert "天猫收款规定" in place and card.title == "信用卡、手续费" and card.platform == "天猫"
    assert all(s.rule for s in found) and all(rules.checker.check(s.content, s.platform).ok for s in found)
    assert not any("货到付款" in s.content for s in found), "no rule of this corpus speaks of it"
    assert run("export", tmp_path / "own.csv", "--suggested", "--corpus", corpus).exit_code == 0
    assert [
        s.content for s in scripts_of(read_rows((tmp_path / "own.csv").read_bytes(), ".csv")) if isinstance(s, Script)
    ]


@pytest.mark.parametrize(
    ("args", "status", "why"),
    [
        (("import", "x.txt"), 2, ".xlsx or .csv"),
        (("import", "missing.csv"), 1, "no such file"),
        (("export", "x.xlsx", "--from", "/nonexistent-library"), 1, "no scripts in it"),
        (("template", "x.csv", "--encoding", "latin-1"), 2, "gb18030"),
    ],
)
def test_wrong_calls_are_one_line(args: tuple[str, ...], status: int, why: str) -> None:
    done = run(*args)
    (line,) = done.stderr.strip().splitlines()
    assert done.exit_code == status and why in line


def test_a_damaged_library_is_named(tmp_path: Path) -> None:
    (tmp_path / SCRIPTS).write_text("{}\n", encoding="utf-8")
    with pytest.raises(CorpusError, match="line 1 is damaged"):
        Library(tmp_path).read()


def test_a_script_is_no_longer_than_the_check_takes() -> None:
    assert MAX_CONTENT <= MAX_DRAFT
