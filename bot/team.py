"""The rulebook of a team that loads its own pages: a copy of the starter, which stays as it was shipped."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from filelock import FileLock
from platformdirs import user_data_path

from bot.starter import HOME
from index.manifest import CURRENT
from ingest.errors import CorpusError


def data_folder() -> Path:
    """Where what people made is kept (a team's rulebook, feedback, progress): RULEDESK_HOME, else the user's data
    folder."""
    given = os.environ.get(HOME)
    return Path(given).expanduser() if given else user_data_path("ruledesk", appauthor=False)


def team_corpus(starter: Path, home: Path) -> Path:
    """The folder of the team's rulebook, copied from the starter the first time and the team's own from then on.

    It appears whole or not at all. Raises CorpusError where the folder cannot be written.
    """
    final = home / "team-rulebook"
    try:
        home.mkdir(parents=True, exist_ok=True)
        with FileLock(home / ".team.lock"):
            if not (final / "index" / CURRENT).is_file():
                work = final.with_name(f"{final.name}.tmp")
                shutil.rmtree(work, ignore_errors=True)
                shutil.copytree(starter, work, ignore=shutil.ignore_patterns(".lock"))
                shutil.rmtree(final, ignore_errors=True)  # only one without an index can lie there
                work.rename(final)
    except OSError as error:
        raise CorpusError(
            f"{home}: cannot be written ({error.strerror or error}); set {HOME} to a folder that can"
        ) from error
    return final
