"""Everybody's progress in the drill: one SQLite file that survives a restart and a crash."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from bot.practice_schedule import Standing
from bot.sqlite_file import connection, make_file

_SCHEMA = """
CREATE TABLE IF NOT EXISTS practice (
  who TEXT NOT NULL, item TEXT NOT NULL, card TEXT NOT NULL, due TEXT NOT NULL,
  correct INTEGER NOT NULL, seen INTEGER NOT NULL, PRIMARY KEY (who, item)) WITHOUT ROWID;
"""


class PracticeStore:
    """Standings by person and item. Safe from several threads: each call opens its own connection."""

    def __init__(self, path: Path) -> None:
        """Makes the file and its folder where they are missing. Raises UsageError where that is impossible."""
        self.path = path
        make_file(path, _SCHEMA, "practice progress")

    def standings(self, who: str) -> dict[str, Standing]:
        """What a person answered, by item id."""
        with connection(self.path) as db:
            rows = db.execute("SELECT item, card, due, correct, seen FROM practice WHERE who = ?", (who,)).fetchall()
        return {item: Standing(card, datetime.fromisoformat(due), bool(c), seen) for item, card, due, c, seen in rows}

    def put(self, who: str, item_id: str, standing: Standing) -> None:
        """Stores a standing in place of the one before."""
        with connection(self.path) as db:
            db.execute(
                "INSERT OR REPLACE INTO practice (who, item, card, due, correct, seen) VALUES (?, ?, ?, ?, ?, ?)",
                (who, item_id, standing.card, standing.due.isoformat(), int(standing.correct), standing.seen),
            )

    def forget(self, who: str) -> None:
        """Takes away all that a person answered."""
        with connection(self.path) as db:
            db.execute("DELETE FROM practice WHERE who = ?", (who,))
