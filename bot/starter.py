"""The starter rulebook as a ready corpus: ingested and indexed once into the user's cache folder, then reused."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable
from importlib import resources
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from filelock import FileLock
from platformdirs import user_cache_path

from index.building import build_index
from index.encoders.loading import Encoder, default_models
from index.manifest import CURRENT
from ingest.errors import CorpusError
from ingest.pipeline import ingest

HOME = "RULEDESK_HOME"
KEEP = 3  # built starters: this one, and some that another version or process may still want
# What turns pages into an index: a checkout's code changes without its version.
_MAKERS = ("ingest", "index")
Progress = Callable[[str, int, int], None]  # step, done, total


def rulebook_folder() -> Path:
    """Where the rulebook's Markdown files lie."""
    folder = Path(str(resources.files("corpus").joinpath("rulebook")))
    if not folder.is_dir():
        raise CorpusError(f"{folder}: the starter rulebook is missing; install ruledesk again, or give --corpus DIR")
    return folder


def cache_folder() -> Path:
    """Where built corpora are kept: RULEDESK_HOME, else the user's cache folder."""
    given = os.environ.get(HOME)
    return Path(given).expanduser() if given else user_cache_path("ruledesk", appauthor=False)


def starter_corpus(progress: Progress = lambda *_: None, encoders: tuple[Encoder, ...] | None = None) -> Path:
    """The folder of the starter corpus, its index built; the first call builds it, the next ones find it.

    It appears whole or not at all, and two processes do not build it twice. Raises CorpusError where the cache folder
    cannot be written, ModelError where no encoder can be had.
    """
    rulebook = rulebook_folder()
    names = tuple(e.name for e in encoders) if encoders else default_models()
    home = cache_folder()
    final = home / f"starter-{_digest(rulebook, names)}"
    if (final / "index" / CURRENT).is_file():
        return final
    try:
        home.mkdir(parents=True, exist_ok=True)
        with FileLock(home / ".starter.lock"):
            if not (final / "index" / CURRENT).is_file():
                _build(rulebook, home, final, encoders, progress)
    except OSError as error:
        raise CorpusError(
            f"{home}: the cache folder cannot be written ({error.strerror or error}); set {HOME} to one that can"
        ) from error
    return final


def _build(rulebook: Path, home: Path, final: Path, encoders: tuple[Encoder, ...] | None, progress: Progress) -> None:
    for left in home.glob("starter-*.tmp"):
        shutil.rmtree(left, ignore_errors=True)
    work = final.with_name(f"{final.name}.tmp")
    older = [p for p in home.glob("starter-*") if (p / "index" / CURRENT).is_file()]
    older.sort(key=lambda p: p.stat().st_mtime, reverse=True)
    if older:
        shutil.copytree(older[0] / "index", work / "index")  # vectors of unchanged sentences are taken over
    report = ingest([str(rulebook)], work, progress=lambda name: progress("rulebook", 0, 0))
    if report.failed:
        raise CorpusError(next(iter(report.failed.values())))
    build_index(work, progress=progress, encoders=encoders)
    shutil.rmtree(final, ignore_errors=True)  # only one without an index can lie there
    work.rename(final)
    os.utime(final)
    for path in older[KEEP - 1 :]:
        shutil.rmtree(path, ignore_errors=True)


def _digest(rulebook: Path, models: tuple[str, ...]) -> str:
    digest = hashlib.sha256(" ".join((_version(), *models)).encode())
    files = list(rulebook.glob("*.md"))
    for package in _MAKERS:
        code = Path(str(resources.files(package)))
        files += [p for p in code.rglob("*") if p.suffix in (".py", ".toml")]
    for path in sorted(files):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


def _version() -> str:
    try:
        return version("ruledesk")
    except PackageNotFoundError:
        return "0"
