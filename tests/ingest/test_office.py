"""Word, PDF and Excel files: what is read, that figures stand as shown, and that bad files cost one line."""

from __future__ import annotations

import sys
import time
import zlib
from pathlib import Path

import pytest

pytest.importorskip("markitdown", reason="the extra office is not installed")

from ingest.errors import SourceError
from ingest.office import INSTALL, plain_document
from ingest.office_guard import MAX_UNPACKED, check_pdf
from ingest.office_sheets import shown
from ingest.office_tables import readable_rows
from ingest.office_wrapping import unwrapped
from ingest.pipeline import ingest
from ingest.store import Corpus, read_corpus
from tests.ingest.office_files import GIFT_LINES, POINTS, pdf, repacked, sheets, word


def ingested(tmp_path: Path, **files: bytes) -> tuple[Corpus, dict[str, str]]:
    """The corpus of these files (name_suffix=content) and the errors by file name."""
    folder = tmp_path / "office"
    folder.mkdir()
    for name, data in files.items():
        (folder / name.replace("_", ".")).write_bytes(data)
    report = ingest([str(folder)], tmp_path / "c")
    return read_corpus(tmp_path / "c"), {Path(name).name: line for name, line in report.failed.items()}


def test_the_three_kinds_give_articles_with_exact_passages(tmp_path: Path) -> None:
    corpus, failed = ingested(
        tmp_path,
        gifts_docx=word(table=[["违规", "扣分"], ["漏发赠品", "6"]]),
        gifts_pdf=pdf(["京东夜班规定", "2024-05-07", "一、交接", *GIFT_LINES[3:]]),
        points_xlsx=sheets({"Sheet1": POINTS}),
    )
    assert not failed
    found = {a.title: a for a in corpus.articles}
    assert {t: (a.platforms, a.published) for t, a in found.items()} == {
        "赠品补发规定": (("天猫",), "2024-05-06"),
        "京东夜班规定": (("京东",), "2024-05-07"),
        "天猫客服扣分表": (("天猫",), "2024-03-09"),
    }
    for passage in corpus.passages:
        article = next(a for a in corpus.articles if a.article_id == passage.article_id)
        assert article.text[passage.start : passage.end] == passage.text and len(passage.text) <= 400
    document = found["赠品补发规定"]
    assert [document.text[h.start : h.end] for h in document.headings] == ["一、适用范围"]
    assert "违规:漏发赠品;扣分:6" in document.text
    assert "不要这份赠品。" in found["京东夜班规定"].text, "the line that the page broke is whole again"
    assert "- 1 -" not in found["京东夜班规定"].text
    assert found["天猫客服扣分表"].text == (
        "违规:迟发;扣分:3;赔付:30%;说明:以揽收时间为准。\n违规:拒开发票;扣分:6;说明:买家索要时。"
    )


def test_a_second_run_leaves_unchanged_files_alone(tmp_path: Path) -> None:
    file = tmp_path / "gifts.docx"
    file.write_bytes(word())
    ingest([str(file)], tmp_path / "c")
    assert ingest([str(file)], tmp_path / "c").unchanged == [str(file)]


def test_each_visible_sheet_is_an_article_of_its_own(tmp_path: Path) -> None:
    note = [("内部", "说明"), ("勿传", "草稿")]
    data = sheets({"京东发票": [("情形", "处理"), ("拒开", 12)], "备注": note, "Sheet3": []}, hidden="备注")
    corpus, _ = ingested(tmp_path, rules_xlsx=data)
    assert [(a.title, a.platforms, a.text) for a in corpus.articles] == [("京东发票", ("京东",), "情形:拒开;处理:12。")]


def test_a_cell_merged_over_rows_holds_for_each(tmp_path: Path) -> None:
    rows = [("类别", "情形", "扣分"), ("发票", "拒开", 6), (None, "错开", 2)]
    corpus, _ = ingested(tmp_path, rules_xlsx=sheets({"扣分": rows}, merge="A2:A3"))
    assert corpus.articles[0].text.splitlines()[1] == "类别:发票;情形:错开;扣分:2。"


def test_office_lock_files_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "gifts.docx").write_bytes(word())
    (tmp_path / "in" / "~$gifts.docx").write_bytes(b"somebody")
    assert not ingest([str(tmp_path / "in")], tmp_path / "c").failed


ENTITIES = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'


