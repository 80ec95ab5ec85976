"""Feedback that survives, from several threads, with connections closed."""

from __future__ import annotations

import sqlite3
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.feedback import MAX_NOTE, Feedback, FeedbackStore
from ingest.errors import UsageError


@pytest.fixture
def store(tmp_path: Path) -> FeedbackStore:
    return FeedbackStore(tmp_path / "deep" / "feedback.sqlite3")


def test_a_thumb_comes_back_as_it_went_in(store: FeedbackStore):
    store.add(Feedback("可以吗?", "天猫", "no", "down", "old", "  见新规  "))
    (row,) = store.feedback()
    assert (row["question"], row["platform"], row["verdict"]) == ("可以吗?", "天猫", "no")
    assert (row["vote"], row["reason"], row["note"]) == ("down", "old", "见新规")


def test_newest_first_and_since(store: FeedbackStore):
    for question in ("a", "b"):
        store.add_refused(question, None, "silent")
    assert [r["question"] for r in store.refused()] == ["b", "a"]
    assert store.refused(since=datetime.now(UTC) + timedelta(minutes=1)) == []
    assert len(store.refused(since=datetime.now(UTC) - timedelta(days=7))) == 2


@pytest.mark.parametrize(
    ("item", "word"),
    [
        (Feedback(" ", None, None, "up"), "question"),
        (Feedback("q", None, None, "sideways"), "sideways"),  # type: ignore[arg-type]
        (Feedback("q", None, None, "down", "because"), "because"),
    ],
)
def test_what_is_wrong_is_named(store: FeedbackStore, item: Feedback, word: str):
    with pytest.raises(UsageError, match=word):
        store.add(item)
    assert store.feedback() == []


def test_a_long_note_is_cut(store: FeedbackStore):
    store.add(Feedback("q", None, None, "down", "wrong", "长" * (MAX_NOTE + 50)))
    assert len(store.feedback()[0]["note"]) == MAX_NOTE


def test_many_threads_lose_nothing(store: FeedbackStore):
    threads = [threading.Thread(target=store.add, args=(Feedback(f"q{i}", None, None, "up"),)) for i in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(store.feedback()) == 16


def test_the_file_is_in_wal_mode_and_keeps_its_rows_for_the_next_run(store: FeedbackStore):
    store.add(Feedback("q", None, None, "up"))
    again = FeedbackStore(store.path)
    assert len(again.feedback()) == 1
    db = sqlite3.connect(store.path)
    try:
        assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    finally:
        db.close()


def test_no_connection_stays_open(store: FeedbackStore):
    store.add(Feedback("q", None, None, "up"))
    open_files = [p.resolve() for p in Path("/proc/self/fd").iterdir()] if Path("/proc/self/fd").exists() else []
    assert store.path.resolve() not in open_files


def test_an_impossible_path_is_a_clear_line(tmp_path: Path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(UsageError, match="name another file"):
        FeedbackStore(tmp_path / "file" / "feedback.sqlite3")
