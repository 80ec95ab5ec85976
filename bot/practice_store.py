"""Everybody's progress in the drill: one SQLite file that survives a restart and a crash."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from bot.practice_schedule import Standing
from ingest.errors import UsageError

_SCHEMA = """
CREATE TABLE IF NOT EXISTS practice (
  who TEXT NOT NULL, item TEXT NOT NULL, card TEXT NOT NULL, due TEXT NOT NULL,
  correct INTEGER NOT NULL, seen INTEGER NOT NULL, PRIMARY KEY (who, item)) WITHOUT ROWID;
"""


class PracticeStore:
    """Standings by person and item. Safe from several threads: each call opens its own connection, and closes it."""

    def __init__(self, path: Path) -> None:
        """Makes the file and its folder where they are missing. Raises UsageError where that is impossible."""
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with self._open() as db:
                db.execute("PRAGMA journal_mode=WAL")
                db.executescript(_SCHEMA)
        except (OSError, sqlite3.Error) as error:
            raise UsageError(f"cannot keep practice progress in {path}: {error}; name another file") from error

    def standings(self, who: str) -> dict[str, Standing]:
        """What a person answered, by item id."""
        with self._open() as db:
            rows = db.execute("SELECT item, card, due, correct, seen FROM practice WHERE who = ?", (who,)).fetchall()
        return {item: Standing(card, datetime.fromisoformat(due), bool(c), seen) for item, card, due, c, seen in rows}

    def put(self, who: str, item_id: str, standing: Standing) -> None:
        """Stores a standing in place of the one before."""
        with self._open() as db:
            db.execute(
                "INSERT OR REPLACE INTO practice (who, item, card, due, correct, seen) VALUES (?, ?, ?, ?, ?, ?)",
                (who, item_id, standing.card, standing.due.isoformat(), int(standing.correct), standing.seen),
            )

    def forget(self, who: str) -> None:
        """Takes away all that a person answered."""
        with self._open() as db:
            db.execute("DELETE FROM practice WHERE who = ?", (who,))

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        db = sqlite3.connect(self.path, timeout=5.0)
        try:
            db.execute("PRAGMA synchronous=FULL")
            with db:
                yield db
        finally:
            db.close()
