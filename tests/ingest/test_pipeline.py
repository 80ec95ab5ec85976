"""Whole runs of ingest: a bad source costs only itself, a second run changes only what changed, nothing half done."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ingest.crawl import CrawlLimits
from ingest.decode import MAX_BYTES
from ingest.errors import CorpusError
from ingest.pipeline import WebOptions, describe, ingest
from ingest.store import one_writer, read_corpus
from tests.ingest.web_server import serving

GIFTS = (
    "赠品怎么登记?\n\n1、赠品随单登记。 2、漏发的3天内补发。\n\n2024-05-06\n\n"
    "夜班规定\n\n夜班两人同值。\n\n2024-05-07\n"
)
NIGHT = "---\ntitle: 夜班交接\nplatforms: [京东]\npublished: 2024-01-02\n---\n## 一、时间\n每天22点交接。\n"
STRAY = {
    "passage_id": "p", "article_id": "x", "heading_path": [], "platforms": [], "start": 0, "end": 1, "text": "y",
}  # fmt: skip
LOCAL = WebOptions(allow_private=True, seconds_per_host=0, limits=CrawlLimits(pages=5))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    pages = tmp_path / "pages"
    pages.mkdir()
    (pages / "gifts.txt").write_text(GIFTS, encoding="utf-8")
    (pages / "night.md").write_text(NIGHT, encoding="utf-8")
    (pages / "README.md").write_text("# 说明\n这里放规则页。\n", encoding="utf-8")
    return pages


def titles(corpus: Path) -> list[str]:
    return sorted(a.title for a in read_corpus(corpus).articles)


def test_a_folder_of_pages(folder: Path, tmp_path: Path) -> None:
    report = ingest([str(folder)], tmp_path / "c")
    assert titles(tmp_path / "c") == ["夜班交接", "夜班规定", "赠品怎么登记?"]
    assert report.skipped == [str(folder / "README.md")]
    assert not report.failed
    rows = [json.loads(line) for line in (tmp_path / "c" / "articles.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [row["published"] for row in rows] == ["2024-05-07", "2024-05-06", "2024-01-02"], "newest first"
    assert set(rows[0]) >= {"article_id", "kind", "title", "platforms", "published", "url", "source", "text"}
    line = json.loads((tmp_path / "c" / "passages.jsonl").read_text(encoding="utf-8").splitlines()[-1])
    assert set(line) == {"passage_id", "article_id", "heading_path", "platforms", "start", "end", "text"}


BAD = {
    "empty.txt": (b"", "empty"),
    "blank.md": (b"---  \n\n", "no front matter"),
    "picture.txt": (b"\x89PNG\r\n\x1a\n" + bytes(200), "binary"),
    "sheet.html": (b"PK\x03\x04" + b"\x00\x01" * 300, "binary"),
    "noise.txt": (bytes(range(256)) * 40, "encoding is not known"),
    "odd.txt": (b"\x81\x7f\xff\xfe\x00" * 30, "encoding is not known"),
    "no-title.md": (b"---\nplatforms: []\npublished:\n---\ntext\n", "lacks title"),
    "bad-day.md": (b"---\ntitle: x\nplatforms: []\npublished: 2024-02-31\n---\ntext\n", "YYYY-MM-DD"),
    "menu.html": (b"<html><body><nav><a href='/'>Home</a></nav></body></html>", "no article text"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_source_costs_only_itself(folder: Path, tmp_path: Path, name: str) -> None:
    data, words = BAD[name]
    (folder / name).write_bytes(data)
    report = ingest([str(folder)], tmp_path / "c")
    assert list(report.failed) == [str(folder / name)]
    line = report.failed[str(folder / name)]
    assert words in line
    assert name in line
    assert "\n" not in line
    assert titles(tmp_path / "c") == ["夜班交接", "夜班规定", "赠品怎么登记?"]


def test_a_huge_file_is_refused_unread(folder: Path, tmp_path: Path) -> None:
    with (folder / "huge.txt").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    report = ingest([str(folder)], tmp_path / "c")
    assert f"the limit is {MAX_BYTES:,}" in report.failed[str(folder / "huge.txt")]
    assert len(titles(tmp_path / "c")) == 3


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("nowhere.txt", "no such file or folder"),
        ("http://127.0.0.1:9/", "allow-private"),
        ("ftp://x/y", "no such file"),
    ],
)
def test_a_source_that_is_not_there(folder: Path, tmp_path: Path, source: str, words: str) -> None:
    report = ingest([source, str(folder)], tmp_path / "c")
    assert words in report.failed[source]
    assert len(titles(tmp_path / "c")) == 3


def test_a_file_of_another_kind_and_an_empty_folder(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "rules.doc").write_bytes(b"old")
    (tmp_path / "none").mkdir()
    report = ingest([str(tmp_path / "rules.doc"), str(tmp_path / "none"), str(folder)], tmp_path / "c")
    assert "files of kind .doc are not read" in report.failed[str(tmp_path / "rules.doc")]
    assert "no .txt" in report.failed[str(tmp_path / "none")]
    assert len(titles(tmp_path / "c")) == 3


@pytest.mark.parametrize("encoding", ["gb18030", "gbk", "utf-8", "utf-8-sig", "utf-16"])
def test_encodings_of_chinese_pages(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "page.txt").write_bytes(GIFTS.encode(encoding))
    ingest([str(tmp_path / "page.txt")], tmp_path / "c")
    assert titles(tmp_path / "c") == ["夜班规定", "赠品怎么登记?"]


def test_a_gb2312_html_page_by_its_own_word(tmp_path: Path) -> None:
    body = "<p>" + "赠品随单登记,漏发的三天内补发,客服不得推脱。" * 6 + "</p>"
    head = "<head><meta charset=gb2312><title>赠品登记</title></head>"
    page = f"<html>{head}<body><article><h1>赠品登记</h1>{body}</article></body></html>"
    (tmp_path / "page.html").write_bytes(page.encode("gb18030"))
    ingest([str(tmp_path / "page.html")], tmp_path / "c")
    (article,) = read_corpus(tmp_path / "c").articles
    assert "漏发的三天内补发" in article.text


def test_a_file_cut_off_inside_a_character_keeps_its_whole_lines(tmp_path: Path) -> None:
    (tmp_path / "page.txt").write_bytes((GIFTS + "半行").encode()[:-1])
    ingest([str(tmp_path / "page.txt")], tmp_path / "c")
    assert titles(tmp_path / "c") == ["夜班规定", "赠品怎么登记?"]


def test_the_second_run_changes_only_what_changed(folder: Path, tmp_path: Path) -> None:
    into = tmp_path / "c"
    ingest([str(folder)], into)
    files = {p: p.stat().st_mtime_ns for p in into.glob("*.jsonl")}
    report = ingest([str(folder)], into)
    assert (len(report.unchanged), report.new, report.changed, report.gone) == (2, [], [], [])
    assert {p: p.stat().st_mtime_ns for p in into.glob("*.jsonl")} == files, "unchanged files were written again"

    before = {a.title: a.article_id for a in read_corpus(into).articles}
    (folder / "night.md").write_text(NIGHT.replace("22点", "23点"), encoding="utf-8")
    report = ingest([str(folder)], into)
    assert report.changed == [str(folder / "night.md")]
    after = {a.title: a for a in read_corpus(into).articles}
    assert "23点" in after["夜班交接"].text
    assert {t: a.article_id for t, a in after.items()} == before, "a changed text keeps its identity"

    (folder / "gifts.txt").unlink()
    report = ingest([str(folder)], into)
    assert report.gone == [str(folder / "gifts.txt")]
    assert sorted(report.removed) == ["夜班规定", "赠品怎么登记?"]
    assert titles(into) == ["夜班交接"]
    assert any("gone" in line for line in describe(report))


def test_a_single_file_that_vanished_is_reported(tmp_path: Path) -> None:
    page = tmp_path / "page.txt"
    page.write_text(GIFTS, encoding="utf-8")
    ingest([str(page)], tmp_path / "c")
    page.unlink()
    report = ingest([str(page)], tmp_path / "c")
    assert report.gone == [str(page)]
    assert titles(tmp_path / "c") == []


def test_a_source_that_fails_later_keeps_what_it_gave(folder: Path, tmp_path: Path) -> None:
    ingest([str(folder)], tmp_path / "c")
    (folder / "gifts.txt").write_bytes(b"\x89PNG" + bytes(99))
    report = ingest([str(folder)], tmp_path / "c")
    assert list(report.failed) == [str(folder / "gifts.txt")]
    assert len(titles(tmp_path / "c")) == 3


def test_a_second_source_adds_to_the_first(folder: Path, tmp_path: Path) -> None:
    ingest([str(folder / "night.md")], tmp_path / "c")
    report = ingest([str(folder / "gifts.txt")], tmp_path / "c")
    assert report.removed == []
    assert len(titles(tmp_path / "c")) == 3


def test_one_article_in_two_sources_is_stored_once(folder: Path, tmp_path: Path) -> None:
    (folder / "again.txt").write_text("别处\n热门知识\n\n" + GIFTS, encoding="utf-8")
    ingest([str(folder)], tmp_path / "c")
    corpus = read_corpus(tmp_path / "c")
    both = {str(folder / "again.txt"), str(folder / "gifts.txt")}
    assert [set(a.sources) for a in corpus.articles if a.title == "夜班规定"] == [both]

    (folder / "gifts.txt").unlink()
    report = ingest([str(folder)], tmp_path / "c")
    assert report.removed == [], "another source still carries them"
    assert [a.sources for a in read_corpus(tmp_path / "c").articles if a.title == "夜班规定"] == [
        (str(folder / "again.txt"),)
    ]


def test_a_run_that_dies_leaves_the_last_corpus_whole(folder: Path, tmp_path: Path) -> None:
    ingest([str(folder)], tmp_path / "c")
    before = {p.name: p.read_bytes() for p in (tmp_path / "c").glob("*.jsonl")}
    (folder / "gifts.txt").write_text(GIFTS.replace("3天", "5天"), encoding="utf-8")

    def die(_: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ingest([str(folder)], tmp_path / "c", progress=die)
    assert {p.name: p.read_bytes() for p in (tmp_path / "c").glob("*.jsonl")} == before
    assert ingest([str(folder)], tmp_path / "c").changed == [str(folder / "gifts.txt")]


def test_two_runs_at_once_do_not_mix(folder: Path, tmp_path: Path) -> None:
    with one_writer(tmp_path / "c"), pytest.raises(CorpusError, match="another ingest or index run"):
        ingest([str(folder)], tmp_path / "c")


def test_a_folder_that_cannot_be_made(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "c").write_text("a file", encoding="utf-8")
    with pytest.raises(CorpusError, match="cannot be written"):
        ingest([str(folder)], tmp_path / "c")


@pytest.mark.parametrize(
    ("name", "damage", "words"),
    [
        ("articles.jsonl", "{", "line 1"),
        ("articles.jsonl", '{"article_id": "x"}\n', "'kind' is missing"),
        ("passages.jsonl", json.dumps(STRAY), "does not stand in its article"),
    ],
)
def test_a_damaged_corpus_is_named(folder: Path, tmp_path: Path, name: str, damage: str, words: str) -> None:
    ingest([str(folder)], tmp_path / "c")
    (tmp_path / "c" / name).write_text(damage, encoding="utf-8")
    with pytest.raises(CorpusError) as raised:
        read_corpus(tmp_path / "c")
    assert words in str(raised.value)
    assert name in str(raised.value)


def page(title: str, body: str) -> str:
    return (
        f"<html><head><title>{title}</title></head><body><article><h1>{title}</h1>"
        f"<p>发布时间:2024-03-04</p><p>{body * 12}</p></article></body></html>"
    )


def test_an_address_is_read_and_read_again(tmp_path: Path) -> None:
    with serving() as site:
        start = site.put("/rules/1.html", page("补发规定", "漏发的赠品三天内补发,客服先登记再答复。"), etag='"a"')
        report = ingest([start], tmp_path / "c", LOCAL)
        assert report.new == [start]
        assert "三天内补发" in read_corpus(tmp_path / "c").articles[0].text

        assert ingest([start], tmp_path / "c", LOCAL).unchanged == [start]
        assert site.seen[-1].headers.get("If-None-Match") == '"a"'

        site.put("/rules/1.html", page("补发规定", "漏发的赠品五天内补发,客服先登记再答复。"), etag='"b"')
        assert ingest([start], tmp_path / "c", LOCAL).changed == [start]
        (article,) = read_corpus(tmp_path / "c").articles
        assert "五天内补发" in article.text
        assert "三天内" not in article.text

        site.put("/rules/1.html", "gone", status=410)
        report = ingest([start], tmp_path / "c", LOCAL)
        assert report.gone == [start]
        assert report.removed == ["补发规定"]
