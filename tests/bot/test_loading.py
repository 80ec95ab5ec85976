"""Loading pages into a running desk: the preview writes nothing, confirming changes the answers, agents never wait."""

from __future__ import annotations

import csv
import io
import threading
from pathlib import Path

import pytest

from bot.changes import compare
from bot.desk import Desk
from bot.lacking import grouped
from bot.loading import FILES, Loader
from bot.reindex import reindex
from bot.sheets import csv_bytes, safe_cell
from index.building import build_index
from ingest.articles import Article
from ingest.errors import CorpusError, UsageError
from ingest.pipeline import HandedPage, IngestReport, ingest
from ingest.store import read_corpus
from tests.bot.desks import make_desk

GIFT = "---\nid: gift\ntitle: 天猫赠品规定\nplatforms: [天猫]\npublished: 2025-01-02\n---\n## 一、赠品\n1. 页面写明赠品的,店铺漏发赠品须在3天内补发,不补发的每次扣2分。\n"
PAGE = HandedPage("gift.md", GIFT.encode())


class Work:
    """A corpus with its desk and loader; `hold` keeps an indexing from ending."""

    def __init__(self, home: Path) -> None:
        self.desk: Desk = make_desk(home)
        self.corpus = home / "corpus"
        self.hold = threading.Event()
        self.hold.set()
        self.fail = ""
        self.loader = Loader(self.corpus, self._reindex, self.desk.refresh)

    def _reindex(self, corpus: Path, told) -> None:
        told("test", 1, 2)
        assert self.hold.wait(20)
        if self.fail:
            raise CorpusError(self.fail)
        build_index(corpus, encoders=self.desk.retriever.encoders)

    def preview(self, *pages: HandedPage) -> str:
        self.loader.preview(pages, "", 1, "boss")
        self.loader.wait(20)
        assert self.loader.status.state == "preview", self.loader.status
        return self.loader.status.id

    def bytes(self) -> dict[str, bytes]:
        return {name: (self.corpus / name).read_bytes() for name in FILES}


@pytest.fixture
def work(tmp_path: Path) -> Work:
    return Work(tmp_path)


def test_a_preview_tells_what_changes_and_writes_nothing(work: Work):
    before = work.bytes()
    work.preview(PAGE, HandedPage("notes.txt", b"\xff\xfe\x00broken"))
    changes = work.loader.status.changes
    assert changes is not None
    assert [c.title for c in changes.new] == ["天猫赠品规定"] and changes.unchanged == 5
    assert not changes.changed and not changes.removed and len(changes.failed) <= 1
    assert work.bytes() == before and work.desk.article("gift") is None
    assert work.loader.discard().state == "idle"
    assert work.bytes() == before


def test_confirming_changes_the_answers_while_agents_go_on_asking(work: Work):
    which = work.preview(PAGE)
    work.hold.clear()
    work.loader.confirm(which, "boss")
    for _ in range(3):  # the last index answers while the new one is being built
        assert work.desk.ask("买家用信用卡付款可以收手续费吗?").verdict == "no"
    assert work.loader.status.state == "indexing" and work.desk.article("gift") is None
    with pytest.raises(UsageError, match="boss is loading"):
        work.loader.preview([PAGE], "", 1, "mei")
    work.hold.set()
    work.loader.wait(20)
    assert work.loader.status.state == "done"
    answer = work.desk.ask("漏发赠品几天内补发?", "天猫")
    assert answer.citations[0].article_id == "gift"


def test_the_same_name_again_is_a_change_with_its_lines(work: Work):
    work.loader.confirm(work.preview(PAGE), "boss")
    work.loader.wait(20)
    work.preview(HandedPage("gift.md", GIFT.replace("3天", "5天").encode()))
    changes = work.loader.status.changes
    assert changes is not None and not changes.new and not changes.removed
    (changed,) = changes.changed
    assert {sign for sign, _ in changed.lines} == {"+", "-"} and any("5天" in words for _, words in changed.lines)
    work.preview(PAGE)
    changes = work.loader.status.changes
    assert changes is not None and changes.empty and changes.unchanged == 6


def test_a_preview_of_a_rulebook_that_moved_on_is_refused(work: Work, tmp_path: Path):
    which = work.preview(PAGE)
    (tmp_path / "other.md").write_text(GIFT.replace("gift", "other").replace("赠品", "样品"), encoding="utf-8")
    ingest([str(tmp_path / "other.md")], work.corpus)
    moved = work.bytes()
    work.loader.confirm(which, "boss")
    work.loader.wait(20)
    assert work.loader.status.state == "failed" and "changed since" in (work.loader.status.error or "")
    assert work.bytes() == moved


