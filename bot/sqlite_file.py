"""One SQLite file that survives a crash and serves several threads: each use opens a connection of its own."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ingest.errors import UsageError


def make_file(path: Path, schema: str, kept: str) -> None:
    """Makes the file, its folder and its tables where they are missing. Raises UsageError, which says what was to be
    `kept` there, where that is impossible."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with connection(path) as db:
            db.execute("PRAGMA journal_mode=WAL")
            db.executescript(schema)
    except (OSError, sqlite3.Error) as error:
        raise UsageError(f"cannot keep {kept} in {path}: {error}; name another file") from error


@contextmanager
def connection(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection for one transaction, closed behind it (sqlite3's own `with` only ends the transaction)."""
    db = sqlite3.connect(path, timeout=5.0)
    try:
        db.execute("PRAGMA synchronous=FULL")
        with db:
            yield db
    finally:
        db.close()
