"""What agents say of answers, and the questions the rules did not answer: one SQLite file that survives a crash."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from bot.sqlite_file import connection, make_file
from ingest.errors import UsageError

Vote = Literal["up", "down"]
REASONS = ("wrong", "source", "old", "missing")
MAX_NOTE = 500
MAX_QUESTION = 2000

_SCHEMA = """
CREATE TABLE IF NOT EXISTS feedback (
  id INTEGER PRIMARY KEY, at TEXT NOT NULL, question TEXT NOT NULL, platform TEXT, verdict TEXT,
  vote TEXT NOT NULL CHECK (vote IN ('up', 'down')), reason TEXT, note TEXT);
CREATE TABLE IF NOT EXISTS refused (
  id INTEGER PRIMARY KEY, at TEXT NOT NULL, question TEXT NOT NULL, platform TEXT, reason TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS feedback_at ON feedback (at);
CREATE INDEX IF NOT EXISTS refused_at ON refused (at);
"""


@dataclass(frozen=True, slots=True)
class Feedback:
    """One thumb: what was asked, what the desk said, and why it was wrong where it was."""

    question: str
    platform: str | None
    verdict: str | None
    vote: Vote
    reason: str | None = None
    note: str | None = None


class FeedbackStore:
    """Feedback and refused questions in one SQLite file, safe from several threads: each call opens a connection."""

    def __init__(self, path: Path) -> None:
        """Makes the file and its folder where they are missing. Raises UsageError where that is impossible."""
        self.path = path
        make_file(path, _SCHEMA, "feedback")

    def add(self, item: Feedback) -> None:
        """Stores one thumb. Raises UsageError for an empty question or an unknown vote or reason; cuts a long note."""
        if not item.question.strip():
            raise UsageError("feedback without a question: send the question it is about")
        if item.vote not in ("up", "down"):
            raise UsageError(f"unknown vote {item.vote!r}: up or down")
        if item.reason is not None and item.reason not in REASONS:
            raise UsageError(f"unknown reason {item.reason!r}: one of {', '.join(REASONS)}")
        question = item.question[:MAX_QUESTION]
        note = item.note.strip()[:MAX_NOTE] if item.note else None
        with connection(self.path) as db:
            db.execute(
                "INSERT INTO feedback (at, question, platform, verdict, vote, reason, note)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (_now(), question, item.platform, item.verdict, item.vote, item.reason, note or None),
            )

    def add_refused(self, question: str, platform: str | None, reason: str) -> None:
        """Stores a question that the rules did not answer."""
        with connection(self.path) as db:
            db.execute(
                "INSERT INTO refused (at, question, platform, reason) VALUES (?, ?, ?, ?)",
                (_now(), question[:MAX_QUESTION], platform, reason),
            )

    def feedback(self, since: datetime | None = None) -> list[dict[str, Any]]:
        """Stored thumbs, newest first."""
        return self._rows("feedback", since)

    def refused(self, since: datetime | None = None) -> list[dict[str, Any]]:
        """Questions that were refused, newest first: what the rulebook lacks."""
        return self._rows("refused", since)

    def _rows(self, table: Literal["feedback", "refused"], since: datetime | None) -> list[dict[str, Any]]:
        after = since.astimezone(UTC).isoformat(timespec="seconds") if since else ""
        with connection(self.path) as db:
            db.row_factory = sqlite3.Row
            found = db.execute(f"SELECT * FROM {table} WHERE at >= ? ORDER BY id DESC", (after,)).fetchall()  # nosec B608
        return [dict(row) for row in found]


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
