"""The library folder: scripts.jsonl, written whole, one writer at a time."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_data_path

from bot.scripts import Script
from ingest.errors import CorpusError
from ingest.store import one_writer, write_whole

SCRIPTS = "scripts.jsonl"


@dataclass(frozen=True, slots=True)
class Library:
    """The scripts of a folder."""

    folder: Path

    def read(self) -> list[Script]:
        """Every script, in order; none where the folder has no library yet. Raises CorpusError for a damaged line."""
        path = self.folder / SCRIPTS
        if not path.is_file():
            return []
        scripts = []
        for number, line in enumerate(path.read_bytes().splitlines(), start=1):
            try:
                scripts.append(Script.from_json(json.loads(line)))
            except (ValueError, KeyError, TypeError) as error:
                raise CorpusError(
                    f"{path}: line {number} is damaged; import the scripts anew with --replace"
                ) from error
        return scripts

    def change(self, make: Callable[[], tuple[Sequence[Script], int]]) -> int:
        """Writes the scripts that `make` returns, and returns its count; nobody writes between its reading and this."""
        with one_writer(self.folder, wait_s=10):
            scripts, count = make()
            lines = [json.dumps(script.to_json(), ensure_ascii=False) + "\n" for script in scripts]
            write_whole(self.folder / SCRIPTS, "".join(lines).encode())
        return count


def default_folder() -> Path:
    """Where the library lies unless a folder is named."""
    return Path(user_data_path("ruledesk", appauthor=False)) / "scripts"
