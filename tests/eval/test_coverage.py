"""The figures of the source pages: one notation, and each in the rulebook or on the list of figures left out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval import coverage

CORPUS = coverage.ROOT / "corpus"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("按百分之三十赔", ("30%",)),
        ("付款后七十二小时内", ("72小时",)),
        ("违约金2万元", ("20000元",)),
        ("罚2万。", ("20000元",)),
        ("最高五百元", ("500元",)),
        ("一次性扣六分", ("6分",)),
        ("每笔扣 1 分,10日内", ("1分", "10天")),
        ("5分钟之内", ("5分钟",)),
        ("十五天", ("15天",)),
        ("7个工作日", ("7工作日",)),
        ("次年的一月一日", ("1月1日",)),
        ("2022年5月29日", ("2022年5月29日",)),
        ("950*150px", ("950px", "150px")),
        ("在线8*16小时", ("16小时",)),
        ("30-60个左右", ("30个", "60个")),
        ("8:00-23:00", ("8:00", "23:00")),
        ("满2000元减500元,满500元减100元", ("2000元", "500元", "100元")),
    ],
)
def test_figures_in_one_notation(text: str, expected: tuple[str, ...]) -> None:
    assert coverage.figures(text) == expected


@pytest.mark.parametrize(
    "text", ["十分满意", "部分商品", "评分与分期", "双十一", "第3天猫", "一块儿去", "百万级", "周六日"]
)
def test_words_that_are_no_figures(text: str) -> None:
    assert coverage.figures(text) == ()


def test_chinese_numerals() -> None:
    # 四十八 = 4*10+8, 一百零五 = 100+5, 两千 = 2*1000, 十 = 1*10
    assert [coverage.to_number(n) for n in ("四十八", "一百零五", "两千", "十", "3.5")] == [48, 105, 2000, 10, 3.5]
    with pytest.raises(ValueError, match="is no number"):
        coverage.to_number("几")


def test_a_figure_that_is_nowhere_is_missing() -> None:
    row = coverage.Row("000", "2020-01-01", "题", "a", ("4分", "6分", "8个"), ("4分",), ("8个",))
    assert row.missing == ("6分",)


def test_every_figure_left_out_names_an_article_and_a_reason() -> None:
    lines = (CORPUS / "figures_left_out.jsonl").read_text(encoding="utf-8").splitlines()
    for entry in map(json.loads, lines):
        assert set(entry) == {"article_id", "figure", "reason"}
        assert (CORPUS / "rulebook" / f"{entry['article_id']}.md").is_file(), entry
        assert len(entry["reason"]) > 10, entry


def test_no_pages_is_wrong_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert coverage.main(["--pages", str(tmp_path)]) == 2
    assert "no source pages" in capsys.readouterr().err


@pytest.fixture(scope="module")
def pages() -> Path:
    folder = coverage.default_pages()
    if not any(folder.glob("[0-9][0-9][0-9]_*.txt")):
        pytest.skip(f"the source pages are not beside the checkout; name their folder in {coverage.PAGES_VARIABLE}")
    return folder


@pytest.mark.seeds
def test_every_figure_stands_in_the_rulebook_or_on_the_list(pages: Path) -> None:
    rows = coverage.coverage(pages)
    assert sum(len(row.figures) for row in rows) > 190  # a reader that finds no figures must not pass
    assert {row.article_id: row.missing for row in rows if row.missing} == {}


@pytest.mark.seeds
def test_each_rulebook_article_rests_on_one_source_article(pages: Path) -> None:
    fed = sorted(row.article_id for row in coverage.coverage(pages))
    assert fed == sorted(path.stem for path in (CORPUS / "rulebook").glob("*.md"))


@pytest.mark.seeds
def test_the_table_is_up_to_date(pages: Path) -> None:
    text = coverage.render(coverage.coverage(pages), coverage.load_left_out(CORPUS / "figures_left_out.jsonl"))
    assert (CORPUS / "COVERAGE.md").read_text(encoding="utf-8") == text, "run python -m eval.coverage"