def test_a_preview_that_is_gone_cannot_be_confirmed(work: Work):
    which = work.preview(PAGE)
    work.loader.discard()
    with pytest.raises(UsageError, match="gone"):
        work.loader.confirm(which, "boss")
    with pytest.raises(UsageError, match="nothing to load"):
        work.loader.preview([], " ", 1, "boss")
    with pytest.raises(UsageError, match="no web address"):
        work.loader.preview([], "ftp://example.com", 1, "boss")


def test_a_failed_index_leaves_the_old_answers_and_can_be_built_again(work: Work):
    work.fail = "the disk is full"
    work.loader.confirm(work.preview(PAGE), "boss")
    work.loader.wait(20)
    status = work.loader.status
    assert (status.state, status.error, status.retry) == ("failed", "the disk is full", True)
    assert work.desk.ask("买家用信用卡付款可以收手续费吗?").verdict == "no"
    work.fail = ""
    work.loader.retry("boss")
    work.loader.wait(20)
    assert work.loader.status.state == "done" and work.desk.article("gift") is not None


def test_a_private_address_is_not_fetched(work: Work):
    work.loader.preview([], "http://127.0.0.1:9/rules.html", 1, "boss")
    work.loader.wait(20)
    changes = work.loader.status.changes
    assert changes is not None and changes.empty and "127.0.0.1" in changes.failed[0]


def test_another_process_rebuilds_the_index_and_tells_its_steps(tmp_path: Path):
    """The real process, on a corpus without passages: its line comes back as the error."""
    (tmp_path / "articles.jsonl").write_text("")
    (tmp_path / "passages.jsonl").write_text("")
    with pytest.raises(CorpusError, match="no rule passages"):
        reindex(tmp_path, lambda *_: None)


def article(number: int, text: str, **more) -> Article:
    values = {"title": f"标题{number}", "platforms": ("天猫",), "published": "2024-01-01"} | more
    return Article(f"a{number}", values.pop("kind", "rules"), url=None, sources=(), text=text, **values)


def test_changes_are_told_with_what_needs_a_look():
    long = "很长的规则正文。" * 20
    old = [article(1, long), article(2, long), article(3, long)]
    new = [
        article(1, long),
        article(2, long, published=None),
        article(4, "短", platforms=()),
        article(5, long, kind="exam"),
    ]
    found = compare(old, new, IngestReport(failed={"x": "x: cannot be read"}))
    assert (found.unchanged, [c.article_id for c in found.removed]) == (1, ["a3"])
    assert found.changed[0].warnings == ("no_date",)
    assert {c.article_id: c.warnings for c in found.new} == {"a4": ("all_platforms", "short"), "a5": ("exam",)}
    assert found.failed == ("x: cannot be read",) and not found.empty


@pytest.mark.parametrize("cell", ["=1+1", "+8613", "-5", "@SUM(A1)", "＝1+1", "\t=1", " =1", "\r=1", "　＋1"])
def test_a_sheet_runs_no_formula(cell: str):
    assert safe_cell(cell) == f"'{cell}"
    (row,) = list(csv.reader(io.StringIO(csv_bytes([{"q": cell}], {"q": "q"}).decode("utf-8-sig"), newline="")))[1:]
    assert row == [f"'{cell}"]


def test_a_sheet_keeps_ordinary_words():
    raw = csv_bytes([{"q": '他说:"可以",\n对吗', "n": 3, "x": None}], {"q": "问题", "n": "次数", "x": "空"})
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
    assert rows == [["问题", "次数", "空"], ['他说:"可以",\n对吗', "3", ""]]


def test_refused_questions_are_counted_however_they_are_spaced():
    rows = [
        {"question": "能养猫吗?", "platform": None, "at": "2026-05-04T10:00", "reason": "silent"},
        {"question": "能开直播吗", "platform": "抖音", "at": "2026-05-03T10:00", "reason": "silent"},
        {"question": "能养猫吗 ？", "platform": "京东", "at": "2026-05-02T10:00", "reason": "silent"},
    ]
    first, second = grouped(rows)
    assert (first.question, first.times, first.platforms, first.last) == ("能养猫吗?", 2, (None, "京东"), "2026-05-04T10:00")
    assert second.times == 1


def test_the_corpus_reads_whole_after_a_load(work: Work):
    work.loader.confirm(work.preview(PAGE), "boss")
    work.loader.wait(20)
    assert {a.article_id for a in read_corpus(work.corpus).articles} >= {"gift", "card"}