def test_bad_files_cost_one_line_each_and_the_rest_is_kept(tmp_path: Path) -> None:
    bomb = bytes(MAX_UNPACKED + 1)
    whole = word()
    corpus, failed = ingested(
        tmp_path,
        good_docx=whole,
        bomb_docx=repacked(whole, word__media__a=bomb),
        cut_docx=whole[: len(whole) // 2],
        entities_docx=repacked(whole, word__document=b"", **{"word__document.xml": ENTITIES}),
        sheet_docx=sheets({"a": POINTS}),
        ole_docx=b"\xd0\xcf\x11\xe0" + bytes(600),
        broken_xlsx=repacked(sheets({"a": POINTS}), **{"xl__workbook.xml": b"<workbook"}),
        blank_xlsx=sheets({"a": []}),
        locked_pdf=pdf(password="sesame"),
        blank_pdf=pdf([]),
        text_pdf=b"no pdf at all",
        bomb_pdf=b"%PDF-1.4\n1 0 obj<</Filter/FlateDecode>>stream\n" + zlib.compress(bomb) + b"\nendstream endobj",
    )
    assert [a.title for a in corpus.articles] == ["赠品补发规定"]
    words = {
        "bomb.docx": "unpack to more than", "cut.docx": "damaged", "entities.docx": "declares entities",
        "sheet.docx": "word/document.xml is missing", "ole.docx": "password", "broken.xlsx": "damaged",
        "blank.xlsx": "no text", "locked.pdf": "protected", "blank.pdf": "no text", "text.pdf": "no PDF",
        "bomb.pdf": "unpack to more than",
    }  # fmt: skip
    assert {name: word_ in failed[name] for name, word_ in words.items()} == dict.fromkeys(words, True), failed
    assert set(failed) == set(words)
    assert all("\n" not in line and name in line for name, line in failed.items())


def test_a_stream_packed_twice_is_refused() -> None:
    twice = zlib.compress(zlib.compress(b"x"))
    with pytest.raises(SourceError, match="packed twice"):
        check_pdf(b"%PDF-1.4\n1 0 obj<</Filter[/FlateDecode /FlateDecode]>>stream\n" + twice + b"\nendstream")


def test_a_file_of_nothing_but_openings_is_looked_through_quickly() -> None:
    begun = time.perf_counter()
    with pytest.raises(SourceError, match="over 100,000 streams"):
        check_pdf(b"%PDF-1.4\n" + b"obj/FlateDecode stream\n" * 500_000)
    assert time.perf_counter() - begun < 20


def test_pictures_that_unpack_to_much_are_no_bomb() -> None:
    picture = (
        b"1 0 obj<</Subtype /Image/Filter/FlateDecode>>stream\n" + zlib.compress(bytes(60_000_000)) + b"\nendstream\n"
    )
    check_pdf(b"%PDF-1.4\n" + picture * 2)
    with pytest.raises(SourceError, match="unpack to more"):
        check_pdf(b"%PDF-1.4\n" + picture.replace(b"/Image", b"/Form") * 2)


@pytest.mark.parametrize(("suffix", "module"), [(".docx", "markitdown"), (".xlsx", "openpyxl")])
def test_without_the_extra_the_command_that_installs_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str, module: str
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    file = tmp_path / f"rules{suffix}"
    file.write_bytes(word() if suffix == ".docx" else sheets({"a": POINTS}))
    (line,) = ingest([str(file)], tmp_path / "c").failed.values()
    assert INSTALL in line and module in line


@pytest.mark.parametrize(
    ("value", "number_format", "seen"),
    [
        (6, "General", "6"),
        (6.0, "0", "6"),
        (0.125, "0.0%", "12.5%"),
        (0.3, "0%", "30%"),
        (6, '0"分"', "6分"),
        (0.1, "General", "0.1"),
        (None, "General", ""),
        (True, "General", "是"),
        ("第一行\n第二行", "@", "第一行 第二行"),
    ],
)
def test_a_cell_reads_as_the_sheet_shows_it(value: object, number_format: str, seen: str) -> None:
    assert shown(value, number_format) == seen


def test_rows_of_tables() -> None:
    assert readable_rows([["店名", "小铺"], ["电话", "无"]]) == ["店名:小铺", "电话:无"], "no head here"
    two = [["违规", "扣分"], ["迟发", "3"], ["", ""], ["情形", "赔付"], ["缺货", "5元"]]
    assert readable_rows(two) == ["违规:迟发;扣分:3。", "情形:缺货;赔付:5元。"]
    assert readable_rows([["说明", "说明"], ["", ""]]) == ["说明"]


def test_signs_of_the_document_are_no_marks() -> None:
    text, headings = plain_document("## **一、** 说明\n\n写 \\*星号\\* 与 A\\_B\n\n![](data:image/png;base64,xx)尾")
    assert text.split("\n") == ["一、 说明", "", "写 *星号* 与 A_B", "", "尾"]
    assert headings == {"一、 说明": 2}


def test_short_and_numbered_lines_stay_apart() -> None:
    wide = "这一行写到了页面右边所以在句子中间断开了还要再接上下一行的话才算"
    assert unwrapped([wide, "完整。", "短行", "另一行"]) == [wide + "完整。", "短行", "另一行"]
    assert unwrapped([wide, "2. 下一条"]) == [wide, "2. 下一条"]
    assert unwrapped(["正文", "第 3 页 共 5 页", "- 4 -"]) == ["正文"]
