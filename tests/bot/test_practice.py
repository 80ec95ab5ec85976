"""The drill's core: reading and marking items, when they come again, progress that stays."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.practice import Deck, PracticeItem, evidence_of, marked, read_answer, read_deck
from bot.practice_schedule import Standing, after_answer, due_count, next_item, scores, soonest
from bot.practice_store import PracticeStore
from ingest.articles import Article
from ingest.errors import CorpusError, UsageError
from ingest.exam import ExamItem

CORPUS = Path(__file__).parents[2] / "corpus"
NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def judge(name: str, topic: str = "delivery") -> PracticeItem:
    return PracticeItem(ExamItem(name, "true_false", f"{name}对吗", True), topic)


DECK = Deck({name: judge(name) for name in ("a", "b", "c")} | {"d": judge("d", "invoice")})


def test_the_shipped_exam_reads_with_topics_and_notes_in_both_languages():
    deck = read_deck([CORPUS / "exam.jsonl", CORPUS / "exam_reworded.jsonl"], CORPUS / "exam_notes.jsonl")
    assert not any(name.startswith("exh-") for name in deck.items)  # the held-out half is for measuring alone
    assert {"insurance", "invoice", "delivery", "payment"} <= set(deck.topics)
    texts = json.loads((CORPUS.parent / "bot" / "app" / "texts.json").read_text(encoding="utf-8"))
    assert all(f"topic.{topic}" in texts for topic in deck.topics)
    rows = [json.loads(line) for line in (CORPUS / "exam.jsonl").read_text(encoding="utf-8").splitlines()]
    for name, row in ((row["id"], row) for row in rows):
        note = deck.items[name].note
        if "disagree" in row.get("note", "") or "point apart" in row.get("note", ""):
            assert note is not None and note.kind == "disagree", name
        if note is not None:
            assert note.words["zh"] and note.words["en"].isascii() and row.get("note"), name


@pytest.mark.parametrize(
    ("item", "given", "correct", "blanks"),
    [
        (ExamItem("s", "single_choice", "?", "B", {"A": "x", "B": "y"}), "B", True, ()),
        (ExamItem("s", "single_choice", "?", "B", {"A": "x", "B": "y"}), "A", False, ()),
        (ExamItem("t", "true_false", "?", False), False, True, ()),
        (ExamItem("t", "true_false", "?", False), None, False, ()),
        (ExamItem("f", "fill_in", "（　）内,赔（　）", (("3天", "72小时"), ("30%",))), ["三天", " 20%"], False, (True, False)),
        (ExamItem("f", "fill_in", "（　）内,赔（　）", (("3天", "72小时"), ("30%",))), ["72小时", "30%"], True, (True, True)),
        (ExamItem("f", "fill_in", "（　）内,赔（　）", (("3天",), ("30%",))), None, False, (False, False)),
    ],
)
def test_marking(item, given, correct, blanks):
    result = marked(item, read_answer(item, given))
    assert (result.correct, result.blanks) == (correct, blanks)


@pytest.mark.parametrize("given", ["Z", True, ["x"], 3, {"a": 1}])
def test_what_is_no_answer_is_refused(given):
    with pytest.raises(UsageError, match="no answer to item s"):
        read_answer(ExamItem("s", "single_choice", "?", "B", {"A": "x", "B": "y"}), given)


def test_too_many_or_too_long_blanks_are_refused():
    item = ExamItem("f", "fill_in", "（　）", (("3天",),))
    for given in (["1", "2"], ["长" * 61]):
        with pytest.raises(UsageError):
            read_answer(item, given)


def test_evidence_is_exact_or_left_out():
    article = Article("k", "rules", "标题", ("天猫",), "2024-01-01", None, (), "甲。乙丙丁。戊。")
    item = ExamItem("t", "true_false", "?", True, {}, (("k", "乙丙丁。"), ("k", "没有"), ("gone", "甲。")))
    (found,) = evidence_of(item, {"k": article, "gone": None})
    assert article.text[found.start : found.end] == found.quote == "乙丙丁。"


def test_missed_items_come_first_then_new_ones_then_what_is_due():
    standings = {"a": after_answer(None, "a", True, NOW), "b": after_answer(None, "b", False, NOW)}
    assert next_item(DECK, standings, "me", NOW).item.id in ("c", "d")  # b is due in a minute, not yet
    later = NOW + 2 * MINUTE
    assert next_item(DECK, standings, "me", later).item.id == "b"
    standings["b"] = after_answer(standings["b"], "b", True, later)
    for name in ("c", "d"):
        standings[name] = after_answer(None, name, True, later)
    assert next_item(DECK, standings, "me", later) is None
    first = soonest(DECK, standings)
    assert first is not None and first[0].item.id == "a"  # 10 minutes after NOW
    assert next_item(DECK, standings, "me", NOW + 11 * MINUTE).item.id == "a"
    assert due_count(DECK, standings, NOW + timedelta(days=9)) == 4


def test_right_answers_move_away_and_a_miss_brings_an_item_back():
    standing: Standing | None = None
    gaps, at = [], NOW
    for _ in range(4):
        standing = after_answer(standing, "a", True, at)
        gaps.append(standing.due - at)
        at = standing.due
    assert gaps == sorted(gaps) and gaps[-1] > timedelta(days=2)
    missed = after_answer(standing, "a", False, at)
    assert missed.due - at < timedelta(hours=1) and not missed.correct and missed.seen == 5


def test_two_people_get_new_items_in_orders_of_their_own_and_always_the_same():
    deck = Deck({str(i): judge(str(i)) for i in range(20)})
    first = {who: next_item(deck, {}, who, NOW).item.id for who in ("mei", "bo", "chen", "ding")}
    assert len(set(first.values())) > 1
    assert first["mei"] == next_item(deck, {}, "mei", NOW).item.id


def test_a_topic_asks_its_own_items_alone_and_scores_count_the_last_answer():
    assert next_item(DECK, {}, "me", NOW, "invoice").item.id == "d"
    standings = {"a": after_answer(None, "a", False, NOW)}
    standings["a"] = after_answer(standings["a"], "a", True, NOW + MINUTE)
    standings["d"] = after_answer(None, "d", False, NOW)
    table = {s.topic: (s.right, s.answered, s.items) for s in scores(DECK, standings)}
    assert table == {"delivery": (1, 1, 3), "invoice": (0, 1, 1)}


def test_progress_survives_and_is_each_ones_own(tmp_path: Path):
    path = tmp_path / "deep" / "practice.sqlite3"
    standing = after_answer(None, "a", False, NOW)
    PracticeStore(path).put("login:mei", "a", standing)
    again = PracticeStore(path)
    assert again.standings("login:mei") == {"a": standing} and again.standings("browser:mei") == {}
    again.put("login:mei", "a", after_answer(standing, "a", True, NOW + MINUTE))
    assert again.standings("login:mei")["a"].seen == 2
    again.forget("login:mei")
    assert again.standings("login:mei") == {}


def test_many_threads_write_without_losing_any(tmp_path: Path):
    store = PracticeStore(tmp_path / "practice.sqlite3")
    standing = after_answer(None, "a", True, NOW)
    threads = [threading.Thread(target=store.put, args=("me", str(i), standing)) for i in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(store.standings("me")) == 12


def test_a_damaged_exam_and_an_impossible_file_are_clear_lines(tmp_path: Path):
    (tmp_path / "exam.jsonl").write_text('{"id": "q1", "type": "true_false", "stem": "?", "answer": 3}\n')
    with pytest.raises(CorpusError, match="q1"):
        read_deck([tmp_path / "exam.jsonl"])
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="practice progress"):
        PracticeStore(tmp_path / "file" / "p.sqlite3")
